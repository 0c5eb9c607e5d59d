//! The whole set of problems: code, status and title of each.

use actix_web::http::StatusCode;

/// Where the documentation of a problem lives; the code is its last segment.
const TYPE_BASE: &str = "https://tasknook.dev/problems/";

/// What can go wrong, from a caller's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The request cannot be read.
    Malformed,
    /// The body is not JSON.
    InvalidJson,
    /// The `Authorization` header cannot be read (RFC 6750 `invalid_request`).
    MalformedCredentials,
    /// No bearer token was sent.
    MissingToken,
    /// The token does not verify.
    InvalidToken,
    /// The path names another user.
    OtherUser,
    /// No such task of the caller's.
    NotFound,
    /// No such route.
    NoRoute,
    /// The route has no such method.
    MethodNotAllowed,
    /// No form that the caller accepts can be answered.
    NotAcceptable,
    /// The body took too long to arrive.
    RequestTimeout,
    /// The task is not as the caller believes.
    PreconditionFailed,
    /// The body is over the limit.
    BodyTooLarge,
    /// The body is of the wrong type or encoding.
    UnsupportedMediaType,
    /// The input parsed and is wrong.
    Validation,
    /// A defect on this side.
    Internal,
    /// Too much is waiting.
    Overloaded,
    /// The database is away.
    Unavailable,
    /// The keys that verify tokens are away.
    KeysUnavailable,
}

impl Kind {
    const fn parts(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as S;
        match self {
            Self::Malformed => (S::BAD_REQUEST, "malformed_request", "The request cannot be read"),
            Self::InvalidJson => (S::BAD_REQUEST, "invalid_json", "The body is not JSON"),
            Self::MalformedCredentials => {
                (S::BAD_REQUEST, "malformed_credentials", "The Authorization header cannot be read")
            }
            Self::MissingToken => (S::UNAUTHORIZED, "missing_token", "A token is needed"),
            Self::InvalidToken => (S::UNAUTHORIZED, "invalid_token", "The token is not valid"),
            Self::OtherUser => (S::FORBIDDEN, "other_user", "The path names another user"),
            Self::NotFound => (S::NOT_FOUND, "task_not_found", "There is no such task"),
            Self::NoRoute => (S::NOT_FOUND, "route_not_found", "There is no such route"),
            Self::MethodNotAllowed => {
                (S::METHOD_NOT_ALLOWED, "method_not_allowed", "The route does not have this method")
            }
            Self::NotAcceptable => {
                (S::NOT_ACCEPTABLE, "not_acceptable", "The answer cannot take an accepted form")
            }
            Self::RequestTimeout => {
                (S::REQUEST_TIMEOUT, "request_timeout", "The request took too long to arrive")
            }
            Self::PreconditionFailed => {
                (S::PRECONDITION_FAILED, "precondition_failed", "The task has changed")
            }
            Self::BodyTooLarge => (S::PAYLOAD_TOO_LARGE, "body_too_large", "The body is too large"),
            Self::UnsupportedMediaType => {
                (S::UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", "The body is not of a supported type")
            }
            Self::Validation => (S::UNPROCESSABLE_ENTITY, "validation", "The request is not valid"),
            Self::Internal => (S::INTERNAL_SERVER_ERROR, "internal", "Something went wrong"),
            Self::Overloaded => (S::SERVICE_UNAVAILABLE, "overloaded", "Too much is going on"),
            Self::Unavailable => (S::SERVICE_UNAVAILABLE, "unavailable", "The database is unavailable"),
            Self::KeysUnavailable => {
                (S::SERVICE_UNAVAILABLE, "keys_unavailable", "Tokens cannot be verified now")
            }
        }
    }

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
