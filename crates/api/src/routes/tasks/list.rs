use std::time::Duration;

use actix_web::http::header::{self, HeaderName};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder};
use domain::{Owner, OwnerRevision, Page, Scope};

use super::url;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional::Collection;
use crate::http::list_request::ListRequest;
use crate::http::preference::PREFERENCE_APPLIED;
use crate::http::problem::Problem;
use crate::http::{encoding, limits, preference, representation};
use crate::openapi::parameters::{ListConditions, ListParameters, MaxAge, OwnerPath};
use crate::openapi::responses::PageOfTasks;
use crate::state::{AppState, SentList};

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
pub(super) async fn list_in(
    scope: Scope,
    owner: Owner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let now = state.tasks.now();
    let list = ListRequest::parse(request.query_string(), scope, now)?;
    let url = url(&request, &state);
    let mut response = HttpResponse::Ok();
    let by_time = (now, list.query.due.overdue.is_some());
    let collection = Collection::read(&request, &url, &owner, by_time)?;
    // A search depends on the rule of the stored texts as well.
    let collection = list.query.search.is_none().then_some(collection);
    if let Some(collection) = &collection
        && let Some((at, tag)) = collection.unchanged(&state.tasks).await?
    {
        changed_since(&mut response, &list, at);
        return Ok(representation::unchanged_collection(response.insert_header((header::ETAG, tag))));
    }
    let coding = encoding::accepted(&request);
    let preferred = preference::max_age(request.headers());
    let of_setting = state.max_age.filter(|_| scope == Scope::Live);
    let max_age = of_setting.map_or(Duration::ZERO, |of_setting| preferred.unwrap_or(of_setting));
    // A list that may be old is read on a replica, and needs nothing from the primary database.
    let kept = collection.as_ref().filter(|collection| max_age.is_zero() && !collection.matches_all());
    if let Some(collection) = kept
        && let Some(sent) = collection.sent_before(&state, coding, now).await?
    {
        limits::charge_tasks(&request, &state.limits, sent.tasks);
        state.metrics.lists().from_cache.inc();
        return Ok(response_of(&sent));
    }
    let room = limits::room_for_list(&request, &state, &owner).await?;
    let (page, may_be_old) = state.tasks.list_within(&owner, list.query.clone(), max_age).await?;
    if let Some(preferred) = preferred.filter(|_| may_be_old) {
        response.insert_header((PREFERENCE_APPLIED, format!("max-age={}", preferred.as_secs())));
    }
    changed_since(&mut response, &list, page.at);
    if let Some(collection) = &collection {
        response.insert_header((header::ETAG, collection.tag(page.at, page.until)));
        if collection.matches_all() {
            return Ok(representation::unchanged_collection(&mut response));
        }
    }
    page_headers(&mut response, &list, &page, &url);
    // First the memory: pages that wait for their turn take it, too.
    let unsent = room.take(representation::estimated_bytes(&page.tasks))?;
    let _turn = limits::turn_to_write(&request, &state.limits, page.tasks.len()).await;
    let mut body = Bytes::new();
    let hold = |list: Vec<u8>| {
        body = list.into();
        unsent.hold(body.clone())
    };
    let response = representation::tasks(&mut response, &page.tasks, coding, hold).await;
    if !response.status().is_success() {
        return Ok(response);
    }
    state.metrics.lists().from_database.inc();
    if let Some(collection) = kept {
        state.list_cache.keep(&owner, collection.key(coding), &page, now, response.headers(), &body);
    }
    Ok(response)
}

/// Adds the header for an owner who has written since the first page.
fn changed_since(response: &mut HttpResponseBuilder, list: &ListRequest, at: OwnerRevision) {
    if list.has_changed_since(at) {
        response.insert_header((CHANGED_SINCE, "true"));
    }
}

/// Adds the link to the next page, if there is one, and the number of tasks on all pages, if it was requested.
fn page_headers(response: &mut HttpResponseBuilder, list: &ListRequest, page: &Page, url: &str) {
    if let Some(cursor) = list.next_cursor(page) {
        let limit = list.query.limit;
        let count = if list.query.count { "&count=true" } else { "" };
        let link = format!("<{url}?cursor={cursor}&limit={limit}{count}>; rel=\"next\"");
        response.insert_header((header::LINK, link)).insert_header((NEXT_CURSOR, cursor));
    }
    if let Some(total) = page.total {
        response.insert_header((TOTAL_COUNT, total.to_string()));
    }
}

/// The same response again.
fn response_of(sent: &SentList) -> HttpResponse {
    let mut response = HttpResponse::Ok();
    for header in sent.headers() {
        response.append_header(header);
    }
    response.body(sent.body.clone())
}
