//! The application of a worker: routes, CORS around them, the request context around both.

use std::rc::Rc;

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, Error};

use super::address_limit::address_limit;
use super::cors::policy;
use super::request_context::request_context;
use crate::config;
use crate::http::path::Patterns;
use crate::metrics::ResponseMetricsCache;
use crate::routes::{Endpoint, router};
use crate::state::AppState;

/// One worker's application, with these endpoints.
pub(crate) fn app(
    state: Data<AppState>,
    cors: &config::Cors,
    endpoints: fn() -> Vec<Endpoint>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let endpoints = endpoints();
    let patterns = Rc::new(Patterns::new(endpoints.iter().map(Endpoint::path)));
    let app =
        App::new().app_data(state).app_data(Rc::clone(&patterns)).app_data(ResponseMetricsCache::default());
    let app = app.default_service(router(endpoints, patterns));
    // The last wrap is the outermost. The request context surrounds CORS, so that a rejected preflight has an id and is
    // logged; CORS surrounds the rest, so that browsers can read errors; requests over the limit of their address reach no
    // route.
    app.wrap(from_fn(address_limit)).wrap(policy(cors)).wrap(from_fn(request_context))
}
