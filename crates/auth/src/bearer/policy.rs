//! What the guard of every framework decides: who the user of a request is, and whether the request may go on.

use std::sync::Arc;

use crate::{
    AccessDenied, AuthError, ChallengeOptions, CredentialsError, Identity, RequestHead, TokenSource,
    TokenVerifier, token_from,
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
    /// Empty: the `Authorization` header.
    sources: Vec<TokenSource>,
}

impl Policy {
    pub(super) fn new(verifier: Arc<dyn TokenVerifier>) -> Self {
        Self {
            verifier,
            challenge: ChallengeOptions::new(),
            is_optional: false,
            requirements: Vec::new(),
            sources: Vec::new(),
        }
    }

    pub(super) fn add_source(&mut self, source: TokenSource) {
        // Twice, its one token would count as two.
        if !self.sources.contains(&source) {
            self.sources.push(source);
        }
    }

    pub(super) fn token<'a>(&self, request: &'a impl RequestHead) -> Result<&'a str, CredentialsError> {
        let sources =
            if self.sources.is_empty() { &[TokenSource::AuthorizationHeader] } else { &self.sources[..] };
        token_from(sources, request)
    }

    /// The user of a request with this [token](Self::token); none only if it is missing, optional, and nothing is required.
    pub(super) async fn identify(
        &self,
        token: Result<&str, CredentialsError>,
    ) -> Result<Option<Identity>, AuthError> {
        match token {
            Err(CredentialsError::Missing) if self.is_optional && self.requirements.is_empty() => Ok(None),
            token => Ok(Some(self.verifier.verify(token?).await?)),
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
