//! The keys of one trust root, and what they make of a token's header and signature.

mod jwk;
mod key_set;
mod secret;
mod verifying_key;

use std::fmt;

use crate::token::{Algorithm, CompactJws, Header, check_length};
use crate::{ConfigError, Excerpt, VerifyError};
use key_set::{KeySet, Lookup};
use verifying_key::VerifyingKey;

pub use key_set::KeySetError;
pub use secret::{Secret, versioned_secrets};

/// The longest token that any caller can have looked at.
const MAX_BYTES: usize = 65_536;

/// Verifies the signature of a JWS in the compact serialization (RFC 7515 §7.1) and the rules of its header, and gives
/// its payload, whatever that is: for callers with claims of their own. Nothing is remembered, and no clock is asked.
///
/// # Errors
///
/// [`VerifyError`] for a token over 65,536 bytes, for one that is no compact JWS, for a header with `crit`, `zip`,
/// `enc`, `b64` or `cty` or with the `typ` of another kind of token, for an algorithm or a key that is not one of
/// `keys`, and for a wrong signature.
///
/// ```
/// use tasknook_auth::{Keys, Secret, verify_jws};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let token = "e30.e30.AA";
/// let keys = Keys::from_secrets(&[Secret::new("a secret of at least thirty-two bytes")])?;
/// match verify_jws(token, &keys) {
///     Ok(payload) => println!("the issuer says: {}", String::from_utf8_lossy(&payload)),
///     Err(error) => println!("refused: {error}"),
/// }
/// # Ok(())
/// # }
/// ```
pub fn verify_jws(token: &str, keys: &Keys) -> Result<Vec<u8>, VerifyError> {
    check_length(token, MAX_BYTES)?;
    keys.verify(&CompactJws::parse(token)?)
}

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
                let verified = keys.iter().find_map(|key| match key.verify(jws) {
                    Err(VerifyError::InvalidSignature) => None,
                    answer => Some(answer),
                });
                verified.unwrap_or(Err(VerifyError::InvalidSignature))
            }
            Root::Published(set) => {
                check_published_algorithm(jws.header())?;
                match set.look_up(jws.header().key_id()) {
                    Lookup::Found(key) => key.verify(jws),
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
