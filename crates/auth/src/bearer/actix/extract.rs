//! What handlers take: each verifies the token itself when there is no middleware.

use std::future::ready;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{Error, FromRequest, HttpMessage, HttpRequest, web};
use serde::de::DeserializeOwned;

use super::LocalFuture;
use crate::bearer::policy::{Anonymous, Policy};
use crate::{
    AccessDenied, AuthError, Claims, CredentialsError, Identity, MaybeIdentity, MissingGuard, TokenVerifier,
};

/// Takes the identity that the middleware stored. Without the middleware, verifies the token with the
/// `web::Data<dyn TokenVerifier>` of the application.
///
/// # Errors
///
/// [`AuthError`], or [`MissingGuard`] when there is neither.
impl FromRequest for Identity {
    type Error = Error;
    type Future = LocalFuture<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let identity = optional_identity(request);
        Box::pin(
            async move { identity.await?.ok_or_else(|| AuthError::from(CredentialsError::Missing).into()) },
        )
    }
}

/// Takes the identity that the middleware stored, if any. Without the middleware, verifies the token with the
/// `web::Data<dyn TokenVerifier>` of the application.
///
/// # Errors
///
/// [`AuthError`] of an invalid token, or [`MissingGuard`] when there is neither.
impl FromRequest for MaybeIdentity {
    type Error = Error;
    type Future = LocalFuture<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let identity = optional_identity(request);
        Box::pin(async move { Ok(Self(identity.await?)) })
    }
}

/// Reads the claims of the user's token.
///
/// # Errors
///
/// Those of the extractor `Identity`, and [`AccessDenied::Claims`] when they do not have the form of `T`.
impl<T: DeserializeOwned + 'static> FromRequest for Claims<T> {
    type Error = Error;
    type Future = LocalFuture<Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let identity = Identity::from_request(request, payload);
        Box::pin(async move { Ok(Self(identity.await?.claims().map_err(AccessDenied::from)?)) })
    }
}

/// The user of the request; none only if it has no token.
fn optional_identity(request: &HttpRequest) -> LocalFuture<Result<Option<Identity>, Error>> {
    let identity = request.extensions().get::<Identity>().cloned();
    if identity.is_some() || request.extensions().contains::<Anonymous>() {
        return Box::pin(ready(Ok(identity)));
    }
    let Some(verifier) = request.app_data::<web::Data<dyn TokenVerifier>>() else {
        tracing::error!(
            path = request.path(),
            "a handler takes an identity, but both the middleware RequireToken and an app_data of the type \
             web::Data<dyn TokenVerifier> are missing"
        );
        return Box::pin(ready(Err(MissingGuard.into())));
    };
    let mut policy = Policy::new(Arc::clone(verifier));
    policy.is_optional = true;
    let request = request.clone();
    // Not stored: an extractor of an inner scope can have another verifier, and a verified token is in the token cache.
    Box::pin(async move { Ok(policy.identify(policy.token(&request)).await?) })
}
