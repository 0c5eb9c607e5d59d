use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::NullPolicy;

use super::path;
use crate::body::{self, MediaTypes};
use crate::caller::Caller;
use crate::openapi::answers::CreatedTask;
use crate::openapi::parameters::OwnerPath;
use crate::openapi::schemas::NewTask;
use crate::problem::Problem;
use crate::representation;
use crate::state::State;

/// Creates a task
///
/// Members that are unknown, or that only the service writes, are ignored.
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
    Caller(owner): Caller,
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let input = body::object(&request, payload, MediaTypes::Json, state.body)
        .await?
        .into_input(NullPolicy::Reject)?;
    let task = state.tasks.create(&owner, input).await?;
    let location = format!("{}/{}", path(&request), task.id);
    Ok(representation::task(HttpResponse::Created().insert_header((header::LOCATION, location)), &task))
}
