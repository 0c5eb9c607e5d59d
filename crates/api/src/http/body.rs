//! Reads a request body, with limits on its size, before and after decompression, and on the time it takes.

use std::io::Read;

use actix_web::HttpRequest;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use actix_web::web::Payload;
use flate2::read::MultiGzDecoder;
use futures_util::StreamExt;

use crate::http::json::JsonObject;
use crate::http::problem::{Problem, ProblemKind};
use crate::state::BodyLimits;

/// The accepted media types of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MediaTypes {
    /// `application/json`.
    Json,
    /// That, or `application/merge-patch+json` (RFC 7396).
    MergePatch,
}

impl MediaTypes {
    const fn accepted(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::MergePatch => "application/json, application/merge-patch+json",
        }
    }

    fn include(self, essence: &str) -> bool {
        self.accepted().split(", ").any(|accepted| accepted.eq_ignore_ascii_case(essence))
    }
}

/// Reads a body that must be a JSON object.
pub(crate) async fn object(
    request: &HttpRequest,
    payload: Payload,
    types: MediaTypes,
    limits: BodyLimits,
) -> Result<JsonObject, Problem> {
    // Before the media type is checked: a connection with an unread body cannot be reused.
    let body = receive(request, payload, limits).await?;
    check_type(request.headers(), types)?;
    JsonObject::parse(&body)
}

/// Reads a body that may be empty; then its media type is not checked.
pub(crate) async fn optional_object(
    request: &HttpRequest,
    payload: Payload,
    limits: BodyLimits,
) -> Result<Option<JsonObject>, Problem> {
    let body = receive(request, payload, limits).await?;
    if body.is_empty() {
        return Ok(None);
    }
    check_type(request.headers(), MediaTypes::MergePatch)?;
    JsonObject::parse(&body).map(Some)
}

/// Receives a body and decompresses it.
pub(crate) async fn receive(
    request: &HttpRequest,
    payload: Payload,
    limits: BodyLimits,
) -> Result<Vec<u8>, Problem> {
    let encoding = Encoding::of(request.headers())?;
    let sent = tokio::time::timeout(limits.timeout, collect(request, payload, limits.max_bytes));
    let sent = sent.await.map_err(|_| body_timeout())??;
    match encoding {
        Encoding::Identity => Ok(sent),
        Encoding::Gzip => decompress(&sent, limits.max_bytes),
    }
}

async fn collect(request: &HttpRequest, mut payload: Payload, limit: usize) -> Result<Vec<u8>, Problem> {
    // Fails without reading the body.
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    if announced.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| length > limit as u64) {
        return Err(too_large(limit));
    }
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "request body aborted");
            Problem::new(ProblemKind::Malformed, "Incomplete or malformed request body.")
        })?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The limit applies during decompression: a small body must not become a large one in memory.
fn decompress(sent: &[u8], limit: usize) -> Result<Vec<u8>, Problem> {
    let mut body = Vec::new();
    MultiGzDecoder::new(sent).take(limit as u64 + 1).read_to_end(&mut body).map_err(|_| {
        Problem::new(ProblemKind::Malformed, "The body is not gzip, contrary to Content-Encoding.")
    })?;
    if body.len() > limit { Err(too_large(limit)) } else { Ok(body) }
}

/// The connection closes, because the rest of the body may still arrive on it.
fn body_timeout() -> Problem {
    Problem::new(ProblemKind::RequestTimeout, "The body was not received in time.")
        .with_header(header::CONNECTION, "close")
}

/// The body is over the limit.
fn too_large(limit: usize) -> Problem {
    Problem::new(ProblemKind::BodyTooLarge, format!("The body is larger than {limit} bytes."))
}

enum Encoding {
    Identity,
    Gzip,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        let value = single_header(headers, &header::CONTENT_ENCODING)?.unwrap_or("identity");
        match value.trim().to_ascii_lowercase().as_str() {
            "" | "identity" => Ok(Self::Identity),
            "gzip" | "x-gzip" => Ok(Self::Gzip),
            _ => {
                let detail = "A body may be compressed with gzip, once, and with no other encoding.";
                let problem = Problem::new(ProblemKind::UnsupportedMediaType, detail);
                Err(problem.with_header(header::ACCEPT_ENCODING, "gzip"))
            }
        }
    }
}

/// Rejects a body of another type.
pub(crate) fn check_type(headers: &HeaderMap, types: MediaTypes) -> Result<(), Problem> {
    let value = single_header(headers, &header::CONTENT_TYPE)?.unwrap_or_default();
    let mut parts = value.split(';').map(str::trim);
    let known = parts.next().is_some_and(|essence| types.include(essence));
    // JSON is UTF-8 (RFC 8259 §8.1); any other charset is wrong.
    let utf8 = parts.all(|parameter| match parameter.split_once('=') {
        Some((name, value)) if name.eq_ignore_ascii_case("charset") => {
            value.trim_matches('"').eq_ignore_ascii_case("utf-8")
        }
        _ => true,
    });
    if known && utf8 { Ok(()) } else { Err(unsupported_type(types)) }
}

/// The body has another media type.
fn unsupported_type(types: MediaTypes) -> Problem {
    let detail = format!("The body must be sent as Content-Type: {}.", types.accepted());
    Problem::new(ProblemKind::UnsupportedMediaType, detail).with_header(header::ACCEPT, types.accepted())
}

/// A header that may appear only once.
fn single_header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name);
    let first = values.next();
    if values.next().is_some() {
        return Err(Problem::new(ProblemKind::Malformed, format!("Duplicate {name} header.")));
    }
    Ok(first.map(|value| value.to_str()).transpose()?)
}
