//! For actix-web: [`RequireToken`] guards a scope, and a handler takes an [`Identity`].
//!
//! ```no_run
//! use std::sync::Arc;
//!
//! use actix_web::{App, HttpServer, web};
//! use tasknook_auth::actix::RequireToken;
//! use tasknook_auth::{Identity, TokenVerifier};
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
//! Only the token in the `Authorization` header counts: cookies and query parameters are ignored, and no method is
//! exempt. A preflight request of a browser (`OPTIONS`) has no token, so put the CORS middleware outside: in actix-web,
//! wrap it after this one.
//!
//! Without the middleware the extractor verifies the token, with the verifier in
//! `app_data(web::Data::<dyn TokenVerifier>::from(verifier))`. Do not use `Option<Identity>` for
//! an optional token: actix-web turns every error into `None`, so an invalid token would count as none.

use std::fmt;
use std::future::{Ready, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;

use actix_web::body::{EitherBody, MessageBody};
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::StatusCode;
use actix_web::http::header::{AUTHORIZATION, HeaderName, HeaderValue};
use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, HttpResponseBuilder, ResponseError, web,
};

use super::rejection::{Rejected, RejectionResponse};
use crate::{AuthError, ChallengeOptions, Identity, MissingGuard, TokenVerifier, authenticate};

type OnReject = dyn Fn(&AuthError, &HttpRequest, HttpResponse) -> HttpResponse + Send + Sync;

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;

/// A middleware that accepts requests with a verified token only, and puts its [`Identity`] into the extensions of the
/// request. Every other request gets the response of its [`AuthError`]; the handler is not called and the body not
/// read.
///
/// A rejection is a response, not an error, so outer middlewares handle it as any other response.
#[derive(Clone)]
pub struct RequireToken {
    verifier: Arc<dyn TokenVerifier>,
    challenge: ChallengeOptions,
    on_reject: Option<Arc<OnReject>>,
}

impl RequireToken {
    /// Creates a middleware with `verifier`, which all workers share.
    #[must_use]
    pub fn new(verifier: Arc<dyn TokenVerifier>) -> Self {
        Self { verifier, challenge: ChallengeOptions::new(), on_reject: None }
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
        self.challenge = options;
        self
    }

    /// Sets a function that changes or replaces the response to a rejected request. It receives the error, the request
    /// and the default response, which already has the right status and headers: to add a header, change it and return
    /// it.
    ///
    /// It also receives the response of an [`AuthError`] that an extractor or a handler within returns. Of guards around
    /// each other, the innermost with a function calls it.
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

    /// Whether it changes the default responses, so that no guard around it has to.
    fn changes_responses(&self) -> bool {
        self.on_reject.is_some() || self.challenge != ChallengeOptions::new()
    }

    /// From the default response of a rejection to that of this guard.
    fn finish(&self, response: ServiceResponse) -> ServiceResponse {
        if !self.changes_responses() {
            return response;
        }
        let (request, mut response) = response.into_parts();
        let rejected = response.extensions_mut().remove();
        let Some(Rejected(error)) = rejected else { return ServiceResponse::new(request, response) };
        for (name, value) in error.headers(&self.challenge) {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
        let response = match &self.on_reject {
            Some(on_reject) => on_reject(&error, &request, response),
            None => response,
        };
        ServiceResponse::new(request, response)
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
            match identify(request.request(), &*guard.verifier).await {
                Ok(_) => {
                    let response = service.call(request).await?;
                    if response.response().extensions().contains::<Rejected>() {
                        Ok(guard.finish(response.map_into_boxed_body()).map_into_right_body())
                    } else {
                        Ok(response.map_into_left_body())
                    }
                }
                Err(error) => Ok(guard.finish(request.error_response(error)).map_into_right_body()),
            }
        })
    }
}

/// Verifies the token of a request, and stores the identity for the extractor.
async fn identify(request: &HttpRequest, verifier: &dyn TokenVerifier) -> Result<Identity, AuthError> {
    let values = request.headers().get_all(AUTHORIZATION).map(HeaderValue::as_bytes);
    let identity = authenticate(verifier, values).await?;
    request.extensions_mut().insert(identity.clone());
    Ok(identity)
}

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

impl ResponseError for AuthError {
    fn status_code(&self) -> StatusCode {
        status(self.status())
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = response(RejectionResponse::new(self, &ChallengeOptions::new()));
        response.extensions_mut().insert(Rejected(self.clone()));
        response
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
