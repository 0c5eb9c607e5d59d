//! The service that the layer makes.

use std::mem;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use super::RequireToken;
use super::response::set_user;
use crate::BoxFuture;

/// The service that [`RequireToken`] makes. Its errors are those of the inner service: a rejection is a response.
#[derive(Debug)]
pub struct RequireTokenService<S, R> {
    pub(super) service: S,
    pub(super) guard: Arc<RequireToken<R>>,
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
            let token = guard.policy.token(&head);
            let (user, allowed) = guard.policy.decide(token).await;
            if let Err(error) = allowed {
                return Ok(guard.reject(error, head, user));
            }
            set_user(&mut head.extensions, user.clone());
            let copy = guard.on_reject.is_some().then(|| head.clone());
            let response = service.call(Request::from_parts(head, body)).await?;
            Ok(guard.pass_on(response, copy, user))
        })
    }
}
