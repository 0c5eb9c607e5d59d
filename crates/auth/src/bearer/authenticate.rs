//! From the headers of a request to an identity, or to the response of a request that is rejected. Every adapter does
//! this.

use serde_json::json;
use thiserror::Error;

use crate::{Challenge, CredentialsError, Identity, TokenVerifier, VerifyError, bearer_token};

/// Why a request does not reach the handler.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum AuthError {
    /// The request has no token to verify.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The token was rejected, or could not be verified.
    #[error(transparent)]
    Token(#[from] VerifyError),
}

/// Verifies the token in the values of a request's `Authorization` headers.
///
/// # Errors
///
/// [`AuthError`], which has everything that a response needs: a status, headers and a body.
///
/// ```
/// # use tasknook_auth::{TokenVerifier, authenticate};
/// # async fn guard(verifier: &dyn TokenVerifier, header: Option<&str>) -> (u16, String) {
/// match authenticate(verifier, header.map(str::as_bytes).into_iter()).await {
///     Ok(identity) => (200, format!("hello, {}", identity.user_id())),
///     Err(error) => (error.status(), error.problem()),
/// }
/// # }
/// ```
pub async fn authenticate<'a>(
    verifier: &dyn TokenVerifier,
    authorization: impl Iterator<Item = &'a [u8]>,
) -> Result<Identity, AuthError> {
    Ok(verifier.verify(bearer_token(authorization)?).await?)
}

impl AuthError {
    /// The media type of [`AuthError::problem`] (RFC 9457 §3).
    pub const PROBLEM_TYPE: &'static str = "application/problem+json";

    /// 401; 400 for malformed credentials (RFC 6750 §3.1); 503 when the token could not be verified.
    #[must_use]
    pub fn status(&self) -> u16 {
        match self {
            Self::Credentials(CredentialsError::Malformed) => 400,
            Self::Token(error) if error.is_unavailable() => 503,
            Self::Credentials(_) | Self::Token(_) => 401,
        }
    }

    /// A stable label for logs and metrics, in `snake_case`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Credentials(error) => error.reason(),
            Self::Token(error) => error.reason(),
        }
    }

    /// For `WWW-Authenticate` (RFC 6750 §3); none with a 503, where other credentials would not help.
    #[must_use]
    pub fn challenge(&self) -> Option<Challenge> {
        match self {
            Self::Credentials(error) => Some(Challenge::from(error)),
            Self::Token(error) if error.is_unavailable() => None,
            Self::Token(error) => Some(Challenge::from(error)),
        }
    }

    /// For `Retry-After` (RFC 9110 §10.2.3), in seconds; with a 503 only.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::Credentials(_) => None,
            Self::Token(error) => error.retry_after_seconds(),
        }
    }

    /// The body of the response: a problem (RFC 9457 §3) of the type `about:blank`. Its `detail` is the message, its
    /// `code` is [`AuthError::reason`]. It contains neither the token nor a secret.
    #[must_use]
    pub fn problem(&self) -> String {
        let title = match self.status() {
            400 => "Bad Request",
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

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::testing::{SECRET, ScriptedSource, SigningKey, claims, jwks, shared_secret};

    fn authenticated(verifier: &dyn TokenVerifier, header: Option<&str>) -> Result<Identity, AuthError> {
        pollster::block_on(authenticate(verifier, header.map(str::as_bytes).into_iter()))
    }

    #[test]
    fn a_good_token_gives_the_identity() {
        let token = SigningKey::hs256(SECRET).token("any", &claims());
        let identity = authenticated(&shared_secret(), Some(&format!("Bearer {token}"))).unwrap();
        assert_eq!(identity.user_id(), "user-a");
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
