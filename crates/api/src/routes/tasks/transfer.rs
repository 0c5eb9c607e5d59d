use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::Outcome;

use crate::http::authentication::{self, AuthenticatedOwner};
use crate::http::idempotency::{Post, Reply};
use crate::http::problem::Problem;
use crate::http::{audit, limits};
use crate::openapi::parameters::OwnerPath;
use crate::openapi::responses::TransferredTasks;
use crate::openapi::schemas::Transfer;
use crate::state::AppState;

/// Moves all tasks of another user to this one
///
/// The token in the body proves the identity of the other user, for example of an anonymous user who has signed up. The
/// other user has no tasks afterwards. It also succeeds if there are none, so the request can be repeated.
#[utoipa::path(
    post,
    path = "/api/{user_id}/tasks/transfer",
    tag = "tasks",
    operation_id = "transfer_tasks",
    params(OwnerPath),
    request_body(content = Transfer, content_type = "application/json"),
    responses(TransferredTasks)
)]
pub(crate) async fn transfer(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let post = Post::read(&request, payload, state.body).await?;
    let moved = |outcome: &Outcome| (*outcome == Outcome::Moved).then(Reply::no_content);
    post.respond(&owner, &state, moved, async |key| {
        let token = post.object()?.into_text(Transfer::TOKEN)?;
        let from = authentication::owner_of_body(&state, &token, Transfer::TOKEN).await?;
        if from == owner {
            return Err(Problem::invalid_member(
                Transfer::TOKEN,
                "must be the token of another user",
                "value_error",
            ));
        }
        audit::note_source(&request, &from);
        limits::charge_transfer(&request, &state.limits);
        Ok(state.tasks.move_tasks(&from, &owner, key).await?)
    })
    .await
}
