//! HS256 under a secret that the issuer and this service share.

use std::fmt;

use super::{PresentedToken, TrustRoot, Verdict, VerifiedBy, tell};
use crate::token::CompactJws;
use crate::{
    BoxFuture, ClaimRules, ConfigError, Identity, Keys, Secret, TokenVerifier, VerifierOptions, VerifyError,
};

/// Verifies HS256 tokens with any of its secrets, so that a secret can be replaced without an outage.
pub struct SharedSecretVerifier {
    root: TrustRoot,
    rules: ClaimRules,
    options: VerifierOptions,
}

impl SharedSecretVerifier {
    /// A verifier with the default options. Logs a warning when neither issuers nor audiences are configured.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for an empty list, for a secret under 32 bytes (RFC 7518 §3.2) or one of Better Auth's public
    /// defaults, and for rules outside their limits.
    pub fn new(secrets: Vec<Secret>, rules: ClaimRules) -> Result<Self, ConfigError> {
        Self::with_options(secrets, rules, VerifierOptions::default())
    }

    /// As [`SharedSecretVerifier::new`], with a clock, a memory or an observer of the caller's.
    #[expect(
        clippy::needless_pass_by_value,
        reason = "takes the secrets out of the caller's hands, as `new` does"
    )]
    pub fn with_options(
        secrets: Vec<Secret>,
        rules: ClaimRules,
        options: VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let keys = Keys::from_secrets(&secrets)?;
        let (rules, options) = (rules.validated()?, options.validated()?);
        if rules.admit_any_origin() {
            tracing::warn!(
                "neither an issuer nor an audience is configured: every unexpired HS256 token under the shared secret \
                 that has the claim {:?} is accepted, whatever it was issued for",
                rules.user_id_claim
            );
        }
        Ok(Self { root: TrustRoot::new(keys, options.memory), rules, options })
    }

    pub(crate) fn rules(&self) -> &ClaimRules {
        &self.rules
    }

    pub(crate) fn options(&self) -> &VerifierOptions {
        &self.options
    }

    pub(crate) fn root(&self) -> &TrustRoot {
        &self.root
    }

    pub(crate) fn recall(&self, token: &PresentedToken<'_>) -> Option<Identity> {
        self.root.recall(token, self.options.clock.unix_seconds())
    }

    pub(crate) fn verify_parsed(
        &self,
        token: &PresentedToken<'_>,
        jws: &CompactJws<'_>,
    ) -> Result<Identity, VerifyError> {
        self.root.verify(token, jws, &self.rules, self.options.clock.unix_seconds())
    }

    fn judge(&self, token: &str) -> Verdict {
        let token = PresentedToken::new(token, self.rules.max_token_bytes)?;
        if let Some(identity) = self.recall(&token) {
            return Ok((identity, VerifiedBy::Memory));
        }
        let jws = CompactJws::parse(token.text())?;
        Ok((self.verify_parsed(&token, &jws)?, VerifiedBy::Signature))
    }
}

impl fmt::Debug for SharedSecretVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SharedSecretVerifier")
            .field("keys", self.root.keys())
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl TokenVerifier for SharedSecretVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(async move { tell(&*self.options.observer, self.judge(token)) })
    }
}
