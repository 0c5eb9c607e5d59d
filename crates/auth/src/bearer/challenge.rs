//! The challenge of a response to a rejected request (RFC 6750 §3, RFC 9110 §11.6.1).

use std::fmt;

use crate::{AccessDenied, ConfigError, CredentialsError, VerifyError};

/// What every challenge of a service has besides the error: nothing by default.
///
/// ```
/// use tasknook_auth::{AuthError, ChallengeOptions, ConfigError, CredentialsError};
///
/// # fn main() -> Result<(), ConfigError> {
/// let options = ChallengeOptions::new()
///     .realm("tasks")?
///     .resource_metadata("https://api.example.com/.well-known/oauth-protected-resource")?;
/// let challenge = AuthError::from(CredentialsError::Missing).challenge().unwrap().with(&options);
/// assert_eq!(
///     challenge.to_string(),
///     "Bearer realm=\"tasks\", \
///      resource_metadata=\"https://api.example.com/.well-known/oauth-protected-resource\""
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChallengeOptions {
    realm: Option<String>,
    resource_metadata: Option<String>,
}

impl ChallengeOptions {
    /// No parameters.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The name of the protected area (RFC 9110 §11.5).
    ///
    /// # Errors
    ///
    /// [`ConfigError::OutOfRange`] when it is not printable ASCII.
    pub fn realm(mut self, realm: impl Into<String>) -> Result<Self, ConfigError> {
        let realm = realm.into();
        let is_printable = realm.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        ConfigError::check_limits([("challenge.realm", is_printable, "must be printable ASCII")])?;
        self.realm = Some(realm);
        Ok(self)
    }

    /// The URL of the metadata that tell a client where to get a token (RFC 9728 §5.1); clients of MCP need it.
    ///
    /// # Errors
    ///
    /// [`ConfigError::OutOfRange`] unless it is an http or https URL in printable ASCII.
    pub fn resource_metadata(mut self, url: impl Into<String>) -> Result<Self, ConfigError> {
        let url = url.into();
        let is_url = ["https://", "http://"].iter().any(|scheme| url.starts_with(scheme));
        let is_valid =
            is_url && url.bytes().all(|byte| matches!(byte, b'!'..=b'~') && !b"\"\\".contains(&byte));
        let expected = "must be an http or https URL in printable ASCII";
        ConfigError::check_limits([("challenge.resource_metadata", is_valid, expected)])?;
        self.resource_metadata = Some(url);
        Ok(self)
    }
}

/// A challenge for the scheme `Bearer`: `to_string` is the header's value, in printable ASCII.
///
/// A request without credentials gets no error code, since a reason would help only to probe the service (RFC 6750
/// §3.1). Neither does a token that could not be verified, which is not the fault of the client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    options: ChallengeOptions,
    error: Option<(&'static str, String)>,
    scope: Option<String>,
}

impl Challenge {
    /// The error code in the header.
    #[must_use]
    pub fn error_code(&self) -> Option<&'static str> {
        self.error.as_ref().map(|(code, _)| *code)
    }

    /// Every scope that the request needs, separated by spaces (RFC 6750 §3).
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        self.scope.as_deref()
    }

    /// The same challenge with the parameters of the service.
    #[must_use]
    pub fn with(self, options: &ChallengeOptions) -> Self {
        Self { options: options.clone(), ..self }
    }

    fn new(code: Option<&'static str>, error: &dyn fmt::Display) -> Self {
        let error = code.map(|code| (code, error.to_string()));
        Self { options: ChallengeOptions::new(), error, scope: None }
    }
}

impl From<&CredentialsError> for Challenge {
    fn from(error: &CredentialsError) -> Self {
        Self::new(error.error_code(), error)
    }
}

impl From<&VerifyError> for Challenge {
    fn from(error: &VerifyError) -> Self {
        Self::new(error.error_code(), error)
    }
}

impl From<&AccessDenied> for Challenge {
    fn from(error: &AccessDenied) -> Self {
        let scope = error.scope().map(str::to_owned);
        Self { scope, ..Self::new(Some(error.error_code()), error) }
    }
}

impl fmt::Display for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options: ChallengeOptions { realm, resource_metadata }, error, scope } = self;
        let error = error.as_ref().map(|(code, description)| {
            [("error", (*code).to_owned()), ("error_description", without_quotes(description))]
        });
        let scope = scope.as_deref().map(|scope| ("scope", without_quotes(scope)));
        let realm = realm.as_deref().map(|realm| ("realm", escaped(realm)));
        let metadata = resource_metadata.clone().map(|url| ("resource_metadata", url));
        f.write_str("Bearer")?;
        let parameters = realm.into_iter().chain(error.into_iter().flatten()).chain(scope).chain(metadata);
        for (index, (name, value)) in parameters.enumerate() {
            let separator = if index == 0 { " " } else { ", " };
            write!(f, "{separator}{name}=\"{value}\"")?;
        }
        Ok(())
    }
}

/// The inside of a quoted string (RFC 9110 §5.6.4).
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

/// `error_description` and `scope` are printable ASCII without `"` and `\`, not even escaped (RFC 6750 §3).
fn without_quotes(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '"' => '\'',
            '\\' => '/',
            ' '..='~' => character,
            _ => '?',
        })
        .collect()
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
                        error_description=\"there must be one Authorization header, 'Bearer <token>'\"";
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

    #[test]
    fn options_come_first_and_last_and_are_quoted() {
        let url = "https://api.example.com/.well-known/oauth-protected-resource";
        let options = ChallengeOptions::new().realm(r#"a "b\c""#).unwrap().resource_metadata(url).unwrap();
        let missing = Challenge::from(&CredentialsError::Missing).with(&options);
        let expected = format!(r#"Bearer realm="a \"b\\c\"", resource_metadata="{url}""#);
        assert_eq!(missing.to_string(), expected);
        let expired = Challenge::from(&VerifyError::Expired { expired_at: 3600 }).with(&options).to_string();
        assert!(expired.starts_with(r#"Bearer realm="a \"b\\c\"", error="invalid_token", "#), "{expired}");
        assert!(expired.ends_with(&format!(r#"Z", resource_metadata="{url}""#)), "{expired}");
    }

    #[test]
    fn options_reject_what_a_header_cannot_have() {
        for realm in ["a\r\nSet-Cookie: a=b", "caf\u{e9}", "\0", "\t", "\x7f"] {
            assert!(ChallengeOptions::new().realm(realm).is_err(), "{realm:?}");
        }
        for url in
            ["", "/path", "ftp://a.example", "https://a.example/\"", "https://a.example/ b", "https://\u{e9}"]
        {
            assert!(ChallengeOptions::new().resource_metadata(url).is_err(), "{url:?}");
        }
        assert!(ChallengeOptions::new().realm("").is_ok());
    }
}
