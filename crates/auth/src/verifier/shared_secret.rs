//! HS256 under a secret that the issuer and this service share.

use std::fmt;

use super::{Policy, RawToken, TrustAnchor, Verdict, VerifiedBy, notify};
use crate::token::CompactJws;
use crate::{
    BoxFuture, ClaimRules, ConfigError, Identity, Keys, Secret, TokenVerifier, VerifierOptions, VerifyError,
};

/// Verifies HS256 tokens with any of its secrets, so that you can replace a secret without an outage.
pub struct SharedSecretVerifier {
    anchor: TrustAnchor,
    policy: Policy,
}

impl SharedSecretVerifier {
    /// Creates a verifier with the default options. Logs a warning when neither issuers nor audiences are configured,
    /// and for secrets that look like a published example.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for an empty list, for a secret under 32 bytes (RFC 7518 §3.2) or one of Better Auth's public
    /// defaults, and for rules outside their limits.
    pub fn new(secrets: Vec<Secret>, rules: ClaimRules) -> Result<Self, ConfigError> {
        Self::with_options(secrets, rules, VerifierOptions::default())
    }

    /// As [`SharedSecretVerifier::new`], with your own clock, cache or observer.
    #[expect(clippy::needless_pass_by_value, reason = "takes ownership of the secrets, as `new` does")]
    pub fn with_options(
        secrets: Vec<Secret>,
        rules: ClaimRules,
        options: VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let keys = Keys::from_secrets(&secrets)?;
        for (secret, position) in secrets.iter().zip(1..) {
            if let Some(why) = secret.weakness() {
                tracing::warn!(
                    "shared secret {position} {why}: anyone who knows it can sign tokens for every user; create one with \
                     `openssl rand -base64 32`, for Better Auth and this service"
                );
            }
        }
        let policy = Policy::new(rules, options)?;
        if policy.rules.admit_any_origin() {
            tracing::warn!(
                "neither an issuer nor an audience is configured: every unexpired HS256 token under the shared secret \
                 that has the claim {:?} is accepted, whatever it was issued for",
                policy.rules.user_id_claim
            );
        }
        Ok(Self { anchor: TrustAnchor::new(keys, policy.options.cache), policy })
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    pub(crate) fn anchor(&self) -> &TrustAnchor {
        &self.anchor
    }

    pub(crate) fn verify_parsed(
        &self,
        token: &RawToken<'_>,
        jws: &CompactJws<'_>,
    ) -> Result<Identity, VerifyError> {
        self.anchor.verify(token, jws, &self.policy)
    }

    fn verdict(&self, token: &str) -> Verdict {
        let token = RawToken::new(token, self.policy.rules.max_token_bytes)?;
        if let Some(identity) = self.anchor.cached(&token, &self.policy) {
            return Ok((identity, VerifiedBy::Cache));
        }
        let jws = CompactJws::parse(token.text())?;
        Ok((self.verify_parsed(&token, &jws)?, VerifiedBy::Signature))
    }
}

impl fmt::Debug for SharedSecretVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSecretVerifier")
            .field("keys", self.anchor.keys())
            .field("rules", &self.policy.rules)
            .finish_non_exhaustive()
    }
}

impl TokenVerifier for SharedSecretVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(async move { notify(self.policy.observer(), self.verdict(token)) })
    }

    fn cached(&self, token: &str) -> Option<Identity> {
        let token = RawToken::new(token, self.policy.rules.max_token_bytes).ok()?;
        let identity = self.anchor.cached(&token, &self.policy)?;
        notify(self.policy.observer(), Ok((identity, VerifiedBy::Cache))).ok()
    }
}
