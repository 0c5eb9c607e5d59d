//! Where a request carries its token. Only the `Authorization` header counts unless a service names other sources.

use super::authenticate::{bearer_token, check_token};
use crate::CredentialsError;

/// A place in a request where a token can be. A guard looks in the `Authorization` header only, unless you name other
/// sources with its `token_source`; without a guard, use [`token_from`].
///
/// Names are compared byte by byte, and the token is taken as it is: in none of these places does a JWT need an
/// encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenSource {
    /// The header `Authorization: Bearer <token>` (RFC 6750 §2.1), as [`bearer_token`] reads it. Use this one
    /// wherever the client can set headers.
    AuthorizationHeader,
    /// The cookie of this name (RFC 6265). Cookies of Better Auth are no tokens: they hold its session.
    ///
    /// **A browser sends a cookie with every request, also with one that another site makes (CSRF).** Set the
    /// cookie with `SameSite=Strict` or `Lax`, `HttpOnly` and `Secure`; let no `GET` change anything; and reject a
    /// request that changes something, and the handshake of a WebSocket, when its `Origin` is not yours. Send
    /// `Cache-Control: private` or `no-store` with responses, since shared caches may keep them (RFC 9111 §3.5). The prefix `__Host-` in the name keeps other
    /// subdomains from setting it.
    Cookie(String),
    /// The query parameter of this name, `access_token` in RFC 6750 §2.3: for event streams, since an `EventSource` of a
    /// browser cannot set headers. The name is decoded (`%5F` is `_`), the token is not.
    ///
    /// **URLs are in the logs of servers and proxies, and in the history of browsers.** Use short-lived tokens, keep the
    /// query out of your logs, and name this source in the guard of that one route only. Send `Cache-Control: private` with
    /// responses (RFC 6750 §2.3).
    Query(String),
    /// `Sec-WebSocket-Protocol` (RFC 6455 §11.3.4): the token is the item after the protocol of this name, as in
    /// `new WebSocket(url, ["bearer", token])`, since a browser cannot set other headers for a WebSocket.
    ///
    /// Your handler must select this protocol, or the browser closes the connection. Never select the token: that would
    /// put it into the response.
    WebSocketProtocol(String),
}

/// The head of a request, for [`token_from`]. It is implemented for the requests of `http` (feature `tower`) and of
/// actix-web (feature `actix`). For others, implement it:
///
/// ```
/// use tasknook_auth::RequestHead;
///
/// struct Head {
///     headers: Vec<(String, Vec<u8>)>,
///     query: String,
/// }
///
/// impl RequestHead for Head {
///     fn header_values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
///         let headers = self.headers.iter().filter(move |(header, _)| header.eq_ignore_ascii_case(name));
///         headers.map(|(_, value)| value.as_slice())
///     }
///
///     fn query(&self) -> &str {
///         &self.query
///     }
/// }
/// ```
pub trait RequestHead {
    /// The values of each header of this name, which is in lower case.
    fn header_values(&self, name: &'static str) -> impl Iterator<Item = &[u8]>;

    /// The query of the URL, without the question mark and not decoded; empty if there is none.
    fn query(&self) -> &str;
}

/// Finds the token of a request in one of `sources`, all of which count the same.
///
/// # Errors
///
/// [`CredentialsError::Missing`] when none of them has one. [`CredentialsError::SeveralTokens`] when two of them do, or one has
/// two: a proxy and this service could each use another one, of another user. Otherwise the error of the one that is
/// there, as of [`bearer_token`]: an invalid token is not a missing one.
///
/// ```
/// # #[cfg(feature = "tower")] {
/// use http::Request;
/// use tasknook_auth::{CredentialsError, TokenSource, token_from};
///
/// let sources = [TokenSource::AuthorizationHeader, TokenSource::Query("access_token".into())];
/// let (request, _) = Request::get("/events?access_token=abc.def.ghi").body(()).unwrap().into_parts();
/// assert_eq!(token_from(&sources, &request), Ok("abc.def.ghi"));
/// assert_eq!(token_from(&sources[..1], &request), Err(CredentialsError::Missing));
/// # }
/// ```
pub fn token_from<'a>(
    sources: &[TokenSource],
    request: &'a impl RequestHead,
) -> Result<&'a str, CredentialsError> {
    let mut found = Err(CredentialsError::Missing);
    for source in sources {
        match (found, source.find(request)) {
            (_, Err(CredentialsError::Missing)) => {}
            (Err(CredentialsError::Missing), token) => found = token,
            _ => return Err(CredentialsError::SeveralTokens),
        }
    }
    found
}

