//! The application of a worker: routes, CORS around them, the request context around both.

use actix_cors::Cors;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{App, Error};

use super::address_limit::address_limit;
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
    // logged; CORS surrounds the rest, so that browsers can read errors; requests over the limit of their address reach no
    // route.
    app.wrap(from_fn(address_limit)).wrap(policy(cors)).wrap(from_fn(expose)).wrap(from_fn(request_context))
}

/// The headers that pages of other origins may read. The policy would write them in a different order in each worker.
const EXPOSED: &str = "ETag, Location, Link, X-Next-Cursor, X-Total-Count, Retry-After, X-Request-Id, RateLimit, \
                       RateLimit-Policy";

async fn expose(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let mut response = next.call(request).await?.map_into_boxed_body();
    let headers = response.headers_mut();
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    Ok(response)
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
