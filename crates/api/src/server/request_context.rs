//! The outermost middleware: gives each request an id, its trace and a log span, writes the body of problems, counts and logs
//! the response.

use std::cell::Cell;
use std::hash::{BuildHasher, RandomState};
use std::rc::Rc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use actix_web::body::{BodySize, BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{ConnectionType, Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, web};
use tokio::time::sleep;
use tracing::{Instrument, Span};
use uuid::{Builder, Uuid};

use super::access_log::AccessLine;
use super::connection::ConnectionState;
use super::pieces::pieces;
use super::streamed::Streamed;
use super::trace_context::TraceContext;
use crate::http::audit::{self, RequestIds};
use crate::http::problem::{self, Problem};
use crate::http::{limits, path};
use crate::metrics::ResponseKind;
use crate::state::{AppState, RequestSpan};

/// The header of the request id, in requests and responses.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The headers that pages of other origins may read. The CORS policy would write them in a different order in each worker.
const EXPOSED: &str = "ETag, Location, Link, X-Next-Cursor, X-Total-Count, X-Changed-Since, Retry-After, X-Request-Id, \
                       RateLimit, RateLimit-Policy, Idempotency-Replayed";

/// A value of `Vary`: these headers, and those on which the CORS policy depends.
macro_rules! vary {
    ($own:literal) => {
        concat!($own, "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
    };
}

const VARY: &str = vary!("");

/// Of most responses with tasks: joining the two each time takes three allocations.
const VARY_WITH_AUTHORIZATION: &str = vary!("Authorization, ");

/// Wraps the whole application.
pub(super) async fn request_context(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let id = request_id(&request);
    let trace = TraceContext::of(request.headers(), random);
    let span = span(&id, &trace);
    let Some(state) = request.app_data::<web::Data<AppState>>().cloned() else {
        return Ok(ServiceResponse::from_err(Problem::internal(), request.into_parts().0));
    };
    record_ids(&request, &id, &trace);
    let _in_flight = state.metrics.in_flight();
    // Tests without a server have no connection.
    let connection = request.conn_data::<Rc<ConnectionState>>().cloned();
    let guard = connection.as_ref().map(ConnectionState::begin_request);
    let asks_for_end = request.head().connection_type() == ConnectionType::Close;
    if let Some(connection) = connection.as_ref().filter(|_| asks_for_end) {
        // Before the handler runs: actix-http would start the next request with this response (RFC 9112 §9.6).
        connection.end_after_response().await;
    }
    let response = next.call(request).instrument(span.clone()).await?.map_into_boxed_body();
    let response = finish(response, &state, &id);
    if response.status() == StatusCode::TOO_MANY_REQUESTS {
        sleep(limits::REJECTION_DELAY).await;
    }
    let line = span.in_scope(|| record(&response, &state, started));
    export(&response, &state, started, &id, trace);
    if let Some(connection) = &connection {
        let last = state.draining.is_closing() && !connection.has_unstarted_requests();
        if last || response.headers().contains_key(header::CONNECTION) {
            connection.end_after_response().await;
        }
    }
    Ok(response.map_body(|_, body| match line {
        Some(line) => BoxBody::new(Streamed::new(body, guard, line, span)),
        None => pieces(body, guard),
    }))
}

/// The span of the events of a request, at each level of the log.
fn span(id: &str, TraceContext { trace_id, parent_id, .. }: &TraceContext) -> Span {
    tracing::error_span!("request", request_id = id, trace_id = &**trace_id, parent_id)
}

/// For the audit log, whose records are written with the response or when the client leaves, and for problems within a
/// response.
fn record_ids(request: &ServiceRequest, id: &Rc<str>, trace: &TraceContext) {
    let ids = RequestIds { request_id: Rc::clone(id), trace_id: Rc::clone(&trace.trace_id) };
    request.extensions_mut().insert(ids);
}

fn finish(response: ServiceResponse<BoxBody>, state: &AppState, id: &str) -> ServiceResponse<BoxBody> {
    let (request, response) = response.into_parts();
    audit::finish(&request, &response);
    let mut response = normalize_errors(response, id);
    let headers = response.headers_mut();
    limits::add_headers(&request, state, headers);
    if let Ok(value) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, value);
    }
    // Set by the CORS policy for the origins that it allows.
    if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
    add_vary(headers);
    // Titles are user input: a browser must not guess that a JSON response is HTML.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    ServiceResponse::new(request, response)
}

