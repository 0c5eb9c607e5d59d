//! What stands in the headers of an answer. None of them is on every answer of its status, so none is required.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// A header under its name.
pub(super) type NamedHeader = (&'static str, Header);

/// Adds headers to a response.
pub(super) trait Named {
    /// Adds one.
    fn named(self, header: NamedHeader) -> Self;
}

impl Named for ResponseBuilder {
    fn named(self, (name, header): NamedHeader) -> Self {
        self.header(name, header)
    }
}

pub(super) fn etag() -> NamedHeader {
    let schema = text().pattern(Some(r#"^"[1-9][0-9]*"$"#));
    header("ETag", "The revision of the task, quoted: for `If-Match` and `If-None-Match`.", schema)
}

pub(super) fn location(description: &str) -> NamedHeader {
    header("Location", description, text())
}

pub(super) fn link() -> NamedHeader {
    header("Link", "`<…>; rel=\"next\"`: the next page, when more tasks remain.", text())
}

pub(super) fn next_cursor() -> NamedHeader {
    header("X-Next-Cursor", "The `cursor` of the next page, when more tasks remain.", text())
}

pub(super) fn total_count() -> NamedHeader {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    header("X-Total-Count", "How many tasks match on all pages, when `count=true` asked.", schema)
}

pub(super) fn preference_applied() -> NamedHeader {
    header("Preference-Applied", "`return=representation`, when that was asked.", text())
}

pub(super) fn request_id() -> NamedHeader {
    let schema = text().min_length(Some(1)).max_length(Some(128));
    header("X-Request-Id", "Names the request in the log: the caller's own id, or a new one.", schema)
}

pub(super) fn challenge() -> NamedHeader {
    header("WWW-Authenticate", "`Bearer`, and what was wrong with the token (RFC 6750 §3).", text())
}

pub(super) fn retry_after() -> NamedHeader {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    header("Retry-After", "Seconds after which to try again.", schema)
}

pub(super) fn allow() -> NamedHeader {
    header("Allow", "The methods that the route has.", text())
}

pub(super) fn accept() -> NamedHeader {
    header("Accept", "The media types that a body may have.", text())
}

pub(super) fn accept_encoding() -> NamedHeader {
    header("Accept-Encoding", "How a body may be compressed.", text())
}

fn header(name: &'static str, description: &str, schema: ObjectBuilder) -> NamedHeader {
    (name, HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build())
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}
