//! Who is calling: verifies the JSON Web Tokens that Better Auth issues, and names the user.
//!
//! A Better Auth signs its tokens with a key that it publishes (its `jwt` plugin, as shipped) or with a secret that it
//! shares (HS256, when told to). This crate verifies both behind one trait, [`TokenVerifier`], without a web framework,
//! a runtime or a database. From nothing to a user's id, with the shared secret:
//!
//! ```
//! use tasknook_auth::{ClaimRules, SharedSecretVerifier, TokenVerifier, bearer_token};
//!
//! # fn main() -> Result<(), tasknook_auth::ConfigError> {
//! # let header = "Bearer eyJhbGciOiJIUzI1NiJ9.e30.AAAA";
//! let secret = "the value of BETTER_AUTH_SECRET, 32 bytes or more";
//! let rules = ClaimRules::for_better_auth("https://auth.example.com")?;
//! let verifier = SharedSecretVerifier::new(vec![secret.into()], rules)?;
//!
//! let answer = match bearer_token([header.as_bytes()].into_iter()) {
//!     Err(error) => format!("401: {error}"),
//!     Ok(token) => match pollster::block_on(verifier.verify(token)) {
//!         Ok(identity) => format!("200: hello, {}", identity.user_id()),
//!         Err(error) if error.is_unavailable() => format!("503: {error}"),
//!         Err(error) => format!("401: {error}"),
//!     },
//! };
//! # assert_eq!(answer, "401: the token's signature is wrong");
//! # Ok(())
//! # }
//! ```
//!
//! With published keys, one line differs (and the feature `jwks` is on):
//!
#![cfg_attr(feature = "jwks", doc = "```no_run")]
#![cfg_attr(not(feature = "jwks"), doc = "```ignore")]
//! # use std::sync::Arc;
//! # use tasknook_auth::{ClaimRules, HttpJwksSource, JwksOptions, JwksVerifier};
//! # fn main() -> Result<(), tasknook_auth::ConfigError> {
//! # let rules = ClaimRules::for_better_auth("https://auth.example.com")?;
//! let source = HttpJwksSource::new("https://auth.example.com/api/auth/jwks", false)?;
//! let verifier = JwksVerifier::new(Arc::new(source), JwksOptions::default(), rules)?;
//! # Ok(())
//! # }
//! ```
//!
//! [`AnyVerifier`] takes both at once, for a migration. [`Challenge`] writes the `WWW-Authenticate` header of a refusal.
//!
//! # What a verified token is
//!
//! * Its algorithm is that of the key, never the header's choice: HS256 for a secret; `EdDSA`, ES256, RS256 or PS256 for
//!   a published key. `alg: none` does not exist here, and a key that a token brings along is never looked at.
//! * Its header holds no `crit`, `zip`, `enc`, `b64` or `cty`, and a `typ`, if any, of an access token. Every JSON name
//!   stands once; every base64 text is the one spelling of its bytes.
//! * It has an `exp` that has not passed and is not absurdly far, an `nbf` and an `iat` that are not in the future, and a
//!   user id of 1 to 255 visible bytes in the configured claim. `iss` and `aud` are the configured ones.
//!
//! Better Auth signs session cookies and e-mail tokens under the same secret. They fail these rules; configure the issuer
//! and the audience all the same.
//!
//! # When the issuer is away
//!
//! A [`JwksVerifier`] starts without the issuer, keeps the last good keys through an outage up to a bound, and after that
//! answers [`VerifyError::KeysUnavailable`]: not judged, rather than refused. Requests never wait for a fetch that they
//! do not need, and a flood of made-up keys costs the issuer one request a cooldown.
//!
//! # Features
//!
//! * `jwks`: `HttpJwksSource`, which fetches a key set over HTTP. Without it the crate holds no HTTP client, and a
//!   [`JwksVerifier`] takes any [`JwksSource`].

mod algorithm;
mod any_verifier;
mod bearer;
mod challenge;
mod claim_rules;
mod claims;
mod clock;
mod config_error;
mod excerpt;
mod identity;
mod json;
mod jwks;
mod jws;
mod secret;
mod shared_secret;
#[cfg(test)]
mod testing;
mod unix_time;
mod verifier;
mod verify_error;
mod verifying_key;

pub use any_verifier::AnyVerifier;
pub use bearer::{CredentialsError, bearer_token};
pub use challenge::Challenge;
pub use claim_rules::ClaimRules;
pub use clock::{Clock, SystemClock};
pub use config_error::ConfigError;
pub use excerpt::Excerpt;
pub use identity::Identity;
#[cfg(feature = "jwks")]
pub use jwks::HttpJwksSource;
pub use jwks::{FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier};
pub use secret::{Secret, versioned_secrets};
pub use shared_secret::SharedSecretVerifier;
pub use verifier::{BoxFuture, TokenVerifier};
pub use verify_error::VerifyError;
