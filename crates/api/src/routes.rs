//! The table of contents: every path, every method, and where it is handled.

mod docs;
mod fallback;
pub(crate) mod health;
mod metrics;
pub(crate) mod tasks;

use actix_web::dev::HttpServiceFactory;
use actix_web::guard::{Any, Get, Head};
use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig, delete, patch, post, put};
use actix_web::{Resource, Route};

pub(crate) use fallback::no_route;

use fallback::other_methods;

/// The paths of the tasks: with the user in the path, and with the user of the token. The first comes first because a
/// user may be called `tasks`, while no task's id is.
const TASKS: [&str; 2] = ["/api/{user_id}/tasks", "/api/tasks"];

/// Adds every route of the API.
pub(crate) fn routes(app: &mut ServiceConfig) {
    for tasks in TASKS {
        app.service(
            at(&format!("{tasks}/{{id}}/complete"))
                .route(patch().to(tasks::complete))
                .default_service(other_methods("PATCH, OPTIONS"))
                .wrap(from_fn(crate::guard::guard)),
        );
        app.service(
            at(&format!("{tasks}/{{id}}"))
                .route(get().to(tasks::get))
                .route(put().to(tasks::put))
                .route(patch().to(tasks::patch))
                .route(delete().to(tasks::delete))
                .default_service(other_methods("GET, HEAD, PUT, PATCH, DELETE, OPTIONS"))
                .wrap(from_fn(crate::guard::guard)),
        );
        app.service(
            at(tasks)
                .route(get().to(tasks::list))
                .route(post().to(tasks::create))
                .default_service(other_methods("GET, HEAD, POST, OPTIONS"))
                .wrap(from_fn(crate::guard::guard)),
        );
    }
    app.service(open("/livez", get().to(health::live)));
    app.service(open("/readyz", get().to(health::ready)));
    app.service(open("/health", get().to(health::health)));
    app.service(open("/openapi.json", get().to(docs::document)));
    app.service(open("/docs", get().to(docs::index)));
    app.service(open("/docs/{file}", get().to(docs::file)));
}

/// Adds the API and the page of figures beside it.
pub(crate) fn routes_and_figures(app: &mut ServiceConfig) {
    routes(app);
    figures(app);
}

/// Adds the page of figures alone, for a listener of its own.
pub(crate) fn figures(app: &mut ServiceConfig) {
    app.service(open("/metrics", get().to(metrics::metrics)));
}

/// A path, with or without a slash at its end.
fn at(path: &str) -> Resource {
    web::resource([path.to_owned(), format!("{path}/")])
}

/// RFC 9110 §9.3.2: HEAD is GET without the body, which the server leaves out by itself.
fn get() -> Route {
    web::route().guard(Any(Get()).or(Head()))
}

/// A path that needs no token and only reads.
fn open(path: &str, route: Route) -> impl HttpServiceFactory + 'static {
    at(path)
        .route(route)
        .default_service(other_methods("GET, HEAD, OPTIONS"))
        .wrap(from_fn(crate::guard::guard))
}
