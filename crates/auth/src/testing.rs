//! Tokens, verifiers and identities for the tests of your service. Turn the feature on for tests only, so that the
//! service itself cannot create an [`Identity`] without a verified token:
//!
//! ```toml
//! [dependencies]
//! tasknook-auth = { version = "0.1", features = ["axum", "jwks"] }
//!
//! [dev-dependencies]
//! tasknook-auth = { version = "0.1", features = ["testing"] }
//! ```
//!
//! [`TestIssuer`] signs tokens and makes the verifier that accepts them, with the rules and the clock of production and
//! without a socket. [`identity`], [`identity_with`] and [`identity_by`] are for handlers that you call directly.
//!
//! ```
//! use tasknook_auth::TokenVerifier;
//! use tasknook_auth::testing::TestIssuer;
//!
//! # pollster::block_on(async {
//! let issuer = TestIssuer::with_key_set();
//! let verifier = issuer.verifier();
//! assert_eq!(verifier.verify(&issuer.token("user-a")).await.unwrap().user_id(), "user-a");
//! assert_eq!(verifier.verify(&issuer.expired_token("user-a")).await.unwrap_err().reason(), "expired");
//! # });
//! ```
//!
//! Its functions panic when they are given what no token can have, such as an empty user id.
#![expect(clippy::expect_used, clippy::panic, reason = "a test fails where its data is wrong")]

mod builder;
mod issuer;
mod signing_key;

use serde::Serialize;
use serde_json::{Map, Value, json};

pub use builder::TokenBuilder;
pub use issuer::TestIssuer;

use crate::token::Header;
use crate::{ClaimRules, Clock, Identity, SystemClock};

/// The URL of a [`TestIssuer`] without another one, which is the issuer and the audience of its tokens.
pub const ISSUER_URL: &str = "https://auth.example.test";

/// How long Better Auth's tokens are valid by default, in seconds.
const LIFETIME_SECONDS: i64 = 900;

/// The value of an `Authorization` header with this token (RFC 6750 §2.1).
#[must_use]
pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

/// The identity of a user, with the claims of [`TestIssuer::token`], for a handler that you call directly.
///
/// ```
/// use tasknook_auth::{Identity, testing};
///
/// async fn me(user: Identity) -> String {
///     format!("hello, {}", user.user_id())
/// }
///
/// # pollster::block_on(async {
/// assert_eq!(me(testing::identity("user-a")).await, "hello, user-a");
/// # });
/// ```
///
/// # Panics
///
/// When the user id is one that no token can have.
#[must_use]
pub fn identity(user_id: &str) -> Identity {
    identity_with(user_id, Map::new())
}

/// As [`identity`], with more claims, or others.
///
/// ```
/// use serde_json::json;
/// use tasknook_auth::testing;
///
/// let user = testing::identity_with("user-a", json!({ "role": "admin", "scope": "tasks:read" }));
/// assert!(user.has_role("admin") && user.require_scope("tasks:write").is_err());
/// ```
///
/// # Panics
///
/// When `claims` is not an object, or breaks a rule, such as an `exp` in the past.
#[must_use]
pub fn identity_with(user_id: &str, claims: impl Serialize) -> Identity {
    identity_by(&rules(ISSUER_URL), user_id, claims)
}

/// As [`identity_with`], by the rules of your service: the user id is in their claim, the issuer and the audience are the
/// first of theirs, and the roles are where they have them.
///
/// ```
/// use serde_json::json;
/// use tasknook_auth::{ClaimRules, testing};
///
/// let rules = ClaimRules::new().issuers(["https://id.example"]).roles_claim(["realm_access", "roles"]);
/// let user = testing::identity_by(&rules, "user-a", json!({ "realm_access": { "roles": ["editor"] } }));
/// assert!(user.has_role("editor") && user.issuer() == Some("https://id.example"));
/// ```
///
/// # Panics
///
/// When `claims` is not an object, or breaks a rule.
#[must_use]
pub fn identity_by(rules: &ClaimRules, user_id: &str, claims: impl Serialize) -> Identity {
    let mut all = default_claims(ISSUER_URL, user_id);
    all.insert(rules.user_id_claim.clone(), user_id.into());
    for (name, accepted) in [("iss", &rules.issuers), ("aud", &rules.audiences)] {
        if let Some(first) = accepted.first() {
            all.insert(name.to_owned(), first.as_str().into());
        }
    }
    match to_value(claims) {
        Value::Object(claims) => all.extend(claims),
        other => panic!("claims are an object, not {other}"),
    }
    let header = json!({ "alg": "EdDSA", "kid": "test-key" }).to_string();
    let header = Header::parse(header.as_bytes()).expect("a header that passes");
    let accepted = rules.check(&header, Value::Object(all).to_string().as_bytes(), now());
    accepted.unwrap_or_else(|error| panic!("no token has these claims: {error}")).identity
}

fn rules(url: &str) -> ClaimRules {
    ClaimRules::new().issuers([url]).audiences([url])
}

fn now() -> i64 {
    SystemClock.unix_seconds()
}

fn to_value(value: impl Serialize) -> Value {
    serde_json::to_value(value).expect("a claim that JSON can express")
}

/// Those of Better Auth, which writes the row of the user.
fn default_claims(url: &str, user_id: &str) -> Map<String, Value> {
    let now = now();
    let members = [
        ("id", json!(user_id)),
        ("name", json!(user_id)),
        ("email", json!(format!("{user_id}@example.test"))),
        ("emailVerified", json!(true)),
        ("sub", json!(user_id)),
        ("iss", json!(url)),
        ("aud", json!(url)),
        ("iat", json!(now)),
        ("exp", json!(now + LIFETIME_SECONDS)),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests;
