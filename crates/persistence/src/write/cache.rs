use std::collections::HashMap;
use std::time::{Duration, Instant};

use domain::{OwnerId, OwnerState, WriteSet};

use super::{Loaded, Seen};

/// The owners' rows after their last store, so that a create needs no load. Stale entries are safe: the guard rejects the
/// store, and the owner is loaded and decided again.
#[derive(Debug, Default)]
pub(super) struct OwnerCache(HashMap<OwnerId, Entry>);

#[derive(Debug, Clone, Copy)]
enum Entry {
    Known {
        seen: Seen,
        live_tasks: i64,
        trashed_tasks: i64,
    },
    /// Another process writes this owner too, so a cached row is usually stale.
    Shared {
        until: Instant,
    },
}

/// Maximum number of entries, at about 150 bytes each. A full cache is cleared: the next create of each owner loads again.
const OWNERS: usize = 10_000;

/// How long an owner written by another process is loaded before each store.
const SHARED: Duration = Duration::from_mins(1);

impl OwnerCache {
    pub(super) fn get(&self, owner: &OwnerId) -> Option<Loaded> {
        let Entry::Known { seen, live_tasks, trashed_tasks } = *self.0.get(owner)? else { return None };
        let state = OwnerState::new(owner.clone(), seen.revision, live_tasks);
        Some(Loaded { seen: Some(seen), state: state.with_trashed_tasks(trashed_tasks) })
    }

    pub(super) fn insert(&mut self, owner: OwnerId, seen: Seen, set: &WriteSet, now: Instant) {
        let WriteSet { live_tasks, trashed_tasks, .. } = *set;
        match self.0.get(&owner) {
            Some(Entry::Shared { until }) if *until > now => {}
            _ => self.put(owner, Entry::Known { seen, live_tasks, trashed_tasks }),
        }
    }

    /// Stops caching an owner for some time.
    pub(super) fn mark_shared(&mut self, owner: OwnerId, now: Instant) {
        self.put(owner, Entry::Shared { until: now + SHARED });
    }

    pub(super) fn remove(&mut self, owner: &OwnerId) {
        if let Some(Entry::Known { .. }) = self.0.get(owner) {
            self.0.remove(owner);
        }
    }

    fn put(&mut self, owner: OwnerId, entry: Entry) {
        if self.0.len() >= OWNERS && !self.0.contains_key(&owner) {
            self.0.clear();
        }
        self.0.insert(owner, entry);
    }
}
