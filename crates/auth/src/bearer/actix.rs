//! For actix-web: [`RequireToken`] guards a scope, and a handler takes an [`Identity`].
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use actix_web::{App, HttpServer, web};
//! use tasknook_auth::actix::RequireToken;
//! use tasknook_auth::{Identity, TokenSource, TokenVerifier};
//!
//! async fn me(user: Identity) -> String {
//!     user.user_id().to_owned()
//! }
//!
//! # async fn serve(verifier: Arc<dyn TokenVerifier>) -> std::io::Result<()> {
//! HttpServer::new(move || {
//!     let guard = RequireToken::new(Arc::clone(&verifier));
//!     App::new().service(web::scope("/api").wrap(guard).route("/me", web::get().to(me)))
//! })
//! .bind(("127.0.0.1", 8080))?
//! .run()
//! .await
//! # }
//! ```
//!
//! Only the token in the `Authorization` header counts, unless [`RequireToken::token_source`] names other places, and no
//! method is exempt. A preflight request of a browser (`OPTIONS`) has no token, so put the CORS middleware outside: in actix-web,
//! wrap it after this one.
//!
//! Without the middleware the extractor verifies the token, with the verifier in
//! `app_data(web::Data::<dyn TokenVerifier>::from(verifier))`. For an optional token take a
//! [`MaybeIdentity`](crate::MaybeIdentity), not an `Option<Identity>`: actix-web turns every error into `None`, so without
//! the middleware an invalid token would count as none.

mod extract;

use std::fmt;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, ETAG, HeaderName, HeaderValue};
use actix_web::{HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError};

use super::policy::{Anonymous, Policy};
use super::rejection::{Rejected, RejectionResponse};
use crate::{AccessDenied, AuthError, ChallengeOptions, Identity, MissingGuard, TokenSource, TokenVerifier};

type OnReject = dyn Fn(&AuthError, &HttpRequest, HttpResponse) -> HttpResponse + Send + Sync;

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A middleware that accepts requests with a verified token only, and puts its [`Identity`] into the extensions of the
/// request. Every other request gets the response of its [`AuthError`]; the handler is not called and the body not
/// read.
///
/// A rejection is a response, not an error, so outer middlewares handle it as any other response.
#[derive(Clone)]
pub struct RequireToken {
    policy: Policy,
    on_reject: Option<Arc<OnReject>>,
}

impl RequireToken {
    /// Creates a middleware with `verifier`, which all workers share.
    #[must_use]
    pub fn new(verifier: Arc<dyn TokenVerifier>) -> Self {
        Self { policy: Policy::new(verifier), on_reject: None }
    }

