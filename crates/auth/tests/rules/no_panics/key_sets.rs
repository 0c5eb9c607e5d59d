//! Rule 10 for key sets, of which the issuer's network is the author.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::collection::vec;
use proptest::option::{self, weighted};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::{FEW, bytes, json};
use crate::support::{SigningKey, claims, key_set};
use tasknook_auth::{Keys, verify_jws};

const ALGORITHMS: [&str; 10] =
    ["EdDSA", "ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

/// Keys without a private half: the right members with random bytes, so that some of them can be used.
fn random_key() -> impl Strategy<Value = Value> {
    let bytes = |length: usize| vec(any::<u8>(), length).prop_map(|bytes| URL_SAFE_NO_PAD.encode(bytes));
    let curve = select(vec![("P-256", 32), ("P-384", 48), ("P-521", 66)]);
    prop_oneof![
        bytes(32).prop_map(|x| json!({ "kty": "OKP", "crv": "Ed25519", "x": x })),
        (bytes(256), select(vec!["Aw", "AQAB"])).prop_map(|(n, e)| json!({ "kty": "RSA", "n": n, "e": e })),
        curve
            .prop_flat_map(move |(name, length)| (Just(name), bytes(length), bytes(length)))
            .prop_map(|(name, x, y)| json!({ "kty": "EC", "crv": name, "x": x, "y": y })),
    ]
}

/// Such a key with a name, mostly with an algorithm, and seldom with another member, whatever it is.
fn entry() -> impl Strategy<Value = Value> {
    let another = weighted(0.3, ("(kty|crv|x|y|n|e|alg|kid|use|key_ops|d)", json()));
    let name = prop_oneof!["[ab]", any::<String>()];
    let members = (random_key(), name, option::of(select(&ALGORITHMS[..])), another);
    members.prop_map(|(mut entry, name, algorithm, another)| {
        entry["kid"] = json!(name);
        if let Some(algorithm) = algorithm {
            entry["alg"] = json!(algorithm);
        }
        if let Some((name, value)) = another {
            entry[name] = value;
        }
        entry
    })
}

/// No signature of these bytes is valid under a random key.
fn verifies_nothing(keys: &Keys, algorithm: &str, signature: &[u8]) -> bool {
    let (payload, signature) = (URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(signature));
    let headers = [
        json!({ "alg": algorithm }),
        json!({ "alg": algorithm, "kid": "a" }),
        json!({ "alg": algorithm, "kid": "b" }),
    ];
    let tokens =
        headers.map(|header| format!("{}.{payload}.{signature}", URL_SAFE_NO_PAD.encode(header.to_string())));
    tokens.iter().all(|token| verify_jws(token, keys).is_err())
}

#[test]
fn deeply_nested_key_sets_are_rejected() {
    for start in ["[", "{\"keys\":", "{\"keys\":[", "{\"keys\":[{\"kid\":"] {
        assert!(Keys::from_jwks(start.repeat(20_000).as_bytes()).is_err(), "{start}");
    }
}

proptest! {
    #[test]
    fn no_bytes_are_a_key_set(bytes in bytes(300)) {
        prop_assert!(Keys::from_jwks(&bytes).is_err());
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(FEW))]

    #[test]
    fn no_value_is_a_key_set(value in json()) {
        for document in [json!({ "keys": [value] }), json!({ "keys": value }), value] {
            prop_assert!(Keys::from_jwks(document.to_string().as_bytes()).is_err(), "{document}");
        }
    }

    #[test]
    fn no_member_of_any_value_makes_a_key_that_verifies_anything(
        entries in vec(entry(), 1..4),
        algorithm in select(&ALGORITHMS[..]),
        signature in bytes(140),
    ) {
        if let Ok(keys) = Keys::from_jwks(key_set(&entries).as_bytes()) {
            prop_assert!((1..=entries.len()).contains(&keys.len()));
            prop_assert!(verifies_nothing(&keys, algorithm, &signature));
        }
    }

    #[test]
    fn no_value_of_one_member_of_a_good_key_makes_it_another(
        name in "(kty|crv|x|alg|kid|use|key_ops|d|[a-z]{1,3})",
        value in json(),
    ) {
        let key = SigningKey::ed25519();
        let mut changed = key.jwk("a");
        changed[&name] = value;
        let entries = [changed, SigningKey::ed25519().jwk("b")];
        let keys = Keys::from_jwks(key_set(&entries).as_bytes()).unwrap();
        prop_assert!((1..=2).contains(&keys.len()));
        prop_assert!(verify_jws(&key.token("b", &claims()), &keys).is_err());
    }
}
