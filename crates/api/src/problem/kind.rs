//! The whole set of problems: code, status and title of each.

use actix_web::http::StatusCode;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// Where the documentation of a problem lives; the code is its last segment.
const TYPE_BASE: &str = "https://tasknook.dev/problems/";

/// Makes the set from its table, so that no list of it can leave one out.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $status:ident, $code:literal, $title:literal;)*) => {
        /// What can go wrong, from a caller's side.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            /// All of them.
            pub(crate) const ALL: &[Self] = &[$(Self::$kind),*];

            const fn parts(self) -> (StatusCode, &'static str, &'static str) {
                match self {
                    $(Self::$kind => (StatusCode::$status, $code, $title),)*
                }
            }
        }
    };
}

kinds! {
    /// The request cannot be read.
    Malformed = BAD_REQUEST, "malformed_request", "The request cannot be read";
    /// The body is not JSON.
    InvalidJson = BAD_REQUEST, "invalid_json", "The body is not JSON";
    /// The `Authorization` header cannot be read (RFC 6750 `invalid_request`).
    MalformedCredentials = BAD_REQUEST, "malformed_credentials", "The Authorization header cannot be read";
    /// No bearer token was sent.
    MissingToken = UNAUTHORIZED, "missing_token", "A token is needed";
    /// The token does not verify.
    InvalidToken = UNAUTHORIZED, "invalid_token", "The token is not valid";
    /// The path names another user.
    OtherUser = FORBIDDEN, "other_user", "The path names another user";
    /// No such task of the caller's.
    NotFound = NOT_FOUND, "task_not_found", "There is no such task";
    /// No such route.
    NoRoute = NOT_FOUND, "route_not_found", "There is no such route";
    /// The route has no such method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "The route does not have this method";
    /// No form that the caller accepts can be answered.
    NotAcceptable = NOT_ACCEPTABLE, "not_acceptable", "The answer cannot take an accepted form";
    /// The body took too long to arrive.
    RequestTimeout = REQUEST_TIMEOUT, "request_timeout", "The request took too long to arrive";
    /// The task is not as the caller believes.
    PreconditionFailed = PRECONDITION_FAILED, "precondition_failed", "The task has changed";
    /// The body is over the limit.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large";
    /// The body is of the wrong type or encoding.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body is not of a supported type";
    /// The input parsed and is wrong.
    Validation = UNPROCESSABLE_ENTITY, "validation", "The request is not valid";
    /// Too many scans of the caller's are waiting.
    TooManyScans = TOO_MANY_REQUESTS, "too_many_scans", "Too many scans at once";
    /// A defect on this side.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Something went wrong";
    /// Too much is waiting.
    Overloaded = SERVICE_UNAVAILABLE, "overloaded", "Too much is going on";
    /// The database is away.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "The database is unavailable";
    /// A write was begun, and nothing tells whether it was carried out.
    OutcomeUnknown = SERVICE_UNAVAILABLE, "outcome_unknown", "The outcome of the write is unknown";
    /// The keys that verify tokens are away.
    KeysUnavailable = SERVICE_UNAVAILABLE, "keys_unavailable", "Tokens cannot be verified now";
}

impl Kind {
    /// The status it is answered with.
    #[must_use]
    pub(crate) const fn status(self) -> StatusCode {
        self.parts().0
    }

    /// Its name for programs: stable, in snake case.
    #[must_use]
    pub(crate) const fn code(self) -> &'static str {
        self.parts().1
    }

    /// Its name for people.
    #[must_use]
    pub(crate) const fn title(self) -> &'static str {
        self.parts().2
    }

    /// Its name as a URI (RFC 9457 §3.1.1). It identifies; nothing needs to fetch it.
    #[must_use]
    pub(crate) fn type_uri(self) -> String {
        format!("{TYPE_BASE}{}", self.code())
    }
}

/// Every code there is, for the description.
pub(super) fn codes() -> Object {
    let codes = Kind::ALL.iter().map(|kind| kind.code());
    let builder = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
    builder.description(Some("Names the problem for programs.")).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_in_the_documents_is_this_set() {
        let rows = include_str!("../../../../docs/reference/errors.md")
            .lines()
            .filter(|line| line.contains("| `"))
            .skip(1);
        let documented: Vec<String> =
            rows.map(|row| row.split(" | ").take(2).collect::<Vec<_>>().join(" ")).collect();
        let row = |kind: &Kind| format!("| {} `{}`", kind.status().as_u16(), kind.code());
        assert_eq!(documented, Kind::ALL.iter().map(row).collect::<Vec<_>>());
    }
}
