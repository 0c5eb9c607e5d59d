//! For axum: the layer [`RequireToken`] guards a router, and a handler takes an [`Identity`].
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use axum::{Router, routing::get};
//! use tasknook_auth::axum::RequireToken;
//! use tasknook_auth::{Identity, TokenVerifier};
//!
//! async fn me(caller: Identity) -> String {
//!     caller.user_id().to_owned()
//! }
//!
//! # async fn serve(verifier: Arc<dyn TokenVerifier>) -> std::io::Result<()> {
//! let app = Router::new().route("/me", get(me)).layer(RequireToken::new(verifier));
//! axum::serve(tokio::net::TcpListener::bind("127.0.0.1:8080").await?, app).await
//! # }
//! ```
//!
//! The token in the `Authorization` header alone decides: no cookie, no query parameter, no method is exempt. A browser's
//! preflight (`OPTIONS`) brings no token, so the CORS layer goes outside: in axum, added after this one.
//!
//! A route beside the layer has no identity: there the extractor answers with a 500 and logs that the layer is missing.

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use super::rejection::RejectionResponse;
use super::tower::response;
use crate::{AuthError, Identity, MissingGuard};

pub use super::tower::{RequireToken, RequireTokenService};

/// What the layer left with the request.
///
/// # Errors
///
/// [`MissingGuard`] without the layer.
impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = MissingGuard;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingGuard> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            let path = parts.uri.path();
            tracing::error!(path, "a handler takes an Identity, and the layer RequireToken is not there");
            MissingGuard
        })
    }
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        response(RejectionResponse::from(&self)).into_response()
    }
}

impl IntoResponse for MissingGuard {
    fn into_response(self) -> Response {
        response(RejectionResponse::from(self)).into_response()
    }
}

#[cfg(test)]
mod tests;
