//! The rules for the claims of a token.

use super::origin::origin_of;
use crate::ConfigError;

const DAY_SECONDS: u64 = 86_400;

/// The rules for claims, and the limits on a token; made with defaults, changed by the methods named after them.
///
/// The constructor of a verifier rejects values outside their limits.
#[derive(Clone, Debug)]
pub struct ClaimRules {
    pub(crate) issuers: Vec<String>,
    pub(crate) audiences: Vec<String>,
    pub(crate) user_id_claim: String,
    pub(crate) roles_claim: Vec<String>,
    pub(crate) leeway_seconds: u64,
    pub(crate) max_token_bytes: usize,
    pub(crate) max_age_seconds: Option<u64>,
    pub(crate) max_lifetime_seconds: u64,
}

impl Default for ClaimRules {
    fn default() -> Self {
        Self {
            issuers: Vec::new(),
            audiences: Vec::new(),
            user_id_claim: "sub".to_owned(),
            roles_claim: vec!["role".to_owned()],
            leeway_seconds: 30,
            max_token_bytes: 8192,
            max_age_seconds: None,
            max_lifetime_seconds: 366 * DAY_SECONDS,
        }
    }
}

impl ClaimRules {
    /// The defaults: any issuer and audience, the user in `sub`, 30 seconds of leeway, tokens of at most 8 KiB that
    /// expire within 366 days.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The rules for a Better Auth at `base_url`: its origin is the issuer and the audience, as Better Auth signs them
    /// unless you configure others. The path, and a slash at the end, do not matter.
    ///
    /// # Errors
    ///
    /// [`ConfigError::InvalidUrl`] when it is not an absolute http or https URL. Write a host with other characters than
    /// those of ASCII in Punycode (`xn--…`), and an IPv4 address as four decimal numbers.
    pub fn for_better_auth(base_url: &str) -> Result<Self, ConfigError> {
        let origin = origin_of(base_url).ok_or(ConfigError::InvalidUrl {
            expected: "of Better Auth must be an absolute http or https URL with an ASCII host and no user name",
        })?;
        Ok(Self::new().issuers([origin.clone()]).audiences([origin]))
    }

