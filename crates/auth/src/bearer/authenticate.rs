//! From the headers of a request to an identity, as every adapter does it: finds the token in the `Authorization` header
//! (RFC 9110 §11.6.2, RFC 6750 §2.1) and has it verified.

use thiserror::Error;

use crate::{AccessDenied, ClaimsError, Identity, TokenVerifier, VerifyError};

/// Why a request does not reach the handler.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthError {
    /// The request has no token to verify.
    #[error(transparent)]
    Credentials(#[from] CredentialsError),
    /// The token was rejected, or could not be verified.
    #[error(transparent)]
    Token(#[from] VerifyError),
    /// The token is valid, and does not grant what the request needs.
    #[error(transparent)]
    Denied(#[from] AccessDenied),
}

/// A token with other claims would be accepted, so this is a 403 too.
impl From<ClaimsError> for AuthError {
    fn from(error: ClaimsError) -> Self {
        AccessDenied::from(error).into()
    }
}

/// Verifies the token in the values of a request's `Authorization` headers.
///
/// # Errors
///
/// [`AuthError`], which has everything that a response needs: a status, headers and a body.
///
/// ```
/// # use tasknook_auth::{TokenVerifier, authenticate};
/// # async fn guard(verifier: &dyn TokenVerifier, header: Option<&str>) -> (u16, String) {
/// match authenticate(verifier, header.map(str::as_bytes).into_iter()).await {
///     Ok(identity) => (200, format!("hello, {}", identity.user_id())),
///     Err(error) => (error.status(), error.problem()),
/// }
/// # }
/// ```
pub async fn authenticate<'a>(
    verifier: &dyn TokenVerifier,
    authorization: impl Iterator<Item = &'a [u8]>,
) -> Result<Identity, AuthError> {
    Ok(verifier.verify(bearer_token(authorization)?).await?)
}

use crate::token::is_session_token;

/// Why a request has no token to verify.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum CredentialsError {
    /// No header, an empty one, another scheme, or no scheme at all; none of the [sources](crate::TokenSource) of the
    /// service has a token. 401 without an error code.
    #[error("a bearer token is required")]
    Missing,
    /// Two headers, a tab, or a list of credentials, whatever their schemes. 400 `invalid_request`.
    #[error("there must be one Authorization header, \"Bearer <token>\"")]
    Malformed,
    /// Two tokens, in two [sources](crate::TokenSource) or in one; equal ones too. 400 `invalid_request`.
    #[error("the request has several tokens; send one, in one place")]
    SeveralTokens,
    /// The scheme alone, or a cookie or parameter without a value. 401 `invalid_token`.
    #[error("the request has nothing in the place of the token")]
    EmptyToken,
    /// Bytes that a token cannot have, such as quotes or letters outside ASCII. 401 `invalid_token`.
    #[error("the token contains invalid characters")]
    InvalidToken,
    /// The text that JavaScript makes of a missing value: `undefined`, `null` or `[object Object]`. 401 `invalid_token`.
    #[error("the request has \"undefined\", \"null\" or \"[object Object]\" in place of a token")]
    Placeholder,
    /// The percent-encoded value of Better Auth's session cookie. 401 `invalid_token`.
    #[error("the request has a session cookie in place of a token; use the one from /api/auth/token")]
    SessionCookie,
}

impl CredentialsError {
    /// A stable label for logs and metrics, in `snake_case`.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::Missing => "missing_credentials",
            Self::Malformed => "malformed_credentials",
            Self::SeveralTokens => "several_tokens",
            Self::EmptyToken => "empty_token",
            Self::Placeholder => "placeholder_token",
            Self::SessionCookie => "session_cookie",
            Self::InvalidToken => "invalid_characters",
        }
    }

    /// The error code of RFC 6750 §3.1; none when the request has no credentials of this scheme.
    #[must_use]
    pub fn error_code(self) -> Option<&'static str> {
        match self {
            Self::Missing => None,
            Self::Malformed | Self::SeveralTokens => Some("invalid_request"),
            Self::EmptyToken | Self::Placeholder | Self::SessionCookie | Self::InvalidToken => {
                Some("invalid_token")
            }
        }
    }
}

