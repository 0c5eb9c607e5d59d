//! The application of a worker: routes, CORS around them, the request context around both.

use actix_cors::Cors;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error};

use super::request_context::request_context;
use crate::config;
use crate::routes::no_route;
use crate::state::AppState;

/// Seconds that a browser may cache a preflight response.
const PREFLIGHT_SECONDS: usize = 7200;

/// One worker's application, with these routes.
pub(crate) fn app(
    state: Data<AppState>,
    cors: &config::Cors,
    routes: fn(&mut ServiceConfig),
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    > + use<>,
> {
    let app = App::new().app_data(state).configure(routes).default_service(web::to(no_route));
    // The last wrap is the outermost. The request context surrounds CORS, so that a rejected preflight has an id and is
    // logged; CORS surrounds the routes, so that browsers can read errors of handlers.
    app.wrap(policy(cors)).wrap(from_fn(request_context))
}

/// What browsers allow pages of other origins.
fn policy(cors: &config::Cors) -> Cors {
    let mut policy = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        .allow_any_header()
        .max_age(PREFLIGHT_SECONDS);
    if cors.credentials {
        policy = policy.supports_credentials();
    }
    // Without origins the policy rejects every preflight; requests without `Origin` are not affected.
    for origin in &cors.origins {
        policy = if origin == "*" { policy.allow_any_origin() } else { policy.allowed_origin(origin) };
    }
    policy
}
