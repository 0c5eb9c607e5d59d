//! What happens to a token whose key is not in the set: it is rejected only when the set was fetched after it arrived.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use futures_channel::oneshot::Receiver;

use super::{Refresher, State};
use crate::keys::Keys;

/// The most removed keys that are remembered: as many as a set can have.
const MAX_REMOVED: usize = 256;

/// An attempt to verify a token that found no key.
pub(in crate::jwks) struct Attempt {
    /// The fetches that had started when the token arrived. A later one can find a key that is newer than the token.
    pub(in crate::jwks) arrived: u64,
    /// The fetch of the set that was used.
    pub(in crate::jwks) used: u64,
    /// It was no copy, as of a cache on the way.
    pub(in crate::jwks) is_fresh: bool,
}

/// What to do with a token whose key is not in the set.
pub(in crate::jwks) enum NextStep {
    /// Reject it: the issuer does not have the key.
    Reject,
    /// Try again at once: there is a newer set.
    Retry,
    /// Try again when this fetch ends.
    Wait(Receiver<()>),
    /// There is no fetch now; a client can retry after these seconds.
    Unchecked { retry_after_seconds: u64 },
}

/// The ids of keys that an earlier set had and a later one did not. A client that goes on sending a token of a removed key
/// is rejected for a cooldown after the fetch that did not find it, so that it gets the same response each time, and
/// uses up no fetch. For other ids that would reject the tokens of a new key which one fetch came too early for.
pub(super) struct RemovedKeys {
    cooldown: Duration,
    hasher: RandomState,
    keys: VecDeque<RemovedKey>,
}

struct RemovedKey {
    digest: u64,
    /// When a fetch for a token that names it did not find it in the set in use.
    missed_at: Option<Duration>,
}

impl RemovedKeys {
    pub(super) fn new(cooldown: Duration) -> Self {
        Self { cooldown, hasher: RandomState::new(), keys: VecDeque::new() }
    }

    /// The new set can have keys that were removed before, so each is fetched for again.
    pub(super) fn on_new_set(&mut self, old: Option<&Keys>, new: Option<&Keys>) {
        for key in &mut self.keys {
            key.missed_at = None;
        }
        for id in old.into_iter().flat_map(Keys::ids) {
            if !new.is_some_and(|new| new.has(id)) {
                self.add(id);
            }
        }
    }

    fn add(&mut self, key_id: &str) {
        let digest = self.hasher.hash_one(key_id);
        self.keys.retain(|key| key.digest != digest);
        if self.keys.len() >= MAX_REMOVED {
            self.keys.pop_front();
        }
        self.keys.push_back(RemovedKey { digest, missed_at: None });
    }

    fn has(&self, key_id: &str) -> bool {
        let digest = self.hasher.hash_one(key_id);
        self.keys.iter().any(|key| key.digest == digest)
    }

    fn note_missed(&mut self, key_id: &str, now: Duration) {
        let digest = self.hasher.hash_one(key_id);
        if let Some(key) = self.keys.iter_mut().find(|key| key.digest == digest) {
            key.missed_at = Some(now);
        }
    }

    fn was_just_missed(&self, key_id: &str, now: Duration) -> bool {
        let digest = self.hasher.hash_one(key_id);
        let key = self.keys.iter().find(|key| key.digest == digest);
        key.and_then(|key| key.missed_at).is_some_and(|missed| now.saturating_sub(missed) < self.cooldown)
    }
}

impl Refresher {
    /// Decides on a token whose key is not in the set. It starts a fetch when none is in flight and the limit of fetches
    /// for unknown keys allows it.
    pub(in crate::jwks) fn on_unknown_key(&self, key_id: &str, attempt: &Attempt) -> NextStep {
        let core = self.core();
        let mut state = core.lock();
        let now = self.shared.now();
        // A copy can lack a new key, but a removed one does not come back.
        if attempt.used > attempt.arrived && (attempt.is_fresh || state.removed.has(key_id)) {
            state.removed.note_missed(key_id, now);
            return NextStep::Reject;
        }
        if self.shared.current.load().as_ref().is_none_or(|snapshot| snapshot.fetch != attempt.used) {
            return NextStep::Retry;
        }
        if state.removed.was_just_missed(key_id, now) {
            return NextStep::Reject;
        }
        // A fetch that began after the token arrived has failed, or brought a copy; another one for the same token would be
        // one too many.
        let has_failed = state.last_ended > attempt.arrived;
        // A fetch in flight serves all requests that arrive meanwhile, so only the first one counts.
        if !has_failed && (state.is_fetching || state.schedule.allow_request(now)) {
            if !state.is_fetching {
                state.is_fetching = true;
                core.wake.notify_one();
            }
            if let Some(fetch) = core.subscribe(&mut state) {
                return NextStep::Wait(fetch);
            }
        }
        NextStep::Unchecked { retry_after_seconds: state.seconds_to_fetch(now) }
    }
}

impl State {
    /// At least 1. After that time a fetch is allowed, so it is rounded up.
    fn seconds_to_fetch(&self, now: Duration) -> u64 {
        let wait = if self.is_fetching { Duration::ZERO } else { self.schedule.wait_for_any(now) };
        wait.as_secs().saturating_add(u64::from(wait.subsec_nanos() > 0)).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::support::{SigningKey, key_set};

    const COOLDOWN: Duration = Duration::from_secs(10);

    #[test]
    fn removed_keys_are_missing_for_a_cooldown() {
        let mut removed = RemovedKeys::new(COOLDOWN);
        removed.add("gone");
        assert!(!removed.was_just_missed("gone", Duration::ZERO));
        for id in ["gone", "invented"] {
            removed.note_missed(id, Duration::from_secs(5));
        }
        assert!(removed.was_just_missed("gone", Duration::from_millis(14_999)));
        assert!(!removed.was_just_missed("gone", Duration::from_secs(15)));
        assert!(!removed.was_just_missed("invented", Duration::from_secs(5)));
        removed.on_new_set(None, None);
        assert!(!removed.was_just_missed("gone", Duration::from_secs(5)));
    }

    #[test]
    fn keys_of_an_old_set_that_a_new_one_lacks_are_removed() {
        let keys = |ids: &[&str]| {
            let entries: Vec<_> = ids.iter().map(|id| SigningKey::ed25519().jwk(id)).collect();
            Keys::from_jwks(key_set(&entries).as_bytes()).unwrap()
        };
        let mut removed = RemovedKeys::new(COOLDOWN);
        removed.on_new_set(Some(&keys(&["a", "b"])), Some(&keys(&["b", "c"])));
        removed.on_new_set(Some(&keys(&["b", "c"])), None);
        let ids = ["a", "b", "c", "d"];
        for id in ids {
            removed.note_missed(id, Duration::ZERO);
        }
        assert_eq!(ids.map(|id| removed.was_just_missed(id, Duration::ZERO)), [true, true, true, false]);
    }

    #[test]
    fn the_number_of_removed_keys_is_limited() {
        let mut removed = RemovedKeys::new(COOLDOWN);
        let ids: Vec<_> = (0..=MAX_REMOVED).map(|number| number.to_string()).collect();
        for id in ids.iter().chain([&ids[MAX_REMOVED]; MAX_REMOVED]) {
            removed.add(id);
            removed.note_missed(id, Duration::ZERO);
        }
        assert_eq!(removed.keys.len(), MAX_REMOVED);
        assert!(!removed.was_just_missed("0", Duration::ZERO));
        assert!(ids[1..].iter().all(|id| removed.was_just_missed(id, Duration::ZERO)));
    }
}
