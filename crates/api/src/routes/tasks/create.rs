use actix_web::http::header;
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::path;
use crate::body::{self, MediaTypes};
use crate::caller::Caller;
use crate::openapi::TaskBody;
use crate::problem::Problem;
use crate::representation::{self, TaskJson};
use crate::state::State;

/// Makes a task.
#[utoipa::path(
    post,
    path = "/api/{user_id}/tasks",
    tag = "tasks",
    params(
        ("user_id" = String, Path, description = "The caller's own id")
    ),
    request_body = TaskBody,
    responses(
        (status = 201, description = "The new task", body = TaskJson<'static>, headers(
            ("Location" = String, description = "Its path"),
            ("ETag" = String, description = "Its revision, quoted")
        ))
    )
)]
pub(crate) async fn create(
    Caller(owner): Caller,
    request: HttpRequest,
    payload: Payload,
    state: Data<State>,
) -> Result<HttpResponse, Problem> {
    let input = body::object(&request, payload, MediaTypes::Json, state.body).await?.into_input()?;
    let task = state.tasks.create(&owner, input).await?;
    let location = format!("{}/{}", path(&request), task.id);
    Ok(representation::task(HttpResponse::Created().insert_header((header::LOCATION, location)), &task))
}
