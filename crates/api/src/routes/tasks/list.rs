use actix_web::http::header::{self, HeaderName};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::path;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::limits;
use crate::http::list_request::ListRequest;
use crate::http::problem::Problem;
use crate::http::representation;
use crate::openapi::parameters::{ListParameters, OwnerPath};
use crate::openapi::responses::PageOfTasks;
use crate::state::AppState;

/// The cursor of the next page.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");
/// The number of matching tasks.
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// Lists the user's tasks
///
/// Newest first. A page has up to 1000 tasks, or up to `limit`; `Link` and `X-Next-Cursor` point to the next page.
/// Concurrent writes do not cause skipped or repeated tasks. Contradicting parameters are 422; unknown ones are ignored.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks",
    tag = "tasks",
    operation_id = "list_tasks",
    params(OwnerPath, ListParameters),
    responses(PageOfTasks)
)]
pub(crate) async fn list(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let list = ListRequest::parse(request.query_string())?;
    let page = state.tasks.list(&owner, list.query.clone()).await?;
    let mut response = HttpResponse::Ok();
    if let Some(position) = page.next(list.query.sort.key) {
        let cursor = list.cursor(position);
        let (path, limit) = (path(&request), list.query.limit);
        let count = if list.query.count { "&count=true" } else { "" };
        let link = format!("<{path}?cursor={cursor}&limit={limit}{count}>; rel=\"next\"");
        response.insert_header((header::LINK, link)).insert_header((NEXT_CURSOR, cursor));
    }
    if let Some(total) = page.total {
        response.insert_header((TOTAL_COUNT, total.to_string()));
    }
    let _turn = limits::turn_to_write(&request, &state.limits, page.tasks.len()).await;
    Ok(representation::tasks(&mut response, &page.tasks).await)
}
