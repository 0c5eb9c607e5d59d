//! The last response with an entity tag, so that an unchanged key set is not sent again (RFC 9110 §13.1.2), and how long
//! a response is fresh (RFC 9111 §4.2).

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ureq::http::header::{AGE, CACHE_CONTROL, ETAG};
use ureq::http::{HeaderMap, HeaderValue};
use url::Url;

use super::client::Client;
use crate::jwks::{FetchError, FetchedKeys};

#[derive(Default)]
pub(super) struct ResponseCache(Mutex<Option<Entry>>);

/// A response with a tag.
pub(super) struct Entry {
    /// Where it came from; a tag belongs to its URL.
    pub(super) url: Url,
    pub(super) tag: HeaderValue,
    keys: FetchedKeys,
}

impl ResponseCache {
    pub(super) fn fetch(&self, client: &Client, url: &Url, end: Instant) -> Result<FetchedKeys, FetchError> {
        // Taken out, so that the request after a failed one is unconditional.
        let entry = self.lock().take();
        let response = client.get(url, end, entry.as_ref())?;
        let max_age = max_age(&response.headers);
        let entry = match (response.body, entry) {
            (Some(body), _) => {
                let keys = FetchedKeys { max_age, ..FetchedKeys::new(body) };
                let Some(tag) = response.headers.get(ETAG) else { return Ok(keys) };
                Entry { url: response.url, tag: tag.clone(), keys }
            }
            (None, Some(mut entry)) => {
                // The headers of a 304 replace those that were stored (RFC 9111 §4.3.4).
                entry.keys.max_age = max_age.or(entry.keys.max_age);
                entry
            }
            (None, None) => return Err(FetchError::Status { status: 304, retry_after: None }),
        };
        let keys = entry.keys.clone();
        *self.lock() = Some(entry);
        Ok(keys)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the response remains fresh: `max-age` without the `Age` that it has in a cache on its way. None without
/// `max-age`, and for a response that must not be cached, or only with a check for each use: that is not a statement
/// about the keys but the default of many servers.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let mut least = None;
    for directive in values.flat_map(|value| value.split(',')) {
        let (name, argument) = directive.split_once('=').unwrap_or((directive, ""));
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" | "no-cache" => return None,
            "max-age" => {
                let seconds = seconds(argument)?;
                least = Some(least.map_or(seconds, |least: u64| least.min(seconds)));
            }
            _ => {}
        }
    }
    let age = headers.get(AGE).and_then(|age| seconds(age.to_str().ok()?)).unwrap_or_default();
    least.filter(|seconds| *seconds > 0).map(|seconds| Duration::from_secs(seconds.saturating_sub(age)))
}

/// A number, also in quotes, which a recipient should accept (RFC 9111 §5.2).
fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    quoted.unwrap_or(text).parse().ok()
}
