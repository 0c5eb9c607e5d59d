//! Both trust roots side by side, for the time of a migration from one to the other.

mod explain;
mod report;
mod root;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::keys::is_symmetric;
use crate::token::{CompactJws, Header};
use crate::verifier::{PresentedToken, VerifiedBy, tell};
use crate::{
    BoxFuture, ConfigError, Identity, JwksVerifier, Observer, SharedSecretVerifier, TokenVerifier,
    VerifyError,
};
#[cfg(feature = "jwks")]
use crate::{ClaimRules, HttpJwksSource, JwksOptions, Secret};
pub use report::{Finding, Outcome, Report};
use root::Root;

/// Verifies with a shared secret, with a key set, or with each for its own algorithms.
///
/// The header's `alg` decides which of the two is asked, and nothing more: HS256 goes to the shared secret, everything
/// else to the key set, and neither ever sees the other's keys.
pub struct AnyVerifier {
    shared: Option<SharedSecretVerifier>,
    jwks: Option<JwksVerifier>,
    /// Of the two, the larger one.
    limit_bytes: usize,
    /// That of the first trust root there is, for tokens that belong to neither.
    observer: Arc<dyn Observer>,
}

impl AnyVerifier {
    /// At least one of the two. Each tells its own observer of the tokens that it judges; the first there is hears of those
    /// that belong to neither too.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoTrustRoot`] when there is neither.
    pub fn new(
        shared: Option<SharedSecretVerifier>,
        jwks: Option<JwksVerifier>,
    ) -> Result<Self, ConfigError> {
        let of_shared = shared.as_ref().map(|shared| (shared.rules(), shared.options()));
        let of_jwks = jwks.as_ref().map(|jwks| (jwks.rules(), jwks.options()));
        let (_, options) = of_shared.or(of_jwks).ok_or(ConfigError::NoTrustRoot)?;
        let observer = Arc::clone(&options.observer);
        let limits = [of_shared, of_jwks].into_iter().flatten().map(|(rules, _)| rules.max_token_bytes);
        let limit_bytes = limits.max().unwrap_or_default();
        Ok(Self { shared, jwks, limit_bytes, observer })
    }

    /// For the Better Auth at `base_url`, with the default options: tokens under the keys that it publishes and, when there
    /// are `secrets`, HS256 tokens under any of them. Its origin is the issuer and the audience of both.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for a URL that is neither https nor http to this machine, and for weak secrets.
    #[cfg(feature = "jwks")]
    #[cfg_attr(docsrs, doc(cfg(feature = "jwks")))]
    pub fn for_better_auth(base_url: &str, secrets: Vec<Secret>) -> Result<Self, ConfigError> {
        let rules = ClaimRules::for_better_auth(base_url)?;
        let by_secret = |secrets| SharedSecretVerifier::new(secrets, rules.clone());
        let shared = Some(secrets).filter(|secrets| !secrets.is_empty()).map(by_secret).transpose()?;
        let source = HttpJwksSource::for_better_auth(base_url, false)?;
        let jwks = JwksVerifier::new(Arc::new(source), JwksOptions::default(), rules)?;
        Self::new(shared, Some(jwks))
    }

    /// Whether tokens of every configured trust root can be judged at this moment: a key set has to have been fetched, and
    /// not too long ago; a shared secret is always there.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.jwks.as_ref().is_none_or(JwksVerifier::is_ready)
    }

    /// How long ago the key set in use was fetched; none without a key set.
    #[must_use]
    pub fn keys_age(&self) -> Option<Duration> {
        self.jwks.as_ref().and_then(JwksVerifier::age)
    }

    pub(crate) fn limit_bytes(&self) -> usize {
        self.limit_bytes
    }

    pub(crate) fn roots(&self) -> impl Iterator<Item = Root<'_>> {
        let roots = [self.shared.as_ref().map(Root::Shared), self.jwks.as_ref().map(Root::Jwks)];
        roots.into_iter().flatten()
    }

    /// The trust root that judges tokens of this header.
    pub(crate) fn root_for(&self, header: &Header) -> Result<Root<'_>, VerifyError> {
        let judges = |root: &Root<'_>| matches!(root, Root::Shared(_)) == is_symmetric(header);
        self.roots().find(judges).ok_or_else(|| header.unsupported_algorithm())
    }

    async fn judge(&self, token: &str) -> Result<Identity, VerifyError> {
        let token = self.told(PresentedToken::new(token, self.limit_bytes))?;
        let recalled = self.roots().find_map(|root| Some((root, root.recall(&token)?)));
        if let Some((root, identity)) = recalled {
            return tell(root.observer(), Ok((identity, VerifiedBy::Memory)));
        }
        let jws = self.told(CompactJws::parse(token.text()))?;
        let root = self.told(self.root_for(jws.header()))?;
        let verdict = root.verify(&token, &jws).await;
        tell(root.observer(), verdict.map(|identity| (identity, VerifiedBy::Signature)))
    }

    /// Tells of a token that no trust root got to see.
    fn told<T>(&self, result: Result<T, VerifyError>) -> Result<T, VerifyError> {
        result.inspect_err(|error| self.observer.refused(error))
    }
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
        Box::pin(self.judge(token))
    }
}
