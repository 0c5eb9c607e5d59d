//! The port for time, so that a test can choose it.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The time: calendar time for claims, and monotonic time for the age of a key set.
pub trait Clock: Send + Sync {
    /// Whole seconds since 1970-01-01T00:00:00Z, as in `exp`, `nbf` and `iat` (RFC 7519 §2, `NumericDate`).
    fn unix_seconds(&self) -> i64;

    /// Time since an arbitrary fixed moment; must never go back, even when the calendar does.
    fn monotonic(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

/// The system clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn unix_seconds(&self) -> i64 {
        // Before 1970 every token is issued in the future and rejected, which is the safe side.
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_is_current_and_never_goes_back() {
        let before = SystemClock.monotonic();
        assert!(SystemClock.unix_seconds() > 1_700_000_000);
        assert!(SystemClock.monotonic() >= before);
    }
}
