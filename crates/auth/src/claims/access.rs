//! What a token grants: its scopes and its roles, and the error of a token that lacks one.

use thiserror::Error;

use super::{ClaimRules, Claims, ClaimsError};
use crate::Identity;
use crate::token::Json;

/// The token is valid, and does not grant what the request needs: 403 `insufficient_scope` (RFC 6750 §3.1).
///
/// Its message names what is missing, which your program requires, and no value of the token.
///
/// ```
/// use tasknook_auth::{AccessDenied, Identity};
///
/// fn delete_task(user: &Identity) -> Result<(), AccessDenied> {
///     user.require_scope("tasks:write")?;
///     user.require_role("admin")
/// }
/// ```
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AccessDenied {
    /// The token lacks a scope.
    #[error("the token does not have the scope \"{scope}\"")]
    Scope {
        /// The scope that the token lacks.
        scope: String,
        /// Every scope that the request needs, separated by spaces.
        required: String,
    },
    /// The user lacks a role.
    #[error("the user does not have the role \"{role}\"")]
    Role {
        /// The required role.
        role: String,
    },
    /// The claims do not have the form that the request needs.
    #[error(transparent)]
    Claims(#[from] ClaimsError),
    /// A requirement of your own is not met.
    #[error("{detail}")]
    Other {
        /// What is missing: the client sees it.
        detail: &'static str,
    },
}

impl AccessDenied {
    /// 403.
    #[must_use]
    pub fn status(&self) -> u16 {
        403
    }

    /// A stable label for logs and metrics, in `snake_case`.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Scope { .. } => "insufficient_scope",
            Self::Role { .. } => "insufficient_role",
            Self::Claims(_) => "unexpected_claims",
            Self::Other { .. } => "access_denied",
        }
    }

    /// The error code of RFC 6750 §3.1, which has one for every kind of missing access.
    #[must_use]
    pub fn error_code(&self) -> &'static str {
        "insufficient_scope"
    }

    /// Every scope that the request needs, separated by spaces, for the `scope` attribute of `WWW-Authenticate` (RFC 6750 §3).
    #[must_use]
    pub fn scope(&self) -> Option<&str> {
        match self {
            Self::Scope { required, .. } => Some(required),
            Self::Role { .. } | Self::Claims(_) | Self::Other { .. } => None,
        }
    }
}

impl Identity {
    /// The scopes of the token: the words of `scope` (RFC 8693 §4.2) or, in a token without `scope`, the entries or
    /// words of `scp`. Empty when the token has neither, and when the claim has another form.
    #[must_use]
    pub fn scopes(&self) -> &[String] {
        &self.0.scopes
    }

    /// The roles of the user, from the claim that [`ClaimRules::roles_claim`] sets, `role` by default. A list has one
    /// role per entry; a text has several, separated by commas without spaces, as the admin plugin of Better Auth writes
    /// them. Empty when the token has none, and when the claim has another form.
    #[must_use]
    pub fn roles(&self) -> &[String] {
        &self.0.roles
    }

    /// Whether the token has this scope, compared byte by byte: `tasks` does not include `tasks:read`.
    #[must_use]
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes().iter().any(|granted| granted == scope)
    }

    /// Whether the user has this role, compared byte by byte.
    #[must_use]
    pub fn has_role(&self, role: &str) -> bool {
        self.roles().iter().any(|granted| granted == role)
    }

    /// Requires a scope.
    ///
    /// # Errors
    ///
    /// [`AccessDenied::Scope`] when the token does not have it.
    pub fn require_scope(&self, scope: &str) -> Result<(), AccessDenied> {
        self.require_scopes(&[scope])
    }

    /// Requires several scopes, of which the error names all, so that a client can request them together.
    ///
    /// # Errors
    ///
    /// [`AccessDenied::Scope`] with the first one that the token does not have.
    pub fn require_scopes(&self, scopes: &[impl AsRef<str>]) -> Result<(), AccessDenied> {
        let scopes = scopes.iter().map(AsRef::as_ref);
        let Some(missing) = scopes.clone().find(|scope| !self.has_scope(scope)) else { return Ok(()) };
        let required = scopes.collect::<Vec<_>>().join(" ");
        Err(AccessDenied::Scope { scope: missing.to_owned(), required })
    }

    /// Requires a role.
    ///
    /// # Errors
    ///
    /// [`AccessDenied::Role`] when the user does not have it.
    pub fn require_role(&self, role: &str) -> Result<(), AccessDenied> {
        if self.has_role(role) { Ok(()) } else { Err(AccessDenied::Role { role: role.to_owned() }) }
    }
}

impl Claims<'_> {
    /// A token with both claims has the scopes of `scope` only: both together could be more than either grants.
    pub(super) fn scopes(&self) -> Vec<String> {
        match self.get("scope") {
            Some(Json::Text(scopes)) => words(scopes, ' '),
            Some(_) => Vec::new(),
            None => self.get("scp").map_or_else(Vec::new, |scopes| entries(scopes, ' ')),
        }
    }

    pub(super) fn roles(&self, rules: &ClaimRules) -> Vec<String> {
        let Some((name, path)) = rules.roles_claim.split_first() else { return Vec::new() };
        let claim = path.iter().try_fold(self.get(name), |value, name| Some(value?.member(name)));
        claim.flatten().map_or_else(Vec::new, |roles| entries(roles, ','))
    }
}

/// The entries of a list of texts, or the words of a text; none of anything else, since a claim of another form grants
/// nothing.
fn entries(value: &Json<'_>, separator: char) -> Vec<String> {
    match value {
        Json::Text(text) => words(text, separator),
        Json::List(values) => {
            let texts: Option<Vec<_>> = values.iter().map(Json::as_text).collect();
            texts.unwrap_or_default().into_iter().filter(|text| !text.is_empty()).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

fn words(text: &str, separator: char) -> Vec<String> {
    text.split(separator).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}
