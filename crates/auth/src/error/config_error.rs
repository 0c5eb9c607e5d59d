//! Why a verifier cannot be created.

use thiserror::Error;

/// A configuration that would verify nothing, or too much. The messages never contain a secret.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Neither a shared secret nor a key set; or no verifier, where several can be.
    #[error("no trust anchor is configured: a shared secret, a JWKS URL or both are needed")]
    NoTrustAnchor,
    /// One of several verifiers accepts every issuer, so that none of them can be selected by the issuer.
    #[error("verifier {position} accepts every issuer; set the issuers in its rules")]
    AnyIssuer {
        /// Counted from 1.
        position: usize,
    },
    /// Two of several verifiers accept the same issuer.
    #[error("two verifiers accept the issuer {issuer:?}")]
    RepeatedIssuer {
        /// The value of `iss`.
        issuer: String,
    },
    /// The list of secrets is empty.
    #[error("the list of shared secrets is empty")]
    NoSecret,
    /// A secret is too short for HS256 (RFC 7518 §3.2).
    #[error("shared secret {position} is {length_bytes} bytes; at least {required_bytes} are required")]
    ShortSecret {
        /// Counted from 1.
        position: usize,
        /// How long it is.
        length_bytes: usize,
        /// How long it has to be.
        required_bytes: usize,
    },
    /// A secret is a public constant that Better Auth uses as its default.
    #[error("shared secret {position} is Better Auth's public default; set one of your own")]
    PublicSecret {
        /// Counted from 1.
        position: usize,
    },
    /// A list of versioned secrets that is not of the form `2:new,1:old`.
    #[error("entry {position} of the versioned secrets must have the form \"<version>:<secret>\"")]
    MalformedSecretList {
        /// Counted from 1.
        position: usize,
    },
    /// A number or text outside its limits.
    #[error("{setting} {expected}")]
    OutOfRange {
        /// The name of the setting.
        setting: &'static str,
        /// What is allowed.
        expected: &'static str,
    },
    /// A URL that cannot be used.
    #[error("the URL {expected}")]
    InvalidUrl {
        /// What is allowed.
        expected: &'static str,
    },
    /// The thread that keeps the key set fresh could not be started.
    #[error("cannot start the thread that refreshes the key set")]
    Thread(#[source] std::io::Error),
    /// An http URL of a key set that leads to another machine, or to a proxy, where http is not allowed.
    #[error(
        "the URL of the key set must be https unless http is allowed or leads to this machine without a proxy"
    )]
    InsecureUrl,
}

impl ConfigError {
    /// Returns an error for the first setting that is outside its limits; each comes with the text of what is allowed.
    pub(crate) fn check_limits<const N: usize>(
        limits: [(&'static str, bool, &'static str); N],
    ) -> Result<(), Self> {
        match limits.into_iter().find(|(_, is_valid, _)| !is_valid) {
            Some((setting, _, expected)) => Err(Self::OutOfRange { setting, expected }),
            None => Ok(()),
        }
    }
}
