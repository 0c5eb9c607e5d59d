//! For axum: the layer [`RequireToken`] guards a router, and a handler takes an [`Identity`].
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use axum::{Router, routing::get};
//! use tasknook_auth::axum::RequireToken;
//! use tasknook_auth::{Identity, TokenVerifier};
//!
//! async fn me(user: Identity) -> String {
//!     user.user_id().to_owned()
//! }
//!
//! # async fn serve(verifier: Arc<dyn TokenVerifier>) -> std::io::Result<()> {
//! let app = Router::new().route("/me", get(me)).layer(RequireToken::new(verifier));
//! axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, app).await
//! # }
//! ```
//!
//! Only the token in the `Authorization` header counts, unless [`RequireToken::token_source`] names other places, and no
//! method is exempt. A preflight request of a browser (`OPTIONS`) has no token, so put the CORS layer outside: in axum, add it
//! after this one.
//!
//! The layer of a router that is nested (`.nest("/api", api.layer(guard))`) does not see paths that the router does not
//! have: they are 404 without a token, which shows which routes exist. A `fallback` in that router makes them 401.
//!
//! For a route outside the layer the extractor responds with 500 and logs that the layer is missing.

use axum_core::extract::{FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::policy::Anonymous;
use super::rejection::{Rejected, RejectionResponse};
use super::tower::response;
use crate::{
    AccessDenied, AuthError, ChallengeOptions, Claims, CredentialsError, Identity, MaybeIdentity,
    MissingGuard,
};

pub use super::tower::{RequireToken, RequireTokenService};

/// Why a handler does not get the argument that it takes.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum IdentityRejection {
    /// No guard is around the route: a mistake in your service, which is logged.
    #[error(transparent)]
    MissingGuard(#[from] MissingGuard),
    /// The request is rejected, as by the guard.
    #[error(transparent)]
    Rejected(#[from] AuthError),
}

impl IntoResponse for IdentityRejection {
    fn into_response(self) -> Response {
        match self {
            Self::MissingGuard(error) => error.into_response(),
            Self::Rejected(error) => error.into_response(),
        }
    }
}

/// Takes the identity that the layer stored.
///
/// # Errors
///
/// [`MissingGuard`] without the layer; [`CredentialsError::Missing`] for a request without a token in a layer that is
/// [`optional`](RequireToken::optional).
impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = IdentityRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, IdentityRejection> {
        required_identity(parts)
    }
}

/// `Option<Identity>`: `None` when the request has no token, in a layer that is [`optional`](RequireToken::optional).
///
/// # Errors
///
/// [`MissingGuard`] without the layer.
impl<S: Sync> OptionalFromRequestParts<S> for Identity {
    type Rejection = MissingGuard;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, MissingGuard> {
        optional_identity(parts)
    }
}

/// Takes the identity that the layer stored, if any.
///
/// # Errors
///
/// [`MissingGuard`] without the layer.
impl<S: Sync> FromRequestParts<S> for MaybeIdentity {
    type Rejection = MissingGuard;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingGuard> {
        optional_identity(parts).map(Self)
    }
}

/// Reads the claims of the user's token.
///
/// # Errors
///
/// Those of the extractor `Identity`, and [`AccessDenied::Claims`] when they do not have the form of `T`.
impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Claims<T> {
    type Rejection = IdentityRejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, IdentityRejection> {
        let identity = required_identity(parts)?;
        Ok(Self(identity.claims().map_err(|error| AuthError::from(AccessDenied::from(error)))?))
    }
}

fn required_identity(parts: &Parts) -> Result<Identity, IdentityRejection> {
    optional_identity(parts)?.ok_or_else(|| AuthError::from(CredentialsError::Missing).into())
}

fn optional_identity(parts: &Parts) -> Result<Option<Identity>, MissingGuard> {
    let identity = parts.extensions.get::<Identity>().cloned();
    if identity.is_none() && parts.extensions.get::<Anonymous>().is_none() {
        let path = parts.uri.path();
        tracing::error!(path, "a handler takes an identity, but the layer RequireToken is missing");
        return Err(MissingGuard);
    }
    Ok(identity)
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let rejection = RejectionResponse::new(&self, &ChallengeOptions::new());
        let mut response = response(rejection).into_response();
        response.extensions_mut().insert(Rejected::new(self));
        response
    }
}

impl IntoResponse for AccessDenied {
    fn into_response(self) -> Response {
        AuthError::from(self).into_response()
    }
}

impl IntoResponse for MissingGuard {
    fn into_response(self) -> Response {
        response(RejectionResponse::from(self)).into_response()
    }
}

#[cfg(test)]
mod tests;