/// Adds what the CORS policy depends on to what the response depends on. The policy itself would do so in several steps.
fn add_vary(headers: &mut HeaderMap) {
    let merged = match headers.get(header::VARY).map(HeaderValue::as_bytes) {
        None => None,
        Some(b"Authorization") => Some(HeaderValue::from_static(VARY_WITH_AUTHORIZATION)),
        Some(own) => HeaderValue::from_bytes(&[own, VARY.as_bytes()].join(&b", "[..])).ok(),
    };
    headers.insert(header::VARY, merged.unwrap_or(HeaderValue::from_static(VARY)));
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
fn request_id(request: &ServiceRequest) -> Rc<str> {
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let is_safe = |id: &&str| {
        (1..=128).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    sent.filter(is_safe).map_or_else(new_request_id, Rc::from)
}

thread_local! {
    /// A key from the system, and how many random numbers were drawn with it.
    static RANDOM: (RandomState, Cell<u64>) = (RandomState::new(), Cell::new(0));
}

/// A UUID of version 7 (RFC 9562 §5.7), whose random bits take no system call.
fn new_request_id() -> Rc<str> {
    let unix_time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let milliseconds = u64::try_from(unix_time.as_millis()).unwrap_or(u64::MAX);
    let [bits @ .., _, _, _, _, _, _] = *Uuid::from_u64_pair(random(), random()).as_bytes();
    let id = Builder::from_unix_timestamp_millis(milliseconds, &bits).into_uuid();
    Rc::from(&*id.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
}

fn random() -> u64 {
    RANDOM.with(|(key, drawn)| {
        drawn.set(drawn.get().wrapping_add(1));
        key.hash_one(drawn.get())
    })
}

/// Counts and logs a response. A stream is logged when it ends: then the line is returned.
fn record(response: &ServiceResponse<BoxBody>, state: &AppState, started: Instant) -> Option<AccessLine> {
    let request = response.request();
    let (method, route, status) = (method_name(request.method()), route(request), response.status().as_u16());
    let line = AccessLine::new(response, state, (method, &route), started);
    if let Some(cache) = request.app_data() {
        state.metrics.responses().observe(cache, ResponseKind { method, route, status }, started.elapsed());
    }
    match response.response().body().size() {
        BodySize::None => line.write(0),
        BodySize::Sized(bytes) => line.write(bytes),
        BodySize::Stream => return Some(line),
    }
    None
}

/// Sends the span of a request to the collector.
fn export(
    response: &ServiceResponse<BoxBody>,
    state: &AppState,
    started: Instant,
    request_id: &str,
    trace: TraceContext,
) {
    let (request, Some(traces)) = (response.request(), &state.traces) else { return };
    if !traces.samples(trace.sampled, random) {
        return;
    }
    let elapsed = started.elapsed();
    traces.export(RequestSpan {
        trace_id: trace.trace_id.to_string(),
        // The id of zeros is invalid.
        span_id: format!("{:016x}", random().max(1)),
        parent_id: trace.parent_id,
        trace_state: trace.state,
        started: SystemTime::now().checked_sub(elapsed).unwrap_or(UNIX_EPOCH),
        elapsed,
        method: method_name(request.method()).to_owned(),
        route: route(request).to_string(),
        status: response.status().as_u16(),
        request_id: request_id.to_owned(),
    });
}

/// The route in the log and in metrics: a pattern, of which there are few.
fn route(request: &HttpRequest) -> Rc<str> {
    path::pattern(request).map_or_else(|| Rc::from("none"), |pattern| Rc::clone(pattern.text()))
}

/// The method in the log and in metrics. Clients can send any word of any length.
fn method_name(method: &Method) -> &'static str {
    const KNOWN: [&str; 7] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];
    KNOWN.into_iter().find(|known| *known == method.as_str()).unwrap_or("other")
}
