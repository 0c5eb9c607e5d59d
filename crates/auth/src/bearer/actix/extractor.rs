//! The identity as an argument of a handler.

use std::future::ready;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};

use super::{LocalFuture, identify};
use crate::{Identity, MissingGuard, TokenVerifier};

/// Takes the identity that the middleware stored. Without the middleware, verifies the token with the
/// `web::Data<dyn TokenVerifier>` of the application.
///
/// # Errors
///
/// [`AuthError`](crate::AuthError), or [`MissingGuard`] when there is neither.
impl FromRequest for Identity {
    type Error = Error;
    type Future = LocalFuture<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if let Some(identity) = request.extensions().get::<Self>() {
            return Box::pin(ready(Ok(identity.clone())));
        }
        let Some(verifier) = request.app_data::<web::Data<dyn TokenVerifier>>() else {
            tracing::error!(
                path = request.path(),
                "a handler takes an Identity, but both the middleware RequireToken and an app_data of the type \
                 web::Data<dyn TokenVerifier> are missing"
            );
            return Box::pin(ready(Err(MissingGuard.into())));
        };
        let (verifier, request) = (Arc::clone(verifier), request.clone());
        Box::pin(async move { Ok(identify(&request, &*verifier).await?) })
    }
}
