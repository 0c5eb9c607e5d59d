//! The task routes, one file per operation.

pub(crate) mod complete;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod update;

use actix_web::HttpRequest;
use domain::TaskId;

use crate::http::problem::Problem;
use crate::state::AppState;

pub(crate) use complete::complete;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use get::get;
pub(crate) use list::list;
pub(crate) use update::{patch, put};

/// The task id of the path. An invalid id is the id of no task.
fn task_id(request: &HttpRequest) -> Result<TaskId, Problem> {
    let text = request.match_info().get("id").unwrap_or_default();
    TaskId::parse(text).ok_or_else(|| Problem::from(domain::TaskError::NotFound))
}

/// The URL of the request for clients, without a query and a trailing slash. Without `server.public_url` it is a path:
/// behind a proxy, the service does not know the host and scheme of its clients.
fn url(request: &HttpRequest, state: &AppState) -> String {
    format!("{}{}", state.public_url, request.uri().path().trim_end_matches('/'))
}
