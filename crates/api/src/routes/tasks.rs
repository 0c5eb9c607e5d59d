//! The task routes: the read of one task here, the others in one file per operation.

pub(crate) mod bulk;
pub(crate) mod changes;
pub(crate) mod complete;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod events;
pub(crate) mod list;
pub(crate) mod move_to;
pub(crate) mod tags;
pub(crate) mod transfer;
pub(crate) mod trash;
pub(crate) mod update;

use std::fmt::Display;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{Task, TaskError, TaskId};

use crate::http::authentication::AuthenticatedOwner;
use crate::http::problem::Problem;
use crate::http::{conditional, path, representation};
use crate::openapi::parameters::{Conditions, TaskPath};
use crate::openapi::responses::OneTask;
use crate::state::AppState;

pub(crate) use bulk::bulk;
pub(crate) use complete::complete;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use list::list;
pub(crate) use move_to::move_to;
pub(crate) use transfer::transfer;
pub(crate) use update::{patch, put};

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
    one(&request, &state.tasks.get(&owner, task_id(&request)?).await?)
}

/// A task that was read, if the precondition allows it.
fn one(request: &HttpRequest, task: &Task) -> Result<HttpResponse, Problem> {
    let unchanged = conditional::unchanged(request.headers(), task.revision, Problem::from)?;
    Ok(unchanged.unwrap_or_else(|| representation::task(&mut HttpResponse::Ok(), task)))
}

/// The task id of the path. An invalid id is the id of no task.
fn task_id(request: &HttpRequest) -> Result<TaskId, Problem> {
    let text = path::parameter(request, "id").unwrap_or_default();
    TaskId::parse(text).ok_or_else(|| Problem::from(TaskError::NotFound))
}

/// The URL of the request for clients, without a query and a trailing slash. Without `server.public_url` it is a path:
/// behind a proxy, the service does not know the host and scheme of its clients.
pub(super) fn url(request: &HttpRequest, state: &AppState) -> String {
    format!("{}{}", state.public_url, request.uri().path().trim_end_matches('/'))
}

/// The URL of this id in the place of the last part of the path.
pub(super) fn url_beside(request: &HttpRequest, state: &AppState, id: impl Display) -> String {
    let url = url(request, state);
    let (collection, _) = url.rsplit_once('/').unwrap_or_default();
    format!("{collection}/{id}")
}
