//! A set of keys with the cache of the tokens that it verified; both are replaced together.

use super::cache::TokenCache;
use super::{CacheOptions, Policy, RawToken};
use crate::keys::Keys;
use crate::token::CompactJws;
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
        let accepted = policy.rules.check(&self.keys.verify(jws)?, now)?;
        self.cache.insert(token.fingerprint(), &accepted, now);
        Ok(accepted.identity)
    }
}
