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

use http::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Extensions, Request, Response, StatusCode};
use tower_layer::Layer;
use tower_service::Service;

use super::policy::{Anonymous, Policy};
use super::rejection::{Rejected, RejectionResponse};
use crate::{AccessDenied, AuthError, BoxFuture, ChallengeOptions, Identity, TokenVerifier};

type OnReject<R> = dyn Fn(&AuthError, &Parts, Response<R>) -> Response<R> + Send + Sync;

/// A layer that accepts requests with a verified token only, and puts its [`Identity`](crate::Identity) into the
/// extensions of the request. Every other request gets the response of its [`AuthError`](crate::AuthError); the inner
/// service is not called and the body not read.
///
/// `R` is the type of the response bodies, inferred from the service.
pub struct RequireToken<R> {
    policy: Policy,
    body: fn(String) -> R,
    on_reject: Option<Arc<OnReject<R>>>,
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
        Self { policy: Policy::new(verifier), body, on_reject: None }
    }

    /// Lets requests without a token pass, without an identity; those with an invalid token are rejected as ever. Handlers
    /// then take a [`MaybeIdentity`](crate::MaybeIdentity) or, in axum, an `Option<Identity>`. One that takes an
    /// [`Identity`](crate::Identity) still requires a token, **but one that takes neither is open to everybody**.
    ///
    /// A token is missing when there is no `Authorization` header, or one of another scheme, such as `Basic`.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::TokenVerifier;
    /// use tasknook_auth::tower::RequireToken;
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken<String> {
    ///     RequireToken::new(verifier).optional()
    /// }
    /// ```
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.policy.is_optional = true;
        self
    }

    /// Requires a scope, one for each call: a token without it is rejected with 403 `insufficient_scope` (RFC 6750 §3.1).
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::TokenVerifier;
    /// use tasknook_auth::tower::RequireToken;
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken<String> {
    ///     RequireToken::new(verifier).require_scope("tasks:read").require_role("admin")
    /// }
    /// ```
    #[must_use]
    pub fn require_scope(self, scope: impl Into<String>) -> Self {
        let scope = scope.into();
        self.require(move |user| user.require_scope(&scope))
    }

    /// Requires a role, one for each call: a user without it is rejected with 403 `insufficient_scope` (RFC 6750 §3.1).
    #[must_use]
    pub fn require_role(self, role: impl Into<String>) -> Self {
        let role = role.into();
        self.require(move |user| user.require_role(&role))
    }

    /// Requires what a function of yours requires; its error is a 403 `insufficient_scope` (RFC 6750 §3.1). Every
    /// requirement applies to every user. To a request without a token, which passes a guard that is
    /// [`optional`](Self::optional), none does.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::tower::RequireToken;
    /// use tasknook_auth::{AccessDenied, TokenVerifier};
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken<String> {
    ///     RequireToken::new(verifier).require(|user| match user.email() {
    ///         Some(email) if email.ends_with("@example.com") => Ok(()),
    ///         _ => Err(AccessDenied::Other { detail: "only employees have access" }),
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn require(
        mut self,
        requirement: impl Fn(&Identity) -> Result<(), AccessDenied> + Send + Sync + 'static,
    ) -> Self {
        self.policy.require(requirement);
        self
    }

    /// Sets the realm and the URL of the metadata in the challenge of each rejection, also in that of an [`AuthError`]
    /// that an extractor or a handler of axum within returns.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::tower::RequireToken;
    /// use tasknook_auth::{ChallengeOptions, ConfigError, TokenVerifier};
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> Result<RequireToken<String>, ConfigError> {
    ///     let metadata = "https://api.example.com/.well-known/oauth-protected-resource";
    ///     let options = ChallengeOptions::new().realm("tasks")?.resource_metadata(metadata)?;
    ///     Ok(RequireToken::new(verifier).challenge(options))
    /// }
    /// ```
    #[must_use]
    pub fn challenge(mut self, options: ChallengeOptions) -> Self {
        self.policy.challenge = options;
        self
    }

    /// Sets a function that changes or replaces the response to a rejected request. It receives the error, the head of
    /// the request and the default response, which already has the right status and headers: to add a header, change it
    /// and return it.
    ///
    /// It also receives the response of an [`AuthError`] that an extractor or a handler of axum within returns. Of guards
    /// around each other, the innermost with a function calls it. A request is copied without its body when there is a
    /// function.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use http::header::{CONTENT_TYPE, HeaderValue};
    /// use tasknook_auth::TokenVerifier;
    /// use tasknook_auth::tower::RequireToken;
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken<String> {
    ///     RequireToken::new(verifier).on_reject(|error, _request, mut response| {
    ///         response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ///         response.map(|_| format!(r#"{{"error":"{}"}}"#, error.reason()))
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn on_reject(
        mut self,
        on_reject: impl Fn(&AuthError, &Parts, Response<R>) -> Response<R> + Send + Sync + 'static,
    ) -> Self {
        self.on_reject = Some(Arc::new(on_reject));
        self
    }

    /// Whether it changes the default responses, so that no guard around it has to.
    fn changes_responses(&self) -> bool {
        self.on_reject.is_some() || self.policy.challenge != ChallengeOptions::new()
    }

    /// The response to a request that this guard rejects.
    fn reject(&self, error: &AuthError, head: &Parts) -> Response<R> {
        let mut response = response(RejectionResponse::new(error, &self.policy.challenge)).map(self.body);
        if let Some(on_reject) = &self.on_reject {
            return on_reject(error, head, response);
        }
        if !self.changes_responses() {
            response.extensions_mut().insert(Rejected(error.clone()));
        }
        response
    }

    /// The response of the service within; `head` is there if this guard has a function for it.
    fn pass_on(&self, mut response: Response<R>, head: Option<&Parts>) -> Response<R> {
        if !self.changes_responses() {
            return response;
        }
        let Some(Rejected(error)) = response.extensions_mut().remove() else { return response };
        set_headers(&mut response, error.headers(&self.policy.challenge));
        // A router within may have set it, for a body that the function can replace.
        response.headers_mut().remove(CONTENT_LENGTH);
        match (&self.on_reject, head) {
            (Some(on_reject), Some(head)) => on_reject(&error, head, response),
            _ => response,
        }
    }
}

impl<R> Clone for RequireToken<R> {
    fn clone(&self) -> Self {
        let Self { policy, body, on_reject } = self;
        Self { policy: policy.clone(), body: *body, on_reject: on_reject.clone() }
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
        RequireTokenService { service, guard: Arc::new(self.clone()) }
    }
}

/// The service that [`RequireToken`] makes. Its errors are those of the inner service: a rejection is a response.
#[derive(Debug)]
pub struct RequireTokenService<S, R> {
    service: S,
    guard: Arc<RequireToken<R>>,
}

impl<S: Clone, R> Clone for RequireTokenService<S, R> {
    fn clone(&self) -> Self {
        Self { service: self.service.clone(), guard: Arc::clone(&self.guard) }
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
        let guard = Arc::clone(&self.guard);
        let (mut head, body) = request.into_parts();
        Box::pin(async move {
            let values = head.headers.get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
            let allowed = match guard.policy.identify(values).await {
                Ok(identity) => {
                    let allowed = guard.policy.authorize(identity.as_ref());
                    insert_identity(&mut head.extensions, identity);
                    allowed
                }
                Err(error) => Err(error),
            };
            if let Err(error) = allowed {
                return Ok(guard.reject(&error, &head));
            }
            let copy = guard.on_reject.is_some().then(|| head.clone());
            let response = service.call(Request::from_parts(head, body)).await?;
            Ok(guard.pass_on(response, copy.as_ref()))
        })
    }
}

fn insert_identity(extensions: &mut Extensions, identity: Option<Identity>) {
    if let Some(identity) = identity {
        extensions.insert(identity);
    } else {
        // That of an outer guard, with another verifier.
        extensions.remove::<Identity>();
        extensions.insert(Anonymous);
    }
}

pub(super) fn response(rejection: RejectionResponse) -> Response<String> {
    let mut response = Response::new(rejection.body);
    *response.status_mut() =
        StatusCode::from_u16(rejection.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set_headers(&mut response, rejection.headers);
    response
}

fn set_headers<R>(response: &mut Response<R>, headers: Vec<(&'static str, String)>) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}

#[cfg(test)]
mod tests;
