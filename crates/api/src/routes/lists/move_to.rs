use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{ListId, Outcome};

use super::{list_id, problem};
use crate::http::authentication::AuthenticatedOwner;
use crate::http::conditional;
use crate::http::idempotency::{Post, Reply};
use crate::http::problem::Problem;
use crate::openapi::parameters::{Conditions, ListPath};
use crate::openapi::responses::lists::ChangedList;
use crate::openapi::schemas::Move;
use crate::state::AppState;

/// Moves a list among the user's lists
///
/// Before or after another list, or to one end. If the list is there already, nothing changes. An unknown neighbour is 422.
#[utoipa::path(
    post,
    path = "/api/{user_id}/lists/{id}/move",
    tag = "lists",
    operation_id = "move_list",
    params(ListPath, Conditions),
    request_body(content = Move, content_type = "application/json", description = "The new place."),
    responses(ChangedList)
)]
pub(crate) async fn move_to(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let post = Post::read(&request, payload, state.body).await?;
    let moved = |outcome: &Outcome| match outcome {
        Outcome::List(list) => Some(Reply::list(StatusCode::OK, list)),
        _ => None,
    };
    post.respond(&owner, &state, moved, async |key| {
        let to = post.object()?.into_move(ListId::parse)?;
        let precondition = conditional::precondition(request.headers())?;
        let id = list_id(&request)?;
        state.tasks.move_list(&owner, id, to, precondition, key).await.map_err(problem)
    })
    .await
}
