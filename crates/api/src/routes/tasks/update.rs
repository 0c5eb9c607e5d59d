use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Nulls, Owner};

use super::task_id;
use crate::body::{self, MediaTypes};
use crate::caller::Caller;
use crate::conditional;
use crate::openapi::TaskBody;
use crate::problem::Problem;
use crate::representation::{self, TaskJson};
use crate::state::State;

/// Merges an object into a task; a null title or `completed` is as if it were not there.
#[utoipa::path(
    put,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    params(
        ("user_id" = String, Path, description = "The caller's own id"),
        ("id" = String, Path, description = "The task's id", format = "uuid"),
        ("If-Match" = Option<String>, Header, description = "Write only when the task has one of these entity tags")
    ),
    request_body = TaskBody,
    responses(
        (status = 200, description = "The task as it is now", body = TaskJson<'static>, headers(
            ("ETag" = String, description = "The task's revision, quoted")
        ))
    )
)]
pub(crate) async fn put(
    Caller(owner): Caller,
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    update(owner, request, payload, state, MediaTypes::Json, Nulls::Ignored).await
}

/// Applies a merge patch (RFC 7396) to a task.
#[utoipa::path(
    patch,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    params(
        ("user_id" = String, Path, description = "The caller's own id"),
        ("id" = String, Path, description = "The task's id", format = "uuid"),
        ("If-Match" = Option<String>, Header, description = "Write only when the task has one of these entity tags")
    ),
    request_body = TaskBody,
    responses(
        (status = 200, description = "The task as it is now", body = TaskJson<'static>, headers(
            ("ETag" = String, description = "The task's revision, quoted")
        ))
    )
)]
pub(crate) async fn patch(
    Caller(owner): Caller,
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    update(owner, request, payload, state, MediaTypes::MergePatch, Nulls::Refused).await
}

async fn update(
    owner: Owner,
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
    types: MediaTypes,
    nulls: Nulls,
) -> Result<HttpResponse, Problem> {
    let input = body::object(&request, payload, types, state.body).await?.into_input()?;
    let precondition = conditional::precondition(request.headers())?;
    let task = state.tasks.update(&owner, task_id(&request)?, input, nulls, precondition).await?;
    Ok(representation::task(&mut HttpResponse::Ok(), &task))
}
