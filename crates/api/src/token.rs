//! Signs tokens as a Better Auth that shares its secret does: for a first look, for scripts, for tests.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use time::OffsetDateTime;

use crate::settings::Auth;
use crate::startup::StartError;

/// Whom a token is for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Grant<'a> {
    /// The user's id.
    pub user: &'a str,
    /// Seconds until it expires.
    pub lifetime_seconds: u32,
}

#[derive(Serialize)]
struct Claims<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    iat: i64,
    exp: i64,
}

/// Signs a token that the configured rules accept: the first issuer, the first audience.
#[expect(clippy::disallowed_methods, reason = "a token starts when it is made")]
pub(crate) fn sign(grant: &Grant<'_>, secret: &SecretString, auth: &Auth) -> Result<String, StartError> {
    let iat = OffsetDateTime::now_utc().unix_timestamp();
    let claims = Claims {
        iss: auth.issuers.first().map(String::as_str),
        aud: auth.audiences.first().map(String::as_str),
        iat,
        exp: iat + i64::from(grant.lifetime_seconds),
    };
    let failed = |error| StartError::failed("the token cannot be signed", error);
    let mut claims = serde_json::to_value(claims)
        .map_err(|error| StartError::failed("the token cannot be written", error))?;
    if let Some(claims) = claims.as_object_mut() {
        claims.insert(auth.user_id_claim.clone(), grant.user.into());
        claims.insert("sub".to_owned(), grant.user.into());
    }
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    encode(&Header::new(Algorithm::HS256), &claims, &key).map_err(failed)
}
