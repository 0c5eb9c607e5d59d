//! What a verified token says about its bearer.

use std::fmt;

/// The bearer of a token that passed every rule.
///
/// Only the verifiers of this crate make one, so a function that takes an `Identity` cannot be called without a
/// verified token.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    pub(crate) user_id: String,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) expires_at_unix: i64,
}

impl Identity {
    /// The user's id: opaque, case-sensitive, 1 to 255 bytes, without control characters, neither trimmed nor folded.
    #[must_use]
    pub fn user_id(&self) -> &str {
        &self.user_id
    }

    /// The `email` claim when it is a non-empty string: as the issuer wrote it, for display only.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// The `name` claim when it is a non-empty string: text that the user chose, for display only.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The `iss` claim; one of the configured issuers when there are any.
    #[must_use]
    pub fn issuer(&self) -> Option<&str> {
        self.issuer.as_deref()
    }

    /// The `exp` claim in whole seconds since 1970, rounded down; the leeway is not in it.
    #[must_use]
    pub fn expires_at_unix(&self) -> i64 {
        self.expires_at_unix
    }
}

/// Shows the id and the expiry; the e-mail address and the name stay out of logs.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("user_id", &self.user_id)
            .field("expires_at_unix", &self.expires_at_unix)
            .finish_non_exhaustive()
    }
}
