use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{NullPolicy, Owner};

use super::task_id;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::body::{self, MediaTypes};
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::http::representation;
use crate::openapi::parameters::{Conditions, TaskPath};
use crate::openapi::responses::ChangedTask;
use crate::openapi::schemas::{TaskPatch, TaskUpdate};
use crate::state::AppState;

/// Updates a task
///
/// Omitted members are unchanged, and so are null ones, except that null clears `description`. If nothing changes,
/// `updated_at` and `ETag` remain the same.
#[utoipa::path(
    put,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    operation_id = "update_task",
    params(TaskPath, Conditions),
    request_body(content((TaskUpdate = "application/json")), description = "The changes."),
    responses(ChangedTask)
)]
pub(crate) async fn put(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    update(owner, request, payload, state, MediaTypes::Json, NullPolicy::Ignore).await
}

/// Patches a task
///
/// A JSON Merge Patch (RFC 7396): omitted members are unchanged. `"description": null` clears it; null for another member
/// is 422. If nothing changes, `updated_at` and `ETag` remain the same.
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
    let input = body::object(&request, payload, types, state.body).await?.into_input(nulls)?;
    let precondition = conditional::precondition(request.headers())?;
    let task = state.tasks.update(&owner, task_id(&request)?, input, nulls, precondition).await?;
    Ok(representation::task(&mut HttpResponse::Ok(), &task))
}
