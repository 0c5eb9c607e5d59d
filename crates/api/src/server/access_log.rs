//! The line of a request in the log.

use std::net::IpAddr;
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::BoxBody;
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{self, HeaderValue};

use crate::http::client_address;
use crate::state::AppState;

/// The longest part of a user agent in the log, in bytes.
const USER_AGENT: usize = 200;

/// A completed request, if requests are logged. The path and the query have user ids and texts of users, and are not logged.
pub(super) struct AccessLine(Option<Fields>);

struct Fields {
    method: &'static str,
    route: Rc<str>,
    status: u16,
    started: Instant,
    client_address: Option<IpAddr>,
    user_agent: Option<HeaderValue>,
}

impl AccessLine {
    /// What is known when the response begins.
    pub(super) fn new(
        response: &ServiceResponse<BoxBody>,
        state: &AppState,
        (method, route): (&'static str, &Rc<str>),
        started: Instant,
    ) -> Self {
        let request = response.request();
        Self(state.log_requests.then(|| Fields {
            method,
            route: Rc::clone(route),
            status: response.status().as_u16(),
            started,
            client_address: client_address::address_of(request, state),
            user_agent: request.headers().get(header::USER_AGENT).cloned(),
        }))
    }

    /// Writes the line, with the size of the body.
    pub(super) fn write(&self, bytes: u64) {
        let Some(Fields { method, route, status, started, client_address, user_agent }) = &self.0 else {
            return;
        };
        let user_agent = user_agent.as_ref().and_then(|value| value.to_str().ok());
        tracing::info!(
            method,
            route = &**route,
            status,
            duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
            bytes,
            client_address = client_address.map(tracing::field::display),
            user_agent = user_agent.map(|text| text.get(..USER_AGENT).unwrap_or(text)),
            "request completed"
        );
    }
}
