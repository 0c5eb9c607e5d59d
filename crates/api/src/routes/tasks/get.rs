use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{Precondition, TaskError};

use super::task_id;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::http::representation;
use crate::openapi::parameters::{Conditions, TaskPath};
use crate::openapi::responses::OneTask;
use crate::state::AppState;

/// Reads one task
///
/// 304 if `If-None-Match` lists the current revision.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks/{id}",
    tag = "tasks",
    operation_id = "get_task",
    params(TaskPath, Conditions),
    responses(OneTask)
)]
pub(crate) async fn get(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let task = state.tasks.get(&owner, task_id(&request)?).await?;
    // After the read: for a task of another user, every precondition gets the same 404.
    let Precondition { if_match, if_none_match } = conditional::precondition(request.headers())?;
    if if_match.is_some_and(|tags| !tags.matches(task.revision)) {
        return Err(TaskError::PreconditionFailed { current: task.revision }.into());
    }
    if if_none_match.is_some_and(|tags| tags.matches(task.revision)) {
        let mut response = HttpResponse::NotModified();
        representation::private_cache_headers(&mut response)
            .insert_header((header::ETAG, representation::etag(&task)));
        return Ok(response.finish());
    }
    Ok(representation::task(&mut HttpResponse::Ok(), &task))
}
