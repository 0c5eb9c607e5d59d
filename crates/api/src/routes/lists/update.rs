use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{NullPolicy, Owner};

use super::{create, list_id, problem};
use crate::http::authentication::AuthenticatedOwner;
use crate::http::body::{self, MediaTypes};
use crate::http::conditional;
use crate::http::problem::Problem;
use crate::http::representation::lists;
use crate::openapi::parameters::{Conditions, ConditionsOfPut, ListPath};
use crate::openapi::responses::lists::{ChangedList, ChangedOrCreatedList};
use crate::openapi::schemas::lists::{ListPatch, ListUpdate};
use crate::state::AppState;

/// Updates or creates a list
///
/// Omitted members are unchanged, and so is a null `name`; null clears `color`. If nothing changes, `updated_at` and `ETag`
/// remain the same.
///
/// With `If-None-Match: *` it creates the list instead, with the id of the path, a new UUID of version 4 or 7 (422 for
/// others), and the body of a POST. A request that is repeated after it was executed is 412 and creates nothing.
#[utoipa::path(
    put,
    path = "/api/{user_id}/lists/{id}",
    tag = "lists",
    operation_id = "update_list",
    params(ListPath, ConditionsOfPut),
    request_body(
        content((ListUpdate = "application/json")),
        description = "The changes, or the new list, whose `name` is required."
    ),
    responses(ChangedOrCreatedList)
)]
pub(crate) async fn put(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let precondition = conditional::precondition(request.headers());
    if precondition.is_ok_and(|precondition| precondition.requires_absence()) {
        return create::create_with_id(owner, request, payload, state).await;
    }
    update(owner, request, payload, state, MediaTypes::Json, NullPolicy::Ignore).await
}

/// Patches a list
///
/// A JSON Merge Patch (RFC 7396): omitted members are unchanged. `"color": null` clears it; a null `name` is 422. If nothing
/// changes, `updated_at` and `ETag` remain the same.
#[utoipa::path(
    patch,
    path = "/api/{user_id}/lists/{id}",
    tag = "lists",
    operation_id = "patch_list",
    params(ListPath, Conditions),
    request_body(
        content((ListPatch = "application/json"), (ListPatch = "application/merge-patch+json")),
        description = "The changes."
    ),
    responses(ChangedList)
)]
pub(crate) async fn patch(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    update(owner, request, payload, state, MediaTypes::MergePatch, NullPolicy::Reject).await
}

async fn update(
    owner: Owner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
    types: MediaTypes,
    nulls: NullPolicy,
) -> Result<HttpResponse, Problem> {
    let body = body::object(&request, payload, types, state.body).await?;
    let change = body.into_list_change(nulls)?;
    let precondition = conditional::precondition(request.headers())?;
    let updated = state.tasks.update_list(&owner, list_id(&request)?, change, precondition).await;
    Ok(lists::list(&mut HttpResponse::Ok(), &updated.map_err(problem)?))
}
