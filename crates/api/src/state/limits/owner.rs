//! What an owner uses: the bucket of the rate, the requests in flight, the turns of its long lists.

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio::sync::{Mutex, OwnedMutexGuard};

use super::Exceeded;
use super::bucket::{Bucket, Rate};

/// What one owner uses.
#[derive(Debug, Default)]
pub(super) struct OwnerUsage {
    bucket: Bucket,
    in_flight: AtomicU32,
    long_list: Arc<Mutex<()>>,
    waiting_for_room: Arc<Mutex<()>>,
}

/// A request of an owner. It is in flight until this is dropped.
#[derive(Debug)]
pub(crate) struct Admission {
    usage: Arc<OwnerUsage>,
    rate: Option<(Rate, u64)>,
}

impl Admission {
    pub(super) fn begin(usage: Arc<OwnerUsage>, concurrency: Option<NonZero<u32>>) -> Result<Self, Exceeded> {
        // Relaxed: no other data is published with it.
        let others = usage.in_flight.fetch_add(1, Ordering::Relaxed);
        let admission = Self { usage, rate: None };
        match concurrency {
            Some(most) if others >= most.get() => Err(Exceeded::OwnerConcurrency(most)),
            _ => Ok(admission),
        }
    }

    pub(super) fn take(mut self, rate: Option<Rate>, now: Duration) -> Result<Self, Exceeded> {
        if let Some(rate) = rate {
            let left =
                self.usage.bucket.take(rate, now).map_err(|seconds| Exceeded::OwnerRate(rate, seconds))?;
            self.rate = Some((rate, left));
        }
        Ok(self)
    }

    /// The requests that are left, if the rate is limited.
    pub(crate) fn left(&self) -> Option<u64> {
        self.rate.map(|(_, left)| left)
    }

    pub(super) fn charge(&mut self, requests: u64, now: Duration) {
        if let Some((rate, left)) = &mut self.rate {
            *left = self.usage.bucket.charge(*rate, requests, now);
        }
    }

    /// Waits until the owner writes no other long list.
    pub(crate) fn long_list(&self) -> impl Future<Output = OwnedMutexGuard<()>> + use<> {
        Arc::clone(&self.usage.long_list).lock_owned()
    }

    /// Waits until no other list of the owner waits for room.
    pub(crate) fn turn_to_wait(&self) -> impl Future<Output = OwnedMutexGuard<()>> + use<> {
        Arc::clone(&self.usage.waiting_for_room).lock_owned()
    }
}

impl Drop for Admission {
    fn drop(&mut self) {
        self.usage.in_flight.fetch_sub(1, Ordering::Relaxed);
    }
}
