//! A set of keys with the cache of the tokens that it verified, so that the next requests of a session cost a look-up
//! instead of a signature. Both are replaced together.

use std::hash::{BuildHasherDefault, Hasher};
use std::sync::OnceLock;

use aws_lc_rs::aead::{AES_128_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use quick_cache::Weighter;
use quick_cache::sync::{Cache, DefaultLifecycle};

use super::{CacheOptions, Policy};
use crate::claims::Accepted;
use crate::keys::Keys;
use crate::token::{CompactJws, check_length};
use crate::{Identity, VerifyError};

pub(crate) struct TrustAnchor {
    keys: Keys,
    cache: TokenCache,
}

impl TrustAnchor {
    pub(crate) fn new(keys: Keys, cache: CacheOptions) -> Self {
        Self { keys, cache: TokenCache::new(cache) }
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The identity of a token that is in the cache.
    pub(crate) fn cached(&self, token: &RawToken<'_>, policy: &Policy) -> Option<Identity> {
        self.cache.get(token.fingerprint(), policy.now())
    }

    /// Verifies the signature, then the claims, and caches a token that passes.
    pub(crate) fn verify(
        &self,
        token: &RawToken<'_>,
        jws: &CompactJws<'_>,
        policy: &Policy,
    ) -> Result<Identity, VerifyError> {
        // One reading of the clock: an entry must not start later than its claims were checked.
        let now = policy.now();
        let accepted = policy.rules.check(jws.header(), &self.keys.verify(jws)?, now)?;
        self.cache.insert(token.fingerprint(), &accepted, now);
        Ok(accepted.identity)
    }
}

/// A token as a request carries it: not parsed, not too long, with the key of its cache entry.
pub(crate) struct RawToken<'a> {
    text: &'a str,
    fingerprint: Fingerprint,
}

/// A digest of a whole token: the tag of AES-128-GCM over it (GMAC), under a random key of this process.
///
/// An entry accepts a token without a signature check, so a caller must not be able to make a token with the
/// fingerprint of another one. GHASH is a universal hash under a secret key (NIST SP 800-38D): whatever two tokens of up
/// to 64 KiB a caller chooses, they have the same tag with a probability of at most 2^-115. That holds with one nonce
/// for all tokens, since no tag ever leaves the process.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Fingerprint(u128);

/// The lower half of a fingerprint, which needs no further hash: it is one already, under a secret key.
#[derive(Default)]
struct LowerHalf(u64);

impl Hasher for LowerHalf {
    #[expect(clippy::cast_possible_truncation, reason = "the other half is compared")]
    fn write_u128(&mut self, fingerprint: u128) {
        self.0 = fingerprint as u64;
    }

    /// Required by the trait; a fingerprint does not call it.
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl<'a> RawToken<'a> {
    /// Checks the length before anything else, so that a long token costs neither a digest nor a parse.
    pub(crate) fn new(text: &'a str, limit_bytes: usize) -> Result<Self, VerifyError> {
        check_length(text, limit_bytes)?;
        Ok(Self { text, fingerprint: Fingerprint::of(text) })
    }

    pub(crate) fn text(&self) -> &'a str {
        self.text
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }
}

impl Fingerprint {
    fn of(token: &str) -> Self {
        static KEY: OnceLock<LessSafeKey> = OnceLock::new();
        let tag = KEY.get_or_init(random_key).seal_in_place_separate_tag(
            Nonce::assume_unique_for_key([0; NONCE_LEN]),
            Aad::from(token),
            &mut [],
        );
        #[expect(clippy::expect_used, reason = "a token is far below the limit of 2^61 bytes")]
        let tag = tag.expect("the tag of a token");
        let mut bytes = [0; 16];
        bytes.copy_from_slice(tag.as_ref());
        Self(u128::from_ne_bytes(bytes))
    }
}

/// # Panics
///
/// When the operating system has no random bytes.
fn random_key() -> LessSafeKey {
    let mut key = [0; 16];
    #[expect(clippy::expect_used, reason = "a machine without random bytes is broken")]
    getrandom::fill(&mut key).expect("random bytes of the operating system");
    #[expect(clippy::expect_used, reason = "the length is that of the algorithm")]
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).expect("a key of 128 bits"))
}

/// Belongs to one set of keys and is dropped with it, so a key that is removed cannot stay valid through the cache.
pub(super) struct TokenCache {
    entries: Option<Cache<Fingerprint, CachedIdentity, ByteWeight, BuildHasherDefault<LowerHalf>>>,
    max_age_seconds: i64,
}

/// Valid from the second of the verification, so that a clock that is set back invalidates it, to before `until`.
#[derive(Clone)]
struct CachedIdentity {
    identity: Identity,
    /// Its weight, which the cache asks for several times.
    bytes: usize,
    from: i64,
    until: i64,
}

/// What the cache adds to an identity, estimated: the fingerprint, the times, links and a slot.
const ENTRY_BYTES: usize = 128;

/// The size of an average entry, which decides the number of shards.
const AVERAGE_BYTES: u64 = 1024;

impl TokenCache {
    pub(super) fn new(options: CacheOptions) -> Self {
        let capacity = options.max_bytes;
        let estimate = usize::try_from(capacity / AVERAGE_BYTES).unwrap_or(usize::MAX).max(1);
        Self {
            entries: (capacity > 0).then(|| {
                let (hasher, lifecycle) = (BuildHasherDefault::default(), DefaultLifecycle::default());
                Cache::with(estimate, capacity, ByteWeight, hasher, lifecycle)
            }),
            max_age_seconds: i64::try_from(options.max_age.as_secs()).unwrap_or(i64::MAX),
        }
    }

    /// The identity of a cached token, if the entry is still valid at `now`.
    pub(super) fn get(&self, fingerprint: Fingerprint, now: i64) -> Option<Identity> {
        let entry = self.entries.as_ref()?.get(&fingerprint)?;
        (entry.from..entry.until).contains(&now).then_some(entry.identity)
    }

    pub(super) fn insert(&self, fingerprint: Fingerprint, accepted: &Accepted, now: i64) {
        if let Some(entries) = &self.entries {
            let until = accepted.valid_until.min(now.saturating_add(self.max_age_seconds));
            let identity = accepted.identity.clone();
            let bytes = ENTRY_BYTES + identity.size_bytes();
            entries.insert(fingerprint, CachedIdentity { identity, bytes, from: now, until });
        }
    }
}

#[derive(Clone)]
struct ByteWeight;

impl Weighter<Fingerprint, CachedIdentity> for ByteWeight {
    fn weight(&self, _: &Fingerprint, entry: &CachedIdentity) -> u64 {
        u64::try_from(entry.bytes).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests;
