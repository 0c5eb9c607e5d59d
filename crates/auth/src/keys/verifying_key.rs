//! A key together with the one algorithm that it verifies.

use aws_lc_rs::signature::{ECDSA_P521_SHA512_FIXED, ParsedPublicKey};
use jsonwebtoken::signature::Verifier;
use jsonwebtoken::{Algorithm as LibraryAlgorithm, DecodingKey};

use super::back_end::BackEnd;
use crate::VerifyError;
use crate::token::{Algorithm, CompactJws};

/// The key never takes its algorithm from a token.
pub(super) struct VerifyingKey {
    algorithm: Algorithm,
    material: Material,
}

enum Material {
    Library(BackEnd),
    /// For ES512, which jsonwebtoken does not have and Better Auth can be configured to sign with.
    P521(ParsedPublicKey),
}

impl VerifyingKey {
    pub(super) fn from_secret(secret: &[u8]) -> Self {
        Self { algorithm: Algorithm::Hs256, material: Material::Library(BackEnd::hs256(secret)) }
    }

    /// `x` is the 32-byte public key of RFC 8032 §5.1.5.
    pub(super) fn from_ed25519(x: &[u8]) -> Option<Self> {
        Self::public(Algorithm::EdDsa, LibraryAlgorithm::EdDSA, &DecodingKey::from_ed_der(x))
    }

    /// `point` is an uncompressed point, as SEC 1 §2.3.3 writes it; none when it does not lie on the curve.
    pub(super) fn from_p256(point: &[u8]) -> Option<Self> {
        Self::public(Algorithm::Es256, LibraryAlgorithm::ES256, &DecodingKey::from_ec_der(point))
    }

    /// As [`VerifyingKey::from_p256`].
    pub(super) fn from_p384(point: &[u8]) -> Option<Self> {
        Self::public(Algorithm::Es384, LibraryAlgorithm::ES384, &DecodingKey::from_ec_der(point))
    }

    /// As [`VerifyingKey::from_p256`].
    pub(super) fn from_p521(point: &[u8]) -> Option<Self> {
        let key = ParsedPublicKey::new(&ECDSA_P521_SHA512_FIXED, point).ok()?;
        Some(Self { algorithm: Algorithm::Es512, material: Material::P521(key) })
    }

    /// `n` and `e` are unsigned, big-endian and without leading zeros; none when they are no key, or when `algorithm` is
    /// not one of RSA's.
    pub(super) fn from_rsa(algorithm: Algorithm, n: &[u8], e: &[u8]) -> Option<Self> {
        let library = match algorithm {
            Algorithm::Rs256 => LibraryAlgorithm::RS256,
            Algorithm::Rs384 => LibraryAlgorithm::RS384,
            Algorithm::Rs512 => LibraryAlgorithm::RS512,
            Algorithm::Ps256 => LibraryAlgorithm::PS256,
            Algorithm::Ps384 => LibraryAlgorithm::PS384,
            Algorithm::Ps512 => LibraryAlgorithm::PS512,
            _ => return None,
        };
        Self::public(algorithm, library, &DecodingKey::from_rsa_raw_components(n, e))
    }

    fn public(algorithm: Algorithm, library: LibraryAlgorithm, key: &DecodingKey) -> Option<Self> {
        Some(Self { algorithm, material: Material::Library(BackEnd::public(library, key)?) })
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Verifies the signature with the key's own algorithm, and returns the payload.
    ///
    /// # Errors
    ///
    /// [`VerifyError::AlgorithmMismatch`] when the header names another algorithm than the key's.
    pub(super) fn verify(&self, jws: &CompactJws<'_>) -> Result<Vec<u8>, VerifyError> {
        // The header must agree with the key and decides nothing: the key verifies with its own algorithm (RFC 8725
        // §3.1).
        if Algorithm::named(jws.header().algorithm()) != Some(self.algorithm) {
            return Err(VerifyError::AlgorithmMismatch { key_algorithm: self.algorithm.name() });
        }
        if !self.verifies(jws.signing_input(), jws.signature()) {
            return Err(VerifyError::InvalidSignature);
        }
        jws.unverified_payload()
    }

    /// Whether `signature` is the signature of this key over `message`.
    fn verifies(&self, message: &[u8], signature: &Vec<u8>) -> bool {
        match &self.material {
            Material::P521(key) => key.verify_sig(message, signature).is_ok(),
            Material::Library(key) => key.verify(message, signature).is_ok(),
        }
    }
}
