use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::{FeedPosition, OwnerRevision, TaskError};

use crate::http::authentication::AuthenticatedOwner;
use crate::http::list_request::ChangesRequest;
use crate::http::problem::Problem;
use crate::http::representation::changes;
use crate::http::{encoding, limits, position};
use crate::openapi::parameters::{ChangesParameters, OwnerPath};
use crate::openapi::responses::PageOfChanges;
use crate::state::AppState;

/// Lists what changed since a position
///
/// Each task and each list that changed, once and as it is at present, in the order of the changes; one that was deleted, and
/// a task in the trash, with its id alone. Without `since`, the feed begins with a snapshot: all tasks outside the trash and all
/// lists. Send `next` as `since` of the next request, at once while `more` is true. 410 if what follows a position is not known:
/// begin again without `since`.
#[utoipa::path(
    get,
    path = "/api/{user_id}/tasks/changes",
    tag = "tasks",
    operation_id = "list_changes",
    params(OwnerPath, ChangesParameters),
    responses(PageOfChanges)
)]
pub(crate) async fn list(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let ChangesRequest { since, limit } = ChangesRequest::parse(request.query_string())?;
    let after = match position::decode(&since, &owner).ok_or(TaskError::ResyncRequired)? {
        // A client that has nothing can begin with a snapshot, whose positions do not age: the second page of changes could be
        // older than the tombstones already.
        FeedPosition::At(OwnerRevision::NONE) => FeedPosition::Start,
        after => after,
    };
    let room = limits::room_for_list(&request, &state, &owner).await?;
    let page = state.tasks.changes(&owner, after, limit).await?;
    let unsent = room.take(changes::estimated_bytes(&page.changes))?;
    let _turn = limits::turn_to_write(&request, &state.limits, page.changes.len()).await;
    let next = position::encode(page.next, &owner);
    let coding = encoding::accepted(&request);
    let mut response = HttpResponse::Ok();
    Ok(changes::page(&mut response, &page, &next, coding, |body| unsent.hold(body)).await)
}
