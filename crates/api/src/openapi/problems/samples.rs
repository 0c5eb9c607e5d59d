use std::iter::once;

use actix_web::http::header::{HeaderMap, HeaderValue, IF_MATCH};
use auth::{AuthError, CredentialsError, VerifyError};
use domain::{Revision, Rule, TaskError, TextError, Violation};
use serde_json::Value;

use crate::http::body::{self, MediaTypes};
use crate::http::json::Object;
use crate::http::problem::{Kind, Problem, ProblemBody};
use crate::http::{caller, conditional};

/// A request id, as the service makes them.
const REQUEST_ID: &str = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b12";

/// 2026-11-21T09:15:17Z, in seconds.
const EXPIRED_AT: i64 = 1_795_252_517;

/// The body of one problem of each kind, made where such problems are made.
pub(super) fn body(kind: Kind) -> Option<Value> {
    serde_json::to_value(ProblemBody::new(&problem(kind)?, REQUEST_ID)).ok()
}

fn problem(kind: Kind) -> Option<Problem> {
    let of_task = |error: TaskError| Some(Problem::of_task(&error));
    let of_caller = |error: AuthError| Some(Problem::of_caller(&error));
    match kind {
        Kind::Malformed => {
            let headers: HeaderMap = once((IF_MATCH, HeaderValue::from_static("7"))).collect();
            conditional::precondition(&headers).err()
        }
        Kind::InvalidJson => Object::parse(b"{").err(),
        Kind::MalformedCredentials => of_caller(CredentialsError::Malformed.into()),
        Kind::MissingToken => of_caller(CredentialsError::Missing.into()),
        Kind::InvalidToken => of_caller(VerifyError::Expired { expired_at: EXPIRED_AT }.into()),
        Kind::OtherUser => Some(caller::other_user()),
        Kind::NotFound => of_task(TaskError::NotFound),
        Kind::NoRoute => Some(Problem::no_route()),
        Kind::MethodNotAllowed => Some(Problem::method_not_allowed("GET, HEAD, OPTIONS")),
        Kind::NotAcceptable => Some(caller::not_acceptable()),
        Kind::RequestTimeout => Some(body::late()),
        Kind::PreconditionFailed => of_task(TaskError::PreconditionFailed { current: Revision::new(7) }),
        Kind::BodyTooLarge => Some(body::too_large(65_536)),
        Kind::UnsupportedMediaType => Some(body::wrong_type(MediaTypes::Json)),
        Kind::Validation => of_task(TaskError::Invalid(vec![Violation {
            field: "title",
            rule: Rule::Text(TextError::Empty),
        }])),
        Kind::TooManyScans => of_task(TaskError::TooManyScans),
        Kind::Internal => Some(Problem::internal()),
        Kind::Overloaded => of_task(TaskError::Overloaded),
        Kind::Unavailable => of_task(TaskError::Unavailable("away".into())),
        Kind::OutcomeUnknown => of_task(TaskError::OutcomeUnknown("lost".into())),
        Kind::KeysUnavailable => of_caller(VerifyError::KeysUnavailable { retry_after_seconds: 5 }.into()),
    }
}
