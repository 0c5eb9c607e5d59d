//! The response to a request that is rejected: status, headers (among them the challenge of RFC 6750 §3) and body. Every
//! adapter translates this one into the types of its framework.

use serde_json::json;
#[cfg(any(feature = "actix", feature = "tower"))]
use thiserror::Error;

#[cfg(any(feature = "actix", feature = "tower"))]
use crate::bearer::policy::Policy;
#[cfg(any(feature = "actix", feature = "tower"))]
use crate::{AccessDenied, Identity};
use crate::{AuthError, Challenge, ChallengeOptions, CredentialsError};

/// The verdict on the same token can change within a second, in both directions, so no cache may keep the response.
const PROBLEM_HEADERS: [(&str, &str); 2] =
    [("content-type", AuthError::PROBLEM_TYPE), ("cache-control", "no-store")];

impl AuthError {
    /// The media type of [`AuthError::problem`] (RFC 9457 §3).
    pub const PROBLEM_TYPE: &'static str = "application/problem+json";

    /// 401; 400 for malformed credentials and several tokens, and 403 for a token that grants too little (RFC 6750 §3.1); 503 when the token
    /// could not be verified.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Credentials(CredentialsError::Malformed | CredentialsError::SeveralTokens) => 400,
            Self::Token(error) if error.is_unavailable() => 503,
            Self::Denied(error) => error.status(),
            Self::Credentials(_) | Self::Token(_) => 401,
        }
    }

    /// A stable label for logs and metrics, in `snake_case`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Credentials(error) => error.reason(),
            Self::Token(error) => error.reason(),
            Self::Denied(error) => error.reason(),
        }
    }

    /// For `WWW-Authenticate` (RFC 6750 §3); none with a 503, where other credentials would not help.
    #[must_use]
    pub fn challenge(&self) -> Option<Challenge> {
        match self {
            Self::Credentials(error) => Some(Challenge::from(error)),
            Self::Token(error) if error.is_unavailable() => None,
            Self::Token(error) => Some(Challenge::from(error)),
            Self::Denied(error) => Some(Challenge::from(error)),
        }
    }

    /// For `Retry-After` (RFC 9110 §10.2.3), in seconds; with a 503 only.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Credentials(_) | Self::Denied(_) => None,
            Self::Token(error) => error.retry_after_seconds(),
        }
    }

    /// Every header of the response: `Content-Type` of [`AuthError::problem`], `Cache-Control`, and those of
    /// [`AuthError::challenge`] and [`AuthError::retry_after_seconds`] when there are any. The values are printable ASCII.
    ///
    /// ```
    /// use tasknook_auth::{AuthError, ChallengeOptions, CredentialsError};
    ///
    /// let error = AuthError::from(CredentialsError::Missing);
    /// let headers = error.headers(&ChallengeOptions::new());
    /// assert!(headers.contains(&("www-authenticate", "Bearer".to_owned())));
    /// ```
    #[must_use]
    pub fn headers(&self, options: &ChallengeOptions) -> Vec<(&'static str, String)> {
        let retry_after = self.retry_after_seconds().map(|seconds| ("retry-after", seconds.to_string()));
        PROBLEM_HEADERS
            .map(|(name, value)| (name, value.to_owned()))
            .into_iter()
            .chain(self.challenge_header(options))
            .chain(retry_after)
            .collect()
    }

    fn challenge_header(&self, options: &ChallengeOptions) -> Option<(&'static str, String)> {
        let challenge = self.challenge()?.with(options);
        Some(("www-authenticate", challenge.to_string()))
    }

    /// The body of the response: a problem (RFC 9457 §3) of the type `about:blank`. Its `detail` is the message, its
    /// `code` is [`AuthError::reason`]. It contains neither the token nor a secret.
    #[must_use]
    pub fn problem(&self) -> String {
        let title = match self.status() {
            400 => "Bad Request",
            403 => "Forbidden",
            503 => "Service Unavailable",
            _ => "Unauthorized",
        };
        json!({
            "type": "about:blank",
            "title": title,
            "status": self.status(),
            "detail": self.to_string(),
            "code": self.reason(),
        })
        .to_string()
    }
}

#[cfg(any(feature = "actix", feature = "tower"))]
/// A handler takes an identity, and no guard verifies tokens for its route: a mistake in your service. The response is
/// a bare 500, and the log names what is missing.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("no verifier guards this route")]
pub struct MissingGuard;

