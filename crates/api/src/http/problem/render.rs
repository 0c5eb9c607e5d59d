//! Writes problems into responses.

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, http::StatusCode};
use serde::Serialize;
use utoipa::openapi::Ref;

use super::{FieldError, Problem, ProblemKind};
use crate::http::representation::TaskJson;

/// The body of every error (RFC 9457, with `code`, `request_id`, `errors`, `limit`, `trashed`, `task` and `index` as extension
/// members).
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Identifies the problem type as a URI, which need not resolve.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    type_uri: String,
    /// A title for people, always the same for one type.
    title: &'static str,
    /// The status of the response.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// Explains the problem of this request; can be shown to people.
    detail: &'a str,
    /// Identifies the problem for programs.
    #[schema(schema_with = super::kind::codes)]
    code: &'static str,
    /// Identifies the request in the log; same as `X-Request-Id`.
    request_id: &'a str,
    /// The errors of the input; only with `validation`.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
    /// The task as it is; only of an operation, with `precondition_failed` and `already_exists`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(schema_with = task, required = false)]
    task: Option<TaskJson<'a>>,
    /// The index of the operation that failed; only if a list of operations is not executed for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    index: Option<usize>,
    /// The maximum that would be exceeded; only with `quota_exceeded`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    limit: Option<u64>,
    /// Whether the task with the chosen id is in the trash; only with `precondition_failed` of a create.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    trashed: Option<bool>,
}

/// The schema of `task`.
fn task() -> Ref {
    Ref::from_schema_name("Task")
}

impl<'a> ProblemBody<'a> {
    /// The body of a problem of this request.
    pub(crate) fn new(problem: &'a Problem, request_id: &'a str) -> Self {
        Self {
            type_uri: problem.kind.type_uri(),
            title: problem.kind.title(),
            status: problem.kind.status().as_u16(),
            detail: &problem.detail,
            code: problem.kind.code(),
            request_id,
            errors: &problem.errors,
            task: problem.task.as_deref().map(TaskJson),
            index: problem.index,
            limit: problem.limit,
            trashed: problem.trashed.then_some(true),
        }
    }
}

/// Replaces status and body of the response; its other headers remain.
pub(crate) fn render(mut response: HttpResponse, problem: &Problem, request_id: &str) -> HttpResponse {
    let bytes = serde_json::to_vec(&ProblemBody::new(problem, request_id)).unwrap_or_default();
    *response.status_mut() = problem.kind.status();
    let headers = response.headers_mut();
    for (name, value) in &problem.headers {
        headers.insert(name.clone(), value.clone());
    }
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response.set_body(BoxBody::new(bytes))
}

/// The problem for an error of the framework.
pub(crate) fn from_framework_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::no_route(),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(ProblemKind::BodyTooLarge, "The body is too large."),
        status if status.is_client_error() => {
            Problem::new(ProblemKind::Malformed, "The request is malformed, or its origin is not allowed.")
        }
        _ => Problem::internal(),
    }
}
