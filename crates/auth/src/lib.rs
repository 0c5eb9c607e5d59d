#![cfg_attr(
    all(feature = "actix", feature = "axum", feature = "jwks", feature = "testing"),
    doc = include_str!("../README.md")
)]
#![cfg_attr(
    not(all(feature = "actix", feature = "axum", feature = "jwks", feature = "testing")),
    doc = "Verifies the JSON Web Tokens that Better Auth issues, and names the user. The way in is the README, which is \
           this page when the features `actix`, `axum`, `jwks` and `testing` are on: its examples need them."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

// The unit tests share their support with the tests outside, which name the crate.
#[cfg(test)]
extern crate self as tasknook_auth;

/// Compiles the examples of the page.
#[cfg(doctest)]
#[doc = include_str!("../docs/coming-from-jsonwebtoken.md")]
mod coming_from_jsonwebtoken {}

mod any_verifier;
mod bearer;
mod claims;
mod error;
mod issuers;
mod jwks;
mod keys;
#[cfg(test)]
#[path = "../tests/support/support.rs"]
mod support;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
mod token;
mod verifier;

pub use any_verifier::{AnyVerifier, Finding, Outcome, Report};
#[cfg(any(feature = "actix", feature = "tower"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "actix", feature = "tower"))))]
pub use bearer::MissingGuard;
#[cfg(feature = "actix")]
#[cfg_attr(docsrs, doc(cfg(feature = "actix")))]
pub use bearer::actix;
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub use bearer::axum;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub use bearer::tower;
pub use bearer::{
    AuthError, Challenge, ChallengeOptions, CredentialsError, RequestHead, TokenSource, authenticate,
    bearer_token, token_from,
};
#[cfg(any(feature = "actix", feature = "axum"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "actix", feature = "axum"))))]
pub use bearer::{Claims, MaybeIdentity};
pub use claims::{AccessDenied, ClaimRules, ClaimsError, Identity};
pub use error::{ConfigError, Excerpt, VerifyError};
pub use issuers::IssuerVerifier;
pub use jwks::{DiskCache, FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier};
#[cfg(feature = "jwks")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwks")))]
pub use jwks::{HttpJwksSource, HttpOptions, OidcSource};
pub use keys::{KeySetError, Keys, Secret, verify_jws, versioned_secrets};
pub use verifier::{
    BoxFuture, CacheOptions, Clock, Observer, SharedSecretVerifier, SystemClock, TokenVerifier, VerifiedBy,
    VerifierOptions,
};
