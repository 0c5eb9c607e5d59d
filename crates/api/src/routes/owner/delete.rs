use actix_web::http::header::{HeaderMap, HeaderName};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use domain::Owner;
use percent_encoding::percent_decode;

use crate::http::authentication::AuthenticatedOwner;
use crate::http::problem::{Problem, ProblemKind};
use crate::openapi::parameters::{Confirmation, OwnerPath};
use crate::openapi::responses::DeletedOwner;
use crate::state::AppState;

const CONFIRMATION: HeaderName = HeaderName::from_static("x-confirm-delete");

/// Deletes everything of the user
///
/// No row of the user remains. It also succeeds if there is nothing. The header repeats the user's id, so that no client
/// deletes everything by mistake, for example with an empty task id.
#[utoipa::path(
    delete,
    path = "/api/{user_id}",
    tag = "users",
    operation_id = "delete_user",
    params(OwnerPath, Confirmation),
    responses(DeletedOwner)
)]
pub(crate) async fn delete(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    check_confirmation(request.headers(), &owner)?;
    state.tasks.erase(&owner).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn check_confirmation(headers: &HeaderMap, owner: &Owner) -> Result<(), Problem> {
    let mut values = headers.get_all(CONFIRMATION);
    let confirmation = values.next().map(|value| percent_decode(value.as_bytes()).collect::<Vec<u8>>());
    if confirmation.is_some_and(|user| owner.is_named(&user)) && values.next().is_none() {
        return Ok(());
    }
    let detail = "To delete everything of the user, send the user's id in X-Confirm-Delete, percent-encoded.";
    Err(Problem::new(ProblemKind::ConfirmationRequired, detail))
}
