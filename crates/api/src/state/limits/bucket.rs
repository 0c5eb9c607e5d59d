//! A token bucket in one integer: the generic cell rate algorithm (ITU-T I.371, annex A).

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// How fast a bucket refills, and how much it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rate {
    /// Nanoseconds between two requests at the sustained rate.
    interval: u64,
    /// Requests of a full bucket.
    burst: u64,
}

const SECOND: u64 = 1_000_000_000;

impl Rate {
    /// None for 0 requests per second, which means no limit.
    pub(crate) fn new(per_second: u64, burst: u64) -> Option<Self> {
        Some(Self { interval: SECOND.checked_div(per_second)?.max(1), burst: burst.max(1) })
    }

    /// Requests of a full bucket.
    pub(crate) const fn burst(self) -> u64 {
        self.burst
    }

    /// Seconds in which an empty bucket fills, at least 1.
    pub(crate) const fn window_seconds(self) -> u64 {
        let seconds = self.interval.saturating_mul(self.burst).div_ceil(SECOND);
        if seconds == 0 { 1 } else { seconds }
    }

    const fn capacity(self) -> u64 {
        self.interval.saturating_mul(self.burst)
    }

    /// The time at which the bucket will be full when these requests are taken.
    fn after(self, full_at: u64, requests: u64, now: u64) -> u64 {
        full_at.max(now).saturating_add(self.interval.saturating_mul(requests))
    }

    /// The same for one request; none when the bucket has none.
    fn take(self, full_at: u64, now: u64) -> Option<u64> {
        let full_at = self.after(full_at, 1, now);
        (full_at - now <= self.capacity()).then_some(full_at)
    }

    fn left(self, full_at: u64, now: u64) -> u64 {
        self.capacity().saturating_sub(full_at - now) / self.interval
    }
}

/// The time at which the bucket will be full, in nanoseconds; a new bucket is full.
#[derive(Debug, Default)]
pub(super) struct Bucket(AtomicU64);

impl Bucket {
    /// Takes one request and returns how many are left; or takes nothing and returns the seconds until there is one.
    pub(super) fn take(&self, rate: Rate, now: Duration) -> Result<u64, u64> {
        let now = nanos(now);
        // Relaxed: no other data is published with it.
        let update = |full_at| rate.take(full_at, now);
        match self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update) {
            Ok(before) => Ok(rate.left(rate.after(before, 1, now), now)),
            Err(full_at) => Err((rate.after(full_at, 1, now) - now - rate.capacity()).div_ceil(SECOND)),
        }
    }

    /// Takes requests that a request turned out to be worth, also when there are fewer: then the next ones wait longer.
    /// Returns how many are left.
    pub(super) fn charge(&self, rate: Rate, requests: u64, now: Duration) -> u64 {
        let now = nanos(now);
        let update = |full_at| Some(rate.after(full_at, requests, now));
        let before = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, update);
        before.map_or(0, |before| rate.left(rate.after(before, requests, now), now))
    }

    /// Whether there is no request to take.
    pub(super) fn is_empty(&self, rate: Rate, now: Duration) -> bool {
        rate.take(self.0.load(Ordering::Relaxed), nanos(now)).is_none()
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: fn(u64) -> Duration = Duration::from_millis;

    #[test]
    fn a_burst_then_the_sustained_rate() {
        let (bucket, rate) = (Bucket::default(), Rate::new(10, 3).unwrap());
        assert_eq!([(); 3].map(|()| bucket.take(rate, AT(5))), [Ok(2), Ok(1), Ok(0)]);
        assert_eq!(bucket.take(rate, AT(5)), Err(1));
        assert_eq!((bucket.take(rate, AT(104)), bucket.is_empty(rate, AT(104))), (Err(1), true));
        assert!(!bucket.is_empty(rate, AT(105)));
        assert_eq!((bucket.take(rate, AT(105)), bucket.take(rate, AT(105))), (Ok(0), Err(1)));
        assert_eq!(bucket.take(rate, AT(1_000_000)), Ok(2));
    }

    #[test]
    fn a_charge_may_exceed_what_is_left() {
        let (bucket, rate) = (Bucket::default(), Rate::new(10, 30).unwrap());
        assert_eq!(bucket.charge(rate, 10, AT(0)), 20);
        assert_eq!(bucket.charge(rate, 40, AT(0)), 0);
        assert_eq!(bucket.take(rate, AT(0)), Err(3));
        assert_eq!((bucket.take(rate, AT(2099)), bucket.take(rate, AT(2100))), (Err(1), Ok(0)));
    }

    #[test]
    fn zero_requests_per_second_mean_no_limit() {
        assert_eq!(Rate::new(0, 5), None);
        assert_eq!(Rate::new(50, 500).unwrap().window_seconds(), 10);
        assert_eq!(Rate::new(1_000_000, 1).unwrap().window_seconds(), 1);
    }

    #[test]
    fn threads_never_take_more_than_the_burst() {
        let (bucket, rate) = (Bucket::default(), Rate::new(1, 1000).unwrap());
        let taken = std::thread::scope(|scope| {
            let threads = [(); 4]
                .map(|()| scope.spawn(|| (0..500).filter(|_| bucket.take(rate, AT(1)).is_ok()).count()));
            threads.map(|thread| thread.join().unwrap()).iter().sum::<usize>()
        });
        assert_eq!(taken, 1000);
    }
}
