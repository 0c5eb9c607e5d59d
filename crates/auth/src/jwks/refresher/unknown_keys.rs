//! What happens to a token whose key is not in the set: it is rejected only when the set was fetched after it arrived.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use futures_channel::oneshot::Receiver;

use super::{Refresher, State};

/// The most key ids that are remembered as missing.
const MAX_MISSING: usize = 256;

/// An attempt to verify a token that found no key.
pub(in crate::jwks) struct Attempt {
    /// The fetches that had started when the token arrived. A later one can find a key that is newer than the token.
    pub(in crate::jwks) arrived: u64,
    /// The fetch of the set that was used.
    pub(in crate::jwks) used: u64,
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

/// The key ids that a fetch did not find, until a cooldown has passed or the set changes. A client that goes on sending a
/// token of a removed key gets the same response each time, and uses up no fetch. Digests under a random key, since
/// anyone can invent key ids.
pub(super) struct MissingKeys {
    lifetime: Duration,
    hasher: RandomState,
    digests: VecDeque<(u64, Duration)>,
}

impl MissingKeys {
    pub(super) fn new(lifetime: Duration) -> Self {
        Self { lifetime, hasher: RandomState::new(), digests: VecDeque::new() }
    }

    fn contains(&self, key_id: &str, now: Duration) -> bool {
        let digest = self.hasher.hash_one(key_id);
        self.digests
            .iter()
            .any(|(known, since)| *known == digest && now.saturating_sub(*since) < self.lifetime)
    }

    fn insert(&mut self, key_id: &str, now: Duration) {
        let digest = self.hasher.hash_one(key_id);
        // Each request that waited for a fetch inserts it.
        self.digests.retain(|(known, _)| *known != digest);
        if self.digests.len() >= MAX_MISSING {
            self.digests.pop_front();
        }
        self.digests.push_back((digest, now));
    }

    pub(super) fn clear(&mut self) {
        self.digests.clear();
    }
}

impl Refresher {
    /// Decides on a token whose key is not in the set. It starts a fetch when none is in flight and the limit of fetches
    /// for unknown keys allows it.
    pub(in crate::jwks) fn on_unknown_key(&self, key_id: &str, attempt: &Attempt) -> NextStep {
        let core = self.core();
        let mut state = core.lock();
        let now = self.shared.now();
        if attempt.used > attempt.arrived {
            state.missing.insert(key_id, now);
            return NextStep::Reject;
        }
        if self.shared.current.load().as_ref().is_none_or(|snapshot| snapshot.fetch != attempt.used) {
            return NextStep::Retry;
        }
        if state.missing.contains(key_id, now) {
            return NextStep::Reject;
        }
        // A fetch that began after the token arrived has failed; another one for the same token would be one too many.
        let has_failed = state.last_ended > attempt.arrived;
        // A fetch in flight serves all requests that arrive meanwhile, so only the first one counts.
        if !has_failed && (state.is_fetching || state.schedule.allow_request(now)) {
            if !state.is_fetching {
                state.is_fetching = true;
                core.wake.notify_one();
            }
            if let Some(fetch) = state.subscribe() {
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

    const LIFETIME: Duration = Duration::from_secs(10);

    #[test]
    fn missing_keys_are_known_for_their_lifetime() {
        let mut missing = MissingKeys::new(LIFETIME);
        missing.insert("gone", Duration::from_secs(5));
        assert!(missing.contains("gone", Duration::from_millis(14_999)));
        assert!(!missing.contains("gone", Duration::from_secs(15)));
        assert!(!missing.contains("Gone", Duration::from_secs(5)));
        missing.clear();
        assert!(!missing.contains("gone", Duration::from_secs(5)));
    }

    #[test]
    fn the_number_of_missing_keys_is_limited() {
        let mut missing = MissingKeys::new(LIFETIME);
        let names: Vec<_> = (0..=MAX_MISSING).map(|number| number.to_string()).collect();
        for name in &names {
            missing.insert(name, Duration::ZERO);
        }
        assert_eq!(missing.digests.len(), MAX_MISSING);
        assert!(!missing.contains("0", Duration::ZERO));
        assert!(names[1..].iter().all(|name| missing.contains(name, Duration::ZERO)));
    }

    #[test]
    fn a_repeated_missing_key_displaces_no_other() {
        let mut missing = MissingKeys::new(LIFETIME);
        missing.insert("gone", Duration::ZERO);
        for _ in 0..MAX_MISSING {
            missing.insert("invented", Duration::ZERO);
        }
        assert!(["gone", "invented"].iter().all(|name| missing.contains(name, Duration::ZERO)));
    }
}
