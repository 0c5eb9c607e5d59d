//! The answer that a request gets in the service's place: every adapter writes this one, in its framework's types.

use serde_json::json;
use thiserror::Error;

use crate::AuthError;

/// A route asks who is calling, and nothing verifies tokens in front of it: a mistake of the service's. It is answered
/// with a bare 500 and logged with what is missing.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("no verifier guards this route")]
pub struct Unguarded;

/// A response before it belongs to a framework. The values of its headers are printable ASCII.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    fn new(status: u16, body: String) -> Self {
        let content_type = ("content-type", AuthError::PROBLEM_TYPE.to_owned());
        // A token that is refused now may be good in a second, and the other way round.
        let headers = vec![content_type, ("cache-control", "no-store".to_owned())];
        Self { status, headers, body }
    }
}

impl From<&AuthError> for Answer {
    fn from(error: &AuthError) -> Self {
        let mut answer = Self::new(error.status(), error.problem());
        let challenge = error.challenge().map(|challenge| ("www-authenticate", challenge.to_string()));
        let retry_after = error.retry_after_seconds().map(|seconds| ("retry-after", seconds.to_string()));
        answer.headers.extend(challenge.into_iter().chain(retry_after));
        answer
    }
}

impl From<Unguarded> for Answer {
    fn from(_: Unguarded) -> Self {
        let problem = json!({ "type": "about:blank", "title": "Internal Server Error", "status": 500 });
        Self::new(500, problem.to_string())
    }
}
