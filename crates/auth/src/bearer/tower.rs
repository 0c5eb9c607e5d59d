//! For tower: [`RequireToken`] is a layer over services of `http::Request` and `http::Response`, such as those of axum
//! and hyper; for boxed bodies and tonic's, create it with [`RequireToken::with_body`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use http::{Request, Response};
//! use tasknook_auth::tower::RequireToken;
//! use tasknook_auth::{Identity, TokenVerifier};
//! use tower::{Service, ServiceBuilder, service_fn};
//!
//! fn guarded(verifier: Arc<dyn TokenVerifier>) -> impl Service<Request<String>, Response = Response<String>> {
//!     let service = service_fn(async |request: Request<String>| {
//!         let user = request.extensions().get::<Identity>();
//!         Ok::<_, std::convert::Infallible>(Response::new(format!("{user:?}")))
//!     });
//!     ServiceBuilder::new().layer(RequireToken::new(verifier)).service(service)
//! }
//! ```
//!
//! Only the token in the `Authorization` header counts: cookies and query parameters are ignored, and no method is
//! exempt. A preflight request of a browser (`OPTIONS`) has no token, so put the CORS layer outside.

use std::fmt;
use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use super::rejection::RejectionResponse;
use crate::{BoxFuture, TokenVerifier, authenticate};

/// A layer that accepts requests with a verified token only, and puts its [`Identity`](crate::Identity) into the
/// extensions of the request. Every other request gets the response of its [`AuthError`](crate::AuthError); the inner
/// service is not called and the body not read.
///
/// `R` is the type of the response bodies, inferred from the service.
pub struct RequireToken<R> {
    verifier: Arc<dyn TokenVerifier>,
    body: fn(String) -> R,
}

impl<R: From<String>> RequireToken<R> {
    /// Creates a layer with `verifier`, which all services share, for response bodies that implement `From<String>`.
    #[must_use]
    pub fn new(verifier: Arc<dyn TokenVerifier>) -> Self {
        Self::with_body(verifier, R::from)
    }
}

impl<R> RequireToken<R> {
    /// Creates a layer with `verifier` and a function that makes the body of a response, as for boxed bodies and
    /// tonic's.
    #[must_use]
    pub fn with_body(verifier: Arc<dyn TokenVerifier>, body: fn(String) -> R) -> Self {
        Self { verifier, body }
    }
}

impl<R> Clone for RequireToken<R> {
    fn clone(&self) -> Self {
        Self { verifier: Arc::clone(&self.verifier), body: self.body }
    }
}

impl<R> fmt::Debug for RequireToken<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireToken").finish_non_exhaustive()
    }
}

impl<S, R> Layer<S> for RequireToken<R> {
    type Service = RequireTokenService<S, R>;

    fn layer(&self, service: S) -> Self::Service {
        RequireTokenService { service, guard: self.clone() }
    }
}

/// The service that [`RequireToken`] makes. Its errors are those of the inner service: a rejection is a response.
#[derive(Debug)]
pub struct RequireTokenService<S, R> {
    service: S,
    guard: RequireToken<R>,
}

impl<S: Clone, R> Clone for RequireTokenService<S, R> {
    fn clone(&self) -> Self {
        Self { service: self.service.clone(), guard: self.guard.clone() }
    }
}

impl<S, B, R> Service<Request<B>> for RequireTokenService<S, R>
where
    S: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
    R: 'static,
{
    type Response = Response<R>;
    type Error = S::Error;
    type Future = BoxFuture<'static, Result<Response<R>, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // A clone is not ready even when the original is, so call the original and keep the clone for the next request.
        let next = self.service.clone();
        let mut service = mem::replace(&mut self.service, next);
        let RequireToken { verifier, body: to_body } = self.guard.clone();
        let (mut head, body) = request.into_parts();
        Box::pin(async move {
            let values = head.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
            match authenticate(&*verifier, values).await {
                Ok(identity) => {
                    head.extensions.insert(identity);
                    service.call(Request::from_parts(head, body)).await
                }
                Err(error) => Ok(response(RejectionResponse::from(&error)).map(to_body)),
            }
        })
    }
}

pub(super) fn response(rejection: RejectionResponse) -> Response<String> {
    let mut response = Response::new(rejection.body);
    *response.status_mut() =
        StatusCode::from_u16(rejection.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = rejection.headers.into_iter();
    let headers =
        headers.filter_map(|(name, value)| Some((HeaderName::from_static(name), value.try_into().ok()?)));
    response.headers_mut().extend::<Vec<(HeaderName, HeaderValue)>>(headers.collect());
    response
}

#[cfg(test)]
mod tests;
