//! Response headers. None is required, since none is part of every response of a status.

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
    header("X-Total-Count", "Number of matching tasks on all pages, with `count=true`.", schema)
}

pub(super) fn preference_applied() -> NamedHeader {
    header("Preference-Applied", "`return=representation`, if requested.", text())
}

pub(super) fn request_id() -> NamedHeader {
    let schema = text().min_length(Some(1)).max_length(Some(128));
    header("X-Request-Id", "Identifies the request in the log: the client's id, or a new one.", schema)
}

pub(super) fn challenge() -> NamedHeader {
    header("WWW-Authenticate", "`Bearer`, and the error of the token (RFC 6750 §3).", text())
}

pub(super) fn retry_after() -> NamedHeader {
    let schema = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0));
    header("Retry-After", "Seconds after which to retry.", schema)
}

pub(super) fn allow() -> NamedHeader {
    header("Allow", "The methods of the route.", text())
}

pub(super) fn accept() -> NamedHeader {
    header("Accept", "The accepted media types of a body.", text())
}

pub(super) fn accept_encoding() -> NamedHeader {
    header("Accept-Encoding", "The accepted encodings of a body.", text())
}

fn header(name: &'static str, description: &str, schema: ObjectBuilder) -> NamedHeader {
    (name, HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build())
}

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}
