//! HS256 under a secret that the issuer and this service share.

use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::jws::{CompactJws, verify_jws};
use crate::verifying_key::VerifyingKey;
use crate::{
    BoxFuture, ClaimRules, Clock, ConfigError, Identity, Secret, SystemClock, TokenVerifier, VerifyError,
};

/// Verifies HS256 tokens with any of its secrets, so that a secret can be replaced without an outage.
pub struct SharedSecretVerifier {
    keys: Vec<VerifyingKey>,
    rules: ClaimRules,
    clock: Arc<dyn Clock>,
}

impl SharedSecretVerifier {
    /// A verifier on the machine's clock. Logs a warning when neither issuers nor audiences are configured.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for an empty list, for a secret under 32 bytes (RFC 7518 §3.2) or one of Better Auth's public
    /// defaults, and for rules outside their limits.
    pub fn new(secrets: Vec<Secret>, rules: ClaimRules) -> Result<Self, ConfigError> {
        Self::with_clock(secrets, rules, Arc::new(SystemClock))
    }

    /// As [`SharedSecretVerifier::new`], on a clock of the caller's.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "takes the secrets out of the caller's hands, as `new` does"
    )]
    pub fn with_clock(
        secrets: Vec<Secret>,
        rules: ClaimRules,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        if secrets.is_empty() {
            return Err(ConfigError::NoSecret);
        }
        for (index, secret) in secrets.iter().enumerate() {
            secret.check(index.saturating_add(1))?;
        }
        let rules = rules.validated()?;
        if rules.admit_any_origin() {
            tracing::warn!(
                "neither an issuer nor an audience is configured: every unexpired HS256 token under the shared secret \
                 that has the claim {:?} is accepted, whatever it was issued for",
                rules.user_id_claim
            );
        }
        let keys = secrets.iter().map(|secret| VerifyingKey::from_secret(secret.bytes())).collect();
        Ok(Self { keys, rules, clock })
    }

    pub(crate) fn limit_bytes(&self) -> usize {
        self.rules.max_token_bytes
    }

    pub(crate) fn verify_parsed(&self, jws: &CompactJws<'_>) -> Result<Identity, VerifyError> {
        if jws.header().algorithm() != Algorithm::Hs256.name() {
            return Err(jws.header().unsupported_algorithm());
        }
        let verified = self.keys.iter().find_map(|key| match verify_jws(jws, key) {
            Err(VerifyError::InvalidSignature) => None,
            answer => Some(answer),
        });
        let payload = verified.unwrap_or(Err(VerifyError::InvalidSignature))?;
        self.rules.check(&payload, self.clock.unix_seconds())
    }
}

impl TokenVerifier for SharedSecretVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(async move { self.verify_parsed(&CompactJws::parse(token, self.limit_bytes())?) })
    }
}

#[cfg(test)]
mod tests;
