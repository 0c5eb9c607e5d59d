//! Public keys that the issuer publishes as a JSON Web Key Set (RFC 7517): where they are fetched, when, and the
//! verifier that uses them.
//!
//! One thread decides on fetches, one at a time unless one outlives its deadline. Requests read the last good set through an atomic pointer
//! and wait only when the set that is being fetched could have the key that they need.

mod disk;
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
use crate::verifier::{Policy, RawToken, TrustAnchor, Verdict, VerifiedBy, notify};
use crate::{BoxFuture, ClaimRules, ConfigError, Identity, TokenVerifier, VerifierOptions, VerifyError};
use refresher::{Attempt, NextStep, Refresher};

pub use disk::DiskCache;
#[cfg(feature = "jwks")]
pub use http::{HttpJwksSource, HttpOptions, OidcSource};
pub use options::JwksOptions;
pub use source::{FetchError, FetchedKeys, JwksSource};

/// Verifies tokens with the keys that the issuer publishes: `EdDSA`, ES256, ES384, ES512, RS256 to RS512, PS256 to
/// PS512.
///
/// Dropping it stops its thread, after the fetch in flight if there is one.
pub struct JwksVerifier {
    source: Arc<dyn JwksSource>,
    refresher: Refresher,
    policy: Policy,
}

impl JwksVerifier {
    /// Creates a verifier with the default options. It starts to fetch and returns without the keys: when the issuer is
    /// down, tokens are unavailable, but your service starts. Logs a warning when neither issuers nor audiences are
    /// configured.
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

    /// As [`JwksVerifier::new`], with your own clock, cache or observer.
    pub fn with_options(
        source: Arc<dyn JwksSource>,
        timing: JwksOptions,
        rules: ClaimRules,
        options: VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let (timing, policy) = (timing.validated()?, Policy::new(rules, options)?);
        if policy.rules.admit_any_origin() {
            tracing::warn!(
                "neither an issuer nor an audience is configured: every token that the key set verifies is accepted, \
                 whatever service it was issued for"
            );
        }
        let refresher = Refresher::start(Arc::clone(&source), timing, &policy.options)?;
        Ok(Self { source, refresher, policy })
    }

    /// Whether there is a key set that is not stale.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.with_anchor(|_| ()).is_some()
    }

    /// The time since the key set in use was fetched; none before the first one, and after one with published private
    /// keys only.
    #[must_use]
    pub fn age(&self) -> Option<Duration> {
        self.refresher.age()
    }

    /// Where the keys come from, as of [`JwksSource::location`].
    #[must_use]
    pub fn location(&self) -> Option<String> {
        self.source.location()
    }

    pub(crate) fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Reads the key set in use; none when there is none, or when it is stale.
    pub(crate) fn with_anchor<T>(&self, read: impl FnOnce(&TrustAnchor) -> T) -> Option<T> {
        self.refresher.with_current(|snapshot| read(&snapshot.anchor))
    }

    pub(crate) async fn verify_parsed(
        &self,
        token: &RawToken<'_>,
        jws: &CompactJws<'_>,
    ) -> Result<Identity, VerifyError> {
        // Before the keys: an algorithm that no published key can have must not cause a fetch.
        check_published_algorithm(jws.header())?;
        let arrived = self.refresher.fetches_started();
        let attempt = || {
            self.refresher.with_current(|snapshot| {
                (snapshot.fetch, snapshot.age.is_zero(), snapshot.anchor.verify(token, jws, &self.policy))
            })
        };
        let mut verdict = attempt();
        if verdict.is_none() {
            if let Some(fetch) = self.refresher.first_fetch() {
                // A cancelled fetch means that the thread ended; the set that it left is all there is.
                let _ = fetch.await;
            }
            // Also without a fetch: one can have ended between the first attempt and the lock.
            verdict = attempt();
        }
        // Ends after two fetches: the one in flight, and one that starts after the token arrived.
        loop {
            let (used, is_fresh, kid) = match verdict {
                None => return Err(self.unavailable()),
                Some((used, is_fresh, Err(VerifyError::UnknownKey { kid }))) => (used, is_fresh, kid),
                Some((_, _, verdict)) => return verdict,
            };
            let key_id = jws.header().key_id().unwrap_or_default();
            match self.refresher.on_unknown_key(key_id, &Attempt { arrived, used, is_fresh }) {
                NextStep::Reject => return Err(VerifyError::UnknownKey { kid }),
                NextStep::Unchecked { retry_after_seconds } => {
                    return Err(VerifyError::UncheckedKey { kid, retry_after_seconds });
                }
                NextStep::Wait(fetch) => {
                    let _ = fetch.await;
                }
                NextStep::Retry => {}
            }
            verdict = attempt();
        }
    }

    pub(crate) fn unavailable(&self) -> VerifyError {
        VerifyError::KeysUnavailable { retry_after_seconds: self.refresher.retry_after_seconds() }
    }

    async fn verdict(&self, token: &str) -> Verdict {
        let token = RawToken::new(token, self.policy.rules.max_token_bytes)?;
        if let Some(identity) = self.with_anchor(|anchor| anchor.cached(&token, &self.policy)).flatten() {
            return Ok((identity, VerifiedBy::Cache));
        }
        let jws = CompactJws::parse(token.text())?;
        Ok((self.verify_parsed(&token, &jws).await?, VerifiedBy::Signature))
    }
}

impl fmt::Debug for JwksVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksVerifier")
            .field("is_ready", &self.is_ready())
            .field("rules", &self.policy.rules)
            .finish_non_exhaustive()
    }
}

impl TokenVerifier for JwksVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(async move { notify(self.policy.observer(), self.verdict(token).await) })
    }

    fn cached(&self, token: &str) -> Option<Identity> {
        let token = RawToken::new(token, self.policy.rules.max_token_bytes).ok()?;
        let identity = self.with_anchor(|anchor| anchor.cached(&token, &self.policy)).flatten()?;
        notify(self.policy.observer(), Ok((identity, VerifiedBy::Cache))).ok()
    }
}
