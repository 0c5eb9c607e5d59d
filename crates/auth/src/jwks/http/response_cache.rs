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
    usable_until: Instant,
}

/// A server can have the same tag for two sets, when it makes the tag of their time and size: so the set is sent again
/// after this time.
const HOUR: Duration = Duration::from_secs(3600);

impl ResponseCache {
    pub(super) fn fetch(&self, client: &Client, url: &Url, end: Instant) -> Result<FetchedKeys, FetchError> {
        // Taken out, so that the request after a failed one is unconditional.
        let entry = self.lock().take().filter(|entry| Instant::now() < entry.usable_until);
        let response = client.get(url, end, entry.as_ref())?;
        let (max_age, age) = (max_age(&response.headers), age(&response.headers));
        let entry = match (response.body, entry) {
            (Some(body), _) => {
                let keys = FetchedKeys { max_age, ..FetchedKeys::new(body).with_age(age) };
                let Some(tag) = response.headers.get(ETAG) else { return Ok(keys) };
                Entry { url: response.url, tag: tag.clone(), keys, usable_until: Instant::now() + HOUR }
            }
            (None, Some(mut entry)) => {
                // The headers of a 304 replace those that were stored (RFC 9111 §4.3.4).
                entry.keys.max_age = max_age.or(entry.keys.max_age);
                entry.keys.age = age;
                entry
            }
            (None, None) => return Err(FetchError::Status { status: 304, retry_after: None }),
        };
        let keys = entry.keys.clone();
        *self.lock() = Some(entry);
        Ok(keys)
    }

    /// Makes the next request unconditional.
    pub(super) fn clear(&self) {
        *self.lock() = None;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How long the response is fresh. None without `max-age`, and for a response that must not be cached, or only with a
/// check for each use: that is not a statement about the keys but the default of many servers.
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
    least.filter(|seconds| *seconds > 0).map(Duration::from_secs)
}

/// The time since a cache on the way asked the issuer (RFC 9111 §5.1), up to an hour: each fetch demands that it asks, and
/// with one that keeps a set for days without it, keys would otherwise be stale although no fetch fails.
fn age(headers: &HeaderMap) -> Duration {
    let seconds = headers.get(AGE).and_then(|age| seconds(age.to_str().ok()?));
    Duration::from_secs(seconds.unwrap_or_default()).min(HOUR)
}

/// A number, also in quotes, which a recipient should accept (RFC 9111 §5.2).
fn seconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    quoted.unwrap_or(text).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::HttpJwksSource;
    use crate::jwks::JwksSource;
    use crate::support::{Issuer, respond};

    #[test]
    fn the_set_is_sent_again_after_an_hour() {
        let issuer = Issuer::start(|number, _, stream| match number {
            2 => respond(stream, "304 Not Modified", "", ""),
            _ => respond(stream, "200 OK", "etag: \"v1\"\r\n", "{}"),
        });
        let source = HttpJwksSource::new(&issuer.url("/")).unwrap();
        source.fetch().unwrap();
        source.fetch().unwrap();
        let wait = |entry: &Entry| entry.usable_until.saturating_duration_since(Instant::now());
        assert!(source.cache.lock().as_ref().is_some_and(|entry| wait(entry) <= HOUR));
        source.cache.lock().as_mut().unwrap().usable_until = Instant::now();
        source.fetch().unwrap();
        let is_conditional = |head: &String| head.contains("if-none-match");
        assert_eq!(issuer.requests().iter().map(is_conditional).collect::<Vec<_>>(), [false, true, false]);
    }
}
