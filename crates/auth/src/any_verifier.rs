//! A shared secret and a key set behind one verifier, for a migration from one to the other, and the report that
//! explains a verdict rule by rule.

mod explain;
mod report;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::keys::is_symmetric;
use crate::token::{CompactJws, Header, check_length};
use crate::verifier::{Policy, RawToken, TrustAnchor, VerifiedBy, notify};
use crate::{
    BoxFuture, ConfigError, Identity, JwksVerifier, Observer, SharedSecretVerifier, TokenVerifier,
    VerifyError,
};
#[cfg(feature = "jwks")]
use crate::{ClaimRules, HttpJwksSource, JwksOptions, Secret, VerifierOptions};

pub use report::{Finding, Outcome, Report};

/// Verifies with a shared secret, with a key set, or with each for its own algorithms.
///
/// The `alg` of the header selects one of the two trust anchors, and nothing more: HS256 selects the shared secret,
/// everything else the key set, and neither uses the keys of the other.
pub struct AnyVerifier {
    shared: Option<SharedSecretVerifier>,
    jwks: Option<JwksVerifier>,
    /// The larger limit of the two.
    limit_bytes: usize,
    /// The observer of the first trust anchor, for tokens that belong to neither.
    observer: Arc<dyn Observer>,
}

impl AnyVerifier {
    /// Creates a verifier of at least one trust anchor. Each notifies its own observer of the tokens that it verifies;
    /// the observer of the first one is also notified of tokens that belong to neither.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoTrustAnchor`] without any.
    pub fn new(
        shared: Option<SharedSecretVerifier>,
        jwks: Option<JwksVerifier>,
    ) -> Result<Self, ConfigError> {
        let policies =
            [shared.as_ref().map(SharedSecretVerifier::policy), jwks.as_ref().map(JwksVerifier::policy)];
        let policies = || policies.into_iter().flatten();
        let first = policies().next().ok_or(ConfigError::NoTrustAnchor)?;
        let observer = Arc::clone(&first.options.observer);
        let limit_bytes = policies().map(|policy| policy.rules.max_token_bytes).max().unwrap_or_default();
        Ok(Self { shared, jwks, limit_bytes, observer })
    }

    /// Creates a verifier for the Better Auth at `base_url`, with the default options: for tokens under the keys that
    /// it publishes. The origin of the URL is the issuer and the audience.
    ///
    /// ```no_run
    /// use tasknook_auth::{AnyVerifier, ConfigError};
    ///
    /// # fn main() -> Result<(), ConfigError> {
    /// let verifier = AnyVerifier::for_better_auth("https://auth.example.com")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a URL that is neither https nor http to this machine.
    #[cfg(feature = "jwks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwks")))]
    pub fn for_better_auth(base_url: &str) -> Result<Self, ConfigError> {
        Self::for_better_auth_with_secrets(base_url, Vec::new())
    }

    /// As [`AnyVerifier::for_better_auth`], with an observer, a clock or another cache.
    ///
    /// ```
    /// use tasknook_auth::{AnyVerifier, CacheOptions, ConfigError, VerifierOptions};
    ///
    /// # fn main() -> Result<(), ConfigError> {
    /// let options = VerifierOptions::new().cache(CacheOptions::off());
    /// let verifier = AnyVerifier::for_better_auth_with_options("https://auth.example.com", options)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`AnyVerifier::for_better_auth`], and for options outside their limits.
    #[cfg(feature = "jwks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwks")))]
    pub fn for_better_auth_with_options(
        base_url: &str,
        options: VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let rules = ClaimRules::for_better_auth(base_url)?;
        let source = Arc::new(HttpJwksSource::for_better_auth(base_url)?);
        let jwks = JwksVerifier::with_options(source, JwksOptions::default(), rules, options)?;
        Self::new(None, Some(jwks))
    }

    /// As [`AnyVerifier::for_better_auth`], and for HS256 tokens under any of these secrets, with the same issuer and
    /// audience: for a Better Auth whose `jwt()` has a signer of its own, or had one. Without secrets it is the same.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a URL that is neither https nor http to this machine, and for weak secrets.
    #[cfg(feature = "jwks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwks")))]
    pub fn for_better_auth_with_secrets(base_url: &str, secrets: Vec<Secret>) -> Result<Self, ConfigError> {
        let rules = ClaimRules::for_better_auth(base_url)?;
        let by_secret = |secrets| SharedSecretVerifier::new(secrets, rules.clone());
        let shared = Some(secrets).filter(|secrets| !secrets.is_empty()).map(by_secret).transpose()?;
        let source = HttpJwksSource::for_better_auth(base_url)?;
        let jwks = JwksVerifier::new(Arc::new(source), JwksOptions::default(), rules)?;
        Self::new(shared, Some(jwks))
    }

