//! The response to a rejected request in gRPC: HTTP 200 without a body, and the status in the headers ("Trailers-Only"
//! in the protocol of gRPC over HTTP/2).

use std::fmt::Write;

use crate::{AuthError, ChallengeOptions};

pub(super) const CONTENT_TYPE: &str = "application/grpc";

/// The codes of gRPC.
const PERMISSION_DENIED: i32 = 7;
const UNAVAILABLE: i32 = 14;
const UNAUTHENTICATED: i32 = 16;

/// Every header of the response. The challenge and the delay of HTTP are metadata.
pub(super) fn headers(error: &AuthError, options: &ChallengeOptions) -> Vec<(&'static str, String)> {
    let metadata = error.headers(options).into_iter();
    let metadata = metadata.filter(|(name, _)| matches!(*name, "www-authenticate" | "retry-after"));
    let status = [
        ("content-type", CONTENT_TYPE.to_owned()),
        ("grpc-status", error.grpc_code().to_string()),
        ("grpc-message", percent_encoded(&error.to_string())),
    ];
    status.into_iter().chain(metadata).collect()
}

impl AuthError {
    /// The status code of gRPC: `UNAUTHENTICATED` (16), also for a 400, since `INVALID_ARGUMENT` is about the message;
    /// `PERMISSION_DENIED` (7) for a 403, and `UNAVAILABLE` (14) for a 503.
    ///
    /// A method of tonic can respond with the status of an error:
    ///
    /// ```
    /// use tasknook_auth::{AuthError, Identity};
    /// use tonic::{Code, Request, Status};
    ///
    /// fn status(error: &AuthError) -> Status {
    ///     Status::new(Code::from_i32(error.grpc_code()), error.to_string())
    /// }
    ///
    /// fn admin<T>(request: &Request<T>) -> Result<&Identity, Status> {
    ///     let user = request.extensions().get::<Identity>().ok_or_else(|| Status::internal("no guard"))?;
    ///     user.require_role("admin").map_err(|error| status(&error.into()))?;
    ///     Ok(user)
    /// }
    /// ```
    #[must_use]
    pub fn grpc_code(&self) -> i32 {
        match self.status() {
            403 => PERMISSION_DENIED,
            503 => UNAVAILABLE,
            _ => UNAUTHENTICATED,
        }
    }
}

/// `Status-Message`: everything outside of printable ASCII, and `%`, is encoded.
fn percent_encoded(message: &str) -> String {
    message.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b' '..=b'~' if byte != b'%' => encoded.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(encoded, "%{byte:02X}")),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{AccessDenied, CredentialsError, VerifyError};

    #[test]
    fn each_status_has_its_code_and_metadata() {
        let denied = AccessDenied::Scope { scope: "tasks".to_owned(), required: "tasks".to_owned() };
        let cases: [(AuthError, &str, Option<&str>, Option<&str>); 5] = [
            (CredentialsError::Missing.into(), "16", Some("Bearer"), None),
            (CredentialsError::Malformed.into(), "16", Some("Bearer error=\"invalid_request\", "), None),
            (
                VerifyError::Expired { expired_at: 0 }.into(),
                "16",
                Some("Bearer error=\"invalid_token\", "),
                None,
            ),
            (denied.into(), "7", Some("Bearer error=\"insufficient_scope\", "), None),
            (VerifyError::KeysUnavailable { retry_after_seconds: 3 }.into(), "14", None, Some("3")),
        ];
        for (error, code, challenge, retry_after) in cases {
            let headers = headers(&error, &ChallengeOptions::new());
            let value =
                |name| headers.iter().find(|(header, _)| *header == name).map(|(_, value)| &value[..]);
            assert_eq!(value("content-type"), Some("application/grpc"));
            assert_eq!(value("grpc-status"), Some(code), "{error}");
            assert_eq!(value("grpc-message"), Some(&error.to_string()[..]));
            assert!(challenge.is_none_or(|start| value("www-authenticate").unwrap().starts_with(start)));
            assert_eq!(value("www-authenticate").is_some(), challenge.is_some(), "{error}");
            assert_eq!(value("retry-after"), retry_after, "{error}");
            assert_eq!(value("cache-control"), None);
        }
    }

    #[test]
    fn messages_are_percent_encoded() {
        assert_eq!(percent_encoded("a \"b\" ~"), "a \"b\" ~");
        assert_eq!(percent_encoded("100%\r\n\u{7f}é"), "100%25%0D%0A%7F%C3%A9");
    }
}
