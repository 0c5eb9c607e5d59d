//! The timing of a key set: when it is fetched, and when it is stale.

use std::time::Duration;

use crate::ConfigError;

/// The timing of a key set, made with defaults and changed by the methods named after them. The defaults suit an issuer
/// that allows a hundred requests in ten seconds.
///
/// The constructor of a verifier rejects values outside their limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JwksOptions {
    pub(crate) max_age: Duration,
    pub(crate) cooldown: Duration,
    pub(crate) fetch_burst: u32,
    pub(crate) stale: Duration,
    pub(crate) first_retry: Duration,
    pub(crate) last_retry: Duration,
}

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

impl Default for JwksOptions {
    fn default() -> Self {
        Self {
            max_age: Duration::from_secs(300),
            cooldown: Duration::from_secs(10),
            fetch_burst: 3,
            stale: DAY,
            first_retry: Duration::from_millis(500),
            last_retry: Duration::from_secs(10),
        }
    }
}

impl JwksOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the maximum age of a set, which is fetched again at 72 to 80 % of it: 300 s by default, at most a day.
    /// While fetches succeed it bounds how long a key that left the set still verifies, except for the first requests
    /// after a sleep or a freeze of the machine, and in the child of a `fork`: they are judged by the last set, up to
    /// [`stale`](Self::stale), until the fetch that they cause has ended. A server that has one `ETag` for two sets can
    /// extend it to an hour, and a cache on the way that ignores `no-cache` by the time that it keeps a set.
    #[must_use]
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.max_age = max_age;
        self
    }

    /// Sets the time after which one more fetch for an unknown key is allowed: 10 s by default, at most an hour. With
    /// [`fetch_burst`](Self::fetch_burst) it bounds what a flood of invented keys costs the issuer. An issuer that hangs
    /// or responds with an error gets one fetch in this time.
    #[must_use]
    pub fn cooldown(mut self, cooldown: Duration) -> Self {
        self.cooldown = cooldown;
        self
    }

    /// Sets how many fetches for unknown keys can follow each other without a pause: 3 by default, 1 to 20. Each can be
    /// used again after [`cooldown`](Self::cooldown). With 1, a stranger who sends an invented key each time keeps new keys
    /// out for that long.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use tasknook_auth::JwksOptions;
    ///
    /// // At most 5 + 6 fetches for unknown keys in the first minute, and 6 in each further one.
    /// let options = JwksOptions::new().fetch_burst(5).cooldown(Duration::from_secs(10));
    /// # let _ = options;
    /// ```
    #[must_use]
    pub fn fetch_burst(mut self, fetches: u32) -> Self {
        self.fetch_burst = fetches;
        self
    }

    /// Sets how long the last good set is used while no fetch succeeds: 24 hours by default, at least `max_age`, at
    /// most 30 days. After that tokens are unavailable rather than invalid.
    #[must_use]
    pub fn stale(mut self, stale: Duration) -> Self {
        self.stale = stale;
        self
    }

    /// Sets the pauses after failed fetches: the first, doubled with each further failure, and the longest. Half a
    /// second and 10 s by default, at most an hour each.
    #[must_use]
    pub fn retry(mut self, first: Duration, longest: Duration) -> Self {
        self.first_retry = first;
        self.last_retry = longest;
        self
    }

    pub(super) fn validated(self) -> Result<Self, ConfigError> {
        let least = Duration::from_millis(1);
        ConfigError::check_limits([
            ("max_age", (least..=DAY).contains(&self.max_age), "must be from 1 ms to 1 day"),
            ("cooldown", (least..=HOUR).contains(&self.cooldown), "must be from 1 ms to 1 hour"),
            ("fetch_burst", (1..=20).contains(&self.fetch_burst), "must be from 1 to 20"),
            ("stale", (self.max_age..=DAY * 30).contains(&self.stale), "must be from max_age to 30 days"),
            ("first_retry", (least..=HOUR).contains(&self.first_retry), "must be from 1 ms to 1 hour"),
            (
                "last_retry",
                (self.first_retry..=HOUR).contains(&self.last_retry),
                "must be from first_retry to 1 hour",
            ),
        ])?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_limits() {
        assert!(JwksOptions::default().validated().is_ok());
    }

    #[test]
    fn rejects_timing_outside_its_limits() {
        let ok = JwksOptions::default();
        let cases = [
            ("max_age", JwksOptions { max_age: Duration::ZERO, ..ok }),
            ("cooldown", JwksOptions { cooldown: Duration::ZERO, ..ok }),
            ("fetch_burst", JwksOptions { fetch_burst: 0, ..ok }),
            ("fetch_burst", JwksOptions { fetch_burst: 21, ..ok }),
            ("stale", JwksOptions { stale: Duration::from_secs(299), ..ok }),
            ("stale", JwksOptions { stale: Duration::MAX, ..ok }),
            ("first_retry", JwksOptions { first_retry: Duration::ZERO, ..ok }),
            ("last_retry", JwksOptions { last_retry: Duration::from_millis(499), ..ok }),
        ];
        for (name, options) in cases {
            let error = options.validated().unwrap_err();
            assert!(matches!(error, ConfigError::OutOfRange { setting, .. } if setting == name), "{error}");
        }
    }
}
