//! Response headers. None is required, since none is part of every response of a status.

use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};

/// Adds documented headers.
pub(super) trait WithHeaders {
    /// Adds those of these names.
    fn with_headers(self, names: &[&str]) -> Self;

    /// Adds the entity tag of a collection.
    fn with_list_tag(self) -> Self;
}

impl WithHeaders for ResponseBuilder {
    fn with_headers(self, names: &[&str]) -> Self {
        names.iter().fold(self, |response, name| response.header(*name, header(name)))
    }

    fn with_list_tag(self) -> Self {
        let schema = ObjectBuilder::new().schema_type(Type::String);
        let schema = schema.pattern(Some(r#"^W/"[0-9a-f]{32}(\.[0-9]+)?"$"#));
        let description = "Identifies the list in its present state: for `If-None-Match`.";
        self.header("ETag", HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build())
    }
}

/// The documentation of a response header.
pub(super) fn header(name: &str) -> Header {
    let description = match name {
        "ETag" => "The revision of the task, quoted: for `If-Match` and `If-None-Match`.",
        "Location" => "The path of the new task.",
        "Link" => "`<…>; rel=\"next\"`: the next page, when more tasks remain.",
        "X-Next-Cursor" => "The `cursor` of the next page, when more tasks remain.",
        "X-Total-Count" => "Number of matching tasks on all pages, with `count=true`.",
        "X-Changed-Since" => {
            "`true`, if the user has written since the first page, in an order whose keys can change."
        }
        "Content-Encoding" => "`gzip` or `br`: a list over 1,024 bytes, for clients that accept it.",
        "Preference-Applied" => "The preference of `Prefer` that was applied.",
        "Idempotency-Replayed" => "`true`, if the request was executed before under its `Idempotency-Key`.",
        "X-Accel-Buffering" => "`no`: nginx passes each event on at once.",
        "X-Request-Id" => "Identifies the request in the log: the client's id, or a new one.",
        "WWW-Authenticate" => "`Bearer`, and the error of the token (RFC 6750 §3).",
        "Retry-After" => "Seconds after which to retry.",
        "RateLimit" => {
            "Requests that are left: `\"owner\";r=499;t=1` (draft-ietf-httpapi-ratelimit-headers)."
        }
        "RateLimit-Policy" => {
            "The limit: `\"owner\";q=500;w=10` allows 500 requests at once, and 500 more in 10 s."
        }
        "Allow" => "The methods of the route.",
        "Accept" => "The accepted media types of a body.",
        "Accept-Encoding" => "The accepted encodings of a body.",
        _ => "",
    };
    let text = ObjectBuilder::new().schema_type(Type::String);
    let schema = match name {
        "ETag" => text.pattern(Some(r#"^"[1-9][0-9]*"$"#)),
        "X-Changed-Since" => text.enum_values(Some(["true"])),
        "X-Request-Id" => text.min_length(Some(1)).max_length(Some(128)),
        "X-Total-Count" | "Retry-After" => text.schema_type(Type::Integer).minimum(Some(0)),
        _ => text,
    };
    HeaderBuilder::new().description(Some(description)).schema(Some(schema)).build()
}