    /// Sets the accepted values of `iss`, compared byte by byte. Empty: `iss` is not required.
    #[must_use]
    pub fn issuers<T: Into<String>>(mut self, issuers: impl IntoIterator<Item = T>) -> Self {
        self.issuers = issuers.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the accepted audiences, compared byte by byte; `aud` must have one of them. Empty: `aud` is not required.
    #[must_use]
    pub fn audiences<T: Into<String>>(mut self, audiences: impl IntoIterator<Item = T>) -> Self {
        self.audiences = audiences.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the claim with the id of the user, `sub` by default; no other claim is ever used in its place.
    #[must_use]
    pub fn user_id_claim(mut self, name: impl Into<String>) -> Self {
        self.user_id_claim = name.into();
        self
    }

    /// Sets the claim with the roles of the user, `role` by default, as the admin plugin of Better Auth writes it: see
    /// [`Identity::roles`](crate::Identity::roles). Several names are a path through nested objects. Empty: no roles.
    ///
    /// ```
    /// use tasknook_auth::ClaimRules;
    ///
    /// let flat = ClaimRules::new().roles_claim(["https://example.com/roles"]);
    /// let keycloak = ClaimRules::new().roles_claim(["realm_access", "roles"]);
    /// ```
    #[must_use]
    pub fn roles_claim<T: Into<String>>(mut self, path: impl IntoIterator<Item = T>) -> Self {
        self.roles_claim = path.into_iter().map(Into::into).collect();
        self
    }

    /// Sets how far the clocks of issuer and verifier may differ, in seconds: 30 by default, at most 300.
    #[must_use]
    pub fn leeway_seconds(mut self, seconds: u64) -> Self {
        self.leeway_seconds = seconds;
        self
    }

    /// Sets the length of the longest token that is parsed, in bytes: 8192 by default, at most 65,536.
    #[must_use]
    pub fn max_token_bytes(mut self, bytes: usize) -> Self {
        self.max_token_bytes = bytes;
        self
    }

    /// Sets how long after `iat` a token is accepted, in seconds, regardless of its `exp`; `iat` is then required. None
    /// by default.
    #[must_use]
    pub fn max_age_seconds(mut self, seconds: Option<u64>) -> Self {
        self.max_age_seconds = seconds;
        self
    }

    /// Sets how far in the future `exp` may be, in seconds: 366 days by default. A later one, such as an expiry in
    /// milliseconds, is a mistake of the issuer that would make the token valid without end.
    #[must_use]
    pub fn max_lifetime_seconds(mut self, seconds: u64) -> Self {
        self.max_lifetime_seconds = seconds;
        self
    }

    /// Whether tokens of every issuer, for every audience, are accepted.
    pub(crate) fn admit_any_origin(&self) -> bool {
        self.issuers.is_empty() && self.audiences.is_empty()
    }

    pub(crate) fn validated(self) -> Result<Self, ConfigError> {
        ConfigError::check_limits([
            ("leeway_seconds", self.leeway_seconds <= 300, "must be at most 300"),
            ("max_token_bytes", (1..=65_536).contains(&self.max_token_bytes), "must be from 1 to 65536"),
            ("max_age_seconds", self.max_age_seconds != Some(0), "must be at least 1 when it is set"),
            ("max_lifetime_seconds", self.max_lifetime_seconds > 0, "must be at least 1"),
            ("user_id_claim", !self.user_id_claim.is_empty(), "must name a claim"),
            ("roles_claim", !self.roles_claim.iter().any(String::is_empty), "must not contain an empty name"),
            ("issuers", !self.issuers.iter().any(String::is_empty), "must not contain an empty string"),
            ("audiences", !self.audiences.iter().any(String::is_empty), "must not contain an empty string"),
        ])?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_within_their_limits() {
        assert!(ClaimRules::new().validated().is_ok());
    }

    #[test]
    fn rejects_values_outside_their_limits_by_name() {
        let cases = [
            ("leeway_seconds", ClaimRules::new().leeway_seconds(301)),
            ("max_token_bytes", ClaimRules::new().max_token_bytes(0)),
            ("max_token_bytes", ClaimRules::new().max_token_bytes(65_537)),
            ("max_age_seconds", ClaimRules::new().max_age_seconds(Some(0))),
            ("max_lifetime_seconds", ClaimRules::new().max_lifetime_seconds(0)),
            ("user_id_claim", ClaimRules::new().user_id_claim("")),
            ("roles_claim", ClaimRules::new().roles_claim(["realm_access", ""])),
            ("issuers", ClaimRules::new().issuers([""])),
            ("audiences", ClaimRules::new().audiences(["here", ""])),
        ];
        for (name, rules) in cases {
            let error = rules.validated().unwrap_err();
            assert!(matches!(error, ConfigError::OutOfRange { setting, .. } if setting == name), "{error}");
        }
        assert!(ClaimRules::new().leeway_seconds(300).validated().is_ok());
    }

    #[test]
    fn a_better_auth_signs_with_the_origin_of_its_base_url() {
        for url in ["https://auth.example.test", "https://AUTH.example.test:443/api/auth/?x#y"] {
            let rules = ClaimRules::for_better_auth(url).unwrap();
            assert_eq!(
                (&rules.issuers[..], &rules.audiences[..]),
                (&["https://auth.example.test".into()][..], &rules.issuers[..])
            );
        }
        let rules = ClaimRules::for_better_auth("http://localhost:3000/").unwrap();
        assert_eq!(rules.issuers, ["http://localhost:3000"]);
        for url in ["auth.example.test", "", "file:///a", "/api/auth"] {
            assert!(ClaimRules::for_better_auth(url).is_err(), "{url}");
        }
    }
}
