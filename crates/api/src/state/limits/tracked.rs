//! What is known about the latest clients, in bounded memory.

use std::convert::Infallible;
use std::hash::{Hash, RandomState};
use std::sync::Arc;

use quick_cache::sync::Cache;
use quick_cache::{Lifecycle, UnitWeighter};

/// Clients whose use is remembered, of each kind. An owner takes about 250 bytes, at most 500; an address 120.
const CLIENTS: usize = 50_000;

/// A value for each of the latest clients. A new client evicts one that sent few requests, so a flood from many clients
/// does not make a greedy one forgotten; a client that is evicted begins anew.
pub(super) struct Tracked<K, V>(Cache<K, Arc<V>, UnitWeighter, RandomState, KeepInUse>);

impl<K: Hash + Eq + Clone, V: Default> Default for Tracked<K, V> {
    fn default() -> Self {
        Self(Cache::with(CLIENTS, CLIENTS as u64, UnitWeighter, RandomState::new(), KeepInUse))
    }
}

impl<K: Hash + Eq + Clone, V: Default> Tracked<K, V> {
    /// The value of a client.
    pub(super) fn get(&self, client: &K) -> Arc<V> {
        let Ok(value) = self.0.get_or_insert_with(client, || Ok::<_, Infallible>(Arc::default()));
        value
    }

    /// The value of a client that has one.
    pub(super) fn find(&self, client: &K) -> Option<Arc<V>> {
        self.0.get(client)
    }
}

/// A value that a request holds is not evicted: another request would not be counted with it.
#[derive(Clone)]
struct KeepInUse;

impl<K, V> Lifecycle<K, Arc<V>> for KeepInUse {
    type RequestState = ();

    fn is_pinned(&self, _: &K, value: &Arc<V>) -> bool {
        Arc::strong_count(value) > 1
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    #[test]
    fn memory_is_bounded_and_values_in_use_stay() {
        let tracked: Tracked<u64, AtomicU64> = Tracked::default();
        let in_use = tracked.get(&0);
        in_use.store(1, Ordering::Relaxed);
        for client in 1..5 * CLIENTS as u64 {
            // Clients that return are evicted after those that do not.
            (0..5).for_each(|_| drop(tracked.get(&client)));
            (0..5).for_each(|_| drop(tracked.get(&client.saturating_sub(100).max(1))));
        }
        assert!(tracked.0.len() <= CLIENTS, "{}", tracked.0.len());
        assert_eq!(tracked.get(&0).load(Ordering::Relaxed), 1);
    }
}
