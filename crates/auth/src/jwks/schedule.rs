//! Decides when the next fetch is due. Times are monotonic; a jitter is a number from 0 to 1.

use std::time::Duration;

use super::JwksOptions;

/// The longest `Retry-After` that is obeyed: a mistaken one of an hour would keep new keys out for as long.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(300);

/// A set is fetched again at this part of its maximum age, or up to a tenth earlier, so that replicas that started
/// together do not fetch together for ever.
const REFRESH_AT: f64 = 0.8;

pub(super) struct Schedule {
    options: JwksOptions,
    due: Duration,
    blocked_until: Duration,
    bucket: TokenBucket,
    failures: u32,
    has_succeeded: bool,
}

/// What a failed fetch means for the next one.
#[derive(Clone, Copy)]
pub(super) struct Failure {
    /// The issuer was reached, so that a further fetch costs it something.
    pub(super) reached_issuer: bool,
    pub(super) retry_after: Option<Duration>,
}

impl Schedule {
    /// The first fetch is due at once.
    pub(super) fn new(options: JwksOptions) -> Self {
        let zero = Duration::ZERO;
        Self {
            options,
            due: zero,
            blocked_until: zero,
            bucket: TokenBucket::new(options.fetch_burst, options.cooldown),
            failures: 0,
            has_succeeded: false,
        }
    }

    /// The time until the next scheduled fetch.
    pub(super) fn wait(&self, now: Duration) -> Duration {
        self.due.saturating_sub(now)
    }

    /// Makes a fetch due now, or when the issuer's `Retry-After` ends.
    pub(super) fn bring_forward(&mut self, now: Duration) {
        self.due = self.due.min(now.max(self.blocked_until));
    }

    /// Whether an unknown key can cause a fetch now, which it then does.
    pub(super) fn allow_request(&mut self, now: Duration) -> bool {
        now >= self.blocked_until && self.bucket.take(now)
    }

    /// The time until a fetch can start, whether it is scheduled or for an unknown key.
    pub(super) fn wait_for_any(&self, now: Duration) -> Duration {
        let requested = self.bucket.next(now).max(self.blocked_until);
        self.due.min(requested).saturating_sub(now)
    }

    /// The issuer's `max_age`, and the age of a copy, can shorten the interval, though not below the cooldown. An age above
    /// the interval does not: such a cache on the way does not ask the issuer whenever it is asked.
    pub(super) fn succeeded(&mut self, now: Duration, age: Duration, max_age: Option<Duration>, jitter: f64) {
        let interval = |max_age: Duration| max_age.mul_f64(REFRESH_AT * (1.0 - jitter / 10.0));
        let own = interval(self.options.max_age);
        let stated = max_age.map_or(own, interval).min(own);
        let pause = stated.checked_sub(age).unwrap_or(stated).max(own.min(self.options.cooldown));
        self.failures = 0;
        self.has_succeeded = true;
        self.due = now.saturating_add(pause);
    }

    /// Between half and the whole of a pause that doubles, and never before the issuer's `Retry-After`. An issuer that
    /// hangs or responds with an error gets one fetch per cooldown, retries and unknown keys together. Until there is a
    /// first set, when no token can be verified, the longest pause is enough.
    pub(super) fn failed(&mut self, now: Duration, failure: Failure, jitter: f64) {
        let doubled = self.options.first_retry.saturating_mul(2_u32.saturating_pow(self.failures));
        let mut pause = doubled.min(self.options.last_retry).mul_f64(0.5 + jitter / 2.0);
        if failure.reached_issuer {
            let cooldown = self.options.cooldown;
            let least = if self.has_succeeded { cooldown } else { cooldown.min(self.options.last_retry) };
            // Up to a tenth more, so that replicas do not fetch together.
            pause = pause.max(least.mul_f64(1.0 + jitter / 10.0));
            self.bucket.empty(now);
        }
        self.failures = self.failures.saturating_add(1);
        if let Some(retry_after) = failure.retry_after {
            self.blocked_until = now.saturating_add(retry_after.min(MAX_RETRY_AFTER));
        }
        self.due = now.saturating_add(pause).max(self.blocked_until);
    }
}

