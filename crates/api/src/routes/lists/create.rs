use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Outcome, Owner};

use super::{list_id, problem};
use crate::http::authentication::AuthenticatedOwner;
use crate::http::body::{self, MediaTypes};
use crate::http::idempotency::{Post, Reply};
use crate::http::problem::Problem;
use crate::http::representation::lists;
use crate::openapi::parameters::OwnerPath;
use crate::openapi::responses::lists::CreatedList;
use crate::openapi::schemas::lists::NewList;
use crate::routes::tasks::{url, url_beside};
use crate::state::AppState;

/// Creates a list
///
/// It comes last. Unknown and read-only members are ignored.
#[utoipa::path(
    post,
    path = "/api/{user_id}/lists",
    tag = "lists",
    operation_id = "create_list",
    params(OwnerPath),
    request_body(content((NewList = "application/json")), description = "The new list."),
    responses(CreatedList)
)]
pub(crate) async fn create(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let post = Post::read(&request, payload, state.body).await?;
    let url = url(&request, &state);
    let created = move |outcome: &Outcome| {
        let Outcome::List(list) = outcome else { return None };
        Some(Reply::list(StatusCode::CREATED, list).at(format!("{url}/{}", list.id)))
    };
    post.respond(&owner, &state, created, async |key| {
        let list = post.object()?.into_new_list(&state.tasks)?;
        state.tasks.create_list(&owner, list, key).await.map_err(problem)
    })
    .await
}

/// Creates the list of the path.
pub(super) async fn create_with_id(
    owner: Owner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let body = body::object(&request, payload, MediaTypes::Json, state.body).await?;
    let list = body.into_new_list(&state.tasks)?;
    let created = state.tasks.create_list_with_id(&owner, list_id(&request)?, list).await;
    let list = created.map_err(problem)?;
    let location = (header::LOCATION, url_beside(&request, &state, list.id));
    Ok(lists::list(HttpResponse::Created().insert_header(location), &list))
}
