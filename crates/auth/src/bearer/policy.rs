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
    pub(super) scopes: Vec<String>,
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
            scopes: Vec::new(),
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

    /// The user of a request with this [token](Self::token), if it could be identified, and whether the request may go on.
    pub(super) async fn decide(
        &self,
        token: Result<&str, CredentialsError>,
    ) -> (Option<Identity>, Result<(), AuthError>) {
        match self.identify(token).await {
            Ok(user) => {
                let allowed = user.as_ref().map_or(Ok(()), |user| self.authorize(user));
                (user, allowed)
            }
            Err(error) => (None, Err(error)),
        }
    }

    /// None only if the token is missing, optional, and nothing is required.
    pub(super) async fn identify(
        &self,
        token: Result<&str, CredentialsError>,
    ) -> Result<Option<Identity>, AuthError> {
        match token {
            Err(CredentialsError::Missing) if self.is_optional && self.requires_nothing() => Ok(None),
            token => Ok(Some(self.verifier.verify(token?).await?)),
        }
    }

    fn requires_nothing(&self) -> bool {
        self.scopes.is_empty() && self.requirements.is_empty()
    }

    pub(super) fn require_scope(&mut self, scope: String) {
        self.scopes.push(scope);
    }

    pub(super) fn require(
        &mut self,
        requirement: impl Fn(&Identity) -> Result<(), AccessDenied> + Send + Sync + 'static,
    ) {
        self.requirements.push(Arc::new(requirement));
    }

    /// The first requirement that a user does not meet decides. Scopes are required together, since the challenge names
    /// all of them.
    fn authorize(&self, user: &Identity) -> Result<(), AuthError> {
        user.require_scopes(&self.scopes)?;
        Ok(self.requirements.iter().try_for_each(|requirement| requirement(user))?)
    }
}
