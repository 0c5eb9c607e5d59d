//! For tower: [`RequireToken`] is a layer over services of `http::Request` and `http::Response`, such as those of axum
//! and hyper; for boxed bodies create it with [`RequireToken::with_body`], for gRPC with [`RequireToken::grpc`].
//!
//! ```
//! use std::sync::Arc;
//!
//! use http::{Request, Response};
//! use tasknook_auth::tower::RequireToken;
//! use tasknook_auth::{Identity, TokenSource, TokenVerifier};
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
//! Only the token in the `Authorization` header counts, unless [`RequireToken::token_source`] names other places, and no
//! method is exempt. A preflight request of a browser (`OPTIONS`) has no token, so put the CORS layer outside.

mod response;
mod service;

use std::fmt;
use std::sync::Arc;

use http::Response;
use http::request::Parts;
use tower_layer::Layer;

use super::policy::Policy;
use crate::{AccessDenied, AuthError, ChallengeOptions, Identity, TokenSource, TokenVerifier};
use response::Format;

#[cfg(feature = "axum")]
pub(super) use response::response;
pub use service::RequireTokenService;

type OnReject<R> = dyn Fn(&AuthError, &Parts, Response<R>) -> Response<R> + Send + Sync;

/// A layer that accepts requests with a verified token only, and puts its [`Identity`](crate::Identity) into the
/// extensions of the request. Every other request gets the response of its [`AuthError`](crate::AuthError); the inner
/// service is not called and the body not read.
///
/// `R` is the type of the response bodies, inferred from the service.
pub struct RequireToken<R> {
    policy: Policy,
    format: Format<R>,
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
    /// Creates a layer with `verifier` and a function that makes the body of a response, as for boxed bodies.
    #[must_use]
    pub fn with_body(verifier: Arc<dyn TokenVerifier>, body: fn(String) -> R) -> Self {
        Self { policy: Policy::new(verifier), format: Format::Problem(body), on_reject: None }
    }

    /// Creates a layer for gRPC, such as for a server of tonic: the response to a rejected request is HTTP 200 with a
    /// `grpc-status`, which is `UNAUTHENTICATED`, `PERMISSION_DENIED` (for a 403) or `UNAVAILABLE` (for a 503), and with the
    /// error in `grpc-message`. The headers `www-authenticate` and `retry-after` are metadata of the status.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::TokenVerifier;
    /// use tasknook_auth::tower::RequireToken;
    /// use tonic::transport::Server;
    /// use tonic_health::server::health_reporter;
    ///
    /// # async fn serve(verifier: Arc<dyn TokenVerifier>) -> Result<(), tonic::transport::Error> {
    /// let (_, service) = health_reporter();
    /// let mut server = Server::builder().layer(RequireToken::grpc(verifier));
    /// server.add_service(service).serve(([127, 0, 0, 1], 50051).into()).await
    /// # }
    /// ```
    ///
    /// In a method, the identity is in the extensions of the request: `request.extensions().get::<Identity>()`.
    #[must_use]
    pub fn grpc(verifier: Arc<dyn TokenVerifier>) -> Self
    where
        R: Default,
    {
        Self { policy: Policy::new(verifier), format: Format::Grpc(R::default), on_reject: None }
    }

    /// Names a place where a token can be, one for each call, **in place of the `Authorization` header**: to accept a
    /// token there too, name it as well. See [`TokenSource`] for what each place needs of you, above all cookies.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::tower::RequireToken;
    /// use tasknook_auth::{TokenSource, TokenVerifier};
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken<String> {
    ///     RequireToken::new(verifier)
    ///         .token_source(TokenSource::AuthorizationHeader)
    ///         .token_source(TokenSource::Query("access_token".into()))
    /// }
    /// ```
    #[must_use]
    pub fn token_source(mut self, source: TokenSource) -> Self {
        self.policy.add_source(source);
        self
    }

    /// Lets requests without a token pass, without an identity; those with an invalid token are rejected as ever. Handlers
    /// of axum then take a `MaybeIdentity` or an `Option<Identity>`; elsewhere the request has no identity in its
    /// extensions. One that takes an [`Identity`](crate::Identity) still requires a token, **but one that takes neither is
    /// open to everybody**.
    ///
    /// A token is missing when there is no `Authorization` header, or one of another scheme (such as `Basic`) or of none; with
    /// [`token_source`](Self::token_source), when none of the sources has one. A guard that also requires a scope, a role
    /// or something else is not optional: what it requires, only a token can show.
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
    /// The challenge names all the scopes that the guard requires, so that a client can request them together.
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
    pub fn require_scope(mut self, scope: impl Into<String>) -> Self {
        self.policy.require_scope(scope.into());
        self
    }

    /// Requires a role, one for each call: a user without it is rejected with 403 `insufficient_scope` (RFC 6750 §3.1).
    #[must_use]
    pub fn require_role(self, role: impl Into<String>) -> Self {
        let role = role.into();
        self.require(move |user| user.require_role(&role))
    }

    /// Requires what a function of yours requires; its error is a 403 `insufficient_scope` (RFC 6750 §3.1). Every
    /// requirement applies to every user.
    ///
    /// Decide by claims that only your server writes: users of Better Auth can sign up with any e-mail address, and it is
    /// not verified unless you require that.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::tower::RequireToken;
    /// use tasknook_auth::{AccessDenied, TokenVerifier};
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken<String> {
    ///     RequireToken::new(verifier).require(|user| match user.issuer() {
    ///         Some("https://staff.example.com") => Ok(()),
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
    /// and return it. The extensions of the request have the identity of the innermost guard, if its token was good.
    ///
    /// It also receives the response of an [`AuthError`] that an extractor or a handler of axum within returns, and of a
    /// guard within that has no function. The challenge is the one of the innermost guard that sets any. A request is
    /// copied without its body when there is a function.
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
}

impl<R> Clone for RequireToken<R> {
    fn clone(&self) -> Self {
        let Self { policy, format, on_reject } = self;
        Self { policy: policy.clone(), format: *format, on_reject: on_reject.clone() }
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

#[cfg(test)]
mod tests;