/// Limits the fetches for unknown keys: anyone can invent a key id, so without it anyone could make this service flood
/// its issuer. With a single fetch per interval, one stranger could keep new keys out by using it up each time.
struct TokenBucket {
    burst: u32,
    interval: Duration,
    /// When the bucket is full again. It is the whole state: each token adds an interval.
    full_at: Duration,
}

impl TokenBucket {
    const fn new(burst: u32, interval: Duration) -> Self {
        Self { burst, interval, full_at: Duration::ZERO }
    }

    /// The time at which a token is there.
    fn next(&self, now: Duration) -> Duration {
        let all_but_one = self.interval.saturating_mul(self.burst.saturating_sub(1));
        self.full_at.saturating_sub(all_but_one).max(now)
    }

    fn take(&mut self, now: Duration) -> bool {
        let is_there = self.next(now) <= now;
        if is_there {
            self.full_at = self.full_at.max(now).saturating_add(self.interval);
        }
        is_there
    }

    fn empty(&mut self, now: Duration) {
        self.full_at = now.saturating_add(self.interval.saturating_mul(self.burst));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    const UNREACHABLE: Failure = Failure { reached_issuer: false, retry_after: None };
    const HANGS: Failure = Failure { reached_issuer: true, retry_after: None };

    const fn limited_for(retry_after: Duration) -> Failure {
        Failure { reached_issuer: true, retry_after: Some(retry_after) }
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
        schedule.succeeded(seconds(100), Duration::ZERO, None, 0.0);
        assert_eq!(schedule.wait(seconds(100)), seconds(240));
        schedule.succeeded(seconds(100), Duration::ZERO, None, 1.0);
        assert_eq!(schedule.wait(seconds(100)), seconds(216));
    }

    #[test]
    fn a_stated_age_shortens_the_interval_to_the_cooldown_at_least() {
        let mut schedule = schedule();
        let cooldown = JwksOptions::default().cooldown;
        for (stated, pause) in [
            (seconds(200), seconds(160)),
            (seconds(5), cooldown),
            (Duration::ZERO, cooldown),
            (seconds(300), seconds(240)),
            (seconds(3600), seconds(240)),
            (Duration::MAX, seconds(240)),
        ] {
            schedule.succeeded(seconds(100), Duration::ZERO, Some(stated), 0.0);
            assert_eq!(schedule.wait(seconds(100)), pause, "{stated:?}");
        }
        // A cooldown above the interval does not extend it.
        let mut schedule = Schedule::new(JwksOptions::default().max_age(seconds(1)));
        schedule.succeeded(seconds(100), Duration::ZERO, Some(Duration::ZERO), 0.0);
        assert_eq!(schedule.wait(seconds(100)), Duration::from_millis(800));
    }

    #[test]
    fn a_copy_is_fetched_again_sooner_by_its_age() {
        let mut schedule = schedule();
        let cooldown = JwksOptions::default().cooldown;
        for (age, stated, pause) in [
            (seconds(100), None, seconds(140)),
            (seconds(100), Some(seconds(200)), seconds(60)),
            (seconds(239), None, cooldown),
            (seconds(241), None, seconds(240)),
            (Duration::MAX, Some(seconds(100)), seconds(80)),
        ] {
            schedule.succeeded(seconds(100), age, stated, 0.0);
            assert_eq!(schedule.wait(seconds(100)), pause, "{age:?}");
        }
    }

    #[test]
    fn retry_pauses_double_up_to_the_longest() {
        let mut schedule = schedule();
        let pauses: Vec<_> = (0..40)
            .map(|_| {
                schedule.failed(seconds(1), UNREACHABLE, 1.0);
                schedule.wait(seconds(1)).as_millis()
            })
            .collect();
        assert_eq!(pauses[..6], [500, 1000, 2000, 4000, 8000, 10_000]);
        assert_eq!(pauses[39], 10_000);
    }

    #[test]
    fn a_fetch_is_brought_forward_to_retry_after_at_most() {
        let mut schedule = schedule();
        schedule.succeeded(seconds(100), Duration::ZERO, None, 0.0);
        schedule.bring_forward(seconds(110));
        assert_eq!(schedule.wait(seconds(110)), Duration::ZERO);
        schedule.failed(seconds(110), limited_for(seconds(60)), 0.0);
        schedule.bring_forward(seconds(120));
        assert_eq!(schedule.wait(seconds(120)), seconds(50));
    }

    #[test]
    fn a_success_resets_the_pauses() {
        let mut schedule = schedule();
        schedule.failed(seconds(1), UNREACHABLE, 1.0);
        schedule.failed(seconds(2), UNREACHABLE, 1.0);
        schedule.succeeded(seconds(3), Duration::ZERO, None, 0.0);
        schedule.failed(seconds(4), UNREACHABLE, 0.0);
        assert_eq!(schedule.wait(seconds(4)), Duration::from_millis(250));
    }

    #[test]
    fn unknown_keys_cause_a_burst_and_one_fetch_per_cooldown() {
        let mut schedule = schedule();
        assert_eq!(
            [10, 10, 10, 10].map(|now| schedule.allow_request(seconds(now))),
            [true, true, true, false]
        );
        assert!(!schedule.allow_request(Duration::from_millis(19_999)));
        assert!(schedule.allow_request(seconds(20)));
        assert!(!schedule.allow_request(seconds(29)));
        // Full again, and no fuller than that.
        assert_eq!(
            [90, 90, 91, 99].map(|now| schedule.allow_request(seconds(now))),
            [true, true, true, false]
        );
        assert!(schedule.allow_request(seconds(100)));
    }

    #[test]
    fn one_fetch_each_cooldown_leaves_the_rest_of_the_burst() {
        let mut schedule = schedule();
        for round in 1..20 {
            assert!(schedule.allow_request(seconds(round * 10)));
            assert_eq!(schedule.wait_for_any(seconds(round * 10)), Duration::ZERO);
        }
    }

    #[test]
    fn the_wait_is_for_a_scheduled_fetch_or_the_bucket() {
        let mut schedule = schedule();
        schedule.succeeded(seconds(100), Duration::ZERO, None, 0.0);
        while schedule.allow_request(seconds(100)) {}
        assert_eq!(schedule.wait_for_any(seconds(104)), seconds(6));
        schedule.failed(seconds(105), UNREACHABLE, 1.0);
        assert_eq!(schedule.wait_for_any(seconds(105)), Duration::from_millis(500));
        schedule.failed(seconds(106), limited_for(seconds(60)), 1.0);
        assert_eq!(schedule.wait_for_any(seconds(107)), seconds(59));
    }

    #[test]
    fn a_failing_issuer_gets_one_fetch_per_cooldown() {
        let mut schedule = Schedule::new(JwksOptions::default().cooldown(seconds(30)));
        schedule.failed(seconds(1), HANGS, 0.0);
        assert_eq!(schedule.wait(seconds(1)), seconds(10), "there is no set yet");
        schedule.succeeded(seconds(11), Duration::ZERO, None, 0.0);
        schedule.failed(seconds(251), HANGS, 0.0);
        assert_eq!(schedule.wait(seconds(251)), seconds(30));
        assert!(!schedule.allow_request(Duration::from_millis(280_999)));
        assert!(schedule.allow_request(seconds(281)));
        assert!(!schedule.allow_request(seconds(281)));
    }

    #[test]
    fn retry_after_blocks_retries_and_unknown_keys() {
        let mut schedule = schedule();
        schedule.failed(seconds(100), limited_for(seconds(60)), 1.0);
        assert_eq!(schedule.wait(seconds(100)), seconds(60));
        assert!(!schedule.allow_request(Duration::from_millis(159_999)));
        assert!(schedule.allow_request(seconds(160)));
    }

    #[test]
    fn retry_after_is_obeyed_for_at_most_five_minutes() {
        let mut schedule = schedule();
        schedule.failed(seconds(100), limited_for(Duration::MAX), 1.0);
        assert_eq!(schedule.wait(seconds(100)), seconds(300));
    }
}
