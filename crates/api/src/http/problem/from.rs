//! Errors of the other layers as problems. Details that clients must not see are logged here.

use actix_web::http::header::{self, ToStrError};
use auth::{AuthError, CredentialsError};
use domain::{DueDateError, Rule, TagError, TaskError, TextError, Violation};

use crate::http::authentication::hint;
use crate::state::NoRoom;

use super::{FieldError, Problem, ProblemKind, chain};

/// `Retry-After` of a service that only reads, in seconds. It lasts: an operator ends it. Clients that wait for a short delay
/// tell their user at once instead.
const READ_ONLY_RETRY_SECONDS: u64 = 60;

impl From<TaskError> for Problem {
    fn from(error: TaskError) -> Self {
        match error {
            TaskError::NotFound => Self::new(ProblemKind::NotFound, "Task not found."),
            TaskError::PreconditionFailed { current } => {
                Self::new(ProblemKind::PreconditionFailed, "The task has changed since you last read it.")
                    .with_header(header::ETAG, &format!("\"{current}\""))
            }
            TaskError::AlreadyExists { current } => Self::already_exists(current),
            // The route that sends a list responds with the problem of the operation.
            TaskError::Operation(_) => Self::internal(),
            TaskError::QuotaExceeded { limit } => Self::quota_exceeded(limit, "tasks"),
            TaskError::InvalidId => {
                let msg = "must be a UUID of version 4 or 7";
                Self::invalid(vec![FieldError::path("id", msg, "uuid_version")])
            }
            TaskError::Invalid(violations) => {
                Self::invalid(violations.iter().map(FieldError::from).collect())
            }
            TaskError::KeyReused => {
                let detail = "The Idempotency-Key was used for a request with another route, query or body; send a new key.";
                Self::new(ProblemKind::IdempotencyKeyReused, detail)
            }
            TaskError::NameTaken => Self::new(ProblemKind::AlreadyExists, "You have a list of this name."),
            TaskError::ResyncRequired => {
                let detail =
                    "What follows this position is not known; read all tasks and lists again, without it.";
                Self::new(ProblemKind::ResyncRequired, detail)
            }
            TaskError::Overloaded => {
                let detail = "The service is overloaded; retry after the given delay.";
                Self::retryable(ProblemKind::Overloaded, detail, None)
            }
            TaskError::TooManyScans => {
                let detail = "Too many of your searches and sorted or counted lists are waiting; retry after the given delay.";
                Self::retryable(ProblemKind::TooManyScans, detail, None)
            }
            TaskError::ReadOnly => {
                let detail = "The service only reads at present; nothing was written. Keep the change, and retry after the given delay.";
                Self::retryable(ProblemKind::ReadOnly, detail, Some(READ_ONLY_RETRY_SECONDS))
            }
            TaskError::Unavailable(source) => {
                // The repository logs the begin and the end of an outage, and damage.
                tracing::debug!(error = chain(&*source), "the database did not serve a request");
                let detail = "The database is unavailable; nothing was written. Retry after the given delay.";
                Self::retryable(ProblemKind::Unavailable, detail, None)
            }
            TaskError::OutcomeUnknown(source) => {
                tracing::info!(error = chain(&*source), "the outcome of a write is unknown");
                Self::outcome_unknown("The database did not respond in time.")
            }
            TaskError::Damaged(source) => {
                tracing::debug!(error = chain(&*source), "the database is damaged");
                Self::internal()
            }
            TaskError::Fault(source) => {
                tracing::error!(error = chain(&*source), "unexpected database error");
                Self::internal()
            }
        }
    }
}

impl From<NoRoom> for Problem {
    fn from(_: NoRoom) -> Self {
        let detail =
            "Too many lists are waiting to be sent; read the responses, then retry after the given delay.";
        // A client that does not read is not kept.
        Self::retryable(ProblemKind::Overloaded, detail, None).with_header(header::CONNECTION, "close")
    }
}

impl From<AuthError> for Problem {
    fn from(error: AuthError) -> Self {
        let kind = match &error {
            AuthError::Credentials(CredentialsError::Missing) => ProblemKind::MissingToken,
            AuthError::Credentials(CredentialsError::Malformed) => ProblemKind::MalformedCredentials,
            AuthError::Token(error) if error.is_unavailable() => {
                // The verifier logs when fetches of the key set begin to fail, and when they succeed again.
                tracing::debug!(reason = error.reason(), "cannot verify a token: {error}");
                let detail = "The keys that verify your token are unavailable; retry after the given delay.";
                return Self::retryable(ProblemKind::KeysUnavailable, detail, error.retry_after_seconds());
            }
            AuthError::Token(error) => {
                tracing::info!(reason = error.reason(), hint = hint(error), "rejected a token: {error}");
                ProblemKind::InvalidToken
            }
            // The other errors of credentials; a token that grants too little cannot occur, since no route requires a scope.
            error => {
                tracing::info!(reason = error.reason(), "rejected a token: {error}");
                ProblemKind::InvalidToken
            }
        };
        let challenge = error.challenge().map(|challenge| challenge.to_string()).unwrap_or_default();
        Self::new(kind, error.to_string()).with_header(header::WWW_AUTHENTICATE, &challenge)
    }
}

impl From<&Violation> for FieldError {
    fn from(violation: &Violation) -> Self {
        let kind = match violation.rule {
            Rule::Required => "missing",
            Rule::NotNull => "null_not_allowed",
            Rule::Text(TextError::Empty) | Rule::Tag(TagError::Empty) => "string_too_short",
            Rule::Text(TextError::Invisible) => "string_invisible",
            Rule::Text(TextError::TooLong { .. }) | Rule::Tag(TagError::TooLong) => "string_too_long",
            Rule::Text(TextError::ControlCharacter { .. }) => "control_character",
            Rule::Tag(TagError::TooMany) => "too_long",
            Rule::Priority(_) | Rule::End => "enum",
            Rule::Color(_) => "color",
            Rule::Id => "uuid_parsing",
            Rule::UnknownNeighbour | Rule::UnknownList => "unknown_id",
            Rule::DueDate(DueDateError::Format) => "datetime_parsing",
            Rule::BeforeCreation
            | Rule::OnePlace
            | Rule::Tag(TagError::Character)
            | Rule::DueDate(DueDateError::NotInCalendar | DueDateError::Year) => "value_error",
        };
        Self::body(violation.field, violation.rule.to_string(), kind)
    }
}

impl From<ToStrError> for Problem {
    fn from(_: ToStrError) -> Self {
        Self::new(ProblemKind::Malformed, "A header contains bytes that are not visible ASCII.")
    }
}
