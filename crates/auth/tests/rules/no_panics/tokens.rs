//! Rule 10 for tokens, signed and not.

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::Value;

use super::{FEW, bytes, json};
use crate::support::{
    NOW, SECRET, ScriptedSource, SigningKey, claims, jwks, key_set, shared_secret, verdict, verify,
};
use tasknook_auth::{AnyVerifier, Keys, verify_jws};

/// For the secret and the keys of [`BOTH`].
const HEADERS: [&str; 3] =
    [r#"{"alg":"HS256"}"#, r#"{"alg":"EdDSA","kid":"ed1"}"#, r#"{"alg":"ES256","kid":"es1"}"#];

/// Both trust anchors, and a key of the second.
static BOTH: LazyLock<(AnyVerifier, SigningKey)> = LazyLock::new(|| {
    let key = SigningKey::ed25519();
    let published = jwks(&ScriptedSource::with_keys(&[key.jwk("ed1"), SigningKey::p256().jwk("es1")]));
    assert_eq!(verdict(&published, &key.token("ed1", &claims())), "accepted");
    (AnyVerifier::new(Some(shared_secret()), Some(published)).unwrap(), key)
});

/// The keys of both trust anchors for the lower layer.
static KEYS: LazyLock<[Keys; 2]> = LazyLock::new(|| {
    let published = key_set(&[BOTH.1.jwk("ed1")]);
    [Keys::from_secrets(&[SECRET.into()]).unwrap(), Keys::from_jwks(published.as_bytes()).unwrap()]
});

fn is_rejected_everywhere(token: &str) -> bool {
    verify(&BOTH.0, token).is_err() && KEYS.iter().all(|keys| verify_jws(token, keys).is_err())
}

/// `header.payload`, signed for either trust anchor, whatever the two are.
fn signed(header: &[u8], payload: &[u8]) -> [String; 2] {
    let signing_input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    [&SigningKey::hs256(SECRET), &BOTH.1]
        .map(|key| format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(key.sign(signing_input.as_bytes()))))
}

#[test]
fn lengths_at_and_past_every_limit_are_rejected() {
    for length in [0, 1, 2, 3, 8191, 8192, 8193, 65_535, 65_536, 65_537, 1 << 20] {
        for byte in ["a", ".", "A", "="] {
            assert!(is_rejected_everywhere(&byte.repeat(length)), "{length} of {byte}");
        }
    }
}

#[test]
fn deeply_nested_tokens_are_rejected() {
    for (start, end) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", start.repeat(900), end.repeat(900));
        let header = format!(r#"{{"alg":"HS256","x":{deep}}}"#);
        let payload = format!(r#"{{"sub":"user-a","exp":{},"x":{deep}}}"#, NOW + 60);
        for token in signed(header.as_bytes(), b"{}") {
            assert_eq!(verdict(&BOTH.0, &token), "invalid_json");
        }
        let [token, _] = signed(br#"{"alg":"HS256"}"#, payload.as_bytes());
        assert_eq!(verdict(&BOTH.0, &token), "invalid_json");
    }
}

proptest! {
    #[test]
    fn no_text_is_a_token(text: String) {
        prop_assert!(is_rejected_everywhere(&text));
    }

    #[test]
    fn no_bytes_are_a_token(bytes in bytes(300)) {
        prop_assert!(is_rejected_everywhere(&String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn no_text_of_the_characters_of_a_token_is_one(
        text in "[A-Za-z0-9_=-]{0,80}(\\.[A-Za-z0-9_=-]{0,80}){0,4}",
    ) {
        prop_assert!(is_rejected_everywhere(&text));
    }

    #[test]
    fn no_bytes_are_a_signature(signature in bytes(200), header in select(&HEADERS[..])) {
        let signing_input =
            format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims().to_string()));
        let token = format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(signature));
        prop_assert!(is_rejected_everywhere(&token));
    }

    #[test]
    fn no_signed_bytes_are_a_header(header in bytes(80), payload in bytes(80)) {
        for token in signed(&header, &payload) {
            prop_assert!(is_rejected_everywhere(&token));
        }
    }

    #[test]
    fn no_signed_bytes_are_claims(payload in bytes(200)) {
        for (index, header) in HEADERS[..2].iter().enumerate() {
            let token = &signed(header.as_bytes(), &payload)[index];
            prop_assert!(verify(&BOTH.0, token).is_err());
            let verified = verify_jws(token, &KEYS[index]);
            prop_assert_eq!(verified.as_ref(), Ok(&payload), "the signature is good");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(FEW))]

    #[test]
    fn no_value_of_a_header_parameter_gets_past_the_signature(
        name in "(alg|kid|typ|crit|zip|enc|b64|cty|jku|jwk|x5u|x5c|[a-z]{1,4})",
        value in json(),
    ) {
        for (index, header) in HEADERS[..2].iter().enumerate() {
            let mut header: Value = serde_json::from_str(header).unwrap();
            header[&name] = value.clone();
            let tokens = signed(header.to_string().as_bytes(), claims().to_string().as_bytes());
            prop_assert!(verify(&BOTH.0, &tokens[1 - index]).is_err(), "{header}");
            let verdict = verdict(&BOTH.0, &tokens[index]);
            let is_harmless = !["alg", "kid", "typ", "crit", "zip", "enc", "b64", "cty"].contains(&&name[..]);
            prop_assert!(!is_harmless || verdict == "accepted", "{header}: {verdict}");
        }
    }

    #[test]
    fn no_signed_value_but_an_object_is_claims(value in json()) {
        prop_assume!(!matches!(value, Value::Object(_)));
        let [token, _] = signed(br#"{"alg":"HS256"}"#, value.to_string().as_bytes());
        prop_assert_eq!(verdict(&BOTH.0, &token), "invalid_json");
    }
}
