//! A token with claims of your choice.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value};

use super::signing_key::SigningKey;
use super::{LIFETIME_SECONDS, TestIssuer, default_claims, now, to_value};

/// A token that is not yet signed, made by [`TestIssuer::builder`] with the claims of [`TestIssuer::token`].
///
/// ```
/// use serde_json::json;
/// use tasknook_auth::testing::TestIssuer;
///
/// let issuer = TestIssuer::with_shared_secret();
/// let of_an_admin = issuer.builder("user-a").claim("role", "admin").sign();
/// let for_another_service = issuer.builder("user-a").claim("aud", json!(["https://other.example"])).sign();
/// let without_expiry = issuer.builder("user-a").without("exp").sign();
/// ```
#[derive(Clone, Debug)]
#[must_use = "a token is a text only after `sign`"]
pub struct TokenBuilder<'a> {
    issuer: &'a TestIssuer,
    header: Value,
    claims: Map<String, Value>,
}

impl<'a> TokenBuilder<'a> {
    pub(super) fn new(issuer: &'a TestIssuer, user_id: &str) -> Self {
        Self { issuer, header: issuer.key().header(), claims: default_claims(issuer.url(), user_id) }
    }

    /// Sets a claim.
    ///
    /// # Panics
    ///
    /// When JSON cannot express the value.
    pub fn claim(mut self, name: impl Into<String>, value: impl Serialize) -> Self {
        self.claims.insert(name.into(), to_value(value));
        self
    }

    /// Removes a claim.
    pub fn without(mut self, name: &str) -> Self {
        self.claims.remove(name);
        self
    }

    /// Sets `exp` to so many seconds from now, and `iat` to 15 minutes before it, or to now if that is earlier.
    pub fn expires_in(self, seconds: i64) -> Self {
        let exp = now().saturating_add(seconds);
        let iat = exp.saturating_sub(LIFETIME_SECONDS).min(now());
        self.claim("exp", exp).claim("iat", iat)
    }

    /// Sets a parameter of the header, such as `kid` or `typ`.
    ///
    /// # Panics
    ///
    /// When JSON cannot express the value.
    pub fn header(mut self, name: &str, value: impl Serialize) -> Self {
        if let Value::Object(members) = &mut self.header {
            members.insert(name.to_owned(), to_value(value));
        }
        self
    }

    /// Signs the token with the key of the issuer.
    #[must_use]
    pub fn sign(&self) -> String {
        self.sign_with(self.issuer.key())
    }

    pub(super) fn sign_with(&self, key: &SigningKey) -> String {
        let signing_input = self.signing_input();
        format!("{signing_input}.{}", key.sign(&signing_input))
    }

    /// The header and the claims, as they are signed (RFC 7515 §5.1).
    pub(super) fn signing_input(&self) -> String {
        let claims = Value::Object(self.claims.clone());
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        format!("{}.{}", encode(&self.header), encode(&claims))
    }
}
