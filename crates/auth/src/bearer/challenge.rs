//! The `WWW-Authenticate` header of the response to a rejected request (RFC 6750 §3).

use std::fmt;

use crate::{CredentialsError, VerifyError};

/// A challenge for the scheme `Bearer`: `to_string` is the header's value, in printable ASCII.
///
/// A request without credentials gets the bare scheme, since a reason would help only to probe the service (RFC 6750
/// §3.1). So does a token that could not be verified, which is not the fault of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    error: Option<(&'static str, String)>,
}

impl Challenge {
    /// The error code in the header.
    #[must_use]
    pub fn error_code(&self) -> Option<&'static str> {
        self.error.as_ref().map(|(code, _)| *code)
    }
}

impl From<&CredentialsError> for Challenge {
    fn from(error: &CredentialsError) -> Self {
        Self { error: error.error_code().map(|code| (code, error.to_string())) }
    }
}

impl From<&VerifyError> for Challenge {
    fn from(error: &VerifyError) -> Self {
        Self { error: error.error_code().map(|code| (code, error.to_string())) }
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Bearer")?;
        if let Some((code, description)) = &self.error {
            let description: String = description.chars().map(to_description).collect();
            write!(f, " error=\"{code}\", error_description=\"{description}\"")?;
        }
        Ok(())
    }
}

/// `error_description` is printable ASCII without `"` and `\`, not even escaped (RFC 6750 §3).
fn to_description(character: char) -> char {
    match character {
        '"' => '\'',
        '\\' => '/',
        ' '..='~' => character,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Excerpt;

    #[test]
    fn a_request_without_credentials_gets_the_bare_scheme() {
        assert_eq!(Challenge::from(&CredentialsError::Missing).to_string(), "Bearer");
    }

    #[test]
    fn a_rejected_token_gets_the_reason() {
        let challenge = Challenge::from(&VerifyError::Expired { expired_at: 3600 });
        assert_eq!(challenge.error_code(), Some("invalid_token"));
        let expected = "Bearer error=\"invalid_token\", \
                        error_description=\"the token expired at 1970-01-01T01:00:00Z\"";
        assert_eq!(challenge.to_string(), expected);
    }

    #[test]
    fn a_malformed_header_is_an_invalid_request() {
        let expected = "Bearer error=\"invalid_request\", \
                        error_description=\"the Authorization header must be 'Bearer <token>'\"";
        assert_eq!(Challenge::from(&CredentialsError::Malformed).to_string(), expected);
    }

    #[test]
    fn unavailable_keys_get_the_bare_scheme() {
        let error = VerifyError::KeysUnavailable { retry_after_seconds: 3 };
        assert_eq!(Challenge::from(&error).to_string(), "Bearer");
    }

    #[test]
    fn text_of_the_token_cannot_break_out_of_the_description() {
        let issuer = Excerpt::of("\", error=\"none\"\r\nSet-Cookie: a=b; é\\");
        let shown = Challenge::from(&VerifyError::UnknownIssuer { issuer }).to_string();
        assert!(shown.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{shown}");
        assert_eq!(shown.matches('"').count(), 4, "{shown}");
        assert!(!shown.contains('\\'), "{shown}");
    }
}
