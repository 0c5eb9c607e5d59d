//! How many event streams are open, of the process and of each owner.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use domain::{Owner, OwnerId};

use crate::config;

/// A stream over a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TooManyStreams {
    /// The owner has as many as allowed.
    OfOwner(u32),
    /// The process has.
    OfProcess,
}

/// The streams of the process.
#[derive(Debug)]
pub(crate) struct EventStreams {
    max: u32,
    max_per_owner: u32,
    heartbeat: Duration,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    total: u32,
    by_owner: HashMap<OwnerId, u32>,
}

impl EventStreams {
    /// None are open.
    pub(crate) fn new(settings: &config::Events) -> Arc<Self> {
        Arc::new(Self {
            max: settings.max_streams,
            max_per_owner: settings.max_streams_per_owner,
            heartbeat: Duration::from_secs(settings.heartbeat_seconds),
            open: Mutex::default(),
        })
    }

    /// The longest silence of a stream.
    pub(crate) const fn heartbeat(&self) -> Duration {
        self.heartbeat
    }

    /// Takes the place of a stream, until it is dropped.
    pub(crate) fn take(self: &Arc<Self>, owner: &Owner) -> Result<StreamSlot, TooManyStreams> {
        let mut open = self.open();
        let of_owner = open.by_owner.get(owner.id()).copied().unwrap_or_default();
        if of_owner >= self.max_per_owner {
            return Err(TooManyStreams::OfOwner(self.max_per_owner));
        }
        if open.total >= self.max {
            return Err(TooManyStreams::OfProcess);
        }
        open.total += 1;
        open.by_owner.insert(owner.id().clone(), of_owner + 1);
        drop(open);
        Ok(StreamSlot { streams: Arc::clone(self), owner: owner.id().clone() })
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The place of an open stream.
#[derive(Debug)]
pub(crate) struct StreamSlot {
    streams: Arc<EventStreams>,
    owner: OwnerId,
}

impl Drop for StreamSlot {
    fn drop(&mut self) {
        let mut open = self.streams.open();
        open.total = open.total.saturating_sub(1);
        if let Some(of_owner) = open.by_owner.get_mut(&self.owner) {
            *of_owner = of_owner.saturating_sub(1);
            if *of_owner == 0 {
                open.by_owner.remove(&self.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_limited_and_freed() {
        let settings = config::Events {
            heartbeat_seconds: 20,
            max_streams_per_owner: 2,
            max_streams: 3,
            poll_seconds: 2,
        };
        let streams = EventStreams::new(&settings);
        let (alice, bob) = (Owner::for_test("alice"), Owner::for_test("bob"));
        let first = streams.take(&alice).unwrap();
        let second = streams.take(&alice).unwrap();
        assert_eq!(streams.take(&alice).unwrap_err(), TooManyStreams::OfOwner(2));
        let third = streams.take(&bob).unwrap();
        assert_eq!(streams.take(&bob).unwrap_err(), TooManyStreams::OfProcess);
        drop(first);
        let again = streams.take(&alice).unwrap();
        assert_eq!(streams.take(&bob).unwrap_err(), TooManyStreams::OfProcess);
        drop((second, third, again));
        let open = streams.open();
        assert!(open.total == 0 && open.by_owner.is_empty(), "{open:?}");
    }
}
