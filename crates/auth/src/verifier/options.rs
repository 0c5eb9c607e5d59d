//! The options of a verifier, and the policy that they make together with the rules of the claims.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::NoObserver;
use crate::{ClaimRules, Clock, ConfigError, Observer, SystemClock};

/// The clock, the cache and the observer of a verifier. The defaults are the system clock, a cache of 16 MiB and no
/// observer.
#[derive(Clone)]
pub struct VerifierOptions {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) cache: CacheOptions,
    pub(crate) observer: Arc<dyn Observer>,
}

impl Default for VerifierOptions {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), cache: CacheOptions::default(), observer: Arc::new(NoObserver) }
    }
}

impl VerifierOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the clock that decides when tokens expire and key sets are stale.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the size of the token cache and the lifetime of its entries.
    #[must_use]
    pub fn cache(mut self, cache: CacheOptions) -> Self {
        self.cache = cache;
        self
    }

    /// Sets the observer, which is notified of verdicts and fetches.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = observer;
        self
    }
}

impl fmt::Debug for VerifierOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifierOptions").field("cache", &self.cache).finish_non_exhaustive()
    }
}

/// The size of the token cache and the lifetime of its entries; made with defaults, changed by the methods named after
/// them.
///
/// The key of an entry is a keyed digest, never the token. An entry ends when the token expires, when the key set
/// changes, after `max_age`, or when the cache is full, whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheOptions {
    pub(super) max_bytes: u64,
    pub(super) max_age: Duration,
}

const GIB: u64 = 1 << 30;

impl Default for CacheOptions {
    fn default() -> Self {
        Self { max_bytes: 16 << 20, max_age: Duration::from_secs(300) }
    }
}

impl CacheOptions {
    /// No cache: every token is verified anew.
    #[must_use]
    pub fn off() -> Self {
        Self::new().max_bytes(0)
    }

    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the capacity in bytes: 16 MiB by default, at most 1 GiB; 0 turns the cache off. A token of Better Auth
    /// takes about 1 kB, so the default is enough for some 16,000 sessions.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// Sets the longest time between two signature checks of the same token: 5 minutes by default, from 1 second to 1
    /// hour. Fractions of a second are ignored.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    fn validated(self) -> Result<Self, ConfigError> {
        ConfigError::check_limits([
            ("cache.max_bytes", self.max_bytes <= GIB, "must be at most 1 GiB"),
            (
                "cache.max_age",
                (1..=3600).contains(&self.max_age.as_secs()),
                "must be from 1 second to 1 hour",
            ),
        ])?;
        Ok(self)
    }
}

/// Everything that decides on a token besides the keys.
pub(crate) struct Policy {
    pub(crate) rules: ClaimRules,
    pub(crate) options: VerifierOptions,
}

impl Policy {
    pub(crate) fn new(rules: ClaimRules, options: VerifierOptions) -> Result<Self, ConfigError> {
        let options = VerifierOptions { cache: options.cache.validated()?, ..options };
        Ok(Self { rules: rules.validated()?, options })
    }

    /// Seconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.options.clock.unix_seconds()
    }

    pub(crate) fn observer(&self) -> &dyn Observer {
        &*self.options.observer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_options_outside_their_limits_are_rejected() {
        let ok = CacheOptions::default();
        assert!(ok.validated().is_ok() && CacheOptions::off().validated().is_ok());
        for (name, options) in [
            ("cache.max_bytes", CacheOptions { max_bytes: GIB + 1, ..ok }),
            ("cache.max_age", CacheOptions { max_age: Duration::from_millis(999), ..ok }),
            ("cache.max_age", CacheOptions { max_age: Duration::from_secs(3601), ..ok }),
        ] {
            let error = options.validated().unwrap_err();
            assert!(matches!(error, ConfigError::OutOfRange { setting, .. } if setting == name), "{error}");
        }
    }
}
