//! The outermost middleware: gives each request an id and a log span, writes the body of problems, counts and logs the
//! response.

use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpResponse, web};
use tracing::Instrument;
use uuid::Uuid;

use crate::http::limits;
use crate::http::problem::{self, Problem};
use crate::state::AppState;

/// The header of the request id, in requests and responses.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Wraps the whole application.
pub(super) async fn request_context(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = request_id(&request);
    let span = tracing::info_span!("request", request_id = %id);
    let _in_flight = request.app_data::<web::Data<AppState>>().map(|state| state.metrics.in_flight());
    let response = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
    let response = finish(response, &id);
    span.in_scope(|| record(&response, started));
    Ok(response)
}

fn finish(response: ServiceResponse<BoxBody>, id: &str) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    let mut response = normalize_errors(response, id);
    // An idle connection would otherwise delay the shutdown until its next request or the timeout.
    if request.app_data::<web::Data<AppState>>().is_some_and(|state| state.draining.has_begun()) {
        response.head_mut().set_connection_type(ConnectionType::Close);
    }
    let headers = response.headers_mut();
    limits::add_headers(&request, headers);
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    // Titles are user input: a browser must not guess that a JSON response is HTML.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    ServiceResponse::new(request, response)
}

/// Errors of the framework become problems as well. Responses without an error object, such as the 503 of a probe, keep
/// their body.
fn normalize_errors(response: HttpResponse, id: &str) -> HttpResponse {
    let status = response.status();
    // Cloned, because the error borrows from the response that is about to be rewritten.
    let problem = response.error().and_then(|error| error.as_error::<Problem>()).cloned();
    let from_framework = (status.is_client_error() && response.error().is_some())
        || status == StatusCode::INTERNAL_SERVER_ERROR;
    match problem.or_else(|| from_framework.then(|| problem::from_framework_status(status))) {
        Some(problem) => problem::render(response, &problem, id),
        None => response,
    }
}

/// The client's id when it is safe to log, else a new one.
#[expect(clippy::disallowed_methods, reason = "a request id is not part of the domain")]
fn request_id(request: &ServiceRequest) -> String {
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_safe = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    sent.filter(is_safe).map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

fn record(response: &ServiceResponse<BoxBody>, started: Instant) {
    let (request, status) = (response.request(), response.status().as_u16());
    let route = request.match_pattern().unwrap_or_else(|| "none".into());
    let elapsed = started.elapsed();
    if let Some(state) = request.app_data::<web::Data<AppState>>() {
        state.metrics.observe(request.method().as_str(), &route, status, elapsed);
    }
    let duration_ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
    tracing::info!(method = %request.method(), route, status, duration_ms, "request completed");
}
