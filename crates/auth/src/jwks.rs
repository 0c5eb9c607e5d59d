//! Public keys that the issuer publishes as a JSON Web Key Set (RFC 7517).
//!
//! One thread fetches, so there is one fetch at a time by construction; requests read the last good set through an
//! atomic pointer and wait only when the key they need might be in the set that is being fetched.

#[cfg(feature = "jwks")]
mod http;
mod options;
mod refresher;
mod schedule;
mod source;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::keys::check_published_algorithm;
use crate::token::CompactJws;
use crate::verifier::{PresentedToken, TrustRoot, Verdict, VerifiedBy, tell};
use crate::{BoxFuture, ClaimRules, ConfigError, Identity, TokenVerifier, VerifierOptions, VerifyError};
use refresher::Refresher;

#[cfg(feature = "jwks")]
pub use http::HttpJwksSource;
pub use options::JwksOptions;
pub use source::{FetchError, FetchedKeys, JwksSource};

/// Verifies tokens with the keys that the issuer publishes: `EdDSA`, ES256, ES384, ES512, RS256 to RS512, PS256 to PS512.
///
/// Dropping it ends its thread, after the fetch under way if there is one.
pub struct JwksVerifier {
    refresher: Refresher,
    rules: ClaimRules,
    options: VerifierOptions,
}

impl JwksVerifier {
    /// A verifier with the default options. It starts to fetch at once and does not wait for the answer: an issuer that
    /// is down makes tokens unavailable, not the start. Logs a warning when neither issuers nor audiences are configured.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for options or rules outside their limits, and when the thread cannot be started.
    pub fn new(
        source: Arc<dyn JwksSource>,
        timing: JwksOptions,
        rules: ClaimRules,
    ) -> Result<Self, ConfigError> {
        Self::with_options(source, timing, rules, VerifierOptions::default())
    }

    /// As [`JwksVerifier::new`], with a clock, a memory or an observer of the caller's.
    pub fn with_options(
        source: Arc<dyn JwksSource>,
        timing: JwksOptions,
        rules: ClaimRules,
        options: VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let (timing, rules, options) = (timing.validated()?, rules.validated()?, options.validated()?);
        if rules.admit_any_origin() {
            tracing::warn!(
                "neither an issuer nor an audience is configured: every token that the key set verifies is accepted, \
                 whatever service it was issued for"
            );
        }
        let refresher = Refresher::start(source, timing, &options)?;
        Ok(Self { refresher, rules, options })
    }

    /// Whether there is a key set to judge by that is not too old.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.refresher.with_current(|_| ()).is_some()
    }

    /// How long ago the key set in use was fetched; none before the first one.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.refresher.age()
    }

    pub(crate) fn rules(&self) -> &ClaimRules {
        &self.rules
    }

    pub(crate) fn options(&self) -> &VerifierOptions {
        &self.options
    }

    /// Lets `look` see the key set in use; none when there is none to judge by.
    pub(crate) fn with_current<T>(&self, look: impl FnOnce(&TrustRoot) -> T) -> Option<T> {
        self.refresher.with_current(look)
    }

    pub(crate) fn recall(&self, token: &PresentedToken<'_>) -> Option<Identity> {
        let now = self.options.clock.unix_seconds();
        self.refresher.with_current(|root| root.recall(token, now)).flatten()
    }

    pub(crate) async fn verify_parsed(
        &self,
        token: &PresentedToken<'_>,
        jws: &CompactJws<'_>,
    ) -> Result<Identity, VerifyError> {
        check_published_algorithm(jws.header())?;
        let fetch = match self.attempt(token, jws) {
            None => self.refresher.first_fetch(),
            Some(Err(VerifyError::UnknownKey { .. })) => self.refresher.request_fetch(),
            Some(verdict) => return verdict,
        };
        if let Some(fetch) = fetch {
            // Cancelled means that the thread ended; what it left behind is all there is.
            let _ = fetch.await;
        }
        // Also without a fetch: one may have ended since the first look.
        self.attempt(token, jws).unwrap_or_else(|| Err(self.unavailable()))
    }

    pub(crate) fn unavailable(&self) -> VerifyError {
        VerifyError::KeysUnavailable { retry_after_seconds: self.refresher.retry_after_seconds() }
    }

    /// One look at the key set in use; none when there is none.
    fn attempt(
        &self,
        token: &PresentedToken<'_>,
        jws: &CompactJws<'_>,
    ) -> Option<Result<Identity, VerifyError>> {
        let now = self.options.clock.unix_seconds();
        self.refresher.with_current(|root| root.verify(token, jws, &self.rules, now))
    }

    async fn judge(&self, token: &str) -> Verdict {
        let token = PresentedToken::new(token, self.rules.max_token_bytes)?;
        if let Some(identity) = self.recall(&token) {
            return Ok((identity, VerifiedBy::Memory));
        }
        let jws = CompactJws::parse(token.text())?;
        Ok((self.verify_parsed(&token, &jws).await?, VerifiedBy::Signature))
    }
}

impl fmt::Debug for JwksVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksVerifier")
            .field("is_ready", &self.is_ready())
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl TokenVerifier for JwksVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(async move { tell(&*self.options.observer, self.judge(token).await) })
    }
}
