//! Finds the endpoint of a request. The router of actix-web tries the regular expression of one endpoint after another, and
//! again for the matched pattern: an eighth of all instructions of a request for one task.

use std::rc::Rc;

use actix_web::dev::{Service, ServiceFactory, ServiceRequest, ServiceResponse, fn_factory, fn_service};
use actix_web::{Error, Route};

use super::endpoint::{Endpoint, no_route};
use crate::http::path::{self, Patterns};

/// Serves the endpoints with these patterns; of several that match, the first.
pub(crate) fn router(
    endpoints: Vec<Endpoint>,
    patterns: Rc<Patterns>,
) -> impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()>
{
    let endpoints = Rc::new(endpoints);
    fn_factory(move || {
        let (endpoints, patterns) = (Rc::clone(&endpoints), Rc::clone(&patterns));
        async move {
            let mut started = Vec::with_capacity(endpoints.len());
            for endpoint in &*endpoints {
                started.push(endpoint.start().await?);
            }
            let unknown = Route::new().to(no_route).new_service(()).await?;
            let served = Rc::new((started, patterns, unknown));
            Ok(fn_service(move |request: ServiceRequest| {
                let (endpoints, patterns, unknown) = &*served;
                let found = patterns.find(path::decoded(request.request()));
                match found.and_then(|(place, pattern)| Some((endpoints.get(place)?, pattern))) {
                    Some((endpoint, pattern)) => {
                        path::note(request.request(), pattern);
                        endpoint.serve(request)
                    }
                    None => unknown.call(request),
                }
            }))
        }
    })
}
