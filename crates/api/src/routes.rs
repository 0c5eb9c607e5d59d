//! The table of contents: every path, every method, and where it is handled.

pub(crate) mod docs;
pub(crate) mod fallback;
pub(crate) mod health;
pub(crate) mod metrics;
mod page;
mod place;
pub(crate) mod root;
pub(crate) mod tasks;

use actix_web::web::ServiceConfig;

pub(crate) use fallback::no_route;
pub(crate) use place::Place;

use place::at;

/// The paths of the tasks: with the user in the path, and with the user of the token. The first comes first because a
/// user may be called `tasks`, while no task's id is.
const TASKS: [&str; 2] = ["/api/{user_id}/tasks", "/api/tasks"];

/// The API, in the order in which paths are tried.
fn api() -> Vec<Place> {
    let mut places = Vec::new();
    for tasks in TASKS {
        places.extend([
            at(format!("{tasks}/{{id}}/complete")).patch(tasks::complete),
            at(format!("{tasks}/{{id}}"))
                .get(tasks::get)
                .put(tasks::put)
                .patch(tasks::patch)
                .delete(tasks::delete),
            at(tasks).get(tasks::list).post(tasks::create),
        ]);
    }
    places.extend([
        at("/").get(root::root),
        at("/livez").get(health::live),
        at("/readyz").get(health::ready),
        at("/health").get(health::health),
        at("/openapi.json").get(docs::document),
        at("/docs").get(docs::index),
        at("/docs/{file}").get(docs::file),
    ]);
    places
}

/// The page of figures.
fn figures() -> Vec<Place> {
    vec![at("/metrics").get(metrics::metrics)]
}

/// Every path and its methods.
#[cfg(test)]
pub(crate) fn table() -> Vec<Place> {
    api().into_iter().chain(figures()).collect()
}

/// Adds every route of the API.
pub(crate) fn routes(app: &mut ServiceConfig) {
    register(app, api());
}

/// Adds the API and the page of figures beside it.
pub(crate) fn routes_and_figures(app: &mut ServiceConfig) {
    register(app, api());
    register(app, figures());
}

/// Adds the page of figures alone, for a listener of its own.
pub(crate) fn only_figures(app: &mut ServiceConfig) {
    register(app, figures());
}

fn register(app: &mut ServiceConfig, places: Vec<Place>) {
    for place in places {
        app.service(place.into_resource());
    }
}
