//! One of the trust roots, whichever it is.

use crate::token::CompactJws;
use crate::token::check_length;
use crate::verifier::PresentedToken;
use crate::{
    ClaimRules, Identity, JwksVerifier, Observer, SharedSecretVerifier, VerifierOptions, VerifyError,
};

#[derive(Clone, Copy)]
pub(crate) enum Root<'a> {
    Shared(&'a SharedSecretVerifier),
    Jwks(&'a JwksVerifier),
}

impl<'a> Root<'a> {
    pub(crate) fn rules(self) -> &'a ClaimRules {
        match self {
            Self::Shared(verifier) => verifier.rules(),
            Self::Jwks(verifier) => verifier.rules(),
        }
    }

    pub(crate) fn options(self) -> &'a VerifierOptions {
        match self {
            Self::Shared(verifier) => verifier.options(),
            Self::Jwks(verifier) => verifier.options(),
        }
    }

    pub(crate) fn observer(self) -> &'a dyn Observer {
        &*self.options().observer
    }

    pub(crate) fn recall(self, token: &PresentedToken<'_>) -> Option<Identity> {
        match self {
            Self::Shared(verifier) => verifier.recall(token),
            Self::Jwks(verifier) => verifier.recall(token),
        }
    }

    /// Looks at the length again, since the other root may admit longer tokens.
    pub(crate) async fn verify(
        self,
        token: &PresentedToken<'_>,
        jws: &CompactJws<'_>,
    ) -> Result<Identity, VerifyError> {
        check_length(token.text(), self.rules().max_token_bytes)?;
        match self {
            Self::Shared(verifier) => verifier.verify_parsed(token, jws),
            Self::Jwks(verifier) => verifier.verify_parsed(token, jws).await,
        }
    }
}
