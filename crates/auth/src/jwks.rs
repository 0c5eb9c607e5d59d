//! Public keys that the issuer publishes as a JSON Web Key Set (RFC 7517).
//!
//! One thread fetches, so there is one fetch at a time by construction; requests read the last good set through an
//! atomic pointer and wait only when the key they need might be in the set that is being fetched.

#[cfg(feature = "jwks")]
mod http;
mod jwk;
mod key_set;
mod options;
mod refresher;
mod schedule;
mod source;

use std::sync::Arc;

use crate::algorithm::Algorithm;
use crate::jws::{CompactJws, verify_jws};
use crate::{
    BoxFuture, ClaimRules, Clock, ConfigError, Excerpt, Identity, SystemClock, TokenVerifier, VerifyError,
};
use key_set::Lookup;
use refresher::Refresher;

#[cfg(feature = "jwks")]
pub use http::HttpJwksSource;
pub use options::JwksOptions;
pub use source::{FetchError, FetchedKeys, JwksSource};

/// Verifies `EdDSA`, ES256, RS256 and PS256 tokens with the keys that the issuer publishes.
///
/// Dropping it ends its thread, after the fetch under way if there is one.
pub struct JwksVerifier {
    refresher: Refresher,
    rules: ClaimRules,
    clock: Arc<dyn Clock>,
}

impl JwksVerifier {
    /// A verifier on the machine's clock. It starts to fetch at once and does not wait for the answer: an issuer that
    /// is down makes tokens unavailable, not the start. Logs a warning when neither issuers nor audiences are configured.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for options or rules outside their limits, and when the thread cannot be started.
    pub fn new(
        source: Arc<dyn JwksSource>,
        options: JwksOptions,
        rules: ClaimRules,
    ) -> Result<Self, ConfigError> {
        Self::with_clock(source, options, rules, Arc::new(SystemClock))
    }

    /// As [`JwksVerifier::new`], on a clock of the caller's.
    pub fn with_clock(
        source: Arc<dyn JwksSource>,
        options: JwksOptions,
        rules: ClaimRules,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let rules = rules.validated()?;
        let options = options.validated()?;
        if rules.admit_any_origin() {
            tracing::warn!(
                "neither an issuer nor an audience is configured: every token that the key set verifies is accepted, \
                 whatever service it was issued for"
            );
        }
        let refresher = Refresher::start(source, options, Arc::clone(&clock))?;
        Ok(Self { refresher, rules, clock })
    }

    /// Whether there is a key set to judge by that is not too old.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.refresher.current().is_some()
    }

    pub(crate) fn limit_bytes(&self) -> usize {
        self.rules.max_token_bytes
    }

    pub(crate) async fn verify_parsed(&self, jws: &CompactJws<'_>) -> Result<Identity, VerifyError> {
        let algorithm =
            Algorithm::named(jws.header().algorithm()).filter(|algorithm| !algorithm.is_symmetric());
        if algorithm.is_none() {
            return Err(jws.header().unsupported_algorithm());
        }
        let mut outcome = self.attempt(jws)?;
        if !matches!(outcome, Outcome::Verified(_)) {
            let fetch = match outcome {
                Outcome::NoKeys => self.refresher.first_fetch(),
                _ => self.refresher.request_fetch(),
            };
            if let Some(fetch) = fetch {
                // Cancelled means that the thread ended; what it left behind is all there is.
                let _ = fetch.await;
            }
            // Also without a fetch: one may have ended since the first look.
            outcome = self.attempt(jws)?;
        }
        match outcome {
            Outcome::Verified(payload) => self.rules.check(&payload, self.clock.unix_seconds()),
            Outcome::UnknownKey => {
                Err(VerifyError::UnknownKey { kid: Excerpt::of(jws.header().key_id().unwrap_or_default()) })
            }
            Outcome::NoKeys => Err(VerifyError::KeysUnavailable {
                retry_after_seconds: self.refresher.retry_after_seconds(),
            }),
        }
    }

    fn attempt(&self, jws: &CompactJws<'_>) -> Result<Outcome, VerifyError> {
        let Some(keys) = self.refresher.current() else { return Ok(Outcome::NoKeys) };
        match keys.look_up(jws.header().key_id()) {
            Lookup::Found(key) => verify_jws(jws, key).map(Outcome::Verified),
            Lookup::Unknown => Ok(Outcome::UnknownKey),
            Lookup::Ambiguous => Err(VerifyError::MissingKeyId),
        }
    }
}

impl TokenVerifier for JwksVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(async move { self.verify_parsed(&CompactJws::parse(token, self.limit_bytes())?).await })
    }
}

/// What one look at the key set gave.
enum Outcome {
    Verified(Vec<u8>),
    UnknownKey,
    NoKeys,
}

#[cfg(test)]
mod tests;