impl TokenSource {
    fn find<'a>(&self, request: &'a impl RequestHead) -> Result<&'a str, CredentialsError> {
        match self {
            Self::AuthorizationHeader => bearer_token(request.header_values("authorization")),
            Self::Cookie(name) => {
                only(cookies(request).filter_map(|(key, value)| (key == name.as_bytes()).then_some(value)))
            }
            Self::Query(name) => only(
                parameters(request).filter_map(|(key, value)| decoded(key).eq(name.bytes()).then_some(value)),
            ),
            Self::WebSocketProtocol(name) => {
                let mut items = protocols(request);
                // The item after the name, whatever it is.
                only(std::iter::from_fn(|| {
                    items.find(|item| *item == name.as_bytes()).map(|_| items.next().unwrap_or_default())
                }))
            }
        }
    }
}

/// The one token among these values.
fn only<'a>(mut values: impl Iterator<Item = &'a [u8]>) -> Result<&'a str, CredentialsError> {
    let value = values.next().ok_or(CredentialsError::Missing)?;
    // Also when they are equal. With cookies of the same name, a browser does not tell which one is whose.
    if values.next().is_some() { Err(CredentialsError::SeveralTokens) } else { check_token(value) }
}

/// Names and values of all `Cookie` headers: HTTP/2 may split them (RFC 9113 §8.2.3).
fn cookies(request: &impl RequestHead) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pairs = request.header_values("cookie").flat_map(|value| value.split(|byte| *byte == b';'));
    pairs.map(|pair| pair_of(pair.trim_ascii())).filter(|(name, _)| !name.is_empty())
}

fn parameters(request: &impl RequestHead) -> impl Iterator<Item = (&[u8], &[u8])> {
    let pairs = request.query().as_bytes().split(|byte| *byte == b'&');
    pairs.map(pair_of).filter(|(name, _)| !name.is_empty())
}

/// The items of all `Sec-WebSocket-Protocol` headers, which are one list (RFC 6455 §11.3.4).
fn protocols(request: &impl RequestHead) -> impl Iterator<Item = &[u8]> {
    let values = request.header_values("sec-websocket-protocol");
    let items = values.flat_map(|value| value.split(|byte| *byte == b','));
    // Empty items do not count (RFC 9110 §5.6.1).
    items.map(<[u8]>::trim_ascii).filter(|item| !item.is_empty())
}

/// What is before the first equals sign, and after it.
fn pair_of(pair: &[u8]) -> (&[u8], &[u8]) {
    let end = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
    (pair.get(..end).unwrap_or_default(), pair.get(end + 1..).unwrap_or_default())
}

/// A name in a query, percent-decoded: the parser of a framework or a proxy would find the parameter too.
fn decoded(name: &[u8]) -> impl Iterator<Item = u8> {
    let mut rest = name;
    std::iter::from_fn(move || {
        let (&first, mut after) = rest.split_first()?;
        let mut byte = if first == b'+' { b' ' } else { first };
        if let (b'%', [high, low, end @ ..]) = (first, after)
            && let (Some(high), Some(low)) = (hex_digit(*high), hex_digit(*low))
        {
            (byte, after) = (high << 4 | low, end);
        }
        rest = after;
        Some(byte)
    })
}

fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
impl RequestHead for http::request::Parts {
    fn header_values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.headers.get_all(name).iter().map(http::HeaderValue::as_bytes)
    }

    fn query(&self) -> &str {
        self.uri.query().unwrap_or_default()
    }
}

#[cfg(feature = "tower")]
#[cfg_attr(docsrs, doc(cfg(feature = "tower")))]
impl<B> RequestHead for http::Request<B> {
    fn header_values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.headers().get_all(name).iter().map(http::HeaderValue::as_bytes)
    }

    fn query(&self) -> &str {
        self.uri().query().unwrap_or_default()
    }
}

#[cfg(feature = "actix")]
#[cfg_attr(docsrs, doc(cfg(feature = "actix")))]
impl RequestHead for actix_web::HttpRequest {
    fn header_values(&self, name: &'static str) -> impl Iterator<Item = &[u8]> {
        self.headers().get_all(name).map(actix_web::http::header::HeaderValue::as_bytes)
    }

    fn query(&self) -> &str {
        self.query_string()
    }
}

#[cfg(test)]
mod tests;
