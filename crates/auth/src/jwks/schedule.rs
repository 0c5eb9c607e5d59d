//! Decides when the next fetch is due. Times are monotonic; a jitter is a number from 0 to 1.

use std::time::Duration;

use super::JwksOptions;

/// The longest `Retry-After` that is obeyed: a mistaken one of an hour would keep new keys out for as long.
const MAX_RETRY_AFTER: Duration = Duration::from_mins(5);

/// A set is fetched again at this part of its maximum age, or up to a tenth earlier, so that replicas that started
/// together do not fetch together for ever.
const REFRESH_AT: f64 = 0.8;

pub(super) struct Schedule {
    options: JwksOptions,
    due: Duration,
    blocked_until: Duration,
    last_requested: Option<Duration>,
    failures: u32,
}

impl Schedule {
    /// The first fetch is due at once.
    pub(super) fn new(options: JwksOptions) -> Self {
        let zero = Duration::ZERO;
        Self { options, due: zero, blocked_until: zero, last_requested: None, failures: 0 }
    }

    /// The time until the next scheduled fetch.
    pub(super) fn wait(&self, now: Duration) -> Duration {
        self.due.saturating_sub(now)
    }

    /// Whether an unknown key can cause a fetch now. If so, this starts a new cooldown: a burst of unknown keys causes
    /// one fetch, and the first one after a rotation does not wait.
    pub(super) fn allow_request(&mut self, now: Duration) -> bool {
        let is_cool =
            self.last_requested.is_none_or(|last| now.saturating_sub(last) >= self.options.cooldown);
        let allowed = is_cool && now >= self.blocked_until;
        if allowed {
            self.last_requested = Some(now);
        }
        allowed
    }

    pub(super) fn succeeded(&mut self, now: Duration, jitter: f64) {
        self.failures = 0;
        self.due = now.saturating_add(self.options.max_age.mul_f64(REFRESH_AT * (1.0 - jitter / 10.0)));
    }

    /// Between half and the whole of a pause that doubles, and never before the issuer's `Retry-After`.
    pub(super) fn failed(&mut self, now: Duration, retry_after: Option<Duration>, jitter: f64) {
        let doubled = self.options.first_retry.saturating_mul(2_u32.saturating_pow(self.failures));
        let pause = doubled.min(self.options.last_retry).mul_f64(0.5 + jitter / 2.0);
        self.failures = self.failures.saturating_add(1);
        if let Some(retry_after) = retry_after {
            self.blocked_until = now.saturating_add(retry_after.min(MAX_RETRY_AFTER));
        }
        self.due = now.saturating_add(pause).max(self.blocked_until);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn schedule() -> Schedule {
        Schedule::new(JwksOptions::default())
    }

    #[test]
    fn the_first_fetch_is_due_at_once() {
        assert_eq!(schedule().wait(Duration::ZERO), Duration::ZERO);
    }

    #[test]
    fn a_set_is_fetched_again_at_72_to_80_percent_of_its_age() {
        let mut schedule = schedule();
        schedule.succeeded(seconds(100), 0.0);
        assert_eq!(schedule.wait(seconds(100)), seconds(240));
        schedule.succeeded(seconds(100), 1.0);
        assert_eq!(schedule.wait(seconds(100)), seconds(216));
    }

    #[test]
    fn retry_pauses_double_up_to_the_longest() {
        let mut schedule = schedule();
        let pauses: Vec<_> = (0..40)
            .map(|_| {
                schedule.failed(seconds(1), None, 1.0);
                schedule.wait(seconds(1)).as_millis()
            })
            .collect();
        assert_eq!(pauses[..6], [500, 1000, 2000, 4000, 8000, 10_000]);
        assert_eq!(pauses[39], 10_000);
    }

    #[test]
    fn a_success_resets_the_pauses() {
        let mut schedule = schedule();
        schedule.failed(seconds(1), None, 1.0);
        schedule.failed(seconds(2), None, 1.0);
        schedule.succeeded(seconds(3), 0.0);
        schedule.failed(seconds(4), None, 0.0);
        assert_eq!(schedule.wait(seconds(4)), Duration::from_millis(250));
    }

    #[test]
    fn unknown_keys_cause_one_fetch_per_cooldown() {
        let mut schedule = schedule();
        assert!(schedule.allow_request(seconds(10)));
        assert!(!schedule.allow_request(seconds(10)));
        assert!(!schedule.allow_request(Duration::from_millis(39_999)));
        assert!(schedule.allow_request(seconds(40)));
        assert!(!schedule.allow_request(seconds(41)));
    }

    #[test]
    fn retry_after_blocks_retries_and_unknown_keys() {
        let mut schedule = schedule();
        schedule.failed(seconds(100), Some(seconds(60)), 1.0);
        assert_eq!(schedule.wait(seconds(100)), seconds(60));
        assert!(!schedule.allow_request(Duration::from_millis(159_999)));
        assert!(schedule.allow_request(seconds(160)));
    }

    #[test]
    fn retry_after_is_obeyed_for_at_most_five_minutes() {
        let mut schedule = schedule();
        schedule.failed(seconds(100), Some(Duration::MAX), 1.0);
        assert_eq!(schedule.wait(seconds(100)), seconds(300));
    }
}
