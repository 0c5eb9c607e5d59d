//! Rule 1 under published keys: each verifies its own algorithm, for tokens that name it.

use serde_json::json;

use crate::support::{ScriptedSource, SigningKey, claims, jwks, verdict, verify};
use tasknook_auth::JwksVerifier;

/// A verifier of these keys, each under the name of its algorithm.
fn verifier_of(keys: &[SigningKey]) -> JwksVerifier {
    let entries: Vec<_> = keys.iter().map(|key| key.jwk(key.algorithm())).collect();
    jwks(&ScriptedSource::with_keys(&entries))
}

#[test]
fn verifies_each_algorithm_with_the_key_that_the_token_names() {
    let keys = SigningKey::published();
    let verifier = verifier_of(&keys);
    for key in &keys {
        let token = key.token(key.algorithm(), &claims());
        assert_eq!(verify(&verifier, &token).unwrap().user_id(), "user-a", "{}", key.algorithm());
    }
}

#[test]
fn a_key_verifies_its_own_algorithm_only() {
    let keys = SigningKey::published();
    let verifier = verifier_of(&keys);
    for named in &keys {
        for other in keys.iter().filter(|key| key.algorithm() != named.algorithm()) {
            let header = json!({ "alg": other.algorithm(), "kid": named.algorithm() }).to_string();
            for signer in [named, other] {
                let token = signer.token_with(&header, &claims().to_string());
                assert_eq!(verdict(&verifier, &token), "algorithm_mismatch", "{header}");
            }
        }
    }
}

#[test]
fn a_key_verifies_nothing_that_another_of_its_algorithm_signed() {
    let (one, other) = (SigningKey::ed25519(), SigningKey::ed25519());
    let verifier = jwks(&ScriptedSource::with_keys(&[one.jwk("one"), other.jwk("other")]));
    assert_eq!(verdict(&verifier, &one.token("one", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &one.token("other", &claims())), "invalid_signature");
    assert_eq!(verdict(&verifier, &SigningKey::ed25519().token("one", &claims())), "invalid_signature");
}

#[test]
fn rejects_unpublishable_algorithms_without_a_fetch() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
    for algorithm in ["HS256", "none", "HS512", "ES256K", "Ed448", "ed25519", "eddsa", ""] {
        let header = json!({ "alg": algorithm, "kid": "invented" }).to_string();
        let token = key.token_with(&header, &claims().to_string());
        assert_eq!(verdict(&verifier, &token), "unsupported_algorithm", "{algorithm}");
    }
    assert_eq!(source.fetches(), 1);
}

/// RFC 9864 §2.2: another name of the same algorithm, in tokens and in keys.
#[test]
fn ed25519_and_eddsa_are_the_same_algorithm() {
    let key = SigningKey::ed25519();
    for published in ["EdDSA", "Ed25519"] {
        let mut entry = key.jwk("ed1");
        entry["alg"] = published.into();
        let verifier = jwks(&ScriptedSource::with_keys(&[entry]));
        for name in ["EdDSA", "Ed25519"] {
            let header = json!({ "alg": name, "kid": "ed1" }).to_string();
            let token = key.token_with(&header, &claims().to_string());
            assert_eq!(verdict(&verifier, &token), "accepted", "{published} {name}");
        }
        let token = key.token_with(r#"{"alg":"ES256","kid":"ed1"}"#, &claims().to_string());
        assert_eq!(verdict(&verifier, &token), "algorithm_mismatch", "{published}");
    }
}

#[test]
fn signatures_of_another_form_are_rejected() {
    let keys = SigningKey::published();
    let verifier = verifier_of(&keys);
    for key in &keys {
        let token = key.token(key.algorithm(), &claims());
        let (signing_input, signature) = token.rsplit_once('.').unwrap();
        let zero = "A".repeat(signature.len());
        for other in [&zero[..], &signature[..84], "", &format!("{signature}AA")] {
            let other = format!("{signing_input}.{other}");
            assert_eq!(verdict(&verifier, &other), "invalid_signature", "{other}");
        }
    }
}

#[test]
fn a_token_without_kid_is_rejected_for_several_keys() {
    let key = SigningKey::ed25519();
    let token = key.token_with(r#"{"alg":"EdDSA"}"#, &claims().to_string());
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    assert_eq!(verdict(&jwks(&source), &token), "accepted");
    source.set_keys(&[key.jwk("ed1"), SigningKey::p256().jwk("es1")]);
    assert_eq!(verdict(&jwks(&source), &token), "missing_key_id");
}
