//! How a problem becomes an answer.

use actix_web::body::BoxBody;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, http::StatusCode};
use serde::Serialize;

use super::{FieldError, Problem, ProblemKind};

/// The body of every error (RFC 9457, with members of this service's own).
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Names the problem as a URI. It identifies, and need not be fetched.
    #[serde(rename = "type")]
    #[schema(format = "uri")]
    type_uri: String,
    /// Names it for people; always the same for one type.
    title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// What is wrong with this request, in words that may be shown to people. Always a string.
    detail: &'a str,
    /// Names the problem for programs.
    #[schema(schema_with = super::kind::codes)]
    code: &'static str,
    /// Finds the request in the log; the same as `X-Request-Id`.
    request_id: &'a str,
    /// Each thing that is wrong with the input. Stands on 422 alone.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    #[schema(required = false)]
    errors: &'a [FieldError],
}

impl<'a> ProblemBody<'a> {
    /// What is written for a problem of this request.
    pub(crate) fn new(problem: &'a Problem, request_id: &'a str) -> Self {
        Self {
            type_uri: problem.kind.type_uri(),
            title: problem.kind.title(),
            status: problem.kind.status().as_u16(),
            detail: &problem.detail,
            code: problem.kind.code(),
            request_id,
            errors: &problem.errors,
        }
    }
}

/// Writes the problem into the answer that stands for it, whose other headers stay.
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

/// The problem that stands for an error of the framework's own, which speaks in other shapes.
pub(crate) fn from_framework_status(status: StatusCode) -> Problem {
    match status {
        StatusCode::NOT_FOUND => Problem::no_route(),
        StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(ProblemKind::BodyTooLarge, "The body is over the limit.")
        }
        status if status.is_client_error() => {
            Problem::new(ProblemKind::Malformed, "The request cannot be read, or its origin may not make it.")
        }
        _ => Problem::internal(),
    }
}
