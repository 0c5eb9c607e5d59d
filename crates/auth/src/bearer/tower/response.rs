//! The response to a rejected request, as a problem or in gRPC.

use http::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, ETAG, HeaderName, HeaderValue,
    SEC_WEBSOCKET_PROTOCOL,
};
use http::request::Parts;
use http::{Extensions, Response, StatusCode};

use super::RequireToken;
use crate::bearer::grpc;
use crate::bearer::policy::Anonymous;
use crate::bearer::rejection::{Rejected, RejectionResponse};
use crate::{AuthError, Identity};

/// What a default response is, and how its body is made.
pub(super) enum Format<R> {
    Problem(fn(String) -> R),
    Grpc(fn() -> R),
}

impl<R> Clone for Format<R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R> Copy for Format<R> {}

impl<R> RequireToken<R> {
    /// The response to a request that this guard rejects.
    pub(super) fn reject(&self, error: AuthError, head: Parts, user: Option<Identity>) -> Response<R> {
        let mut rejected = Rejected::new(error);
        rejected.add(&self.policy, user);
        self.finish(self.default_response(&rejected), rejected, Some(head))
    }

    /// The response of the service within; `head` is there if this guard has a function for it.
    pub(super) fn pass_on(
        &self,
        mut response: Response<R>,
        head: Option<Parts>,
        user: Option<Identity>,
    ) -> Response<R> {
        let Some(mut rejected) = response.extensions_mut().remove::<Rejected>() else { return response };
        let is_changed = rejected.add(&self.policy, user);
        let is_grpc = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == grpc::CONTENT_TYPE);
        let response = match self.format {
            Format::Grpc(_) => self.default_response(&rejected),
            Format::Problem(_) if self.on_reject.is_some() && !is_grpc => {
                // Only what a layer within has added remains: it may have compressed the body, for example.
                *response.body_mut() = self.default_response(&rejected).into_body();
                for name in [CONTENT_ENCODING, CONTENT_LENGTH, ETAG] {
                    response.headers_mut().remove(name);
                }
                set_headers(&mut response, rejected.error.headers(&rejected.challenge));
                response
            }
            Format::Problem(_) => {
                set_headers(&mut response, rejected.challenge_header().filter(|_| is_changed));
                response
            }
        };
        self.finish(response, rejected, head)
    }

    /// Without a function, a guard around this one can finish the response.
    fn finish(&self, mut response: Response<R>, rejected: Rejected, head: Option<Parts>) -> Response<R> {
        if let (Some(on_reject), Some(mut head)) = (&self.on_reject, head) {
            set_user(&mut head.extensions, rejected.user);
            hide_tokens(&mut head);
            return on_reject(&rejected.error, &head, response);
        }
        response.extensions_mut().insert(rejected);
        response
    }

    fn default_response(&self, Rejected { error, challenge, .. }: &Rejected) -> Response<R> {
        match self.format {
            Format::Problem(body) => response(RejectionResponse::new(error, challenge)).map(body),
            Format::Grpc(body) => {
                let mut response = Response::new(body());
                set_headers(&mut response, grpc::headers(error, challenge));
                response
            }
        }
    }
}

/// A function may log the request, as `Debug` does: of these headers it shows that they are there.
fn hide_tokens(head: &mut Parts) {
    for (name, value) in &mut head.headers {
        if [AUTHORIZATION, COOKIE, SEC_WEBSOCKET_PROTOCOL].contains(name) {
            value.set_sensitive(true);
        }
    }
}

/// Puts the user into the extensions of a request, in place of that of an outer guard with another verifier.
pub(super) fn set_user(extensions: &mut Extensions, user: Option<Identity>) {
    if let Some(user) = user {
        extensions.insert(user);
    } else {
        extensions.remove::<Identity>();
        extensions.insert(Anonymous);
    }
}

pub(in crate::bearer) fn response(rejection: RejectionResponse) -> Response<String> {
    let mut response = Response::new(rejection.body);
    *response.status_mut() =
        StatusCode::from_u16(rejection.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    set_headers(&mut response, rejection.headers);
    response
}

fn set_headers<R>(response: &mut Response<R>, headers: impl IntoIterator<Item = (&'static str, String)>) {
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            response.headers_mut().insert(HeaderName::from_static(name), value);
        }
    }
}
