//! A key together with the one algorithm that it verifies.

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm as LibraryAlgorithm, DecodingKey};

use crate::algorithm::Algorithm;

/// The key never takes its algorithm from a token.
pub(crate) struct VerifyingKey {
    algorithm: Algorithm,
    key: DecodingKey,
}

impl VerifyingKey {
    pub(crate) fn from_secret(secret: &[u8]) -> Self {
        Self { algorithm: Algorithm::Hs256, key: DecodingKey::from_secret(secret) }
    }

    /// `x` is the 32-byte public key of RFC 8032 §5.1.5.
    pub(crate) fn from_ed25519(x: &[u8]) -> Self {
        Self { algorithm: Algorithm::EdDsa, key: DecodingKey::from_ed_der(x) }
    }

    /// `point` is an uncompressed point, as SEC 1 §2.3.3 writes it.
    pub(crate) fn from_p256(point: &[u8]) -> Self {
        Self { algorithm: Algorithm::Es256, key: DecodingKey::from_ec_der(point) }
    }

    /// `n` and `e` are unsigned, big-endian and without leading zeros; `algorithm` is RS256 or PS256.
    pub(crate) fn from_rsa(algorithm: Algorithm, n: &[u8], e: &[u8]) -> Self {
        Self { algorithm, key: DecodingKey::from_rsa_raw_components(n, e) }
    }

    pub(crate) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether `signature` is this key's over `message`; a secret is compared in constant time.
    pub(crate) fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        let algorithm = match self.algorithm {
            Algorithm::Hs256 => LibraryAlgorithm::HS256,
            Algorithm::EdDsa => LibraryAlgorithm::EdDSA,
            Algorithm::Es256 => LibraryAlgorithm::ES256,
            Algorithm::Rs256 => LibraryAlgorithm::RS256,
            Algorithm::Ps256 => LibraryAlgorithm::PS256,
        };
        // The provider is named because the library's own choice depends on every crate in the program, and panics
        // when there are two or none.
        (DEFAULT_PROVIDER.verifier_factory)(&algorithm, &self.key)
            .is_ok_and(|verifier| verifier.verify(message, signature).is_ok())
    }
}
