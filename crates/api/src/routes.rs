//! The table of routes: every path and method with its handler, in files by subject. The OpenAPI document lists the same
//! handlers (`document`).

mod document;
mod endpoint;
pub(crate) mod lists;
pub(crate) mod monitoring;
pub(crate) mod owner;
pub(crate) mod pages;
mod router;
pub(crate) mod tasks;

pub(crate) use document::openapi_json;
pub(crate) use endpoint::Endpoint;

pub(crate) use router::router;

use endpoint::path;

/// The paths of the tasks: with the user of the token, and with the user in the path. Of two that match, the short one counts.
const TASKS: [&str; 2] = ["/api/tasks", "/api/{user_id}/tasks"];

/// The API, in the order in which paths are matched.
pub(crate) fn api() -> Vec<Endpoint> {
    // After those of the tasks, `/api/lists/tasks` would be the tasks of a user called `lists`.
    let mut endpoints = list_endpoints("/api/lists");
    for tasks in TASKS {
        endpoints.extend([
            path(format!("{tasks}/transfer")).post(tasks::transfer),
            // `bulk`, `changes`, `events`, `tags` and `trash` are no task's ids either.
            path(format!("{tasks}/bulk")).post(tasks::bulk),
            path(format!("{tasks}/changes")).get(tasks::changes::list),
            path(format!("{tasks}/events")).get(tasks::events::events),
            path(format!("{tasks}/tags")).get(tasks::tags::tags),
            path(format!("{tasks}/trash/{{id}}")).get(tasks::trash::get).delete(tasks::trash::purge),
            path(format!("{tasks}/trash")).get(tasks::trash::list).delete(tasks::trash::empty),
            path(format!("{tasks}/{{id}}/complete")).patch(tasks::complete),
            path(format!("{tasks}/{{id}}/restore")).post(tasks::trash::restore),
            path(format!("{tasks}/{{id}}/move")).post(tasks::move_to),
            path(format!("{tasks}/{{id}}"))
                .get(tasks::get)
                .put(tasks::put)
                .patch(tasks::patch)
                .delete(tasks::delete),
            path(tasks).get(tasks::list).post(tasks::create),
        ]);
    }
    // Before those of the tasks, `/api/tasks/lists` would be the lists of a user called `tasks`.
    endpoints.extend(list_endpoints("/api/{user_id}/lists"));
    endpoints.extend([
        // After the paths of the tasks: `/api/tasks` is the list of the token's user, not a user called `tasks`.
        path("/api/{user_id}").delete(owner::delete),
        path("/").get(pages::root),
        path("/livez").get(monitoring::live),
        path("/readyz").get(monitoring::ready),
        path("/health").get(monitoring::health),
        path("/openapi.json").get(document::get_openapi),
        path("/docs").get(pages::index),
        path("/docs/{file}").get(pages::file),
    ]);
    endpoints
}

/// The endpoints of lists below this path.
fn list_endpoints(lists: &str) -> Vec<Endpoint> {
    vec![
        path(format!("{lists}/{{id}}/move")).post(lists::move_to),
        path(format!("{lists}/{{id}}"))
            .get(lists::get)
            .put(lists::put)
            .patch(lists::patch)
            .delete(lists::delete),
        path(lists).get(lists::list).post(lists::create),
    ]
}

/// The metrics alone, for a separate listener.
pub(crate) fn metrics() -> Vec<Endpoint> {
    vec![path("/metrics").get(monitoring::metrics)]
}

/// The API and the metrics.
pub(crate) fn api_and_metrics() -> Vec<Endpoint> {
    api().into_iter().chain(metrics()).collect()
}
