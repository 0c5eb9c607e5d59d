//! Fetches a key set over HTTP; blocking.

mod url_rules;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::crypto::aws_lc_rs;
use ureq::http::header::{LOCATION, RETRY_AFTER};
use ureq::http::{HeaderMap, Response};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};
use url::Url;

use super::{FetchError, FetchedKeys, JwksSource};
use crate::{ConfigError, Excerpt};

/// For a fetch as a whole: resolving, connecting, redirects and the body.
const DEADLINE: Duration = Duration::from_secs(3);

/// An application that has just started can take this long: it loads the route, and creates its first key.
const FIRST_DEADLINE: Duration = Duration::from_secs(10);

/// A key of 8192 bits takes 1.5 kB, so 256 of them fit twice.
const MAX_BODY_BYTES: u64 = 1024 * 1024;

const MAX_REDIRECTS: usize = 3;

/// A key set at a URL. A fetch ends within 3 seconds, or within 10 until the first one has succeeded, and takes at most 1 MiB;
/// it trusts the certificates that the operating system trusts, keeps no cookies, uses no proxy unless you name one,
/// whatever the environment, and follows redirects within the URL's own origin only, to URLs without a user name.
pub struct HttpJwksSource {
    url: Url,
    agent: Agent,
    // Relaxed: no other data is published with it.
    has_succeeded: AtomicBool,
    /// Where the last fetch was redirected to.
    redirected_to: Mutex<Option<String>>,
}

impl HttpJwksSource {
    /// Takes an https URL, an http one to this machine itself (`localhost`, 127.0.0.0/8, `[::1]`), or any http one with
    /// `allow_http`, for a network that you trust.
    ///
    /// # Errors
    ///
    /// [`ConfigError::InsecureUrl`] for any other http URL, [`ConfigError::InvalidUrl`] for every other URL and for one
    /// with a user name or password in it.
    pub fn new(url: &str, allow_http: bool) -> Result<Self, ConfigError> {
        let url = url_rules::parse(url, allow_http)?;
        Ok(Self {
            url,
            agent: agent(None),
            has_succeeded: AtomicBool::default(),
            redirected_to: Mutex::default(),
        })
    }

    /// Fetches through the HTTP proxy at this URL, `http://proxy.example:3128`, by `CONNECT`.
    ///
    /// # Errors
    ///
    /// [`ConfigError::InvalidUrl`] when it is not the URL of an HTTP proxy.
    pub fn proxy(self, url: &str) -> Result<Self, ConfigError> {
        let expected = "of the proxy must be of the form http://host:port";
        let is_http =
            Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        let proxy = Proxy::new(url).ok().filter(|_| is_http).ok_or(ConfigError::InvalidUrl { expected })?;
        Ok(Self { agent: agent(Some(proxy)), ..self })
    }

    /// The keys of a Better Auth at `base_url`: below `/api/auth`, or below the URL's own path when it has one, as
    /// Better Auth itself reads its `baseURL`.
    ///
    /// # Errors
    ///
    /// As for [`HttpJwksSource::new`].
    pub fn for_better_auth(base_url: &str, allow_http: bool) -> Result<Self, ConfigError> {
        Self::new(&keys_url(base_url), allow_http)
    }

