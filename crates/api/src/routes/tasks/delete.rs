use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::TaskId;
use serde::Serialize;
use utoipa::ToSchema;

use super::task_id;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional;
use crate::http::preference::{PREFERENCE_APPLIED, value_of};
use crate::http::problem::Problem;
use crate::http::representation;
use crate::openapi::parameters::{Conditions, Preference, TaskPath};
use crate::openapi::responses::DeletedTask;
use crate::state::AppState;

/// The optional body of a deletion.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "existing clients use these members")]
pub(crate) struct Deleted {
    /// A message for people.
    #[schema(example = "Task deleted")]
    message: &'static str,
    /// The deleted task.
    #[schema(format = "uuid")]
    id: String,
    /// The same, under the name that older clients use.
    #[schema(format = "uuid")]
    task_id: String,
    /// Always true.
    deleted: bool,
}

/// Deletes a task
///
/// 204, or 200 with a body for `Prefer: return=representation` (RFC 7240) or if the service is configured so.
#[utoipa::path(
    delete,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    operation_id = "delete_task",
    params(TaskPath, Conditions, Preference),
    responses(DeletedTask)
)]
pub(crate) async fn delete(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let precondition = conditional::precondition(request.headers())?;
    let id = task_id(&request)?;
    state.tasks.delete(&owner, id, precondition).await?;
    let preferred = value_of(request.headers(), "return");
    let mut response = match preferred {
        Some("representation") => HttpResponse::Ok(),
        None if state.delete_returns_body => HttpResponse::Ok(),
        _ => return Ok(HttpResponse::NoContent().finish()),
    };
    if preferred.is_some() {
        response.insert_header((PREFERENCE_APPLIED, "return=representation"));
    }
    Ok(representation::json(representation::private_cache_headers(&mut response), &deleted(id)))
}

/// The body for this task.
pub(crate) fn deleted(id: TaskId) -> Deleted {
    Deleted { message: "Task deleted", id: id.to_string(), task_id: id.to_string(), deleted: true }
}
