//! The private half of a trust anchor.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use aws_lc_rs::{digest, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Each is created at random, so that a token of a test is worth nothing anywhere else.
pub(super) enum SigningKey {
    Published(Ed25519KeyPair),
    Secret(String),
}

impl SigningKey {
    pub(super) fn published() -> Self {
        Self::Published(Ed25519KeyPair::generate().expect("a random key"))
    }

    pub(super) fn secret() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("random bytes of the operating system");
        Self::Secret(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Another key of the same kind.
    pub(super) fn other(&self) -> Self {
        match self {
            Self::Published(_) => Self::published(),
            Self::Secret(_) => Self::secret(),
        }
    }

    /// The header that Better Auth writes: for published keys its own, for a secret that of the documented signer.
    pub(super) fn header(&self) -> Value {
        match self {
            Self::Published(pair) => json!({ "alg": "EdDSA", "kid": key_id(pair) }),
            Self::Secret(_) => json!({ "alg": "HS256", "typ": "JWT" }),
        }
    }

    /// The set with the public half; it has no key under a secret, which is never published.
    pub(super) fn key_set(&self) -> Value {
        match self {
            Self::Published(pair) => {
                let x = URL_SAFE_NO_PAD.encode(pair.public_key());
                let kid = key_id(pair);
                json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "kid": kid, "x": x }] })
            }
            Self::Secret(_) => json!({ "keys": [] }),
        }
    }

    /// The signature in base64url, as the third part of a token.
    pub(super) fn sign(&self, signing_input: &str) -> String {
        let message = signing_input.as_bytes();
        match self {
            Self::Published(pair) => URL_SAFE_NO_PAD.encode(pair.sign(message)),
            Self::Secret(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
                URL_SAFE_NO_PAD.encode(hmac::sign(&key, message))
            }
        }
    }
}

/// Another one for another key, as issuers have it, so that a running service fetches the key of an issuer that was
/// restarted.
fn key_id(pair: &Ed25519KeyPair) -> String {
    let digest = digest::digest(&digest::SHA256, pair.public_key().as_ref());
    URL_SAFE_NO_PAD.encode(digest)
}
