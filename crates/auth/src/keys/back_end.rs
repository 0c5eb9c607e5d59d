//! Signatures by aws-lc-rs, behind the trait of jsonwebtoken.
//!
//! jsonwebtoken has two back ends, which are features. With both of them turned on, in whatever parts of a program, its
//! `encode` and `decode` panic. So this crate turns on none, and keeps the choice to the program.

use aws_lc_rs::hmac;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256,
    RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512, RSA_PSS_2048_8192_SHA256,
    RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents,
    VerificationAlgorithm,
};
use jsonwebtoken::crypto::JwtVerifier;
use jsonwebtoken::signature::{Error, Verifier};
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};

/// A key, parsed once, and the algorithm that it verifies.
pub(super) struct BackEnd {
    algorithm: Algorithm,
    key: ParsedKey,
}

enum ParsedKey {
    Secret(Box<hmac::Key>),
    Public(ParsedPublicKey),
}

impl BackEnd {
    pub(super) fn hs256(secret: &[u8]) -> Self {
        let key = ParsedKey::Secret(Box::new(hmac::Key::new(hmac::HMAC_SHA256, secret)));
        Self { algorithm: Algorithm::HS256, key }
    }

    /// None for a key that is not one of `algorithm`, such as a point that is not on its curve.
    pub(super) fn public(algorithm: Algorithm, key: &DecodingKey) -> Option<Self> {
        let key = match key.kind() {
            DecodingKeyKind::SecretOrDer(bytes) => ParsedPublicKey::new(curve(algorithm)?, bytes).ok()?,
            DecodingKeyKind::RsaModulusExponent { n, e } => {
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(padding(algorithm)?).ok()?
            }
        };
        Some(Self { algorithm, key: ParsedKey::Public(key) })
    }
}

impl Verifier<Vec<u8>> for BackEnd {
    /// The HMAC is computed again and compared in constant time: a comparison that stops at the first wrong byte would
    /// let an attacker guess a signature byte by byte.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), Error> {
        let result = match &self.key {
            ParsedKey::Secret(key) => hmac::verify(key, message, signature),
            ParsedKey::Public(key) => key.verify_sig(message, signature),
        };
        result.map_err(|_| Error::new())
    }
}

impl JwtVerifier for BackEnd {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

fn curve(algorithm: Algorithm) -> Option<&'static dyn VerificationAlgorithm> {
    match algorithm {
        Algorithm::EdDSA => Some(&ED25519),
        Algorithm::ES256 => Some(&ECDSA_P256_SHA256_FIXED),
        Algorithm::ES384 => Some(&ECDSA_P384_SHA384_FIXED),
        _ => None,
    }
}

fn padding(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    match algorithm {
        Algorithm::RS256 => Some(&RSA_PKCS1_2048_8192_SHA256),
        Algorithm::RS384 => Some(&RSA_PKCS1_2048_8192_SHA384),
        Algorithm::RS512 => Some(&RSA_PKCS1_2048_8192_SHA512),
        Algorithm::PS256 => Some(&RSA_PSS_2048_8192_SHA256),
        Algorithm::PS384 => Some(&RSA_PSS_2048_8192_SHA384),
        Algorithm::PS512 => Some(&RSA_PSS_2048_8192_SHA512),
        _ => None,
    }
}