/// Finds the token in the values of a request's `Authorization` headers: exactly one header, the scheme in any case,
/// one or more spaces, one token.
///
/// A token anywhere else (a cookie, the query, a form) is ignored: RFC 6750 §5.3, and a browser adds cookies to
/// cross-site requests too. To look there, use [`token_from`](crate::token_from).
///
/// # Errors
///
/// [`CredentialsError`], each with its RFC 6750 error code.
///
/// ```
/// let headers = [b"bearer abc.def.ghi".as_slice()];
/// assert_eq!(tasknook_auth::bearer_token(headers.into_iter()), Ok("abc.def.ghi"));
/// ```
pub fn bearer_token<'a>(authorization: impl Iterator<Item = &'a [u8]>) -> Result<&'a str, CredentialsError> {
    let mut values = authorization;
    let value = values.next().ok_or(CredentialsError::Missing)?;
    // Two headers, even equal ones: a proxy and this service could each use another one.
    if values.next().is_some() {
        return Err(CredentialsError::Malformed);
    }
    if is_list(value) {
        return Err(CredentialsError::Malformed);
    }
    let end_of_scheme = value.iter().position(|byte| matches!(byte, b' ' | b'\t')).unwrap_or(value.len());
    let (scheme, rest) = value.split_at(end_of_scheme);
    if !scheme.eq_ignore_ascii_case(b"bearer") {
        return Err(CredentialsError::Missing);
    }
    if rest.contains(&b'\t') {
        return Err(CredentialsError::Malformed);
    }
    check_token(trim_spaces(rest))
}

/// Checks that the text in the place of a token can be one.
pub(super) fn check_token(token: &[u8]) -> Result<&str, CredentialsError> {
    if token.is_empty() {
        return Err(CredentialsError::EmptyToken);
    }
    if PLACEHOLDERS.contains(&token) {
        return Err(CredentialsError::Placeholder);
    }
    let token = str::from_utf8(token).map_err(|_| CredentialsError::InvalidToken)?;
    // Not `all`: without an early end, the compiler compares 16 bytes at a time. Every request has some hundred.
    match token.bytes().fold(true, |all, byte| all & is_token_byte(byte)) {
        true => Ok(token),
        false if is_session_token(token) => Err(CredentialsError::SessionCookie),
        false => Err(CredentialsError::InvalidToken),
    }
}

/// A missing value, put into a string by JavaScript.
const PLACEHOLDERS: [&[u8]; 3] = [b"undefined", b"null", b"[object Object]"];

/// Spaces only: other white space is not part of the value of a header (RFC 9110 §5.5), and trimming it would hide a
/// server that does not parse headers correctly.
fn trim_spaces(mut value: &[u8]) -> &[u8] {
    while let [b' ', rest @ ..] | [rest @ .., b' '] = value {
        value = rest;
    }
    value
}

/// Whether further credentials follow after a comma: some proxies join two headers.
fn is_list(value: &[u8]) -> bool {
    value.contains(&b',') && value.split(|byte| *byte == b',').skip(1).any(is_credentials)
}

/// Whether it starts as credentials do (RFC 9110 §11.4): a scheme, then a token or the first parameter. The parameters of
/// one scheme are separated by commas too, but an equals sign follows the name of a parameter.
fn is_credentials(item: &[u8]) -> bool {
    let item = item.trim_ascii();
    let end_of_scheme = item.iter().position(|byte| *byte == b' ').unwrap_or(item.len());
    let (scheme, rest) = item.split_at(end_of_scheme);
    let rest = trim_spaces(rest);
    let word = rest.split(|byte| *byte == b'=').next().unwrap_or_default();
    let is_followed = !word.is_empty() && word.iter().copied().all(is_token_byte);
    is_scheme(scheme) && (is_followed || scheme.eq_ignore_ascii_case(b"bearer"))
}

/// The characters of `token` (RFC 9110 §5.6.2).
fn is_scheme(word: &[u8]) -> bool {
    !word.is_empty()
        && word.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
}

