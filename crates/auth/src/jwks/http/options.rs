//! How a key set is fetched over HTTP.

use std::fmt;
use std::time::Duration;

use ureq::Proxy;
use ureq::http::{HeaderName, HeaderValue};
use url::Url;

use super::roots;
use super::url_rules::Http;
use crate::ConfigError;

/// How a key set is fetched over HTTP; made with defaults and changed by the methods named after them.
///
/// The constructor of a source rejects values outside their limits.
///
/// ```
/// use tasknook_auth::{ConfigError, HttpJwksSource, HttpOptions};
///
/// # fn main() -> Result<(), ConfigError> {
/// let options = HttpOptions::new().allow_http(true).header("x-api-key", "from your configuration");
/// let source = HttpJwksSource::with_options("http://auth:3000/api/auth/jwks", options)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct HttpOptions {
    allow_http: bool,
    pub(super) deadline: Duration,
    pub(super) first_deadline: Duration,
    proxy: Option<String>,
    root_certificates: Vec<Vec<u8>>,
    headers: Vec<(String, String)>,
}

const LEAST_DEADLINE: Duration = Duration::from_millis(100);
const LONGEST_DEADLINE: Duration = Duration::from_secs(30);

impl Default for HttpOptions {
    fn default() -> Self {
        Self {
            allow_http: false,
            deadline: Duration::from_secs(3),
            // An application that has just started loads the route, and creates its first key.
            first_deadline: Duration::from_secs(10),
            proxy: None,
            root_certificates: Vec::new(),
            headers: Vec::new(),
        }
    }
}

impl HttpOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Allows http URLs, for a network that you trust. By default only those to this machine are allowed (`localhost`,
    /// 127.0.0.0/8, `[::1]`), and with a [`proxy`](Self::proxy) none, since it would connect to itself: anyone who can
    /// change the response could sign tokens.
    #[must_use]
    pub fn allow_http(mut self, allow_http: bool) -> Self {
        self.allow_http = allow_http;
        self
    }

    /// Fetches through the HTTP proxy at this URL, `http://proxy.example:3128` or with https, by `CONNECT` (RFC 9110
    /// §9.3.6). None by default, whatever the environment.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Adds root certificates, in PEM (RFC 7468 §5), to those that the operating system trusts: for an issuer with a
    /// certificate of a private authority. Can be called again for more.
    ///
    /// The operating system's certificates are then read once, by the constructor, and its own rules, such as
    /// revocation, do not apply. Without extra certificates its verifier decides.
    #[must_use]
    pub fn root_certificates(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates.push(pem.into());
        self
    }

    /// Adds a header to each request, such as a key for a gateway; no log and no `Debug` shows its value. Can be called
    /// again for more.
    ///
    /// It is sent to the origin of the configured URL only. Headers that decide on the connection, the length or the
    /// kind of the response are rejected: `Host`, `Content-Length`, `Cache-Control` and the like.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sets the longest duration of a fetch as a whole, from resolving the name to the last byte, redirects included:
    /// 3 s by default, from 100 ms to 30 s. Requests with an unknown key wait for it.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// Sets the deadline until the first fetch has succeeded, since an issuer that has just started can be slow: 10 s by
    /// default, from 100 ms to 30 s. When it is shorter than [`deadline`](Self::deadline), that one applies.
    #[must_use]
    pub fn first_deadline(mut self, deadline: Duration) -> Self {
        self.first_deadline = deadline;
        self
    }

    pub(super) fn http(&self) -> Http {
        match (self.allow_http, &self.proxy) {
            (true, _) => Http::Anywhere,
            (false, None) => Http::ToThisMachine,
            // The proxy's "this machine" is another one.
            (false, Some(_)) => Http::Nowhere,
        }
    }

    pub(super) fn check_deadlines(&self) -> Result<(), ConfigError> {
        let expected = "must be from 100 ms to 30 s";
        let is_valid = |deadline| (LEAST_DEADLINE..=LONGEST_DEADLINE).contains(deadline);
        ConfigError::check_limits([
            ("deadline", is_valid(&self.deadline), expected),
            ("first_deadline", is_valid(&self.first_deadline), expected),
        ])
    }

    pub(super) fn parse_proxy(&self) -> Result<Option<Proxy>, ConfigError> {
        let expected = "must be a URL of the form http://host:port";
        let Some(url) = &self.proxy else { return Ok(None) };
        let is_http =
            Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let proxy = Proxy::new(url).ok().filter(|_| is_http);
        proxy.map(Some).ok_or(ConfigError::OutOfRange { setting: "proxy", expected })
    }

    pub(super) fn parse_roots(&self) -> Result<ureq::tls::RootCerts, ConfigError> {
        roots::trusted(&self.root_certificates)
    }

    pub(super) fn parse_headers(self) -> Result<Vec<(HeaderName, HeaderValue)>, ConfigError> {
        self.headers.iter().map(|(name, value)| parse_header(name, value)).collect()
    }
}

/// They decide on the connection, or on a response that the client could not read.
const RESERVED: [&str; 11] = [
    "accept-encoding",
    "cache-control",
    "connection",
    "content-length",
    "expect",
    "host",
    "range",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

fn parse_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ConfigError> {
    let reject = |expected| ConfigError::OutOfRange { setting: "header", expected };
    let name = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| reject("must have a name of letters, digits and hyphens"))?;
    if RESERVED.contains(&name.as_str()) || name.as_str().starts_with("if-") {
        return Err(reject("must not be one of those that the client sets itself, such as Host"));
    }
    let mut value = HeaderValue::from_str(value)
        .ok()
        .filter(|_| value.is_ascii())
        .ok_or_else(|| reject("must have a value of ASCII characters without line ends"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

impl fmt::Debug for HttpOptions {
    /// Without the values of headers, and without the proxy's URL, which can have a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("HttpOptions")
            .field("allow_http", &self.allow_http)
            .field("has_proxy", &self.proxy.is_some())
            .field("root_certificates", &self.root_certificates.len())
            .field("headers", &headers)
            .field("deadline", &self.deadline)
            .field("first_deadline", &self.first_deadline)
            .finish()
    }
}
