//! Both trust roots side by side, for the time of a migration from one to the other.

use crate::algorithm::Algorithm;
use crate::jws::CompactJws;
use crate::{
    BoxFuture, ConfigError, Identity, JwksVerifier, SharedSecretVerifier, TokenVerifier, VerifyError,
};

/// Verifies with a shared secret, with a key set, or with each for its own algorithms.
///
/// The header's `alg` decides which of the two is asked, and nothing more: HS256 goes to the shared secret, everything
/// else to the key set, and neither ever sees the other's keys.
pub struct AnyVerifier {
    shared: Option<SharedSecretVerifier>,
    jwks: Option<JwksVerifier>,
    limit_bytes: usize,
}

impl AnyVerifier {
    /// At least one of the two.
    ///
    /// # Errors
    ///
    /// [`ConfigError::NoTrustRoot`] when there is neither.
    pub fn new(
        shared: Option<SharedSecretVerifier>,
        jwks: Option<JwksVerifier>,
    ) -> Result<Self, ConfigError> {
        let limits = (
            shared.as_ref().map(SharedSecretVerifier::limit_bytes),
            jwks.as_ref().map(JwksVerifier::limit_bytes),
        );
        let limit_bytes = limits.0.max(limits.1).ok_or(ConfigError::NoTrustRoot)?;
        Ok(Self { shared, jwks, limit_bytes })
    }

    /// Whether tokens of every configured trust root can be judged at this moment: a key set has to have been fetched, and
    /// not too long ago; a shared secret is always there.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.jwks.as_ref().is_none_or(JwksVerifier::is_ready)
    }

    async fn verify_token(&self, token: &str) -> Result<Identity, VerifyError> {
        let jws = CompactJws::parse(token, self.limit_bytes)?;
        let is_symmetric = Algorithm::named(jws.header().algorithm()).is_some_and(Algorithm::is_symmetric);
        match (&self.shared, &self.jwks) {
            (Some(shared), _) if is_symmetric => {
                check_length(&jws, shared.limit_bytes())?;
                shared.verify_parsed(&jws)
            }
            (_, Some(published)) if !is_symmetric => {
                check_length(&jws, published.limit_bytes())?;
                published.verify_parsed(&jws).await
            }
            _ => Err(jws.header().unsupported_algorithm()),
        }
    }
}

impl TokenVerifier for AnyVerifier {
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>> {
        Box::pin(self.verify_token(token))
    }
}

/// The two may differ in their limits; the token was read under the larger one.
fn check_length(jws: &CompactJws<'_>, limit_bytes: usize) -> Result<(), VerifyError> {
    if jws.length() > limit_bytes { Err(VerifyError::TooLong { limit_bytes }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;
