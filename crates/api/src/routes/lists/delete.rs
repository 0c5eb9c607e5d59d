use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::{list_id, problem};
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::http::query::Parameters;
use crate::openapi::parameters::{Conditions, ListPath, TasksOfListQuery};
use crate::openapi::responses::lists::DeletedList;
use crate::state::AppState;

/// Deletes a list
///
/// For good. Its tasks stay, without a list, or are moved to the trash with `tasks=trash`.
#[utoipa::path(
    delete,
    path = "/api/{user_id}/lists/{id}",
    tag = "lists",
    operation_id = "delete_list",
    params(ListPath, TasksOfListQuery, Conditions),
    responses(DeletedList)
)]
pub(crate) async fn delete(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let keeps_tasks = keeps_tasks(request.query_string())?;
    let precondition = conditional::precondition(request.headers())?;
    let deleted = state.tasks.delete_list(&owner, list_id(&request)?, keeps_tasks, precondition).await;
    deleted.map_err(problem)?;
    Ok(HttpResponse::NoContent().finish())
}

fn keeps_tasks(query: &str) -> Result<bool, Problem> {
    let mut parameters = Parameters::read(query, &["tasks"]);
    let keeps = parameters.take("tasks", "must be keep or trash", |text| match text {
        "keep" => Some(true),
        "trash" => Some(false),
        _ => None,
    });
    parameters.finish(keeps.unwrap_or(true))
}
