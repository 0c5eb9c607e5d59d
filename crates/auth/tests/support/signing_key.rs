//! Private keys, the tokens they sign and the entries they publish.

use std::sync::OnceLock;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, ECDSA_P521_SHA512_FIXED_SIGNING,
    EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding, RsaKeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

pub(crate) enum SigningKey {
    Hs256(Vec<u8>),
    Ed25519(Ed25519KeyPair),
    Elliptic(Curve, EcdsaKeyPair),
    Rsa(Padding, RsaKeyPair),
}

/// The algorithm, the curve, the bytes of a coordinate, and how it signs.
type Curve = (&'static str, &'static str, usize, &'static EcdsaSigningAlgorithm);

const CURVES: [Curve; 3] = [
    ("ES256", "P-256", 32, &ECDSA_P256_SHA256_FIXED_SIGNING),
    ("ES384", "P-384", 48, &ECDSA_P384_SHA384_FIXED_SIGNING),
    ("ES512", "P-521", 66, &ECDSA_P521_SHA512_FIXED_SIGNING),
];

type Padding = (&'static str, &'static dyn RsaEncoding);

const PADDINGS: [Padding; 6] = [
    ("RS256", &RSA_PKCS1_SHA256),
    ("RS384", &RSA_PKCS1_SHA384),
    ("RS512", &RSA_PKCS1_SHA512),
    ("PS256", &RSA_PSS_SHA256),
    ("PS384", &RSA_PSS_SHA384),
    ("PS512", &RSA_PSS_SHA512),
];

impl SigningKey {
    pub(crate) fn hs256(secret: impl AsRef<[u8]>) -> Self {
        Self::Hs256(secret.as_ref().to_vec())
    }

    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn p256() -> Self {
        Self::elliptic(CURVES[0])
    }

    pub(crate) fn rs256() -> Self {
        Self::rsa(PADDINGS[0])
    }

    pub(crate) fn ps256() -> Self {
        Self::rsa(PADDINGS[3])
    }

    /// One for each algorithm that a published key may be for; those for RSA are one key pair.
    pub(crate) fn published() -> Vec<Self> {
        let elliptic = CURVES.map(Self::elliptic);
        [Self::ed25519()].into_iter().chain(elliptic).chain(PADDINGS.map(Self::rsa)).collect()
    }

    fn elliptic(curve: Curve) -> Self {
        Self::Elliptic(curve, EcdsaKeyPair::generate(curve.3).unwrap())
    }

    fn rsa(padding: Padding) -> Self {
        Self::Rsa(padding, rsa_key_pair())
    }

    pub(crate) fn algorithm(&self) -> &'static str {
        match self {
            Self::Hs256(_) => "HS256",
            Self::Ed25519(_) => "EdDSA",
            Self::Elliptic((algorithm, ..), _) | Self::Rsa((algorithm, _), _) => algorithm,
        }
    }

    /// A token with the header that Better Auth writes.
    pub(crate) fn token(&self, key_id: &str, claims: &Value) -> String {
        self.token_with(&json!({ "alg": self.algorithm(), "kid": key_id }).to_string(), &claims.to_string())
    }

    /// A token whose header and payload are any text.
    pub(crate) fn token_with(&self, header: &str, payload: &str) -> String {
        let signing_input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        let signature = URL_SAFE_NO_PAD.encode(self.sign(signing_input.as_bytes()));
        format!("{signing_input}.{signature}")
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Hs256(secret) => {
                hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec()
            }
            Self::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Self::Elliptic(_, pair) => pair.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            Self::Rsa((_, encoding), pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &SystemRandom::new(), message, &mut signature).unwrap();
                signature
            }
        }
    }

    /// The public entry, as Better Auth publishes it.
    pub(crate) fn jwk(&self, key_id: &str) -> Value {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match self {
            Self::Hs256(secret) => json!({ "kty": "oct", "k": encode(secret) }),
            Self::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(pair.public_key().as_ref()) })
            }
            Self::Elliptic((_, curve, length, _), pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(*length);
                json!({ "kty": "EC", "crv": curve, "x": encode(x), "y": encode(y) })
            }
            Self::Rsa(_, pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                let (n, e) = (n.big_endian_without_leading_zero(), e.big_endian_without_leading_zero());
                json!({ "kty": "RSA", "n": encode(n), "e": encode(e) })
            }
        };
        jwk["alg"] = json!(self.algorithm());
        jwk["kid"] = json!(key_id);
        jwk
    }
}

pub(crate) fn key_set(entries: &[Value]) -> String {
    json!({ "keys": entries }).to_string()
}

/// One pair for all tests: making one takes a tenth of a second and more.
fn rsa_key_pair() -> RsaKeyPair {
    static PKCS8: OnceLock<Vec<u8>> = OnceLock::new();
    let pkcs8 = PKCS8.get_or_init(|| {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap().as_ref().to_vec()
    });
    RsaKeyPair::from_pkcs8(pkcs8).unwrap()
}
