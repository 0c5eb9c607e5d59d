use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use domain::{Completion, Field, Rule, Violation};

use super::task_id;
use crate::http::authentication::AuthenticatedOwner;
use crate::http::body;
use crate::http::conditional;
use crate::http::problem::{FieldError, Problem};
use crate::http::query::{Parameters, boolean};
use crate::http::representation;
use crate::openapi::parameters::{CompletedQuery, Conditions, TaskPath};
use crate::openapi::responses::ChangedTask;
use crate::state::AppState;

/// Completes or reopens a task
///
/// Toggles `completed` atomically, or sets it to the value in the body or the query.
#[utoipa::path(
    patch,
    path = "/api/{user_id}/tasks/{id}/complete",
    tag = "tasks",
    operation_id = "complete_task",
    params(TaskPath, CompletedQuery, Conditions),
    request_body(
        content(
            (ref("#/components/schemas/Completion") = "application/json"),
            (ref("#/components/schemas/Completion") = "application/merge-patch+json")
        ),
        description = "The value of `completed`; without a body, it is toggled."
    ),
    responses(ChangedTask)
)]
pub(crate) async fn complete(
    AuthenticatedOwner(owner): AuthenticatedOwner,
    request: HttpRequest,
    payload: Payload,
    state: Data<AppState>,
) -> Result<HttpResponse, Problem> {
    let body = body::optional_object(&request, payload, state.body).await?;
    let in_body =
        body.map(crate::http::json::JsonObject::into_completed).transpose()?.unwrap_or(Field::Absent);
    let in_query = in_query(request.query_string())?;
    let precondition = conditional::precondition(request.headers())?;
    let completion = completion(in_body, in_query)?;
    let task = state.tasks.complete(&owner, task_id(&request)?, completion, precondition).await?;
    Ok(representation::task(&mut HttpResponse::Ok(), &task))
}

fn in_query(query: &str) -> Result<Option<bool>, Problem> {
    let mut parameters = Parameters::read(query, &["completed"]);
    let completed = parameters.take("completed", "must be true or false", boolean);
    parameters.finish(completed)
}

fn completion(in_body: Field<bool>, in_query: Option<bool>) -> Result<Completion, Problem> {
    let reject = |error| Err(Problem::invalid(vec![error]));
    match (in_body, in_query) {
        (Field::Null, _) => reject(FieldError::from(&Violation { field: "completed", rule: Rule::NotNull })),
        (Field::Value(one), Some(other)) if one != other => {
            reject(FieldError::body("completed", "contradicts the query", "contradiction"))
        }
        (Field::Value(value), _) | (Field::Absent, Some(value)) => Ok(Completion::Set(value)),
        (Field::Absent, None) => Ok(Completion::Toggle),
    }
}
