//! The requests that every adapter rejects, and their responses.

use std::sync::Arc;

use serde_json::Value;

use super::{SECRET, ScriptedSource, SigningKey, claims, jwks, shared_secret};
use tasknook_auth::TokenVerifier;

/// The value of an `Authorization` header that opens what [`guard`] guards, for this user.
pub(crate) fn credentials_of(user: &str) -> String {
    let mut claims = claims();
    claims["sub"] = user.into();
    format!("Bearer {}", SigningKey::hs256(SECRET).token("any", &claims))
}

/// The verifier of those credentials.
pub(crate) fn guard() -> Arc<dyn TokenVerifier> {
    Arc::new(shared_secret())
}

pub(crate) struct Rejection {
    pub(crate) verifier: Arc<dyn TokenVerifier>,
    /// The values of the request's `Authorization` headers.
    pub(crate) authorization: Vec<String>,
    status: u16,
    code: &'static str,
    /// How `WWW-Authenticate` starts; all of it when it names no error.
    challenge: Option<&'static str>,
}

pub(crate) fn rejections() -> Vec<Rejection> {
    let rejection = |authorization: &[&str], status, code, challenge| Rejection {
        verifier: guard(),
        authorization: authorization.iter().map(|&value| value.to_owned()).collect(),
        status,
        code,
        challenge: Some(challenge),
    };
    let good = credentials_of("user-a");
    let forged = format!("Bearer {}", SigningKey::hs256([7; 32]).token("any", &claims()));
    let published = format!("Bearer {}", SigningKey::ed25519().token("ed1", &claims()));
    let invalid_token = "Bearer error=\"invalid_token\", error_description=\"";
    let invalid_request = "Bearer error=\"invalid_request\", error_description=\"";
    vec![
        rejection(&[], 401, "missing_credentials", "Bearer"),
        rejection(&["Basic dTpw"], 401, "missing_credentials", "Bearer"),
        rejection(&["Bearer"], 401, "empty_token", invalid_token),
        rejection(&["Bearer a.b"], 401, "not_three_parts", invalid_token),
        rejection(&[&forged], 401, "invalid_signature", invalid_token),
        rejection(&[&good, &good], 400, "malformed_credentials", invalid_request),
        Rejection {
            verifier: Arc::new(jwks(&ScriptedSource::down())),
            challenge: None,
            ..rejection(&[&published], 503, "keys_unavailable", "")
        },
    ]
}

impl Rejection {
    /// Compares with a response: its status, the values of a header by its name, and its body.
    #[track_caller]
    pub(crate) fn assert_is(&self, status: u16, values: impl Fn(&str) -> Vec<String>, body: &[u8]) {
        let Self { authorization, code, .. } = self;
        assert_eq!(status, self.status, "{authorization:?}");
        assert_eq!(values("content-type"), ["application/problem+json"], "{authorization:?}");
        assert_eq!(values("cache-control"), ["no-store"], "{authorization:?}");
        let problem: Value = serde_json::from_slice(body).unwrap();
        assert_eq!((&problem["status"], &problem["code"]), (&status.into(), &Value::from(*code)));
        let is_unavailable = self.challenge.is_none();
        match (self.challenge, &values("www-authenticate")[..]) {
            (None, []) => {}
            (Some("Bearer"), [value]) => assert_eq!(value, "Bearer"),
            (Some(start), [value]) => assert!(value.starts_with(start), "{value}"),
            (_, values) => panic!("{authorization:?} is answered with {values:?}"),
        }
        match &values("retry-after")[..] {
            [] => assert!(!is_unavailable, "{authorization:?}"),
            [seconds] => assert!(is_unavailable && seconds.parse::<u64>().unwrap() > 0, "{seconds}"),
            values => panic!("{values:?}"),
        }
    }
}

/// Compares with the response of a route without a guard, which has no detail.
#[cfg(any(feature = "actix", feature = "axum"))]
#[track_caller]
pub(crate) fn assert_missing_guard(status: u16, body: &[u8]) {
    let problem: Value = serde_json::from_slice(body).unwrap();
    let expected =
        serde_json::json!({"type": "about:blank", "title": "Internal Server Error", "status": 500});
    assert_eq!((status, problem), (500, expected));
}
