use actix_web::http::header::{self, HeaderName};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};

use super::path;
use crate::caller::Caller;
use crate::listing::Listing;
use crate::problem::Problem;
use crate::representation::{self, TaskJson};
use crate::state::State;

/// The cursor of the next page.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");
/// How many tasks the filter lets through.
const TOTAL_COUNT: HeaderName = HeaderName::from_static("x-total-count");

/// Reads a page of the caller's tasks.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks",
    tag = "tasks",
    params(
        ("user_id" = String, Path, description = "The caller's own id"),
        ("status" = Option<String>, Query, description = "all, pending (or active), completed"),
        ("completed" = Option<bool>, Query, description = "The same as status=completed or pending"),
        ("search" = Option<String>, Query, description = "Text to find in title or description"),
        ("sort" = Option<String>, Query, description = "created, updated or title, - before it for descending"),
        ("order" = Option<String>, Query, description = "asc or desc"),
        ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000),
        ("cursor" = Option<String>, Query, description = "From X-Next-Cursor"),
        ("offset" = Option<u64>, Query),
        ("count" = Option<bool>, Query, description = "Count all that match into X-Total-Count")
    ),
    responses(
        (status = 200, description = "A page of the caller's tasks, newest first", body = Vec<TaskJson<'static>>, headers(
            ("Link" = Option<String>, description = "The next page"),
            ("X-Next-Cursor" = Option<String>, description = "Its cursor"),
            ("X-Total-Count" = Option<u64>, description = "How many match")
        ))
    )
)]
pub(crate) async fn list(
    Caller(owner): Caller,
    request: HttpRequest,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let listing = Listing::parse(request.query_string())?;
    let page = state.tasks.list(&owner, listing.query.clone()).await?;
    let mut response = HttpResponse::Ok();
    if let Some(position) = page.next(listing.query.sort.key) {
        let cursor = listing.cursor(position);
        let (path, limit) = (path(&request), listing.query.limit);
        let count = if listing.query.count { "&count=true" } else { "" };
        let link = format!("<{path}?cursor={cursor}&limit={limit}{count}>; rel=\"next\"");
        response.insert_header((header::LINK, link)).insert_header((NEXT_CURSOR, cursor));
    }
    if let Some(total) = page.total {
        response.insert_header((TOTAL_COUNT, total.to_string()));
    }
    Ok(representation::tasks(&mut response, &page.tasks))
}
