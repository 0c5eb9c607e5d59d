#![cfg_attr(all(feature = "actix", feature = "axum", feature = "jwks"), doc = include_str!("../README.md"))]
#![cfg_attr(
    not(all(feature = "actix", feature = "axum", feature = "jwks")),
    doc = "Verifies the JSON Web Tokens that Better Auth issues, and names the user. The way in is the README, which is \
           this page when the features `actix`, `axum` and `jwks` are on: its examples need them."
)]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "actix")]
#[cfg_attr(docsrs, doc(cfg(feature = "actix")))]
pub mod actix;
mod algorithm;
#[cfg(any(feature = "actix", feature = "tower"))]
mod answer;
mod any_verifier;
mod authenticate;
#[cfg(feature = "axum")]
#[cfg_attr(docsrs, doc(cfg(feature = "axum")))]
pub mod axum;
mod bearer;
mod challenge;
mod claim_rules;
mod claims;
mod clock;
mod config_error;
mod excerpt;
mod explain;
mod identity;
mod json;
mod jwks;
mod jws;
mod keys;
mod observer;
mod presented;
mod report;
#[cfg(test)]
mod rules;
mod secret;
mod shared_secret;
#[cfg(test)]
mod testing;
mod token_memory;
#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
pub mod tower;
mod trust_root;
mod unix_time;
mod verifier;
mod verifier_options;
mod verify_error;
mod verifying_key;

#[cfg(any(feature = "actix", feature = "tower"))]
#[cfg_attr(docsrs, doc(cfg(any(feature = "actix", feature = "tower"))))]
pub use answer::Unguarded;
pub use any_verifier::AnyVerifier;
pub use authenticate::{AuthError, authenticate};
pub use bearer::{CredentialsError, bearer_token};
pub use challenge::Challenge;
pub use claim_rules::ClaimRules;
pub use clock::{Clock, SystemClock};
pub use config_error::ConfigError;
pub use excerpt::Excerpt;
pub use identity::Identity;
#[cfg(feature = "jwks")]
#[cfg_attr(docsrs, doc(cfg(feature = "jwks")))]
pub use jwks::HttpJwksSource;
pub use jwks::{FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier};
pub use jws::verify_jws;
pub use keys::{KeySetError, Keys};
pub use observer::{Observer, VerifiedBy};
pub use report::{Finding, Outcome, Report};
pub use secret::{Secret, versioned_secrets};
pub use shared_secret::SharedSecretVerifier;
pub use token_memory::MemoryOptions;
pub use verifier::{BoxFuture, TokenVerifier};
pub use verifier_options::VerifierOptions;
pub use verify_error::VerifyError;
