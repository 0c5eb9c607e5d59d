//! Checks of key sets: their size is bounded, parsing is deterministic, and no signature that is made without a private
//! key is valid under any of the keys.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use tasknook_auth::{KeySetError, Keys, verify_jws};

const MAX_KEYS: usize = 256;

/// So many entries of a set are tried with forged signatures, for the sake of speed.
const TRIED_KEYS: usize = 8;

const ASYMMETRIC: [&str; 10] =
    ["EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

/// Panics when a check fails. Returns `<n>_keys`, or why the document is not a key set.
pub(crate) fn check(document: &[u8]) -> String {
    let keys = match Keys::from_jwks(document) {
        Err(KeySetError::NoUsableKey) => return "no_usable_key".to_owned(),
        Err(KeySetError::PrivateKey) => return "private_key".to_owned(),
        Err(_) => return "not_a_key_set".to_owned(),
        Ok(keys) => keys,
    };
    let document: Value = serde_json::from_slice(document).unwrap();
    let entries = document["keys"].as_array().unwrap();
    assert!((1..=MAX_KEYS.min(entries.len())).contains(&keys.len()), "{} keys", keys.len());
    let again = Keys::from_jwks(document.to_string().as_bytes()).map(|again| again.len());
    assert_eq!(again, Ok(keys.len()), "read a second time");
    let private = entries.iter().filter(|entry| entry["d"].as_str().is_some_and(|d| !d.is_empty())).count();
    assert!(keys.len() <= entries.len() - private, "a published private key is used");
    for entry in entries.iter().take(TRIED_KEYS) {
        check_key(entry, &keys);
    }
    let unknown = json!({ "alg": "ES256", "kid": "no key has this name, which is not too long" });
    assert_eq!(rejection(&unknown, &[0; 64], &keys), "unknown_key");
    format!("{}_keys", keys.len())
}

/// Tries tokens that name this entry, with signatures made without its private key.
fn check_key(entry: &Value, keys: &Keys) {
    let header = |algorithm: &str| match entry.get("kid") {
        Some(kid) => json!({ "alg": algorithm, "kid": kid }),
        None => json!({ "alg": algorithm }),
    };
    for algorithm in ASYMMETRIC {
        let length = match algorithm {
            "EdDSA" | "ES256" => 64,
            "ES384" => 96,
            "ES512" => 132,
            _ => entry["n"].as_str().map_or(0, |modulus| (modulus.len() * 3 / 4).min(1024)),
        };
        for signature in [vec![0; length], first_is_one(length), last_is_one(length)] {
            rejection(&header(algorithm), &signature, keys);
        }
    }
    for algorithm in ["HS256", "none", "eddsa"] {
        let rejection = rejection(&header(algorithm), &[0; 32], keys);
        assert!(matches!(rejection, "unsupported_algorithm" | "invalid_header"), "{rejection}");
    }
}

/// With 64 bytes the neutral point and the factor 0, which is good for a key of order one (RFC 8032 §5.1.7).
fn first_is_one(length: usize) -> Vec<u8> {
    (0..length).map(|index| u8::from(index == 0)).collect()
}

/// With the length of a modulus the number 1, which every exponent leaves unchanged.
fn last_is_one(length: usize) -> Vec<u8> {
    (1..=length).map(|index| u8::from(index == length)).collect()
}

fn rejection(header: &Value, signature: &[u8], keys: &Keys) -> &'static str {
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let token = format!("{}.{}.{}", encode(header.to_string().as_bytes()), encode(b"{}"), encode(signature));
    match verify_jws(&token, keys) {
        Err(rejection) => rejection.reason(),
        Ok(_) => panic!("accepted without a private key: {token}"),
    }
}
