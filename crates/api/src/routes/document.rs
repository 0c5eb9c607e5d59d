//! The OpenAPI 3.1 document, generated from the annotations of the handlers, and the route that serves it.

#[cfg(test)]
mod tests;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::Data;
use serde_json::json;
use utoipa::OpenApi;

use super::{lists, monitoring, owner, pages, tasks};
use crate::http::problem::{FieldError, Place, ProblemBody};
use crate::openapi::{
    CommonParts, Examples, IdempotencyKeys, Problems, UserFromTokenPaths, schemas, task_id,
};
use crate::state::AppState;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tasknook",
        description = "Personal tasks for users of Better Auth; users only have access to their own tasks. Every error is a \
                       problem document (RFC 9457) with a `code` for programs and a `detail` for people.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    servers((url = "/", description = "This service")),
    tags(
        (name = "own tasks", description = "The tasks of the token's user."),
        (name = "tasks", description = "The routes of own tasks, with the token's user in the path."),
        (name = "own lists", description = "The lists of the token's user."),
        (name = "lists", description = "The routes of own lists, with the token's user in the path."),
        (name = "users", description = "Everything that the token's user has."),
        (name = "service", description = "The service itself; no token required.")
    ),
    paths(
        tasks::list::list,
        tasks::create::create,
        tasks::get,
        tasks::update::put,
        tasks::update::patch,
        tasks::delete::delete,
        tasks::complete::complete,
        tasks::bulk::bulk,
        tasks::transfer::transfer,
        tasks::changes::list,
        tasks::events::events,
        tasks::tags::tags,
        tasks::trash::list,
        tasks::trash::empty,
        tasks::trash::get,
        tasks::trash::purge,
        tasks::trash::restore,
        tasks::move_to::move_to,
        lists::list,
        lists::create::create,
        lists::get,
        lists::update::put,
        lists::update::patch,
        lists::delete::delete,
        lists::move_to::move_to,
        owner::delete::delete,
        pages::root,
        monitoring::live,
        monitoring::ready,
        monitoring::health,
        monitoring::metrics,
        get_openapi,
        pages::index,
        pages::file
    ),
    components(schemas(
        schemas::Task,
        schemas::TrashedTask,
        schemas::NewTask,
        schemas::TaskUpdate,
        schemas::TaskPatch,
        schemas::Completion,
        schemas::Move,
        schemas::Transfer,
        schemas::lists::List,
        schemas::lists::CountedList,
        schemas::lists::NewList,
        schemas::lists::ListUpdate,
        schemas::lists::ListPatch,
        schemas::BulkRequest,
        schemas::Operation,
        schemas::BulkResults,
        schemas::OperationResult,
        schemas::Change,
        schemas::Changes,
        schemas::Events,
        tasks::delete::Deleted,
        tasks::tags::TagCount<'static>,
        ProblemBody<'static>,
        FieldError,
        Place,
        monitoring::Liveness,
        monitoring::Health,
        pages::ServiceInfo
    )),
    modifiers(&UserFromTokenPaths, &Problems, &EXAMPLES, &IdempotencyKeys, &CommonParts)
)]
struct Api;

/// Examples of the bodies that are not tasks.
const EXAMPLES: Examples = Examples(|schema| match schema {
    "Deleted" => task_id().map(|id| ("deleted", json!(tasks::delete::deleted(id)))).into_iter().collect(),
    "TagCount" => vec![
        ("errands", json!(tasks::tags::TagCount::new("errands", 12))),
        ("Work", json!(tasks::tags::TagCount::new("Work", 3))),
    ],
    "Health" => vec![
        ("ok", json!(monitoring::Health::new(true, true, false))),
        ("database_unavailable", json!(monitoring::Health::new(false, true, false))),
        ("tokens_unavailable", json!(monitoring::Health::new(true, false, false))),
        ("draining", json!(monitoring::Health::new(true, true, true))),
    ],
    "Liveness" => vec![("ok", json!(monitoring::Liveness::OK))],
    "ServiceInfo" => vec![("service", json!(pages::ServiceInfo::at("")))],
    _ => vec![],
});

/// The document as JSON, for a service at this URL; without one, its server is the origin of the document.
pub(crate) fn openapi_json(public_url: &str) -> String {
    let mut document = Api::openapi();
    if let ([server], false) = (document.servers.as_deref_mut().unwrap_or_default(), public_url.is_empty()) {
        public_url.clone_into(&mut server.url);
    }
    document.to_pretty_json().unwrap_or_default() + "\n"
}

/// Reads the OpenAPI document
///
/// This document, in OpenAPI 3.1. `tasknook openapi` prints the same.
#[utoipa::path(
    get,
    path = "/openapi.json",
    tag = "service",
    operation_id = "get_openapi",
    responses((status = 200, description = "The document.", body = serde_json::Value, content_type = "application/json"))
)]
pub(crate) async fn get_openapi(state: Data<AppState>) -> HttpResponse {
    let document = state.openapi.get_or_init(|| openapi_json(&state.public_url).into());
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "no-cache"))
        .body(document.clone())
}
