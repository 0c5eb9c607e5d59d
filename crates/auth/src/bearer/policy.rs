//! What the guard of every framework decides: who the user of a request is, and whether the request may go on.

use std::sync::Arc;

use crate::{
    AccessDenied, AuthError, ChallengeOptions, CredentialsError, Identity, TokenVerifier, authenticate,
};

/// In the extensions of a request without a token that passed an optional guard.
#[derive(Clone, Copy)]
pub(super) struct Anonymous;

type Requirement = dyn Fn(&Identity) -> Result<(), AccessDenied> + Send + Sync;

#[derive(Clone)]
pub(super) struct Policy {
    verifier: Arc<dyn TokenVerifier>,
    pub(super) challenge: ChallengeOptions,
    pub(super) is_optional: bool,
    requirements: Vec<Arc<Requirement>>,
}

impl Policy {
    pub(super) fn new(verifier: Arc<dyn TokenVerifier>) -> Self {
        Self { verifier, challenge: ChallengeOptions::new(), is_optional: false, requirements: Vec::new() }
    }

    /// The user of a request with these `Authorization` headers; none only if the token is missing and optional.
    pub(super) async fn identify<'a>(
        &self,
        authorization: impl Iterator<Item = &'a [u8]>,
    ) -> Result<Option<Identity>, AuthError> {
        match authenticate(&*self.verifier, authorization).await {
            Ok(identity) => Ok(Some(identity)),
            Err(AuthError::Credentials(CredentialsError::Missing)) if self.is_optional => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn require(
        &mut self,
        requirement: impl Fn(&Identity) -> Result<(), AccessDenied> + Send + Sync + 'static,
    ) {
        self.requirements.push(Arc::new(requirement));
    }

    /// The first requirement that a user does not meet decides.
    pub(super) fn authorize(&self, identity: Option<&Identity>) -> Result<(), AuthError> {
        let Some(identity) = identity else { return Ok(()) };
        Ok(self.requirements.iter().try_for_each(|requirement| requirement(identity))?)
    }
}