#[cfg(any(feature = "actix", feature = "tower"))]
/// In the extensions of a default response: what a guard around it needs to finish it.
#[derive(Clone)]
pub(super) struct Rejected {
    pub(super) error: AuthError,
    /// Of the innermost guard that has any.
    pub(super) challenge: ChallengeOptions,
    /// The user that the innermost guard has identified; one around it can have another verifier.
    pub(super) user: Option<Identity>,
    is_guarded: bool,
}

#[cfg(any(feature = "actix", feature = "tower"))]
impl Rejected {
    pub(super) fn new(error: AuthError) -> Self {
        Self { error, challenge: ChallengeOptions::new(), user: None, is_guarded: false }
    }

    /// Adds what a guard around it has, which identified this user: its challenge and its scopes. Returns whether
    /// `WWW-Authenticate` is another one by that.
    pub(super) fn add(&mut self, policy: &Policy, user: Option<Identity>) -> bool {
        if !self.is_guarded {
            self.user = user;
            self.is_guarded = true;
        }
        let mut is_changed = false;
        if self.challenge == ChallengeOptions::new() && self.challenge != policy.challenge {
            self.challenge = policy.challenge.clone();
            is_changed = true;
        }
        // A client that requested those of an inner guard alone would lose these.
        if let AuthError::Denied(AccessDenied::Scope { required, .. }) = &mut self.error {
            for scope in &policy.scopes {
                if !required.split(' ').any(|known| known == scope) {
                    *required = format!("{scope} {required}");
                    is_changed = true;
                }
            }
        }
        is_changed
    }

    /// `WWW-Authenticate`, if the response has one.
    pub(super) fn challenge_header(&self) -> Option<(&'static str, String)> {
        self.error.challenge_header(&self.challenge)
    }
}

#[cfg(any(feature = "actix", feature = "tower"))]
/// A response before it belongs to a framework. The values of its headers are printable ASCII.
pub(super) struct RejectionResponse {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

#[cfg(any(feature = "actix", feature = "tower"))]
impl RejectionResponse {
    pub(super) fn new(error: &AuthError, options: &ChallengeOptions) -> Self {
        Self { status: error.status(), headers: error.headers(options), body: error.problem() }
    }
}

#[cfg(any(feature = "actix", feature = "tower"))]
impl From<MissingGuard> for RejectionResponse {
    fn from(_: MissingGuard) -> Self {
        let problem = json!({ "type": "about:blank", "title": "Internal Server Error", "status": 500 });
        let headers = PROBLEM_HEADERS.map(|(name, value)| (name, value.to_owned())).to_vec();
        Self { status: 500, headers, body: problem.to_string() }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::support::{ScriptedSource, SigningKey, claims, jwks, shared_secret};
    use crate::{Identity, TokenVerifier, authenticate};

    fn authenticated(verifier: &dyn TokenVerifier, header: Option<&str>) -> Result<Identity, AuthError> {
        pollster::block_on(authenticate(verifier, header.map(str::as_bytes).into_iter()))
    }

    #[test]
    fn each_error_has_its_status_and_challenge() {
        let cases = [
            (None, 401, "missing_credentials", "Bearer"),
            (Some("Bearer"), 401, "empty_token", "Bearer error=\"invalid_token\""),
            (Some("Bearer\ta.b.c"), 400, "malformed_credentials", "Bearer error=\"invalid_request\""),
            (Some("Bearer a.b"), 401, "not_three_parts", "Bearer error=\"invalid_token\""),
        ];
        for (header, status, reason, challenge) in cases {
            let error = authenticated(&shared_secret(), header).unwrap_err();
            assert_eq!((error.status(), error.reason()), (status, reason), "{header:?}");
            assert!(error.challenge().unwrap().to_string().starts_with(challenge), "{header:?}");
            assert_eq!(error.retry_after_seconds(), None);
        }
    }

    #[test]
    fn unavailable_keys_are_503_without_a_challenge() {
        let token = SigningKey::ed25519().token("ed1", &claims());
        let error =
            authenticated(&jwks(&ScriptedSource::down()), Some(&format!("Bearer {token}"))).unwrap_err();
        assert_eq!((error.status(), error.challenge()), (503, None));
        assert!(error.retry_after_seconds().is_some_and(|seconds| seconds > 0));
    }

    #[test]
    fn the_body_is_a_problem_with_a_reason() {
        let error = authenticated(&shared_secret(), Some("Bearer a.b")).unwrap_err();
        let problem: Value = serde_json::from_str(&error.problem()).unwrap();
        let expected = json!({
            "type": "about:blank",
            "title": "Unauthorized",
            "status": 401,
            "detail": "the token does not have three parts: header, payload and signature",
            "code": "not_three_parts",
        });
        assert_eq!(problem, expected);
    }
}
