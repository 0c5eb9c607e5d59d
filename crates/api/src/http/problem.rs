//! Every error that leaves this service: one shape (RFC 9457), and the only place that knows statuses.

mod from;
mod kind;
mod render;

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use serde::Serialize;

pub(crate) use kind::ProblemKind;
pub(crate) use render::{ProblemBody, from_framework_status, render};

/// How long a caller should wait after a 503 that may pass, in seconds.
const RETRY_AFTER_SECONDS: u64 = 1;

/// One error, as the caller will read it. The request id is added where the answer leaves.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    kind: ProblemKind,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// What is wrong with one part of the input, in the shape that FastAPI's clients read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct FieldError {
    /// Where: `["body", "title"]`, `["query", "limit"]`, or `["body"]` for all of it.
    pub loc: Vec<String>,
    /// What, in words.
    pub msg: String,
    /// What, for a program: `missing`, `null_not_allowed`, `string_type`, `string_too_long`, `value_error`, ….
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl FieldError {
    /// A member of the body that is wrong.
    pub(crate) fn body(name: &str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec!["body".into(), name.into()], msg: msg.into(), kind }
    }

    /// The body as a whole is wrong.
    pub(crate) fn whole_body(msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec!["body".into()], msg: msg.into(), kind }
    }

    /// A query parameter that is wrong.
    pub(crate) fn query(name: &str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec!["query".into(), name.into()], msg: msg.into(), kind }
    }
}

impl Problem {
    /// A problem with a sentence for the caller.
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    /// An input that parsed and is wrong; there is at least one error.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let name = |error: &FieldError| error.loc.last().cloned().unwrap_or_default();
        let words: Vec<String> =
            errors.iter().map(|error| format!("{}: {}", name(error), error.msg)).collect();
        Self { errors, ..Self::new(ProblemKind::Validation, words.join("; ")) }
    }

    /// Adds a header to the answer.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// A defect on this side. What it is stands in the log, under the request id.
    pub(crate) fn internal() -> Self {
        Self::new(
            ProblemKind::Internal,
            "Something went wrong on this side; the request id finds it in the log.",
        )
    }

    /// No such path.
    pub(crate) fn no_route() -> Self {
        Self::new(ProblemKind::NoRoute, "There is no such route.")
    }

    /// The path has other methods than the requested one.
    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        let detail = format!("This route has the methods {allow}.");
        Self::new(ProblemKind::MethodNotAllowed, detail).with_header(header::ALLOW, allow)
    }

    /// A state of affairs that passes; the answer says when to try again.
    pub(crate) fn retryable(
        kind: ProblemKind,
        detail: &'static str,
        retry_after_seconds: Option<u64>,
    ) -> Self {
        let seconds = retry_after_seconds.unwrap_or(RETRY_AFTER_SECONDS).to_string();
        Self::new(kind, detail).with_header(header::RETRY_AFTER, &seconds)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind.code(), self.detail)
    }
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        self.kind.status()
    }

    // The body is written by `answer`, which knows the request id.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.kind.status())
    }
}

/// An error and what caused it, in one line, whatever line breaks a library puts into its words.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let words: Vec<String> = causes.map(ToString::to_string).collect();
    words.join(": ").split_whitespace().collect::<Vec<_>>().join(" ")
}
