use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Command, Outcome, Owner, TaskError};

use crate::http::authentication::AuthenticatedOwner;
use crate::http::bulk::{self, Results};
use crate::http::idempotency::{Post, Reply};
use crate::http::problem::Problem;
use crate::http::{audit, limits};
use crate::openapi::parameters::OwnerPath;
use crate::openapi::responses::BulkResults;
use crate::openapi::schemas::BulkRequest;
use crate::state::{AppState, BodyLimits};

/// Executes several operations
///
/// In sequence and in one transaction. By default all are executed or, if one fails, none: the response is the problem of
/// the first one that fails, with its `index`. With `"atomic": false` each succeeds or fails on its own.
#[utoipa::path(
    post,
    path = "/api/{user_id}/tasks/bulk",
    tag = "tasks",
    operation_id = "bulk_tasks",
    params(OwnerPath),
    request_body(content((BulkRequest = "application/json")), description = "The operations."),
    responses(BulkResults)
)]
pub(crate) async fn bulk(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let post = Post::read(&request, payload, BodyLimits { max_bytes: bulk::BODY_MAX, ..state.body }).await?;
    let (list, operations) = match post.json().and_then(|body| bulk::read(body, &state.tasks)) {
        Ok((list, operations)) => (Ok(list), operations),
        Err(problem) => (Err(problem), Vec::new()),
    };
    let results = Arc::new(Results { operations, request_id: audit::request_id(&request) });
    let reply = {
        let results = Arc::clone(&results);
        move |outcome: &Outcome| match outcome {
            Outcome::Bulk(outcomes) => Some(Reply::json(StatusCode::OK, results.to_json(outcomes))),
            _ => None,
        }
    };
    let response = post.respond(&owner, &state, reply, async |key| {
        let list = list?;
        state.unsent_lists.check(&owner)?;
        limits::charge_operations(&request, &state.limits, list.operations.len());
        match state.tasks.execute(&owner, Command::Bulk(list), key).await {
            Err(TaskError::Operation(failed)) => Err(results.failure(&failed)),
            outcome => Ok(outcome?),
        }
    });
    Ok(held(response.await?, &owner, &state))
}

/// The response, whose body counts as a list that waits to be sent. It is sent in any case, since the operations are executed.
fn held(response: HttpResponse, owner: &Owner, state: &AppState) -> HttpResponse {
    response.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => match state.unsent_lists.take(owner, bytes.len()) {
            Ok(unsent) => unsent.hold(bytes).boxed(),
            Err(_) => bytes.boxed(),
        },
        Err(body) => body,
    })
}
