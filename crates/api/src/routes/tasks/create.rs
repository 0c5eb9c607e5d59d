use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::NullPolicy;

use super::url;
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
    let input = body::object(&request, payload, MediaTypes::Json, state.body)
        .await?
        .into_input(NullPolicy::Reject)?;
    let task = state.tasks.create(&owner, input).await?;
    let location = format!("{}/{}", url(&request, &state), task.id);
    Ok(representation::task(HttpResponse::Created().insert_header((header::LOCATION, location)), &task))
}
