//! Signs tokens like a Better Auth that shares its secret: for first steps, scripts and tests.

use std::io::{Write, stdout};

use auth::VerifierOptions;
use clap::Args;
use domain::OwnerId;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::config::{Auth, ConfigError, Overrides, Settings};
use crate::server::{self, StartError};

#[derive(Debug, Args)]
pub(super) struct Token {
    /// The user's id, the token's `sub`
    #[arg(long, value_name = "ID")]
    user: String,
    /// Seconds until the token expires
    #[arg(long, value_name = "SECONDS", default_value_t = 3600, value_parser = clap::value_parser!(u32).range(1..))]
    expires_in: u32,
}

impl Token {
    /// Prints the token and nothing else.
    pub(super) fn run(&self, overrides: &Overrides) -> Result<(), StartError> {
        let settings = Settings::read(overrides)?;
        let user = OwnerId::parse(&self.user).map_err(|error| ConfigError::new("--user", error))?;
        server::shared_secret(&settings, VerifierOptions::default())?;
        let missing =
            || ConfigError::new("auth.secrets", "no shared secret to sign with: set BETTER_AUTH_SECRET");
        let secret = settings.auth.signing_secret()?.ok_or_else(missing)?;
        let request = TokenRequest { user: user.as_str(), lifetime_seconds: self.expires_in };
        let token = sign(&request, &secret, &settings.auth)?;
        writeln!(stdout(), "{token}").map_err(StartError::output_error)
    }
}

/// What a token is to contain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TokenRequest<'a> {
    /// The user's id.
    pub user: &'a str,
    /// Seconds until the token expires.
    pub lifetime_seconds: u32,
}

/// Signs a token that the configured rules accept: the first issuer, the first audience.
#[expect(clippy::disallowed_methods, reason = "a token is issued at the system's time")]
pub(crate) fn sign(
    request: &TokenRequest<'_>,
    secret: &SecretString,
    auth: &Auth,
) -> Result<String, StartError> {
    let iat = OffsetDateTime::now_utc().unix_timestamp();
    let exp = iat + i64::from(request.lifetime_seconds);
    let first = |values: &[String]| values.first().map(|value| value.as_str().into());
    let claims: Map<String, Value> = [
        ("iat", Some(iat.into())),
        ("exp", Some(exp.into())),
        ("iss", first(&auth.issuers)),
        ("aud", first(&auth.audiences)),
        (&auth.user_id_claim, Some(request.user.into())),
        ("sub", Some(request.user.into())),
    ]
    .into_iter()
    .filter_map(|(claim, value)| Some((claim.to_owned(), value?)))
    .collect();
    let key = EncodingKey::from_secret(secret.expose_secret().as_bytes());
    encode(&Header::new(Algorithm::HS256), &claims, &key)
        .map_err(|error| StartError::failed("the token cannot be signed", error))
}
