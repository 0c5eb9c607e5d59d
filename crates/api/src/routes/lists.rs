//! The routes of lists: reads here, writes in one file per operation.

pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod move_to;
pub(crate) mod update;

use actix_web::http::header;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{AtRevision, ListId, TaskError};

use super::tasks::url;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional::Collection;
use crate::http::problem::{Problem, ProblemKind};
use crate::http::representation;
use crate::http::representation::lists::{self, CountedJson};
use crate::http::{conditional, encoding, path};
use crate::openapi::parameters::{Conditions, ListConditions, ListPath, OwnerPath};
use crate::openapi::responses::lists::{AllLists, OneList};
use crate::state::AppState;

pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use move_to::move_to;
pub(crate) use update::{patch, put};

/// Lists the user's lists
///
/// All of them, in their manual order, each with the numbers of its open and completed tasks. 304 if `If-None-Match` has the
/// current entity tag.
#[utoipa::path(
    get,
    path = "/api/{user_id}/lists",
    tag = "lists",
    operation_id = "list_lists",
    params(OwnerPath, ListConditions),
    responses(AllLists)
)]
pub(crate) async fn list(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let by_time = (state.tasks.now(), false);
    let collection = Collection::read(&request, &url(&request, &state), &owner, by_time)?;
    let mut response = HttpResponse::Ok();
    if let Some((_, tag)) = collection.unchanged(&state.tasks).await? {
        return Ok(representation::unchanged_collection(response.insert_header((header::ETAG, tag))));
    }
    state.unsent_lists.check(&owner)?;
    let AtRevision { read: all, at } = state.tasks.lists(&owner).await?;
    response.insert_header((header::ETAG, collection.tag(at, None)));
    let bytes = lists::estimated_bytes(all.len());
    let unsent = state.unsent_lists.take(&owner, bytes)?;
    let coding = encoding::accepted(&request);
    let hold = |body| unsent.hold(body);
    Ok(representation::collection(&mut response, &all, CountedJson, bytes, coding, hold).await)
}

/// Reads one list
///
/// 304 if `If-None-Match` lists the current revision.
#[utoipa::path(
    get,
    path = "/api/{user_id}/lists/{id}",
    tag = "lists",
    operation_id = "get_list",
    params(ListPath, Conditions),
    responses(OneList)
)]
pub(crate) async fn get(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let list = state.tasks.get_list(&owner, list_id(&request)?).await.map_err(problem)?;
    let unchanged = conditional::unchanged(request.headers(), list.revision, problem)?;
    Ok(unchanged.unwrap_or_else(|| lists::list(&mut HttpResponse::Ok(), &list)))
}

/// The list id of the path. An invalid id is the id of no list.
fn list_id(request: &HttpRequest) -> Result<ListId, Problem> {
    let text = path::parameter(request, "id").unwrap_or_default();
    ListId::parse(text).ok_or_else(|| problem(TaskError::NotFound))
}

/// The problem of a list, in words of its own.
fn problem(error: TaskError) -> Problem {
    match error {
        TaskError::NotFound => Problem::new(ProblemKind::ListNotFound, "List not found."),
        TaskError::PreconditionFailed { current } => {
            Problem::new(ProblemKind::PreconditionFailed, "The list has changed since you last read it.")
                .with_header(header::ETAG, &format!("\"{current}\""))
        }
        TaskError::AlreadyExists { current: Some(current) } => {
            Problem::new(ProblemKind::PreconditionFailed, "A list with this id exists.")
                .with_header(header::ETAG, &format!("\"{current}\""))
        }
        TaskError::QuotaExceeded { limit } => Problem::quota_exceeded(limit, "lists"),
        other => other.into(),
    }
}
