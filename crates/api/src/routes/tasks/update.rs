use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{NullPolicy, Owner};

use super::{create, task_id};
use crate::http::authentication::AuthenticatedOwner;
use crate::http::body::{self, MediaTypes};
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::http::representation;
use crate::openapi::parameters::{Conditions, ConditionsOfPut, TaskPath};
use crate::openapi::responses::{ChangedOrCreatedTask, ChangedTask};
use crate::openapi::schemas::{TaskPatch, TaskUpdate};
use crate::state::AppState;

/// Updates or creates a task
///
/// Omitted members are unchanged, and so are null ones, except that null clears `description`, `tags`, `due_date` and
/// `list_id`, and a null `priority` is the default. If nothing changes, `updated_at` and `ETag` remain the same.
///
/// With `If-None-Match: *` it creates the task instead, with the id of the path, a new UUID of version 4 or 7 (422 for
/// others), and the body of a POST. A request that is repeated after it was executed is 412 and creates nothing.
#[utoipa::path(
    put,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    operation_id = "update_task",
    params(TaskPath, ConditionsOfPut),
    request_body(
        content((TaskUpdate = "application/json")),
        description = "The changes, or the new task, whose `title` is required."
    ),
    responses(ChangedOrCreatedTask)
)]
pub(crate) async fn put(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let precondition = conditional::precondition(request.headers());
    if precondition.is_ok_and(|precondition| precondition.requires_absence()) {
        return create::create_with_id(owner, request, payload, state).await;
    }
    update(owner, request, payload, state, MediaTypes::Json, NullPolicy::Ignore).await
}

/// Patches a task
///
/// A JSON Merge Patch (RFC 7396): omitted members are unchanged. Null clears `description`, `tags`, `due_date` and `list_id`,
/// and is 422 for the others. If nothing changes, `updated_at` and `ETag` remain the same.
#[utoipa::path(
    patch,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    operation_id = "patch_task",
    params(TaskPath, Conditions),
    request_body(
        content((TaskPatch = "application/json"), (TaskPatch = "application/merge-patch+json")),
        description = "The changes."
    ),
    responses(ChangedTask)
)]
pub(crate) async fn patch(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    update(owner, request, payload, state, MediaTypes::MergePatch, NullPolicy::Reject).await
}

async fn update(
    owner: Owner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
    types: MediaTypes,
    nulls: NullPolicy,
) -> Result<HttpResponse, Problem> {
    let body = body::object(&request, payload, types, state.body).await?;
    let change = body.into_change(&state.tasks, nulls)?;
    let precondition = conditional::precondition(request.headers())?;
    let task = state.tasks.update(&owner, task_id(&request)?, change, precondition).await?;
    Ok(representation::task(&mut HttpResponse::Ok(), &task))
}
