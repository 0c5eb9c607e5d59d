//! The keys of one trust root, and what they make of a token's header and signature.

mod jwk;
mod key_set;

use std::fmt;

use crate::algorithm::Algorithm;
use crate::jws::{CompactJws, Header};
use crate::verifying_key::VerifyingKey;
use crate::{ConfigError, Excerpt, Secret, VerifyError};
use key_set::{KeySet, Lookup};

pub use key_set::KeySetError;

/// Keys that verify tokens: shared secrets or published keys, never both, since a token must not choose between them
/// (RFC 8725 §3.1).
pub struct Keys(Root);

enum Root {
    Secrets(Vec<VerifyingKey>),
    Published(KeySet),
}

impl Keys {
    /// Secrets for HS256. A token may be under any of them, so that one can be replaced without an outage.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for an empty list, a secret under 32 bytes (RFC 7518 §3.2) and Better Auth's public defaults.
    pub fn from_secrets(secrets: &[Secret]) -> Result<Self, ConfigError> {
        if secrets.is_empty() {
            return Err(ConfigError::NoSecret);
        }
        for (index, secret) in secrets.iter().enumerate() {
            secret.check(index.saturating_add(1))?;
        }
        let keys = secrets.iter().map(|secret| VerifyingKey::from_secret(secret.bytes())).collect();
        Ok(Self(Root::Secrets(keys)))
    }

    /// The usable keys of a JSON Web Key Set (RFC 7517 §5): `EdDSA`, ES256, ES384, ES512, RS256 to RS512 and PS256 to
    /// PS512, each key for one of them. An entry that cannot be used costs a line in the log and not the set; so do
    /// entries past the 64th, secrets (`oct`), and all that share a `kid`.
    ///
    /// # Errors
    ///
    /// [`KeySetError`] when the document is no key set, and when none of its keys can be used.
    pub fn from_jwks(document: &[u8]) -> Result<Self, KeySetError> {
        KeySet::parse(document).map(Root::Published).map(Self)
    }

    /// How many there are; at least one.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            Root::Secrets(keys) => keys.len(),
            Root::Published(set) => set.len(),
        }
    }

    /// Verifies the signature with a key for the header's algorithm, and gives the payload, which from here on is the
    /// issuer's word.
    pub(crate) fn verify(&self, jws: &CompactJws<'_>) -> Result<Vec<u8>, VerifyError> {
        match &self.0 {
            Root::Secrets(keys) => {
                if !is_symmetric(jws.header()) {
                    return Err(jws.header().unsupported_algorithm());
                }
                let verified = keys.iter().find_map(|key| match jws.verify(key) {
                    Err(VerifyError::InvalidSignature) => None,
                    answer => Some(answer),
                });
                verified.unwrap_or(Err(VerifyError::InvalidSignature))
            }
            Root::Published(set) => {
                check_published_algorithm(jws.header())?;
                match set.look_up(jws.header().key_id()) {
                    Lookup::Found(key) => jws.verify(key),
                    Lookup::Unknown => Err(VerifyError::UnknownKey {
                        kid: Excerpt::of(jws.header().key_id().unwrap_or_default()),
                    }),
                    Lookup::Ambiguous => Err(VerifyError::MissingKeyId),
                }
            }
        }
    }
}

/// Says how many there are, and nothing of them.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0 {
            Root::Secrets(_) => "secrets",
            Root::Published(_) => "published",
        };
        f.debug_struct("Keys").field(kind, &self.len()).finish_non_exhaustive()
    }
}

/// Whether a token of this header can only be under a secret.
pub(crate) fn is_symmetric(header: &Header) -> bool {
    Algorithm::named(header.algorithm()).is_some_and(Algorithm::is_symmetric)
}

/// Refuses what no published key can be for, whatever the set holds.
pub(crate) fn check_published_algorithm(header: &Header) -> Result<(), VerifyError> {
    match Algorithm::named(header.algorithm()) {
        Some(algorithm) if !algorithm.is_symmetric() => Ok(()),
        _ => Err(header.unsupported_algorithm()),
    }
}