    /// Without the parts that may carry a secret.
    fn note_redirect(&self, target: Option<&Url>) {
        let shown = target.map(|url| {
            let mut url = url.clone();
            url.set_query(None);
            url.set_fragment(None);
            let shown = Excerpt::of(url.as_str()).to_string();
            if url_rules::has_credentials(&url) { "a URL with a user name".to_owned() } else { shown }
        });
        *self.redirected_to.lock().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    fn get(&self, url: &Url, remaining: Duration) -> Result<Response<Body>, FetchError> {
        let request = self.agent.get(url.as_str()).config().timeout_global(Some(remaining)).build();
        request.call().map_err(to_fetch_error)
    }

    /// Where a redirect leads, when that is within the origin and without credentials, as the configured URL is.
    fn redirect(&self, from: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
        let target = headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let target = target.and_then(|target| from.join(target).ok());
        self.note_redirect(target.as_ref());
        let is_ours =
            |target: &Url| target.origin() == self.url.origin() && !url_rules::has_credentials(target);
        target.filter(is_ours).ok_or(FetchError::ForeignRedirect)
    }
}

fn agent(proxy: Option<Proxy>) -> Agent {
    // Not installed for the process: that choice belongs to the program.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::PlatformVerifier)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        // Fetches are minutes apart, and one on a connection that the issuer has closed since would fail.
        .max_idle_connections(0)
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(concat!("tasknook-auth/", env!("CARGO_PKG_VERSION")))
        .accept("application/json")
        .build()
        .new_agent()
}

/// Returns an invalid URL unchanged; `HttpJwksSource::new` rejects it.
fn keys_url(base_url: &str) -> String {
    let Ok(mut url) = Url::parse(base_url) else { return base_url.to_owned() };
    let path = match url.path().trim_end_matches('/') {
        "" => "/api/auth/jwks".to_owned(),
        path => format!("{path}/jwks"),
    };
    url.set_path(&path);
    url.set_query(None);
    url.set_fragment(None);
    url.into()
}

impl fmt::Debug for HttpJwksSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpJwksSource").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

impl JwksSource for HttpJwksSource {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let start = Instant::now();
        let deadline = if self.has_succeeded.load(Ordering::Relaxed) { DEADLINE } else { FIRST_DEADLINE };
        let mut url = self.url.clone();
        self.note_redirect(None);
        for _ in 0..=MAX_REDIRECTS {
            // One deadline for all redirects: each of them could otherwise use up a timeout of its own.
            let remaining = deadline.saturating_sub(start.elapsed());
            if remaining.is_zero() {
                return Err(FetchError::Timeout);
            }
            let response = self.get(&url, remaining)?;
            match response.status().as_u16() {
                200 => {
                    let keys = read(response)?;
                    self.has_succeeded.store(true, Ordering::Relaxed);
                    return Ok(keys);
                }
                301 | 302 | 303 | 307 | 308 => url = self.redirect(&url, response.headers())?,
                status => {
                    return Err(FetchError::Status { status, retry_after: retry_after(response.headers()) });
                }
            }
        }
        Err(FetchError::TooManyRedirects)
    }

    fn location(&self) -> Option<String> {
        let target = self.redirected_to.lock().unwrap_or_else(PoisonError::into_inner);
        let redirected = target.as_ref().map(|target| format!(" (redirected to {target})"));
        Some(format!("{}{}", self.url, redirected.unwrap_or_default()))
    }
}

fn read(response: Response<Body>) -> Result<FetchedKeys, FetchError> {
    // Versions of the client differ in whether a body of exactly its limit is too large, so ours is checked here.
    let body = response.into_body().into_with_config().limit(MAX_BODY_BYTES + 1);
    let body = body.read_to_vec().map_err(to_fetch_error)?;
    if u64::try_from(body.len()).is_ok_and(|length| length <= MAX_BODY_BYTES) {
        Ok(FetchedKeys::new(body))
    } else {
        Err(FetchError::TooLarge { limit_bytes: MAX_BODY_BYTES })
    }
}

/// The seconds of `Retry-After` (RFC 9110 §10.2.3); its other form, a date, falls back to the usual pause.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn to_fetch_error(error: ureq::Error) -> FetchError {
    match error {
        ureq::Error::Timeout(_) => FetchError::Timeout,
        ureq::Error::BodyExceedsLimit(_) => FetchError::TooLarge { limit_bytes: MAX_BODY_BYTES },
        error => FetchError::Unreachable(Box::new(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_below_api_auth_unless_the_url_has_a_path() {
        assert_eq!(keys_url("https://app.example"), "https://app.example/api/auth/jwks");
        assert_eq!(keys_url("https://app.example/"), "https://app.example/api/auth/jwks");
        assert_eq!(keys_url("https://app.example/auth/"), "https://app.example/auth/jwks");
    }
}
