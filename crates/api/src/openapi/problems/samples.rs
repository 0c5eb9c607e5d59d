use std::iter::once;

use actix_web::http::header::{HeaderMap, HeaderValue, IF_MATCH};
use auth::{AuthError, CredentialsError, VerifyError};
use domain::{Revision, Rule, TaskError, TextError, Violation};
use serde_json::Value;

use crate::http::body::{self, MediaTypes};
use crate::http::json::JsonObject;
use crate::http::problem::{Problem, ProblemBody, ProblemKind};
use crate::http::{authentication, conditional};

/// A request id, as the service generates them.
const REQUEST_ID: &str = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b12";

/// 2026-11-21T09:15:17Z, in seconds.
const EXPIRED_AT: i64 = 1_795_252_517;

/// The body of a problem of this kind, from the code that creates such problems.
pub(super) fn body(kind: ProblemKind) -> Option<Value> {
    serde_json::to_value(ProblemBody::new(&problem(kind)?, REQUEST_ID)).ok()
}

fn problem(kind: ProblemKind) -> Option<Problem> {
    let from_task_error = |error: TaskError| Some(Problem::from_task_error(&error));
    let from_auth_error = |error: AuthError| Some(Problem::from_auth_error(&error));
    match kind {
        ProblemKind::Malformed => {
            let headers: HeaderMap = once((IF_MATCH, HeaderValue::from_static("7"))).collect();
            conditional::precondition(&headers).err()
        }
        ProblemKind::InvalidJson => JsonObject::parse(b"{").err(),
        ProblemKind::MalformedCredentials => from_auth_error(CredentialsError::Malformed.into()),
        ProblemKind::MissingToken => from_auth_error(CredentialsError::Missing.into()),
        ProblemKind::InvalidToken => from_auth_error(VerifyError::Expired { expired_at: EXPIRED_AT }.into()),
        ProblemKind::OtherUser => Some(authentication::other_user()),
        ProblemKind::NotFound => from_task_error(TaskError::NotFound),
        ProblemKind::NoRoute => Some(Problem::no_route()),
        ProblemKind::MethodNotAllowed => Some(Problem::method_not_allowed("GET, HEAD, OPTIONS")),
        ProblemKind::NotAcceptable => Some(authentication::not_acceptable()),
        ProblemKind::RequestTimeout => Some(body::body_timeout()),
        ProblemKind::PreconditionFailed => {
            from_task_error(TaskError::PreconditionFailed { current: Revision::new(7) })
        }
        ProblemKind::BodyTooLarge => Some(body::too_large(65_536)),
        ProblemKind::UnsupportedMediaType => Some(body::unsupported_type(MediaTypes::Json)),
        ProblemKind::Validation => from_task_error(TaskError::Invalid(vec![Violation {
            field: "title",
            rule: Rule::Text(TextError::Empty),
        }])),
        ProblemKind::TooManyScans => from_task_error(TaskError::TooManyScans),
        ProblemKind::Internal => Some(Problem::internal()),
        ProblemKind::Overloaded => from_task_error(TaskError::Overloaded),
        ProblemKind::Unavailable => from_task_error(TaskError::Unavailable("unreachable".into())),
        ProblemKind::OutcomeUnknown => from_task_error(TaskError::OutcomeUnknown("lost".into())),
        ProblemKind::KeysUnavailable => {
            from_auth_error(VerifyError::KeysUnavailable { retry_after_seconds: 5 }.into())
        }
    }
}
