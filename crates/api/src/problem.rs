//! Every error that leaves this service: one shape (RFC 9457), and the only place that knows statuses.

mod kind;
mod render;

use std::borrow::Cow;
use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName, HeaderValue, ToStrError};
use actix_web::{HttpResponse, ResponseError};
use auth::{AuthError, CredentialsError};
use domain::{RepositoryError, Rule, TaskError, TextError, Violation};
use serde::Serialize;

pub(crate) use kind::Kind;
pub(crate) use render::{ProblemBody, answer, foreign};

/// How long a caller should wait after a 503 that may pass, in seconds.
const RETRY_AFTER_SECONDS: u64 = 1;

/// One error, as the caller will read it. The request id is added where the answer leaves.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    kind: Kind,
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
    /// What, for a program.
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
    pub(crate) fn new(kind: Kind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), errors: Vec::new(), headers: Vec::new() }
    }

    /// An input that parsed and is wrong; there is at least one error.
    pub(crate) fn invalid(errors: Vec<FieldError>) -> Self {
        let name = |error: &FieldError| error.loc.last().cloned().unwrap_or_default();
        let words: Vec<String> =
            errors.iter().map(|error| format!("{}: {}", name(error), error.msg)).collect();
        Self { errors, ..Self::new(Kind::Validation, words.join("; ")) }
    }

    /// Adds a header to the answer.
    #[must_use]
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    /// A state of affairs that passes; the answer says when to try again.
    pub(crate) fn passing(kind: Kind, detail: &'static str, retry_after_seconds: Option<u64>) -> Self {
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

impl From<TaskError> for Problem {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotFound => Self::new(Kind::NotFound, "There is no such task."),
            TaskError::PreconditionFailed { current } => {
                Self::new(Kind::PreconditionFailed, "The task has changed since you last read it.")
                    .with_header(header::ETAG, &format!("\"{current}\""))
            }
            TaskError::Invalid(violations) => {
                Self::invalid(violations.iter().map(FieldError::from).collect())
            }
            TaskError::Overloaded => {
                Self::passing(Kind::Overloaded, "Too much is going on; try again shortly.", None)
            }
            TaskError::Unavailable(source) => {
                tracing::error!(error = chain(&*source), "the database is unavailable");
                Self::passing(Kind::Unavailable, "The database cannot be reached; try again shortly.", None)
            }
            TaskError::Fault(source) => {
                tracing::error!(error = chain(&*source), "the database broke its own rules");
                Self::internal()
            }
        }
    }
}

impl From<RepositoryError> for Problem {
    fn from(error: RepositoryError) -> Self {
        TaskError::from(error).into()
    }
}

impl Problem {
    /// A defect on this side. What it is stands in the log, under the request id.
    pub(crate) fn internal() -> Self {
        Self::new(Kind::Internal, "Something went wrong on this side; the request id finds it in the log.")
    }
}

impl From<&Violation> for FieldError {
    fn from(violation: &Violation) -> Self {
        let kind = match violation.rule {
            Rule::Required => "missing",
            Rule::NotNull => "null_not_allowed",
            Rule::Text(TextError::Empty) => "string_too_short",
            Rule::Text(TextError::TooLong { .. }) => "string_too_long",
            Rule::Text(TextError::ControlCharacter { .. }) => "control_character",
        };
        Self::body(violation.field, violation.rule.to_string(), kind)
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let kind = match &error {
            AuthError::Credentials(CredentialsError::Missing) => Kind::MissingToken,
            AuthError::Credentials(CredentialsError::Malformed) => Kind::MalformedCredentials,
            AuthError::Token(refused) if refused.is_unavailable() => {
                tracing::warn!(reason = refused.reason(), "tokens cannot be verified now");
                let detail = "The keys that verify your token cannot be fetched; try again shortly.";
                return Self::passing(Kind::KeysUnavailable, detail, refused.retry_after_seconds());
            }
            AuthError::Token(refused) => {
                tracing::info!(reason = refused.reason(), "a token was refused: {refused}");
                Kind::InvalidToken
            }
            AuthError::Credentials(_) => Kind::InvalidToken,
        };
        let challenge = error.challenge().map(|challenge| challenge.to_string()).unwrap_or_default();
        Self::new(kind, error.to_string()).with_header(header::WWW_AUTHENTICATE, &challenge)
    }
}

impl From<ToStrError> for Problem {
    fn from(_: ToStrError) -> Self {
        Self::new(Kind::Malformed, "A header holds bytes that are not visible ASCII.")
    }
}

/// An error and what caused it, in one line, whatever line breaks a library puts into its words.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let words: Vec<String> = causes.map(ToString::to_string).collect();
    words.join(": ").split_whitespace().collect::<Vec<_>>().join(" ")
}
