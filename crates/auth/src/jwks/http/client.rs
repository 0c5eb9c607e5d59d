//! Requests with one deadline, and redirects within an origin.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustls::crypto::aws_lc_rs;
use ureq::http::header::{CACHE_CONTROL, IF_NONE_MATCH, LOCATION, RETRY_AFTER};
use ureq::http::{HeaderMap, HeaderName, HeaderValue, Response};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};
use url::{Origin, Url};

use super::response_cache::Entry;
use super::{HttpOptions, url_rules};
use crate::jwks::FetchError;
use crate::{ConfigError, Excerpt};

/// A key of 8192 bits takes 1.5 kB, so 256 of them fit twice.
const MAX_BODY_BYTES: u64 = 1024 * 1024;

const MAX_REDIRECTS: usize = 3;

pub(super) struct Client {
    agent: Agent,
    /// Sent to `origin` only.
    headers: Vec<(HeaderName, HeaderValue)>,
    origin: Origin,
    deadline: Duration,
    first_deadline: Duration,
    // Relaxed: no other data is published with it.
    has_succeeded: AtomicBool,
    /// Where the last request was redirected to.
    redirected_to: Mutex<Option<String>>,
}

/// A response of 200, or of 304 to a request with a condition.
pub(super) struct Received {
    /// The URL that responded so.
    pub(super) url: Url,
    pub(super) headers: HeaderMap,
    /// None for 304.
    pub(super) body: Option<Vec<u8>>,
}

impl Client {
    /// A client for the configured URL, whose origin receives the configured headers.
    pub(super) fn new(url: &Url, options: HttpOptions) -> Result<Self, ConfigError> {
        options.check_deadlines()?;
        Ok(Self {
            agent: agent(options.parse_proxy()?, options.parse_roots()?),
            origin: url.origin(),
            deadline: options.deadline,
            first_deadline: options.first_deadline.max(options.deadline),
            headers: options.parse_headers()?,
            has_succeeded: AtomicBool::default(),
            redirected_to: Mutex::default(),
        })
    }

    /// When a fetch that starts now must have ended.
    pub(super) fn end_of_fetch(&self) -> Instant {
        Instant::now() + self.fetch_time()
    }

    /// The deadline of a source: a second more than that of its requests, which end by themselves.
    pub(super) fn deadline(&self) -> Duration {
        self.fetch_time() + Duration::from_secs(1)
    }

    fn fetch_time(&self) -> Duration {
        if self.has_succeeded.load(Ordering::Relaxed) { self.deadline } else { self.first_deadline }
    }

    /// From now on the shorter deadline applies.
    pub(super) fn note_success(&self) {
        self.has_succeeded.store(true, Ordering::Relaxed);
    }

    /// The response at the URL, or where it redirects to within its origin. When that is where `known` came from, it is
    /// the condition of the request.
    pub(super) fn get(&self, url: &Url, end: Instant, known: Option<&Entry>) -> Result<Received, FetchError> {
        let mut target = url.clone();
        self.note_redirect(None);
        for _ in 0..=MAX_REDIRECTS {
            let tag = known.filter(|entry| entry.url == target).map(|entry| &entry.tag);
            let response = self.request(&target, tag, end)?;
            match response.status().as_u16() {
                200 => {
                    let headers = response.headers().clone();
                    return Ok(Received { url: target, headers, body: Some(read(response)?) });
                }
                304 if tag.is_some() => {
                    return Ok(Received { url: target, headers: response.headers().clone(), body: None });
                }
                301 | 302 | 303 | 307 | 308 => {
                    target = self.redirect(&url.origin(), &target, response.headers())?;
                }
                status => {
                    return Err(FetchError::Status { status, retry_after: retry_after(response.headers()) });
                }
            }
        }
        Err(FetchError::TooManyRedirects)
    }

    fn request(
        &self,
        url: &Url,
        tag: Option<&HeaderValue>,
        end: Instant,
    ) -> Result<Response<Body>, FetchError> {
        // One deadline for all redirects: each of them could otherwise use up a timeout of its own.
        let remaining = end.saturating_duration_since(Instant::now());
        if remaining.is_zero() {
            return Err(FetchError::Timeout);
        }
        // A cache on the way then asks the issuer: fetches are rare, and have to find new keys.
        let mut request = self.agent.get(url.as_str()).header(CACHE_CONTROL, "no-cache");
        if url.origin() == self.origin {
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
        }
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let request = request.config().timeout_global(Some(remaining)).build();
        request.call().map_err(to_fetch_error)
    }

    /// Where a redirect leads, when that is within the origin and without credentials, as the configured URL is.
    fn redirect(&self, origin: &Origin, from: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
        let target = headers.get(LOCATION).and_then(|location| location.to_str().ok());
        let target = target.and_then(|target| from.join(target).ok());
        self.note_redirect(target.as_ref());
        let is_ours = |target: &Url| target.origin() == *origin && !url_rules::has_credentials(target);
        target.filter(is_ours).ok_or(FetchError::ForeignRedirect)
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

    /// A URL for the log, with the target of the last request's redirect.
    pub(super) fn location(&self, url: &Url) -> String {
        let target = self.redirected_to.lock().unwrap_or_else(PoisonError::into_inner);
        let redirected = target.as_ref().map(|target| format!(" (redirected to {target})"));
        format!("{url}{}", redirected.unwrap_or_default())
    }
}

fn agent(proxy: Option<Proxy>, roots: RootCerts) -> Agent {
    // Not installed for the process: that choice belongs to the program.
    let provider = Arc::new(aws_lc_rs::default_provider());
    let tls = TlsConfig::builder().root_certs(roots).unversioned_rustls_crypto_provider(provider).build();
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

fn read(response: Response<Body>) -> Result<Vec<u8>, FetchError> {
    // Versions of the client differ in whether a body of exactly its limit is too large, so ours is checked here.
    let body = response.into_body().into_with_config().limit(MAX_BODY_BYTES + 1);
    let body = body.read_to_vec().map_err(to_fetch_error)?;
    if u64::try_from(body.len()).is_ok_and(|length| length <= MAX_BODY_BYTES) {
        Ok(body)
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
