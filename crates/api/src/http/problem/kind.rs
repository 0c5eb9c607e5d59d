//! The set of problems: code, status and title of each.

use actix_web::http::StatusCode;
use utoipa::openapi::schema::{Object, ObjectBuilder, Type};

/// The URI of a problem type, without its last segment, the code.
const TYPE_BASE: &str = "https://tasknook.dev/problems/";

/// Expands the table, so that `ALL` cannot miss a problem.
macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $status:ident, $code:literal, $title:literal;)*) => {
        /// A kind of problem, as clients distinguish them.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum ProblemKind {
            $($(#[$doc])* $kind,)*
        }

        impl ProblemKind {
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
    /// The request is malformed.
    Malformed = BAD_REQUEST, "malformed_request", "Malformed request";
    /// The body is not JSON.
    InvalidJson = BAD_REQUEST, "invalid_json", "Body is not valid JSON";
    /// The `Authorization` header is malformed (RFC 6750 `invalid_request`).
    MalformedCredentials = BAD_REQUEST, "malformed_credentials", "Malformed Authorization header";
    /// No bearer token was sent.
    MissingToken = UNAUTHORIZED, "missing_token", "Authentication required";
    /// The token does not verify.
    InvalidToken = UNAUTHORIZED, "invalid_token", "Invalid token";
    /// The path names another user.
    OtherUser = FORBIDDEN, "other_user", "Path of another user";
    /// The user has no such task.
    NotFound = NOT_FOUND, "task_not_found", "Task not found";
    /// The user has no such list.
    ListNotFound = NOT_FOUND, "list_not_found", "List not found";
    /// No route has this path.
    NoRoute = NOT_FOUND, "route_not_found", "Route not found";
    /// The route does not have this method.
    MethodNotAllowed = METHOD_NOT_ALLOWED, "method_not_allowed", "Method not allowed";
    /// `Accept` excludes every available media type.
    NotAcceptable = NOT_ACCEPTABLE, "not_acceptable", "No acceptable representation";
    /// The body was not received in time.
    RequestTimeout = REQUEST_TIMEOUT, "request_timeout", "Request timeout";
    /// The user has what would be created.
    AlreadyExists = CONFLICT, "already_exists", "Already exists";
    /// The user has as many tasks or lists as allowed.
    QuotaExceeded = CONFLICT, "quota_exceeded", "Too many tasks or lists";
    /// What follows the position is not known.
    ResyncRequired = GONE, "resync_required", "Begin with a snapshot";
    /// The task has another revision than the request requires.
    PreconditionFailed = PRECONDITION_FAILED, "precondition_failed", "Precondition failed";
    /// The body is over the limit.
    BodyTooLarge = PAYLOAD_TOO_LARGE, "body_too_large", "Body too large";
    /// The body is of the wrong type or encoding.
    UnsupportedMediaType = UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "Unsupported media type";
    /// The input is well-formed but invalid.
    Validation = UNPROCESSABLE_ENTITY, "validation", "Invalid request";
    /// The key was used for another request.
    IdempotencyKeyReused = UNPROCESSABLE_ENTITY, "idempotency_key_reused", "Idempotency key reused";
    /// The operation depends on one that failed.
    DependencyFailed = FAILED_DEPENDENCY, "dependency_failed", "Dependency failed";
    /// The erasure of all data needs a confirmation.
    ConfirmationRequired = PRECONDITION_REQUIRED, "confirmation_required", "Confirmation required";
    /// Too many expensive queries of the user are waiting.
    TooManyScans = TOO_MANY_REQUESTS, "too_many_scans", "Too many expensive queries";
    /// The user sends requests too fast.
    TooManyRequests = TOO_MANY_REQUESTS, "too_many_requests", "Too many requests";
    /// Too many requests of the user are in flight.
    TooManyConcurrentRequests = TOO_MANY_REQUESTS, "too_many_concurrent_requests", "Too many concurrent requests";
    /// The user has as many event streams as allowed.
    TooManyStreams = TOO_MANY_REQUESTS, "too_many_streams", "Too many event streams";
    /// The client's address sends requests too fast.
    TooManyRequestsFromAddress = TOO_MANY_REQUESTS, "too_many_requests_from_address", "Too many requests from one address";
    /// The client's address sent too many invalid tokens.
    TooManyFailedAuthentications = TOO_MANY_REQUESTS, "too_many_failed_authentications", "Too many failed authentications";
    /// An internal error.
    Internal = INTERNAL_SERVER_ERROR, "internal", "Internal error";
    /// The queue of the database is full, or the request was not served in time.
    Overloaded = SERVICE_UNAVAILABLE, "overloaded", "Service overloaded";
    /// The database is unavailable.
    Unavailable = SERVICE_UNAVAILABLE, "unavailable", "Database unavailable";
    /// The service only reads.
    ReadOnly = SERVICE_UNAVAILABLE, "read_only", "Service is read-only";
    /// It is unknown whether a write was committed.
    OutcomeUnknown = SERVICE_UNAVAILABLE, "outcome_unknown", "Outcome of the write unknown";
    /// The keys that verify tokens are unavailable.
    KeysUnavailable = SERVICE_UNAVAILABLE, "keys_unavailable", "Signing keys unavailable";
}

impl ProblemKind {
    /// The status of the response.
    #[must_use]
    pub(crate) const fn status(self) -> StatusCode {
        self.parts().0
    }

    /// The stable code for programs.
    #[must_use]
    pub(crate) const fn code(self) -> &'static str {
        self.parts().1
    }

    /// The title for people.
    #[must_use]
    pub(crate) const fn title(self) -> &'static str {
        self.parts().2
    }

    /// The type as a URI (RFC 9457 §3.1.1). It is an identifier and need not resolve.
    #[must_use]
    pub(crate) fn type_uri(self) -> String {
        format!("{TYPE_BASE}{}", self.code())
    }
}

/// The schema of `code`.
pub(super) fn codes() -> Object {
    let codes = ProblemKind::ALL.iter().map(|kind| kind.code());
    let builder = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes));
    builder.description(Some("Identifies the problem for programs.")).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_errors_are_this_set() {
        let rows = include_str!("../../../../../docs/reference/errors.md")
            .lines()
            .filter(|line| line.contains("| `"))
            .skip(1);
        let documented: Vec<String> =
            rows.map(|row| row.split(" | ").take(2).collect::<Vec<_>>().join(" ")).collect();
        let row = |kind: &ProblemKind| format!("| {} `{}`", kind.status().as_u16(), kind.code());
        assert_eq!(documented, ProblemKind::ALL.iter().map(row).collect::<Vec<_>>());
    }
}
