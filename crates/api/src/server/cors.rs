//! Which pages of other origins may call the API.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use actix_cors::Cors;
use actix_web::dev::RequestHead;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderValue};

use crate::config::{self, OriginPattern};

/// Seconds that a browser may cache a preflight response.
const PREFLIGHT_SECONDS: usize = 7200;

/// How many rejected origins are logged; anyone can invent further ones.
const MAX_REPORTED: usize = 64;

/// The longest origin that is logged, in bytes.
const MAX_LENGTH: usize = 200;

/// The origins that have been logged.
static REPORTED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// What browsers allow pages of other origins. Without origins it rejects every preflight; requests without `Origin` are
/// not affected.
pub(super) fn policy(cors: &config::Cors) -> Cors {
    let mut policy = Cors::default()
        .allowed_methods(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
        .allow_any_header()
        // The request context adds it.
        .disable_vary_header()
        .max_age(PREFLIGHT_SECONDS);
    if cors.credentials {
        policy = policy.supports_credentials();
    }
    let patterns: Vec<_> =
        cors.origins.iter().filter_map(|origin| OriginPattern::parse(origin).ok()).collect();
    if patterns.contains(&OriginPattern::Any) {
        return policy.allow_any_origin();
    }
    let configured = cors.origins.join(", ");
    policy.allowed_origin_fn(move |origin, request| {
        let is_allowed =
            origin.to_str().is_ok_and(|origin| patterns.iter().any(|known| known.matches(origin)));
        if !is_allowed && is_preflight(request) {
            report(origin, &configured);
        }
        is_allowed
    })
}

/// A browser that calls through a proxy on its own origin sends `Origin` too, but no preflight.
fn is_preflight(request: &RequestHead) -> bool {
    request.method == Method::OPTIONS && request.headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// Logs each origin once: browsers do not tell the developer which origin would have to be allowed.
fn report(origin: &HeaderValue, configured: &str) {
    let Some(origin) = origin.to_str().ok().filter(|origin| origin.len() <= MAX_LENGTH) else { return };
    let mut reported = REPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    if reported.len() < MAX_REPORTED && reported.insert(origin.to_owned()) {
        drop(reported);
        tracing::warn!(origin, configured, "rejected a preflight: the origin is not in cors.origins");
    }
}
