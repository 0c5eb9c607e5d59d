use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Outcome, Scope};

use super::list::list_in;
use super::{one, task_id};
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional;
use crate::http::idempotency::{Post, Reply};
use crate::http::problem::{FieldError, Problem};
use crate::openapi::parameters::{Conditions, ListConditions, OwnerPath, TaskPath, TrashParameters};
use crate::openapi::responses::{ChangedTask, EmptiedTrash, OneTrashedTask, PageOfTrash, PurgedTask};
use crate::state::AppState;

/// Lists the user's deleted tasks
///
/// The newest deletion first. A page has up to 1000 tasks, or up to `limit`; `Link` and `X-Next-Cursor` point to the next
/// page. Contradicting parameters are 422; unknown ones are ignored. 304 if `If-None-Match` has the current entity tag.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks/trash",
    tag = "tasks",
    operation_id = "list_trash",
    params(OwnerPath, TrashParameters, ListConditions),
    responses(PageOfTrash)
)]
pub(crate) async fn list(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    list_in(Scope::Trash, owner, request, state).await
}

/// Deletes all tasks in the trash for good
///
/// It also succeeds if there are none. With a query it is 422, so that no more is deleted than a filtered list shows.
#[utoipa::path(
    delete,
    path = "/api/{user_id}/tasks/trash",
    tag = "tasks",
    operation_id = "empty_trash",
    params(OwnerPath),
    responses(EmptiedTrash)
)]
pub(crate) async fn empty(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    if !request.query_string().is_empty() {
        let msg = "must be absent, since all tasks in the trash are deleted";
        return Err(Problem::invalid(vec![FieldError::whole_query(msg, "value_error")]));
    }
    state.tasks.empty_trash(&owner).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Reads one task in the trash
///
/// 304 if `If-None-Match` lists the current revision.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks/trash/{id}",
    tag = "tasks",
    operation_id = "get_trashed_task",
    params(TaskPath, Conditions),
    responses(OneTrashedTask)
)]
pub(crate) async fn get(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    one(&request, &state.tasks.get_trashed(&owner, task_id(&request)?).await?)
}

/// Deletes a task in the trash for good
///
/// A live task is 404: delete it first.
#[utoipa::path(
    delete,
    path = "/api/{user_id}/tasks/trash/{id}",
    tag = "tasks",
    operation_id = "purge_task",
    params(TaskPath, Conditions),
    responses(PurgedTask)
)]
pub(crate) async fn purge(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let precondition = conditional::precondition(request.headers())?;
    state.tasks.purge(&owner, task_id(&request)?, precondition).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Restores a task from the trash
///
/// A task that is not in the trash remains unchanged.
#[utoipa::path(
    post,
    path = "/api/{user_id}/tasks/{id}/restore",
    tag = "tasks",
    operation_id = "restore_task",
    params(TaskPath, Conditions),
    responses(ChangedTask)
)]
pub(crate) async fn restore(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let post = Post::read(&request, payload, state.body).await?;
    let restored = |outcome: &Outcome| match outcome {
        Outcome::Task(task) | Outcome::Unchanged(task) => Some(Reply::task(StatusCode::OK, task)),
        _ => None,
    };
    post.respond(&owner, &state, restored, async |key| {
        let precondition = conditional::precondition(request.headers())?;
        Ok(state.tasks.restore(&owner, task_id(&request)?, precondition, key).await?)
    })
    .await
}
