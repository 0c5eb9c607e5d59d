//! The user that a verified token identifies.

use std::fmt;
use std::sync::Arc;

/// The user of a token that passed every rule.
///
/// Only the verifiers of this crate create one, so nothing can call a function that takes an `Identity` without a
/// verified token; the feature `testing` adds constructors for tests. A clone increments a reference count.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity(pub(super) Arc<Facts>);

#[derive(PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) user_id: String,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) audiences: Vec<String>,
    pub(crate) token_id: Option<String>,
    pub(crate) key_id: Option<String>,
    pub(crate) algorithm: &'static str,
    pub(crate) scopes: Vec<String>,
    pub(crate) roles: Vec<String>,
    pub(crate) issued_at_unix: Option<i64>,
    pub(crate) expires_at_unix: i64,
    pub(crate) valid_until_unix: i64,
    pub(crate) payload: Box<[u8]>,
}

impl Identity {
    /// From the claims of a verified token.
    pub(crate) fn verified(facts: Facts) -> Self {
        Self(Arc::new(facts))
    }

    /// The user's id: opaque, case-sensitive, 1 to 255 bytes, not blank, without control or invisible characters,
    /// neither trimmed nor folded.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.0.user_id
    }

    /// The `email` claim when it is a non-empty string: as the issuer wrote it, for display only.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.0.email.as_deref()
    }

    /// The `name` claim when it is a non-empty string: text that the user chose, for display only.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    /// The `iss` claim; one of the configured issuers when there are any.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.0.issuer.as_deref()
    }

    /// The values of the `aud` claim, one or several; at least one of them is a configured audience when there are any.
    #[must_use]
    pub fn audiences(&self) -> &[String] {
        &self.0.audiences
    }

    /// The `jti` claim (RFC 7519 §4.1.7) when it is a non-empty string. Better Auth writes none by default.
    #[must_use]
    pub fn token_id(&self) -> Option<&str> {
        self.0.token_id.as_deref()
    }

    /// The `kid` of the token's header, which names the published key that verified it. A shared secret has no name,
    /// so under one it is what the issuer wrote, if anything.
    #[must_use]
    pub fn key_id(&self) -> Option<&str> {
        self.0.key_id.as_deref()
    }

    /// The algorithm of the key that verified the token, such as `EdDSA` or `HS256`.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        self.0.algorithm
    }

    /// The `iat` claim in whole seconds since 1970, rounded down.
    #[must_use]
    pub fn issued_at_unix(&self) -> Option<i64> {
        self.0.issued_at_unix
    }

    /// The `exp` claim in whole seconds since 1970, rounded down; the leeway is not in it.
    #[must_use]
    pub fn expires_at_unix(&self) -> i64 {
        self.0.expires_at_unix
    }

    /// The first second, since 1970, at which the rules that verified the token reject it if they are applied without the
    /// leeway: `exp`, or earlier if they limit the age of a token. For what outlives the request, such as a stream.
    #[must_use]
    pub fn valid_until_unix(&self) -> i64 {
        self.0.valid_until_unix
    }

    /// The token's whole payload, as it was signed: one JSON object with unique names. [`Identity::claims`] reads it into
    /// a type.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.0.payload
    }

    /// The heap memory that it uses, estimated, in bytes.
    pub(crate) fn size_bytes(&self) -> usize {
        let Facts {
            user_id, email, name, issuer, token_id, key_id, audiences, scopes, roles, payload, ..
        } = &*self.0;
        let optional = [email, name, issuer, token_id, key_id].into_iter().flatten().map(String::capacity);
        let lists = [audiences, scopes, roles].into_iter().map(|list| {
            let texts = list.iter().map(String::capacity).sum::<usize>();
            list.capacity() * size_of::<String>() + texts
        });
        size_of::<Facts>() + user_id.capacity() + optional.chain(lists).sum::<usize>() + payload.len()
    }
}

/// Shows the id and the expiry; the e-mail address, the name and the payload stay out of logs.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("user_id", &self.user_id())
            .field("expires_at_unix", &self.expires_at_unix())
            .finish_non_exhaustive()
    }
}
