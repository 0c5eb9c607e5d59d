//! The response to a request that is rejected. Every adapter translates this one into the types of its framework.

use serde_json::json;
use thiserror::Error;

use crate::AuthError;

/// A handler takes an identity, and no guard verifies tokens for its route: a mistake in your service. The response is
/// a bare 500, and the log names what is missing.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("no verifier guards this route")]
pub struct MissingGuard;

/// A response before it belongs to a framework. The values of its headers are printable ASCII.
pub(super) struct RejectionResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl RejectionResponse {
    fn new(status: u16, body: String) -> Self {
        let content_type = ("content-type", AuthError::PROBLEM_TYPE.to_owned());
        // The verdict on the same token can change within a second, in both directions.
        let headers = vec![content_type, ("cache-control", "no-store".to_owned())];
        Self { status, headers, body }
    }
}

impl From<&AuthError> for RejectionResponse {
    fn from(error: &AuthError) -> Self {
        let mut response = Self::new(error.status(), error.problem());
        let challenge = error.challenge().map(|challenge| ("www-authenticate", challenge.to_string()));
        let retry_after = error.retry_after_seconds().map(|seconds| ("retry-after", seconds.to_string()));
        response.headers.extend(challenge.into_iter().chain(retry_after));
        response
    }
}

impl From<MissingGuard> for RejectionResponse {
    fn from(_: MissingGuard) -> Self {
        let problem = json!({ "type": "about:blank", "title": "Internal Server Error", "status": 500 });
        Self::new(500, problem.to_string())
    }
}
