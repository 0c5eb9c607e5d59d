use actix_web::http::{StatusCode, header};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Outcome, Owner};

use super::{task_id, url, url_beside};
use crate::http::authentication::AuthenticatedOwner;
use crate::http::body::{self, MediaTypes};
use crate::http::idempotency::{Post, Reply};
use crate::http::problem::Problem;
use crate::http::representation;
use crate::openapi::parameters::OwnerPath;
use crate::openapi::responses::CreatedTask;
use crate::openapi::schemas::NewTask;
use crate::state::AppState;

/// Creates a task
///
/// Unknown and read-only members are ignored.
#[utoipa::path(
    post,
    path = "/api/{user_id}/tasks",
    tag = "tasks",
    operation_id = "create_task",
    params(OwnerPath),
    request_body(content((NewTask = "application/json")), description = "The new task."),
    responses(CreatedTask)
)]
pub(crate) async fn create(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let post = Post::read(&request, payload, state.body).await?;
    let url = url(&request, &state);
    let created = move |outcome: &Outcome| {
        let Outcome::Task(task) = outcome else { return None };
        Some(Reply::task(StatusCode::CREATED, task).at(format!("{url}/{}", task.id)))
    };
    post.respond(&owner, &state, created, async |key| {
        let task = post.object()?.into_new_task(&state.tasks)?;
        Ok(state.tasks.create(&owner, task, key).await?)
    })
    .await
}

/// Creates the task of the path.
pub(super) async fn create_with_id(
    owner: Owner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let body = body::object(&request, payload, MediaTypes::Json, state.body).await?;
    let task = body.into_new_task(&state.tasks)?;
    let task = state.tasks.create_with_id(&owner, task_id(&request)?, task).await?;
    let location = (header::LOCATION, url_beside(&request, &state, task.id));
    Ok(representation::task(HttpResponse::Created().insert_header(location), &task))
}
