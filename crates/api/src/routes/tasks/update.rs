use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{NullPolicy, Owner};

use super::task_id;
use crate::body::{self, MediaTypes};
use crate::caller::Caller;
use crate::conditional;
use crate::openapi::answers::ChangedTask;
use crate::openapi::parameters::{Conditions, TaskPath};
use crate::openapi::schemas::{TaskPatch, TaskUpdate};
use crate::problem::Problem;
use crate::representation;
use crate::state::State;

/// Updates a task
///
/// What is not mentioned is kept, and so is what is null, but for `description`, which a null clears. An object that
/// changes nothing leaves `updated_at` and `ETag` alone.
#[utoipa::path(
    put,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    operation_id = "update_task",
    params(TaskPath, Conditions),
    request_body(content((TaskUpdate = "application/json")), description = "What is to change."),
    responses(ChangedTask)
)]
pub(crate) async fn put(
    Caller(owner): Caller,
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    update(owner, request, payload, state, MediaTypes::Json, NullPolicy::Ignore).await
}

/// Patches a task
///
/// A JSON Merge Patch (RFC 7396): what is not mentioned is kept. `"description": null` clears it; a null anywhere else is
/// 422. An object that changes nothing leaves `updated_at` and `ETag` alone.
#[utoipa::path(
    patch,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    operation_id = "patch_task",
    params(TaskPath, Conditions),
    request_body(
        content((TaskPatch = "application/json"), (TaskPatch = "application/merge-patch+json")),
        description = "What is to change."
    ),
    responses(ChangedTask)
)]
pub(crate) async fn patch(
    Caller(owner): Caller,
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    update(owner, request, payload, state, MediaTypes::MergePatch, NullPolicy::Reject).await
}

async fn update(
    owner: Owner,
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
    types: MediaTypes,
    nulls: NullPolicy,
) -> Result<HttpResponse, Problem> {
    let input = body::object(&request, payload, types, state.body).await?.into_input(nulls)?;
    let precondition = conditional::precondition(request.headers())?;
    let task = state.tasks.update(&owner, task_id(&request)?, input, nulls, precondition).await?;
    Ok(representation::task(&mut HttpResponse::Ok(), &task))
}
