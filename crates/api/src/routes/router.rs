//! Finds the endpoint of a request. The router of actix-web tries the regular expression of one endpoint after another, and
//! again for the matched pattern: an eighth of all instructions of a request for one task.

use std::rc::Rc;

use actix_web::dev::{Service, ServiceFactory, ServiceRequest, ServiceResponse, fn_factory, fn_service};
use actix_web::{Error, Route};

use super::endpoint::{Endpoint, no_route};
use crate::http::path;

/// Serves the endpoints; of several that match, the first.
pub(crate) fn router(
    endpoints: Vec<Endpoint>,
) -> impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>
{
    let endpoints = Rc::new(endpoints);
    fn_factory(move || {
        let endpoints = Rc::clone(&endpoints);
        async move {
            let mut started = Vec::with_capacity(endpoints.len());
            for endpoint in &*endpoints {
                started.push(endpoint.start().await?);
            }
            let unknown = Route::new().to(no_route).new_service(()).await?;
            let served = Rc::new((started, unknown));
            Ok(fn_service(move |request: ServiceRequest| {
                let (endpoints, unknown) = &*served;
                let parts = parts(path::decoded(request.request()));
                match endpoints.iter().find(|endpoint| endpoint.matches(&parts)) {
                    Some(endpoint) => endpoint.serve(request),
                    None => unknown.call(request),
                }
            }))
        }
    })
}

/// The parts of a path, which may end with a slash.
fn parts(path: &str) -> Vec<&str> {
    let path = path.strip_suffix('/').filter(|rest| !rest.is_empty()).unwrap_or(path);
    let mut parts = Vec::with_capacity(8);
    parts.extend(path.split('/'));
    parts
}
