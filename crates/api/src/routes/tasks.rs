//! The task routes: reads here, writes in one file per operation.

pub(crate) mod bulk;
pub(crate) mod changes;
pub(crate) mod complete;
pub(crate) mod create;
pub(crate) mod delete;
pub(crate) mod events;
pub(crate) mod move_to;
pub(crate) mod tags;
pub(crate) mod transfer;
pub(crate) mod trash;
pub(crate) mod update;

use std::fmt::Display;
use std::time::Duration;

use actix_web::http::header::{self, HeaderName};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use domain::{Owner, OwnerRevision, Scope, Task, TaskError, TaskId};

use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional::Collection;
use crate::http::list_request::ListRequest;
use crate::http::preference::PREFERENCE_APPLIED;
use crate::http::problem::Problem;
use crate::http::representation;
use crate::http::{conditional, encoding, limits, path, preference};
use crate::openapi::parameters::{Conditions, ListConditions, ListParameters, MaxAge, OwnerPath, TaskPath};
use crate::openapi::responses::{OneTask, PageOfTasks};
use crate::state::AppState;

pub(crate) use bulk::bulk;
pub(crate) use complete::complete;
pub(crate) use create::create;
pub(crate) use delete::delete;
pub(crate) use move_to::move_to;
pub(crate) use transfer::transfer;
pub(crate) use update::{patch, put};

/// The cursor of the next page.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");
/// Whether the user has written since the first page, in an order whose keys can change.
const CHANGED_SINCE: HeaderName = HeaderName::from_static("x-changed-since");
/// The number of matching tasks.
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// Lists the user's tasks
///
/// Newest first. A page has up to 1000 tasks, or up to `limit`; `Link` and `X-Next-Cursor` point to the next page.
/// In the order of creation, concurrent writes do not cause skipped or repeated tasks; in another one, a task whose sort key
/// changes may be, and `X-Changed-Since: true` tells that the user has written since the first page. Contradicting parameters are 422; unknown ones are ignored.
/// 304 if `If-None-Match` has the current entity tag.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks",
    tag = "tasks",
    operation_id = "list_tasks",
    params(OwnerPath, ListParameters, ListConditions, MaxAge),
    responses(PageOfTasks)
)]
pub(crate) async fn list(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    list_in(Scope::Live, owner, request, state).await
}

/// A page of the live tasks or of the trash.
async fn list_in(
    scope: Scope,
    owner: Owner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let now = state.tasks.now();
    let list = ListRequest::parse(request.query_string(), scope, now)?;
    let url = url(&request, &state);
    let mut response = HttpResponse::Ok();
    let changed_since = |response: &mut HttpResponseBuilder, at: OwnerRevision| {
        if list.has_changed_since(at) {
            response.insert_header((CHANGED_SINCE, "true"));
        }
    };
    let by_time = (now, list.query.due.overdue.is_some());
    let collection = Collection::read(&request, &url, &owner, by_time)?;
    // A search depends on the rule of the stored texts as well.
    let collection = list.query.search.is_none().then_some(collection);
    if let Some(collection) = &collection
        && let Some((at, tag)) = collection.unchanged(&state.tasks).await?
    {
        changed_since(&mut response, at);
        return Ok(representation::unchanged_collection(response.insert_header((header::ETAG, tag))));
    }
    let room = limits::room_for_list(&request, &state, &owner).await?;
    let preferred = preference::max_age(request.headers()).filter(|_| scope == Scope::Live);
    let of_setting = if scope == Scope::Live { state.max_age } else { Duration::ZERO };
    let max_age = preferred.unwrap_or(of_setting);
    let (page, may_be_old) = state.tasks.list_within(&owner, list.query.clone(), max_age).await?;
    if let Some(preferred) = preferred.filter(|_| may_be_old) {
        response.insert_header((PREFERENCE_APPLIED, format!("max-age={}", preferred.as_secs())));
    }
    changed_since(&mut response, page.at);
    if let Some(collection) = &collection {
        response.insert_header((header::ETAG, collection.tag(page.at, page.until)));
        if collection.matches_all() {
            return Ok(representation::unchanged_collection(&mut response));
        }
    }
    if let Some(cursor) = list.next_cursor(&page) {
        let limit = list.query.limit;
        let count = if list.query.count { "&count=true" } else { "" };
        let link = format!("<{url}?cursor={cursor}&limit={limit}{count}>; rel=\"next\"");
        response.insert_header((header::LINK, link)).insert_header((NEXT_CURSOR, cursor));
    }
    if let Some(total) = page.total {
        response.insert_header((TOTAL_COUNT, total.to_string()));
    }
    // First the memory: pages that wait for their turn take it, too.
    let unsent = room.take(representation::estimated_bytes(&page.tasks))?;
    let _turn = limits::turn_to_write(&request, &state.limits, page.tasks.len()).await;
    let coding = encoding::accepted(&request);
    Ok(representation::tasks(&mut response, &page.tasks, coding, |list| unsent.hold(list)).await)
}

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
