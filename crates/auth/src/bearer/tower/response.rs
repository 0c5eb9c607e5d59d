//! The response to a rejected request, as a problem or in gRPC.

use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, ETAG, HeaderName, HeaderValue};
use http::request::Parts;
use http::{Response, StatusCode};

use super::RequireToken;
use crate::bearer::grpc;
use crate::bearer::rejection::{Rejected, RejectionResponse};
use crate::{AuthError, ChallengeOptions};

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
    /// Whether it changes the default responses, so that no guard around it has to.
    fn changes_responses(&self) -> bool {
        self.on_reject.is_some()
            || self.policy.challenge != ChallengeOptions::new()
            || matches!(self.format, Format::Grpc(_))
    }

    /// The response to a request that this guard rejects.
    pub(super) fn reject(&self, error: &AuthError, head: &Parts) -> Response<R> {
        let mut response = self.default_response(error);
        if let Some(on_reject) = &self.on_reject {
            return on_reject(error, head, response);
        }
        if !self.changes_responses() {
            response.extensions_mut().insert(Rejected(error.clone()));
        }
        response
    }

    /// The response of the service within; `head` is there if this guard has a function for it.
    pub(super) fn pass_on(&self, mut response: Response<R>, head: Option<&Parts>) -> Response<R> {
        if !self.changes_responses() {
            return response;
        }
        let Some(Rejected(error)) = response.extensions_mut().remove() else { return response };
        let response = match self.format {
            Format::Grpc(_) => self.default_response(&error),
            Format::Problem(_) => {
                // Only what a layer within has added remains: it may have compressed the body, for example.
                *response.body_mut() = self.default_response(&error).into_body();
                for name in [CONTENT_ENCODING, CONTENT_LENGTH, ETAG] {
                    response.headers_mut().remove(name);
                }
                set_headers(&mut response, error.headers(&self.policy.challenge));
                response
            }
        };
        match (&self.on_reject, head) {
            (Some(on_reject), Some(head)) => on_reject(&error, head, response),
            _ => response,
        }
    }

    fn default_response(&self, error: &AuthError) -> Response<R> {
        match self.format {
            Format::Problem(body) => {
                response(RejectionResponse::new(error, &self.policy.challenge)).map(body)
            }
            Format::Grpc(body) => {
                let mut response = Response::new(body());
                set_headers(&mut response, grpc::headers(error, &self.policy.challenge));
                response
            }
        }
    }
}

pub(in crate::bearer) fn response(rejection: RejectionResponse) -> Response<String> {
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
