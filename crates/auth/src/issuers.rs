//! Several issuers, each with keys and rules of its own.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::claims::{Claims, member_of, unknown_issuer};
use crate::token::{CompactJws, check_length};
use crate::verifier::RawToken;
use crate::{AnyVerifier, BoxFuture, ConfigError, Identity, Report, TokenVerifier, VerifyError};

/// Up to so many verifiers, a token is looked up in the cache of each before its payload is parsed, which costs more.
const FEW: usize = 8;

/// Verifies the tokens of several issuers, each with keys and rules of its own.
///
/// The claim `iss` of a token selects one verifier, and nothing more: the token must be signed with the keys of that one,
/// whose rules check `iss` again afterwards. Nothing is fetched for an unknown issuer, and no token makes a verifier fetch the
/// keys of another one.
///
/// **Two issuers can have the same id for two users.** Store [`Identity::issuer`] and [`Identity::user_id`] together. Each
/// issuer can also write any role, scope and e-mail address: compare the issuer wherever you require one.
///
/// Each verifier with a key set has a thread that fetches it, and each trust anchor has a cache of its own.
///
/// ```no_run
/// # #[cfg(feature = "jwks")] {
/// use tasknook_auth::{AnyVerifier, ConfigError, IssuerVerifier};
///
/// fn verifier() -> Result<IssuerVerifier, ConfigError> {
///     IssuerVerifier::new([
///         AnyVerifier::for_better_auth("https://auth.example.com")?,
///         AnyVerifier::for_better_auth("https://auth.example.org")?,
///     ])
/// }
/// # }
/// ```
pub struct IssuerVerifier {
    verifiers: Vec<Arc<AnyVerifier>>,
    by_issuer: BTreeMap<String, Arc<AnyVerifier>>,
    /// The largest limit of all.
    limit_bytes: usize,
}

impl IssuerVerifier {
    /// Creates a verifier of these verifiers, each for the issuers in its own rules. Each notifies its own observer; that
    /// of the first one is also notified of tokens that belong to none.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoTrustAnchor`] without any verifier, [`ConfigError::AnyIssuer`] when the rules of one of them,
    /// for its secrets or for its key set, name no issuer, and [`ConfigError::RepeatedIssuer`] when two of them name the same one.
    pub fn new(
        verifiers: impl IntoIterator<Item = impl Into<Arc<AnyVerifier>>>,
    ) -> Result<Self, ConfigError> {
        let verifiers: Vec<Arc<AnyVerifier>> = verifiers.into_iter().map(Into::into).collect();
        let mut by_issuer = BTreeMap::<String, Arc<AnyVerifier>>::new();
        for (verifier, position) in verifiers.iter().zip(1..) {
            if verifier.issuers().any(<[String]>::is_empty) {
                return Err(ConfigError::AnyIssuer { position });
            }
            for issuer in verifier.issuers().flatten() {
                let other = by_issuer.insert(issuer.clone(), Arc::clone(verifier));
                // The two trust anchors of one verifier may share an issuer: `alg` selects between them.
                if other.is_some_and(|other| !Arc::ptr_eq(&other, verifier)) {
                    return Err(ConfigError::RepeatedIssuer { issuer: issuer.clone() });
                }
            }
        }
        let limits = verifiers.iter().map(|verifier| verifier.limit_bytes());
        let limit_bytes = limits.max().ok_or(ConfigError::NoTrustAnchor)?;
        Ok(Self { verifiers, by_issuer, limit_bytes })
    }

    /// Whether the tokens of every issuer can be verified now, as of [`AnyVerifier::is_ready`].
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.verifiers.iter().all(|verifier| verifier.is_ready())
    }

    /// Whether the tokens of at least one issuer can be verified now, as of [`AnyVerifier::is_any_ready`].
    #[must_use]
    pub fn is_any_ready(&self) -> bool {
        self.verifiers.iter().any(|verifier| verifier.is_any_ready())
    }

    /// One line for each trust anchor of each verifier, as of [`AnyVerifier::trust_anchors`].
    #[must_use]
    pub fn trust_anchors(&self) -> Vec<String> {
        self.verifiers.iter().flat_map(|verifier| verifier.trust_anchors()).collect()
    }

    /// Applies every rule to `token` and reports the findings, as [`AnyVerifier::explain`] does. The rule `issuer` selects
    /// the verifier, whose rules follow; with an unknown issuer none of them can be applied.
    pub async fn explain(&self, token: &str) -> Report {
        let parsed = check_length(token, self.limit_bytes).and_then(|()| CompactJws::parse(token));
        let jws = match parsed {
            Ok(jws) => jws,
            Err(error) => {
                return Report::without_verifier(token, self.limit_bytes, error).with_issuer(None);
            }
        };
        let detail = self.issuer_detail(&jws).unwrap_or_default();
        match self.select(&jws) {
            Ok(verifier) => verifier.explain(token).await.with_issuer(Some((detail, Ok(())))),
            Err(error) => Report::without_verifier(token, self.limit_bytes, error.clone())
                .with_issuer(Some((detail, Err(error)))),
        }
    }

    fn issuer_detail(&self, jws: &CompactJws<'_>) -> Option<String> {
        let payload = jws.unverified_payload().ok()?;
        let issuers: Vec<_> = self.by_issuer.keys().cloned().collect();
        Some(member_of(&Claims::parse(&payload).ok()?, "iss", &issuers))
    }

    /// The verifier for the issuer of a token, which is not verified yet.
    fn select(&self, jws: &CompactJws<'_>) -> Result<&AnyVerifier, VerifyError> {
        let payload = jws.unverified_payload()?;
        let claims = Claims::parse(&payload)?;
        let issuer = claims.issuer()?;
        self.by_issuer.get(issuer).map(AsRef::as_ref).ok_or_else(|| unknown_issuer(issuer))
    }

    async fn verify_and_notify(&self, token: &str) -> Result<Identity, VerifyError> {
        let token = self.notify_on_err(RawToken::new(token, self.limit_bytes))?;
        if self.verifiers.len() <= FEW
            && let Some(identity) = self.find_cached(&token)
        {
            return Ok(identity);
        }
        let jws = self.notify_on_err(CompactJws::parse(token.text()))?;
        let verifier = self.notify_on_err(self.select(&jws))?;
        verifier.notify_on_err(check_length(token.text(), verifier.limit_bytes()))?;
        match verifier.find_cached(&token) {
            Some(identity) => Ok(identity),
            None => verifier.verify_parsed(&token, &jws).await,
        }
    }

    fn find_cached(&self, token: &RawToken<'_>) -> Option<Identity> {
        self.verifiers.iter().find_map(|verifier| verifier.find_cached(token))
    }

    /// Notifies the observer of the first verifier of a token that is rejected before one is selected.
    fn notify_on_err<T>(&self, result: Result<T, VerifyError>) -> Result<T, VerifyError> {
        match self.verifiers.first() {
            Some(first) => first.notify_on_err(result),
            None => result,
        }
    }
}

impl fmt::Debug for IssuerVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IssuerVerifier").field("verifiers", &self.verifiers).finish_non_exhaustive()
    }
}

impl TokenVerifier for IssuerVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(self.verify_and_notify(token))
    }

    fn cached(&self, token: &str) -> Option<Identity> {
        self.find_cached(&RawToken::new(token, self.limit_bytes).ok()?)
    }
}
