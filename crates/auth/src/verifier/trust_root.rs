//! A set of keys together with the tokens that it verified, so that both are forgotten together.

use super::token_memory::TokenMemory;
use crate::keys::Keys;
use crate::token::CompactJws;
use crate::verifier::PresentedToken;
use crate::{ClaimRules, Identity, MemoryOptions, VerifyError};

pub(crate) struct TrustRoot {
    keys: Keys,
    memory: TokenMemory,
}

impl TrustRoot {
    pub(crate) fn new(keys: Keys, memory: MemoryOptions) -> Self {
        Self { keys, memory: TokenMemory::new(memory) }
    }

    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The identity of a token that these keys verified a short while ago.
    pub(crate) fn recall(&self, token: &PresentedToken<'_>, now: i64) -> Option<Identity> {
        self.memory.recall(token.fingerprint(), now)
    }

    /// Verifies the signature, then the claims, and remembers a token that passes.
    pub(crate) fn verify(
        &self,
        token: &PresentedToken<'_>,
        jws: &CompactJws<'_>,
        rules: &ClaimRules,
        now: i64,
    ) -> Result<Identity, VerifyError> {
        let accepted = rules.check(&self.keys.verify(jws)?, now)?;
        self.memory.remember(token.fingerprint(), &accepted, now);
        Ok(accepted.identity)
    }
}