    /// Whether the tokens of every configured trust anchor can be verified now: a key set must have been fetched and
    /// not be stale; a shared secret is always ready.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.jwks.as_ref().is_none_or(JwksVerifier::is_ready)
    }

    /// Whether the tokens of at least one configured trust anchor can be verified now.
    #[must_use]
    pub fn is_any_ready(&self) -> bool {
        self.shared.is_some() || self.is_ready()
    }

    /// The time since the key set in use was fetched; none without a key set.
    #[must_use]
    pub fn keys_age(&self) -> Option<Duration> {
        self.jwks.as_ref().and_then(JwksVerifier::age)
    }

    /// One line for each trust anchor: where its keys come from, and the issuers and audiences that it accepts. It
    /// contains no shared secret, but the whole URL of the keys, with its query.
    #[must_use]
    pub fn trust_anchors(&self) -> Vec<String> {
        let line = |verifier: VerifierRef<'_>| {
            let rules = &verifier.policy().rules;
            let (issuers, audiences) = (accepted(&rules.issuers), accepted(&rules.audiences));
            format!("{}: issuers {issuers}, audiences {audiences}", verifier.source())
        };
        self.verifiers().map(line).collect()
    }

    /// The issuers that each trust anchor accepts; no issuer means every one.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = &[String]> {
        self.verifiers().map(|verifier| &verifier.policy().rules.issuers[..])
    }

    pub(crate) fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    fn verifiers(&self) -> impl Iterator<Item = VerifierRef<'_>> {
        let shared = self.shared.as_ref().map(VerifierRef::Shared);
        shared.into_iter().chain(self.jwks.as_ref().map(VerifierRef::Jwks))
    }

    /// The verifier for tokens with this header.
    fn verifier_for(&self, header: &Header) -> Result<VerifierRef<'_>, VerifyError> {
        let is_symmetric = is_symmetric(header);
        self.verifiers()
            .find(|verifier| matches!(verifier, VerifierRef::Shared(_)) == is_symmetric)
            .ok_or_else(|| header.unsupported_algorithm())
    }

    async fn verify_and_notify(&self, token: &str) -> Result<Identity, VerifyError> {
        let token = self.notify_on_err(RawToken::new(token, self.limit_bytes))?;
        // Before the header is parsed: parsing costs more than two look-ups.
        if let Some(identity) = self.find_cached(&token) {
            return Ok(identity);
        }
        let jws = self.notify_on_err(CompactJws::parse(token.text()))?;
        self.verify_parsed(&token, &jws).await
    }

    /// Verifies a token that is not in the cache, and notifies the observer of the verdict.
    pub(crate) async fn verify_parsed(
        &self,
        token: &RawToken<'_>,
        jws: &CompactJws<'_>,
    ) -> Result<Identity, VerifyError> {
        let verifier = self.notify_on_err(self.verifier_for(jws.header()))?;
        let verdict = verifier.verify(token, jws).await;
        notify(verifier.policy().observer(), verdict.map(|identity| (identity, VerifiedBy::Signature)))
    }

    /// Looks the token up in the caches of both trust anchors.
    pub(crate) fn find_cached(&self, token: &RawToken<'_>) -> Option<Identity> {
        let cached = self.verifiers().find_map(|verifier| Some((verifier, verifier.cached(token)?)));
        let (verifier, identity) = cached?;
        notify(verifier.policy().observer(), Ok((identity, VerifiedBy::Cache))).ok()
    }

    /// Notifies the observer of a token that is rejected before a trust anchor is selected.
    pub(crate) fn notify_on_err<T>(&self, result: Result<T, VerifyError>) -> Result<T, VerifyError> {
        result.inspect_err(|error| self.observer.rejected(error))
    }
}

fn accepted(values: &[String]) -> String {
    if values.is_empty() { "any".to_owned() } else { format!("{values:?}") }
}

impl fmt::Debug for AnyVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnyVerifier")
            .field("shared", &self.shared)
            .field("jwks", &self.jwks)
            .finish_non_exhaustive()
    }
}

impl TokenVerifier for AnyVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(self.verify_and_notify(token))
    }

    fn cached(&self, token: &str) -> Option<Identity> {
        self.find_cached(&RawToken::new(token, self.limit_bytes).ok()?)
    }
}

#[derive(Clone, Copy)]
enum VerifierRef<'a> {
    Shared(&'a SharedSecretVerifier),
    Jwks(&'a JwksVerifier),
}

impl<'a> VerifierRef<'a> {
    fn policy(self) -> &'a Policy {
        match self {
            Self::Shared(verifier) => verifier.policy(),
            Self::Jwks(verifier) => verifier.policy(),
        }
    }

    fn source(self) -> String {
        match self {
            Self::Shared(verifier) => format!("shared secrets ({})", verifier.anchor().keys().len()),
            Self::Jwks(verifier) => match verifier.location() {
                Some(location) => format!("key set {location}"),
                None => "key set".to_owned(),
            },
        }
    }

    /// Reads the trust anchor in use; none without a usable key set.
    fn with_anchor<T>(self, read: impl FnOnce(&TrustAnchor) -> T) -> Option<T> {
        match self {
            Self::Shared(verifier) => Some(read(verifier.anchor())),
            Self::Jwks(verifier) => verifier.with_anchor(read),
        }
    }

    fn cached(self, token: &RawToken<'_>) -> Option<Identity> {
        self.with_anchor(|anchor| anchor.cached(token, self.policy())).flatten()
    }

    /// Checks the length again, since the other trust anchor can have a larger limit.
    async fn verify(self, token: &RawToken<'_>, jws: &CompactJws<'_>) -> Result<Identity, VerifyError> {
        check_length(token.text(), self.policy().rules.max_token_bytes)?;
        match self {
            Self::Shared(verifier) => verifier.verify_parsed(token, jws),
            Self::Jwks(verifier) => verifier.verify_parsed(token, jws).await,
        }
    }
}