/// The characters of `b64token` (RFC 6750 §2.1).
fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{SECRET, SigningKey, claims, shared_secret};

    #[test]
    fn a_good_token_gives_the_identity() {
        let token = SigningKey::hs256(SECRET).token("any", &claims());
        let header = format!("Bearer {token}");
        let identity =
            pollster::block_on(authenticate(&shared_secret(), [header.as_bytes()].into_iter())).unwrap();
        assert_eq!(identity.user_id(), "user-a");
    }

    fn read<'a>(values: &[&'a str]) -> Result<&'a str, CredentialsError> {
        bearer_token(values.iter().map(|value| value.as_bytes()))
    }

    #[test]
    fn finds_the_token_after_the_scheme_in_any_case() {
        for value in ["Bearer a.b.c", "bearer a.b.c", "BEARER a.b.c", "Bearer   a.b.c", "Bearer a.b.c  "] {
            assert_eq!(read(&[value]), Ok("a.b.c"), "{value:?}");
        }
    }

    #[test]
    fn credentials_of_another_scheme_are_missing() {
        for values in
            [&[][..], &[""], &[" "], &["Basic dTpw"], &["a.b.c"], &["Bearera.b.c"], &["Token bearer a"]]
        {
            assert_eq!(read(values), Err(CredentialsError::Missing), "{values:?}");
        }
    }

    #[test]
    fn rejects_two_headers_even_when_they_are_equal() {
        assert_eq!(read(&["Bearer a.b.c", "Bearer a.b.c"]), Err(CredentialsError::Malformed));
        assert_eq!(read(&["Basic dTpw", "Bearer a.b.c"]), Err(CredentialsError::Malformed));
    }

    #[test]
    fn rejects_a_tab() {
        for value in ["Bearer\ta.b.c", "Bearer \ta", "Bearer a\t"] {
            assert_eq!(read(&[value]), Err(CredentialsError::Malformed), "{value:?}");
        }
    }

    #[test]
    fn rejects_a_list_whatever_its_schemes() {
        for value in [
            "Bearer a.b.c, Bearer d.e.f",
            "Bearer a.b.c,bearer",
            "Bearer a.b.c, Basic dTpw",
            "Basic dTpw, Bearer a.b.c",
            "Basic dTpw,Bearer  a.b.c",
            "Basic dTpw,\tBearer a.b.c",
            "Basic dTpw, Basic dTpw==",
            "Bearer a, Digest username=\"u\", realm=\"r\"",
            "Digest username=\"u\", realm=\"r\", Bearer a",
            "a.b.c, Bearer d",
            ", Bearer a",
            "Bearer,Bearer a",
        ] {
            assert_eq!(read(&[value]), Err(CredentialsError::Malformed), "{value:?}");
        }
    }

    #[test]
    fn the_parameters_of_one_scheme_are_not_a_list() {
        for value in [
            "Digest username=\"u\", realm=\"r\"",
            "Digest username=\"Doe, John\", nc = 1, qop =auth",
            "Basic dTpw,",
            "Custom a,b",
        ] {
            assert_eq!(read(&[value]), Err(CredentialsError::Missing), "{value:?}");
        }
    }

    #[test]
    fn distinguishes_an_empty_token_from_a_missing_one() {
        assert_eq!(read(&["Bearer"]), Err(CredentialsError::EmptyToken));
        assert_eq!(read(&["Bearer "]), Err(CredentialsError::EmptyToken));
        assert_eq!(read(&["Bearer   "]), Err(CredentialsError::EmptyToken));
    }

    #[test]
    fn names_the_text_of_a_missing_value() {
        for text in ["undefined", "null", "[object Object]"] {
            let error = read(&[&format!("Bearer {text}")]).unwrap_err();
            assert_eq!(error, CredentialsError::Placeholder);
            assert_eq!((error.reason(), error.error_code()), ("placeholder_token", Some("invalid_token")));
            assert!(error.to_string().contains(text) && error.to_string().contains("token"), "{error}");
        }
        assert_eq!(read(&["Bearer undefinedx"]), Ok("undefinedx"));
    }

    #[test]
    fn names_the_session_cookie() {
        let cookie = format!("Bearer Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF.{}%3D", "a%2B".repeat(14));
        assert_eq!(read(&[&cookie]), Err(CredentialsError::SessionCookie));
        assert_eq!(
            read(&["Bearer Y5125BvTgO7wvvqfs7E3CbVLBUcfE2M.%3D"]),
            Err(CredentialsError::InvalidToken)
        );
    }

    #[test]
    fn rejects_a_quoted_token_and_bytes_outside_ascii() {
        for value in [
            b"Bearer \"a.b.c\"".as_slice(),
            b"Bearer \xff\xfe",
            b"Bearer a\0b",
            b"Bearer a.b.c d",
            b"Bearer a.b.c\r",
            b"Bearer \x0ca.b.c",
            b"Bearer {\"a\":1,\"b\":2}",
        ] {
            assert_eq!(bearer_token([value].into_iter()), Err(CredentialsError::InvalidToken), "{value:?}");
        }
    }

    #[test]
    fn maps_each_error_to_its_code() {
        assert_eq!(CredentialsError::Missing.error_code(), None);
        assert_eq!(CredentialsError::Malformed.error_code(), Some("invalid_request"));
        assert_eq!(CredentialsError::EmptyToken.error_code(), Some("invalid_token"));
        assert_eq!(CredentialsError::InvalidToken.error_code(), Some("invalid_token"));
    }
}
