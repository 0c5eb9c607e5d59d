use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Outcome, TaskId};

use super::task_id;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional;
use crate::http::idempotency::{Post, Reply};
use crate::http::problem::Problem;
use crate::openapi::parameters::{Conditions, TaskPath};
use crate::openapi::responses::ChangedTask;
use crate::openapi::schemas::Move;
use crate::state::AppState;

/// Moves a task in the manual order
///
/// Before or after another task, or to one end. If the task is there already, nothing changes. A neighbour that is unknown or
/// in the trash is 422.
#[utoipa::path(
    post,
    path = "/api/{user_id}/tasks/{id}/move",
    tag = "tasks",
    operation_id = "move_task",
    params(TaskPath, Conditions),
    request_body(content = Move, content_type = "application/json", description = "The new place."),
    responses(ChangedTask)
)]
pub(crate) async fn move_to(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let post = Post::read(&request, payload, state.body).await?;
    let moved = |outcome: &Outcome| match outcome {
        Outcome::Task(task) | Outcome::Unchanged(task) => Some(Reply::task(StatusCode::OK, task)),
        _ => None,
    };
    post.respond(&owner, &state, moved, async |key| {
        let to = post.object()?.into_move(TaskId::parse)?;
        let precondition = conditional::precondition(request.headers())?;
        let id = task_id(&request)?;
        Ok(state.tasks.move_to(&owner, id, to, precondition, key).await?)
    })
    .await
}
