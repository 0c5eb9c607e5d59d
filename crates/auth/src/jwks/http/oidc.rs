//! Finds the key set of an issuer by `OpenID` Connect Discovery 1.0; blocking.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use url::Url;

use super::client::Client;
use super::response_cache::ResponseCache;
use super::url_rules::Http;
use super::{HttpOptions, url_rules};
use crate::ConfigError;
use crate::jwks::{FetchError, FetchedKeys, JwksSource};

/// How long the last known URL is used while the document cannot be read.
const USE_LAST_URL: Duration = Duration::from_secs(3600);

/// The key set of an issuer that publishes where its keys are, by `OpenID` Connect Discovery 1.0: in the member
/// `jwks_uri` of the document at `/.well-known/openid-configuration` below the issuer.
///
/// The document must name exactly the configured issuer, and nothing else in it is used: not the algorithms either. It is
/// read before each fetch and within its deadline, since an issuer can move its keys, and the old URL can go on
/// responding; while the document cannot be read, the last known URL is used, for an hour. The keys can be on another
/// host, with the rules of [`HttpJwksSource`] for URLs, redirects and sizes; those of an https issuer come over https.
///
/// ```no_run
/// use std::sync::Arc;
///
/// use tasknook_auth::{ClaimRules, ConfigError, JwksOptions, JwksVerifier, OidcSource};
///
/// # fn main() -> Result<(), ConfigError> {
/// let issuer = "https://accounts.example.com";
/// let keys = OidcSource::new(issuer)?;
/// let rules = ClaimRules::new().issuers([issuer]).audiences(["https://api.example.com"]);
/// let verifier = JwksVerifier::new(Arc::new(keys), JwksOptions::default(), rules)?;
/// # Ok(())
/// # }
/// ```
///
/// [`HttpJwksSource`]: crate::HttpJwksSource
pub struct OidcSource {
    issuer: String,
    document: Url,
    http: Http,
    client: Client,
    cache: ResponseCache,
    /// With the time of the last reading.
    keys: Mutex<Option<(Url, Instant)>>,
    /// Each run of failures to read a document is logged once. Relaxed: no other data is published with it.
    is_failing: AtomicBool,
    /// What the last request was for.
    location: Mutex<Url>,
}

/// `OpenID` Connect Discovery 1.0 §3.
#[derive(Deserialize)]
struct Document {
    issuer: String,
    jwks_uri: String,
}

impl OidcSource {
    /// Takes the issuer as it is in the claim `iss`: an https URL, or an http one to this machine itself, without query
    /// and fragment.
    ///
    /// # Errors
    ///
    /// [`ConfigError::InsecureUrl`] for any other http URL, and [`ConfigError::InvalidUrl`] for every other text.
    pub fn new(issuer: &str) -> Result<Self, ConfigError> {
        Self::with_options(issuer, HttpOptions::default())
    }

    /// As [`OidcSource::new`], with your own options. Their headers are sent to the origin of the issuer only.
    ///
    /// # Errors
    ///
    /// Also [`ConfigError::InsecureUrl`] for every http URL, unless [`HttpOptions::allow_http`] allows it, when there is a
    /// proxy, and [`ConfigError::OutOfRange`] for a proxy, a certificate, a header or a deadline that cannot be used.
    pub fn with_options(issuer: &str, options: HttpOptions) -> Result<Self, ConfigError> {
        let document = document_url(issuer, options.http())?;
        Ok(Self {
            issuer: issuer.to_owned(),
            http: options.http(),
            client: Client::new(&document, options)?,
            cache: ResponseCache::default(),
            keys: Mutex::default(),
            is_failing: AtomicBool::default(),
            location: Mutex::new(document.clone()),
            document,
        })
    }

    fn keys_url(&self, end: Instant) -> Result<Url, FetchError> {
        let (now, known) = (Instant::now(), lock(&self.keys).clone());
        let end_of_reading = match &known {
            // The other half is for the keys, when the document cannot be read.
            Some(_) => now + end.saturating_duration_since(now) / 2,
            None => end,
        };
        let read = self.read(end_of_reading);
        let was_failing = self.is_failing.swap(read.is_err(), Ordering::Relaxed);
        match (read, known) {
            (Ok(url), _) => {
                *lock(&self.keys) = Some((url.clone(), now));
                Ok(url)
            }
            // Later it would be a set that the issuer may have left behind.
            (Err(error), Some((url, read_at))) if now.saturating_duration_since(read_at) < USE_LAST_URL => {
                if !was_failing {
                    tracing::warn!(url = %self.document, %error, "cannot read where the issuer's keys are");
                }
                Ok(url)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn read(&self, end: Instant) -> Result<Url, FetchError> {
        let reject = |problem| FetchError::Discovery { problem };
        lock(&self.location).clone_from(&self.document);
        let body = self.client.get(&self.document, end, None)?.body.unwrap_or_default();
        let document: Document = serde_json::from_slice(&body)
            .map_err(|_| reject("is not a JSON object with the texts issuer and jwks_uri"))?;
        if document.issuer != self.issuer {
            return Err(reject("is that of another issuer"));
        }
        url_rules::parse(&document.jwks_uri, self.http)
            .ok()
            .filter(|keys| keys.scheme() == "https" || self.document.scheme() == "http")
            .ok_or(reject("has a URL of the keys that is not allowed"))
    }
}

/// §4: below the issuer, whose slash at the end is left out.
fn document_url(issuer: &str, http: Http) -> Result<Url, ConfigError> {
    let invalid = || ConfigError::InvalidUrl {
        expected: "of the issuer must be http or https, without user name, query and fragment",
    };
    let mut url = url_rules::parse(issuer, http).map_err(|error| match error {
        ConfigError::InvalidUrl { .. } => invalid(),
        error => error,
    })?;
    if url.query().is_some() || url.fragment().is_some() {
        return Err(invalid());
    }
    url.set_path(&format!("{}/.well-known/openid-configuration", url.path().trim_end_matches('/')));
    Ok(url)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for OidcSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OidcSource").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl JwksSource for OidcSource {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let end = self.client.end_of_fetch();
        let url = self.keys_url(end)?;
        lock(&self.location).clone_from(&url);
        let keys = self.cache.fetch(&self.client, &url, end)?;
        self.client.note_success();
        Ok(keys)
    }

    fn fetch_anew(&self) -> Result<FetchedKeys, FetchError> {
        self.cache.clear();
        self.fetch()
    }

    fn deadline(&self) -> Duration {
        self.client.deadline()
    }

    /// The URL of the last request: that of the keys, or of the document while it cannot be read.
    fn location(&self) -> Option<String> {
        Some(self.client.location(&lock(&self.location)))
    }
}
