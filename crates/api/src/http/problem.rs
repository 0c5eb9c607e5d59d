//! All errors of the API in one format (RFC 9457), and the texts of those that several places return. Status codes and titles
//! are defined in `kind`; errors of the other layers get their texts in `from`.

mod from;
mod kind;
mod place;
mod render;

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use domain::{Revision, Task};
use serde::Serialize;

pub(crate) use kind::ProblemKind;
pub(crate) use place::Place;
pub(crate) use render::{ProblemBody, from_framework_status, render};

/// `Retry-After` of a retryable problem, in seconds.
const RETRY_AFTER_SECONDS: u64 = 1;

/// An error, as the client will read it. `server::request_context` adds the request id.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    kind: ProblemKind,
    detail: Cow<'static, str>,
    errors: Vec<FieldError>,
    task: Option<Box<Task>>,
    index: Option<usize>,
    limit: Option<u64>,
    trashed: bool,
    headers: Vec<(HeaderName, HeaderValue)>,
}

/// An error of one part of the input, in the format of FastAPI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(crate) struct FieldError {
    /// The location: `["body", "title"]`, `["body", "operations", 0, "id"]`, `["query", "limit"]`, `["path", "id"]`, or
    /// `["body"]` and `["query"]` as a whole.
    pub loc: Vec<Place>,
    /// A description.
    pub msg: String,
    /// A code: `missing`, `null_not_allowed`, `string_type`, `string_too_long`, `value_error`, ….
    #[serde(rename = "type")]
    pub kind: &'static str,
}

impl FieldError {
    /// An invalid member of the body.
    pub(crate) fn body(name: &str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec!["body".into(), name.into()], msg: msg.into(), kind }
    }

    /// An invalid body.
    pub(crate) fn whole_body(msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec!["body".into()], msg: msg.into(), kind }
    }

    /// An invalid part of the path.
    pub(crate) fn path(name: &str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec!["path".into(), name.into()], msg: msg.into(), kind }
    }

    /// An invalid query.
    pub(crate) fn whole_query(msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec!["query".into()], msg: msg.into(), kind }
    }

    /// An invalid query parameter.
    pub(crate) fn query(name: &str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self { loc: vec!["query".into(), name.into()], msg: msg.into(), kind }
    }
}

impl Problem {
    /// A problem with a description for the client.
    pub(crate) fn new(kind: ProblemKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            kind,
            detail: detail.into(),
            errors: Vec::new(),
            limit: None,
            trashed: false,
            task: None,
            index: None,
            headers: Vec::new(),
        }
    }

    /// Invalid input, with at least one error.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let detail = messages(&errors);
        Self { errors, ..Self::new(ProblemKind::Validation, detail) }
    }

    /// The same problem of a part of the body, which is at this place.
    #[must_use]
    pub(crate) fn at(mut self, place: &[Place]) -> Self {
        for error in &mut self.errors {
            error.loc.splice(1..1, place.iter().cloned());
        }
        if !self.errors.is_empty() {
            self.detail = messages(&self.errors).into();
        }
        self
    }

    /// Adds the current task.
    #[must_use]
    pub(crate) fn with_task(self, task: Option<Box<Task>>) -> Self {
        Self { task, ..self }
    }

    /// Adds the index of the operation that failed.
    #[must_use]
    pub(crate) fn with_index(self, index: usize) -> Self {
        Self { index: Some(index), ..self }
    }

    /// What went wrong, as clients distinguish it.
    pub(crate) const fn kind(&self) -> ProblemKind {
        self.kind
    }

    /// An invalid member of the body.
    pub(crate) fn invalid_member(name: &str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self::invalid(vec![FieldError::body(name, msg, kind)])
    }

    /// Adds a response header.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// A task with the id that the client chose exists at this revision, or in the trash.
    pub(crate) fn already_exists(current: Option<Revision>) -> Self {
        let new = |detail: &'static str| Self::new(ProblemKind::PreconditionFailed, detail);
        match current {
            Some(current) => {
                new("A task with this id exists.").with_header(header::ETAG, &format!("\"{current}\""))
            }
            None => Self { trashed: true, ..new("A task with this id is in the trash.") },
        }
    }

    /// The user has as many of these as allowed.
    pub(crate) fn quota_exceeded(limit: u64, what: &str) -> Self {
        let detail = format!("You can have at most {limit} {what}; delete some before you add others.");
        Self { limit: Some(limit), ..Self::new(ProblemKind::QuotaExceeded, detail) }
    }

    /// An internal error. The cause is in the log, under the request id.
    pub(crate) fn internal() -> Self {
        Self::new(ProblemKind::Internal, "Internal error; quote the request id when reporting it.")
    }

    /// The path names another user: the same for every such path, whether or not that user exists.
    pub(crate) fn other_user() -> Self {
        Self::new(ProblemKind::OtherUser, "The path names another user than the one who is signed in.")
    }

    /// `Accept` excludes every available media type.
    pub(crate) fn not_acceptable(available: &str) -> Self {
        Self::new(ProblemKind::NotAcceptable, format!("Responses are {available}."))
    }

    /// No route has this path.
    pub(crate) fn no_route() -> Self {
        Self::new(
            ProblemKind::NoRoute,
            "Route not found. Tasks are at /api/{user_id}/tasks and /api/tasks; /docs has all routes.",
        )
    }

    /// The path has other methods than the requested one.
    pub(crate) fn method_not_allowed(allow: &str) -> Self {
        let detail = format!("Allowed methods: {allow}.");
        Self::new(ProblemKind::MethodNotAllowed, detail).with_header(header::ALLOW, allow)
    }

    /// The outcome of a write is unknown, for this reason. Without `Retry-After`: a retry could write twice.
    pub(crate) fn outcome_unknown(why: &str) -> Self {
        let detail = format!("{why} Read the task before you retry: the write may have been committed.");
        Self::new(ProblemKind::OutcomeUnknown, detail)
    }

    /// A temporary failure, with `Retry-After`.
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

    // `render` writes the body, with the request id.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.kind.status())
    }
}

/// The errors in one line, each with the path of its member.
fn messages(errors: &[FieldError]) -> String {
    let messages: Vec<String> =
        errors.iter().map(|error| format!("{}: {}", Place::path(&error.loc), error.msg)).collect();
    messages.join("; ")
}

/// An error and its causes in one line, whatever line breaks a library puts into its messages.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let messages: Vec<String> = causes.map(ToString::to_string).collect();
    messages.join(": ").split_whitespace().collect::<Vec<_>>().join(" ")
}
