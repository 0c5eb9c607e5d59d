//! Tokens that were verified a short while ago, so that a session's next requests cost a look-up.

use std::time::Duration;

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::presented::Fingerprint;
use crate::claims::Accepted;
use crate::{ConfigError, Identity};

/// How much is remembered of verified tokens, and for how long; made with defaults, changed by the methods named after
/// them.
///
/// A token is remembered by a keyed digest, never by its text, and forgotten when it expires, when the key set changes,
/// when it was verified too long ago, or when room is needed, whichever comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryOptions {
    pub(crate) max_bytes: u64,
    pub(crate) max_age: Duration,
}

const GIB: u64 = 1 << 30;

impl Default for MemoryOptions {
    fn default() -> Self {
        Self { max_bytes: 16 << 20, max_age: Duration::from_mins(5) }
    }
}

impl MemoryOptions {
    /// No memory: every token is verified anew.
    #[must_use]
    pub fn off() -> Self {
        Self::new().max_bytes(0)
    }

    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The room for remembered identities, in bytes: 16 MiB by default, at most 1 GiB; 0 turns the memory off. A token of
    /// Better Auth takes about 1 kB, so the default holds some 16,000 sessions.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The longest time from the verification of a signature to the next one of the same token: 5 minutes by default,
    /// from 1 second to an hour. Parts of a second do not count.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = age;
        self
    }

    pub(crate) fn validated(self) -> Result<Self, ConfigError> {
        ConfigError::check_limits([
            ("memory.max_bytes", self.max_bytes <= GIB, "must be at most 1 GiB"),
            (
                "memory.max_age",
                (1..=3600).contains(&self.max_age.as_secs()),
                "must be from 1 second to 1 hour",
            ),
        ])?;
        Ok(self)
    }
}

/// Belongs to one set of keys and is dropped with it.
pub(super) struct TokenMemory {
    tokens: Option<Cache<Fingerprint, Remembered, Sizes>>,
    max_age_seconds: i64,
}

/// Valid from the second of its verification, so that a clock that is set back makes it unknown, to before `until`.
#[derive(Clone)]
struct Remembered {
    identity: Identity,
    from: i64,
    until: i64,
}

/// What the cache itself keeps of an entry, about: the fingerprint, the times, its links and its slot.
const ENTRY_BYTES: usize = 128;

/// An identity of average size, to choose the number of shards by.
const AVERAGE_BYTES: u64 = 1024;

impl TokenMemory {
    pub(super) fn new(options: MemoryOptions) -> Self {
        let room = options.max_bytes;
        let estimate = usize::try_from(room / AVERAGE_BYTES).unwrap_or(usize::MAX).max(1);
        Self {
            tokens: (room > 0).then(|| Cache::with_weighter(estimate, room, Sizes)),
            max_age_seconds: i64::try_from(options.max_age.as_secs()).unwrap_or(i64::MAX),
        }
    }

    /// The identity of a token that was verified, if it still holds at `now`.
    pub(super) fn recall(&self, fingerprint: Fingerprint, now: i64) -> Option<Identity> {
        let remembered = self.tokens.as_ref()?.get(&fingerprint)?;
        (remembered.from..remembered.until).contains(&now).then_some(remembered.identity)
    }

    pub(super) fn remember(&self, fingerprint: Fingerprint, accepted: &Accepted, now: i64) {
        if let Some(tokens) = &self.tokens {
            let until = accepted.valid_until.min(now.saturating_add(self.max_age_seconds));
            let identity = accepted.identity.clone();
            tokens.insert(fingerprint, Remembered { identity, from: now, until });
        }
    }
}

#[derive(Clone)]
struct Sizes;

impl Weighter<Fingerprint, Remembered> for Sizes {
    fn weight(&self, _: &Fingerprint, remembered: &Remembered) -> u64 {
        u64::try_from(ENTRY_BYTES + remembered.identity.size_bytes()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod room;
