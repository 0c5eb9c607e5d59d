use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::TaskId;
use serde::Serialize;
use utoipa::ToSchema;

use super::task_id;
use crate::caller::Caller;
use crate::conditional;
use crate::problem::Problem;
use crate::representation;
use crate::state::State;

const PREFER: HeaderName = HeaderName::from_static("prefer");
const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// What a deletion says when it is asked to say something.
#[derive(Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "the members that clients read")]
pub(crate) struct Deleted {
    #[schema(example = "Task deleted")]
    message: &'static str,
    /// The deleted task.
    #[schema(format = "uuid")]
    id: String,
    /// The same, under the name that older clients read.
    #[schema(format = "uuid")]
    task_id: String,
    deleted: bool,
}

/// Deletes a task: 204, or 200 with a body for clients that need one (RFC 7240 `Prefer: return=representation`).
#[utoipa::path(
    delete,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    params(
        ("user_id" = String, Path, description = "The caller's own id"),
        ("id" = String, Path, description = "The task's id", format = "uuid"),
        ("If-Match" = Option<String>, Header, description = "Write only when the task has one of these entity tags"),
        ("Prefer" = Option<String>, Header, description = "`return=representation` asks for a body")
    ),
    responses(
        (status = 204, description = "Deleted"),
        (status = 200, description = "Deleted, with a body", body = Deleted)
    )
)]
pub(crate) async fn delete(
    Caller(owner): Caller,
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let id = task_id(&request)?;
    let precondition = conditional::precondition(request.headers())?;
    state.tasks.delete(&owner, id, precondition).await?;
    let preferred = preferred_return(request.headers());
    let mut response = match preferred {
        Some("representation") => HttpResponse::Ok(),
        None if state.delete_returns_body => HttpResponse::Ok(),
        _ => return Ok(HttpResponse::NoContent().finish()),
    };
    if preferred.is_some() {
        response.insert_header((PREFERENCE_APPLIED, "return=representation"));
    }
    Ok(representation::json(representation::own(&mut response), &deleted(id)))
}

fn deleted(id: TaskId) -> Deleted {
    Deleted { message: "Task deleted", id: id.to_string(), task_id: id.to_string(), deleted: true }
}

/// The value of the first `return` preference.
fn preferred_return(headers: &HeaderMap) -> Option<&str> {
    let values = headers.get_all(PREFER).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).find_map(|preference| {
        let (name, value) = preference.split_once('=')?;
        name.trim().eq_ignore_ascii_case("return").then(|| value.trim().trim_matches('"'))
    })
}
