use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{NullPolicy, Owner, Task, TaskInput};

use super::{task_id, url};
use crate::http::authentication::AuthenticatedOwner;
use crate::http::body::{self, MediaTypes};
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
    let input = new_task(&request, payload, &state).await?;
    let task = state.tasks.create(&owner, input).await?;
    Ok(created(&url(&request, &state), &task))
}

/// Creates the task of the path.
pub(super) async fn create_with_id(
    owner: Owner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let input = new_task(&request, payload, &state).await?;
    let task = state.tasks.create_with_id(&owner, task_id(&request)?, input).await?;
    let url = url(&request, &state);
    let (tasks, _) = url.rsplit_once('/').unwrap_or_default();
    Ok(created(tasks, &task))
}

async fn new_task(request: &HttpRequest, payload: Payload, state: &AppState) -> Result<TaskInput, Problem> {
    body::object(request, payload, MediaTypes::Json, state.body).await?.into_input(NullPolicy::Reject)
}

/// The response for a new task below this URL.
fn created(tasks: &str, task: &Task) -> HttpResponse {
    let location = format!("{tasks}/{}", task.id);
    representation::task(HttpResponse::Created().insert_header((header::LOCATION, location)), task)
}