    /// Names a place where a token can be, one for each call, **in place of the `Authorization` header**: to accept a
    /// token there too, name it as well. See [`TokenSource`] for what each place needs of you, above all cookies.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::actix::RequireToken;
    /// use tasknook_auth::{TokenSource, TokenVerifier};
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken {
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
    /// then take a [`MaybeIdentity`](crate::MaybeIdentity). One that takes an
    /// [`Identity`](crate::Identity) still requires a token, **but one that takes neither is open to everybody**.
    ///
    /// A token is missing when there is no `Authorization` header, or one of another scheme (such as `Basic`) or of none; with
    /// [`token_source`](Self::token_source), when none of the sources has one. A guard that also requires a scope, a role
    /// or something else is not optional: what it requires, only a token can show.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::TokenVerifier;
    /// use tasknook_auth::actix::RequireToken;
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken {
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
    /// use tasknook_auth::actix::RequireToken;
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken {
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
    /// use tasknook_auth::actix::RequireToken;
    /// use tasknook_auth::{AccessDenied, TokenVerifier};
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken {
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
    /// that an extractor or a handler within returns.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use tasknook_auth::actix::RequireToken;
    /// use tasknook_auth::{ChallengeOptions, ConfigError, TokenVerifier};
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> Result<RequireToken, ConfigError> {
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

    /// Sets a function that changes or replaces the response to a rejected request. It receives the error, the request
    /// and the default response, which already has the right status and headers: to add a header, change it and return
    /// it. The extensions of the request have the identity of the innermost guard, if its token was good.
    ///
    /// It also receives the response of an [`AuthError`] that an extractor or a handler within returns, and of a guard
    /// within that has no function. The challenge is the one of the innermost guard that sets any.
    ///
    /// ```
    /// use std::sync::Arc;
    ///
    /// use actix_web::body::BoxBody;
    /// use actix_web::http::header::{CONTENT_TYPE, HeaderValue};
    /// use tasknook_auth::TokenVerifier;
    /// use tasknook_auth::actix::RequireToken;
    ///
    /// fn guard(verifier: Arc<dyn TokenVerifier>) -> RequireToken {
    ///     RequireToken::new(verifier).on_reject(|error, _request, mut response| {
    ///         response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    ///         response.set_body(BoxBody::new(format!(r#"{{"error":"{}"}}"#, error.reason())))
    ///     })
    /// }
    /// ```
    #[must_use]
    pub fn on_reject(
        mut self,
        on_reject: impl Fn(&AuthError, &HttpRequest, HttpResponse) -> HttpResponse + Send + Sync + 'static,
    ) -> Self {
        self.on_reject = Some(Arc::new(on_reject));
        self
    }

    /// From the default response of a rejection to that of this guard.
    fn finish(&self, response: ServiceResponse, user: Option<Identity>) -> ServiceResponse {
        let (request, mut response) = response.into_parts();
        let rejected = response.extensions_mut().remove::<Rejected>();
        let Some(mut rejected) = rejected else { return ServiceResponse::new(request, response) };
        let is_changed = rejected.add(&self.policy, user);
        if let Some(on_reject) = &self.on_reject {
            set_user(&request, rejected.user.clone());
            let response = on_reject(&rejected.error, &request, restored(response, &rejected));
            return ServiceResponse::new(request, response);
        }
        // A guard around this one can have a function.
        set_headers(&mut response, rejected.challenge_header().filter(|_| is_changed));
        response.extensions_mut().insert(rejected);
        ServiceResponse::new(request, response)
    }
}

/// The default response; only what a middleware within has added remains: it may have compressed the body, for example.
fn restored(mut response: HttpResponse, Rejected { error, challenge, .. }: &Rejected) -> HttpResponse {
    let default = RejectionResponse::new(error, challenge);
    for name in [CONTENT_ENCODING, CONTENT_LENGTH, ETAG] {
        response.headers_mut().remove(name);
    }
    set_headers(&mut response, default.headers);
    response.set_body(BoxBody::new(default.body))
}

fn set_headers(response: &mut HttpResponse, headers: impl IntoIterator<Item = (&'static str, String)>) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}

impl fmt::Debug for RequireToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequireToken").finish_non_exhaustive()
    }
}

impl<S, B> Transform<S, ServiceRequest> for RequireToken
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = S::Error;
    type InitError = ();
    type Transform = RequireTokenService<S>;
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(RequireTokenService { service: Rc::new(service), guard: Rc::new(self.clone()) }))
    }
}

/// The service that [`RequireToken`] makes.
pub struct RequireTokenService<S> {
    service: Rc<S>,
    guard: Rc<RequireToken>,
}

impl<S, B> Service<ServiceRequest> for RequireTokenService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>> + 'static,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = S::Error;
    type Future = LocalFuture<Result<Self::Response, Self::Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let (service, guard) = (Rc::clone(&self.service), Rc::clone(&self.guard));
        Box::pin(async move {
            let (user, allowed) = guard.policy.decide(guard.policy.token(request.request())).await;
            if let Err(error) = allowed {
                return Ok(guard.finish(request.error_response(error), user).map_into_right_body());
            }
            set_user(request.request(), user.clone());
            let response = service.call(request).await?;
            if response.response().extensions().contains::<Rejected>() {
                Ok(guard.finish(response.map_into_boxed_body(), user).map_into_right_body())
            } else {
                Ok(response.map_into_left_body())
            }
        })
    }
}

/// Puts the user into the extensions of a request, in place of that of an outer guard with another verifier.
fn set_user(request: &HttpRequest, user: Option<Identity>) {
    let mut extensions = request.extensions_mut();
    if let Some(user) = user {
        extensions.insert(user);
    } else {
        extensions.remove::<Identity>();
        extensions.insert(Anonymous);
    }
}

impl ResponseError for AuthError {
    fn status_code(&self) -> StatusCode {
        status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = response(RejectionResponse::new(self, &ChallengeOptions::new()));
        response.extensions_mut().insert(Rejected::new(self.clone()));
        response
    }
}

impl ResponseError for AccessDenied {
    fn status_code(&self) -> StatusCode {
        status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        AuthError::from(self.clone()).error_response()
    }
}

impl ResponseError for MissingGuard {
    fn error_response(&self) -> HttpResponse {
        response(RejectionResponse::from(*self))
    }
}

fn response(rejection: RejectionResponse) -> HttpResponse {
    let mut response = HttpResponseBuilder::new(status(rejection.status));
    for header in rejection.headers {
        response.insert_header(header);
    }
    response.body(rejection.body)
}

fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

#[cfg(test)]
mod tests;
