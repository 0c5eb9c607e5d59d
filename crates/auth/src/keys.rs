//! The keys of one trust anchor: shared secrets or a published key set, and the verification of signatures with them.

mod back_end;
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
pub(crate) use key_set::{Contents, LeakedKeys};
pub use secret::{Secret, versioned_secrets};

/// The longest token that any caller can have verified.
const MAX_BYTES: usize = 65_536;

/// Verifies the signature of a JWS in the compact serialization (RFC 7515 §7.1) and the rules of its header, and
/// returns its payload, whatever it contains: for your own kinds of claims. It uses neither a cache nor a clock.
///
/// # Errors
///
/// [`VerifyError`] for a token over 65,536 bytes, for one that is not a compact JWS, for a header with `crit`, `zip`,
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
///     Ok(payload) => println!("signed by the issuer: {}", String::from_utf8_lossy(&payload)),
///     Err(error) => println!("rejected: {error}"),
/// }
/// # Ok(())
/// # }
/// ```
pub fn verify_jws(token: &str, keys: &Keys) -> Result<Vec<u8>, VerifyError> {
    check_length(token, MAX_BYTES)?;
    keys.verify(&CompactJws::parse(token)?)
}

/// Keys that verify tokens: shared secrets or published keys, never both, since a token must not select one
/// (RFC 8725 §3.1).
pub struct Keys(KeyMaterial);

enum KeyMaterial {
    Secrets(Vec<VerifyingKey>),
    Published(KeySet),
}

impl Keys {
    /// Secrets for HS256. A token can be signed with any of them, so that you can replace one without an outage.
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
        Ok(Self(KeyMaterial::Secrets(keys)))
    }

    /// The usable keys of a JSON Web Key Set (RFC 7517 §5): `EdDSA`, ES256, ES384, ES512, RS256 to RS512 and PS256 to
    /// PS512, each key for one of them. An entry that cannot be used is logged and dropped; so are
    /// secrets (`oct`), keys whose private half is published (`d`, `p` and so on, RFC 7518 §6), all usable ones that share both `kid` and algorithm, and in a set of more than 256 entries all
    /// but the last 256.
    ///
    /// # Errors
    ///
    /// [`KeySetError`] when the document is not a key set, and when none of its keys can be used.
    pub fn from_jwks(document: &[u8]) -> Result<Self, KeySetError> {
        Self::from_later_jwks(document, &mut LeakedKeys::default())
    }

    /// As [`Keys::from_jwks`], for one of several sets of an issuer: without the keys that earlier ones have leaked.
    pub(crate) fn from_later_jwks(document: &[u8], leaked: &mut LeakedKeys) -> Result<Self, KeySetError> {
        KeySet::parse(document, leaked).map(KeyMaterial::Published).map(Self)
    }

    /// The number of keys; at least one.
    #[expect(clippy::len_without_is_empty, reason = "there is always one")]
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.0 {
            KeyMaterial::Secrets(keys) => keys.len(),
            KeyMaterial::Published(set) => set.len(),
        }
    }

    /// The names of the published keys.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        let set = match &self.0 {
            KeyMaterial::Secrets(_) => None,
            KeyMaterial::Published(set) => Some(set),
        };
        set.into_iter().flat_map(KeySet::ids)
    }

    /// Whether there is a published key of that name.
    pub(crate) fn has(&self, id: &str) -> bool {
        matches!(&self.0, KeyMaterial::Published(set) if set.has(id))
    }

    /// Verifies the signature with a key for the algorithm of the header, and returns the payload, which you can trust
    /// as the issuer's from here on.
    pub(crate) fn verify(&self, jws: &CompactJws<'_>) -> Result<Vec<u8>, VerifyError> {
        match &self.0 {
            KeyMaterial::Secrets(keys) => {
                // The error of a missing trust anchor, rather than the mismatch of one of the secrets.
                if !is_symmetric(jws.header()) {
                    return Err(jws.header().unsupported_algorithm());
                }
                // Every secret is tried until one verifies; how many are configured is not secret, so the time may show
                // it.
                let verified = keys.iter().find_map(|key| match key.verify(jws) {
                    Err(VerifyError::InvalidSignature) => None,
                    verdict => Some(verdict),
                });
                verified.unwrap_or(Err(VerifyError::InvalidSignature))
            }
            KeyMaterial::Published(set) => {
                let algorithm = check_published_algorithm(jws.header())?;
                match set.look_up(jws.header().key_id(), algorithm) {
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

/// Shows the number of keys, and nothing else.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.0 {
            KeyMaterial::Secrets(_) => "secrets",
            KeyMaterial::Published(_) => "published",
        };
        f.debug_struct("Keys").field(kind, &self.len()).finish_non_exhaustive()
    }
}

/// Whether only a secret can verify a token with this header.
pub(crate) fn is_symmetric(header: &Header) -> bool {
    Algorithm::named(header.algorithm()).is_some_and(Algorithm::is_symmetric)
}

/// Rejects an algorithm that no published key can have.
pub(crate) fn check_published_algorithm(header: &Header) -> Result<Algorithm, VerifyError> {
    match Algorithm::named(header.algorithm()) {
        Some(algorithm) if !algorithm.is_symmetric() => Ok(algorithm),
        _ => Err(header.unsupported_algorithm()),
    }
}
