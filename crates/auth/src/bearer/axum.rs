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
//! Only the token in the `Authorization` header counts: cookies and query parameters are ignored, and no method is
//! exempt. A preflight request of a browser (`OPTIONS`) has no token, so put the CORS layer outside: in axum, add it
//! after this one.
//!
//! For a route outside the layer the extractor responds with 500 and logs that the layer is missing.

use axum_core::extract::FromRequestParts;
use axum_core::response::{IntoResponse, Response};
use http::request::Parts;

use super::rejection::{Rejected, RejectionResponse};
use super::tower::response;
use crate::{AuthError, ChallengeOptions, Identity, MissingGuard};

pub use super::tower::{RequireToken, RequireTokenService};

/// Takes the identity that the layer stored.
///
/// # Errors
///
/// [`MissingGuard`] without the layer.
impl<S: Sync> FromRequestParts<S> for Identity {
    type Rejection = MissingGuard;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, MissingGuard> {
        parts.extensions.get::<Self>().cloned().ok_or_else(|| {
            let path = parts.uri.path();
            tracing::error!(path, "a handler takes an Identity, but the layer RequireToken is missing");
            MissingGuard
        })
    }
}

impl IntoResponse for AuthError {
    fn into_response(self) -> Response {
        let mut response = response(RejectionResponse::new(&self, &ChallengeOptions::new())).into_response();
        response.extensions_mut().insert(Rejected(self));
        response
    }
}

impl IntoResponse for MissingGuard {
    fn into_response(self) -> Response {
        response(RejectionResponse::from(self)).into_response()
    }
}

#[cfg(test)]
mod tests;
