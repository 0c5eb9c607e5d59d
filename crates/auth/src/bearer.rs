//! Bearer authentication of HTTP requests (RFC 6750): finds the token in the `Authorization` header, has it verified,
//! and makes the response of a request that is rejected. One submodule per framework translates that into its types.

#[cfg(feature = "actix")]
pub mod actix;
mod authenticate;
#[cfg(feature = "axum")]
pub mod axum;
mod challenge;
#[cfg(test)]
mod codes;
#[cfg(any(feature = "actix", feature = "axum"))]
mod extract;
#[cfg(feature = "tower")]
mod grpc;
#[cfg(any(feature = "actix", feature = "tower"))]
mod policy;
mod rejection;
mod token_source;
#[cfg(feature = "tower")]
pub mod tower;

pub use authenticate::{AuthError, CredentialsError, authenticate, bearer_token};
pub use challenge::{Challenge, ChallengeOptions};
#[cfg(any(feature = "actix", feature = "axum"))]
pub use extract::{Claims, MaybeIdentity};
#[cfg(any(feature = "actix", feature = "tower"))]
pub use rejection::MissingGuard;
pub use token_source::{RequestHead, TokenSource, token_from};
