use serde_json::json;

use crate::testing::{ScriptedSource, SigningKey, claims, jwks, verdict, verify};

#[test]
fn verifies_each_algorithm_with_the_key_that_the_token_names() {
    let keys = [SigningKey::ed25519(), SigningKey::p256(), SigningKey::rs256(), SigningKey::ps256()];
    let entries: Vec<_> = keys.iter().map(|key| key.jwk(key.algorithm())).collect();
    let verifier = jwks(&ScriptedSource::with_keys(&entries));
    for key in &keys {
        let token = key.token(key.algorithm(), &claims());
        assert_eq!(verify(&verifier, &token).unwrap().user_id(), "user-a", "{}", key.algorithm());
    }
}

#[test]
fn a_key_verifies_its_own_algorithm_only() {
    let (rsa, pss, ec, ed25519) =
        (SigningKey::rs256(), SigningKey::ps256(), SigningKey::p256(), SigningKey::ed25519());
    let verifier = jwks(&ScriptedSource::with_keys(&[rsa.jwk("rs1"), ec.jwk("es1"), ed25519.jwk("ed1")]));
    assert_eq!(verdict(&verifier, &pss.token("rs1", &claims())), "algorithm_mismatch");
    assert_eq!(verdict(&verifier, &ed25519.token("es1", &claims())), "algorithm_mismatch");
    assert_eq!(verdict(&verifier, &SigningKey::p256().token("es1", &claims())), "invalid_signature");
    let header = json!({ "alg": "RS256", "kid": "es1" }).to_string();
    assert_eq!(verdict(&verifier, &ec.token_with(&header, &claims().to_string())), "algorithm_mismatch");
}

#[test]
fn refuses_algorithms_that_no_published_key_is_for_without_a_fetch() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
    for algorithm in ["HS256", "none", "ES512", "RS384", "Ed25519"] {
        let header = json!({ "alg": algorithm, "kid": "made-up" }).to_string();
        let token = key.token_with(&header, &claims().to_string());
        assert_eq!(verdict(&verifier, &token), "unsupported_algorithm", "{algorithm}");
    }
    assert_eq!(source.fetches(), 1);
}

#[test]
fn signatures_of_another_form_are_refused() {
    let (ed25519, ec) = (SigningKey::ed25519(), SigningKey::p256());
    let verifier = jwks(&ScriptedSource::with_keys(&[ed25519.jwk("ed1"), ec.jwk("es1")]));
    for token in [ed25519.token("ed1", &claims()), ec.token("es1", &claims())] {
        let (signing_input, signature) = token.rsplit_once('.').unwrap();
        let zero = "A".repeat(signature.len());
        for other in [&zero[..], &signature[..84], "", &format!("{signature}AA")] {
            assert_eq!(
                verdict(&verifier, &format!("{signing_input}.{other}")),
                "invalid_signature",
                "{other}"
            );
        }
    }
}

#[test]
fn a_token_that_names_no_key_is_refused_when_the_set_has_several() {
    let key = SigningKey::ed25519();
    let token = key.token_with(r#"{"alg":"EdDSA"}"#, &claims().to_string());
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    assert_eq!(verdict(&jwks(&source), &token), "accepted");
    source.set_keys(&[key.jwk("ed1"), SigningKey::p256().jwk("es1")]);
    assert_eq!(verdict(&jwks(&source), &token), "missing_key_id");
}

#[test]
fn refuses_a_change_of_any_character_of_a_good_token() {
    let keys = [SigningKey::ed25519(), SigningKey::p256(), SigningKey::rs256(), SigningKey::ps256()];
    let entries: Vec<_> = keys.iter().map(|key| key.jwk(key.algorithm())).collect();
    let verifier = jwks(&ScriptedSource::with_keys(&entries));
    for key in &keys {
        let token = key.token(key.algorithm(), &claims());
        for at in 0..token.len() {
            let twin = token.as_bytes()[at] ^ 1;
            for byte in
                [b'A', b'_', b'.', b'=', twin].into_iter().filter(|byte| *byte != token.as_bytes()[at])
            {
                let mut changed = token.clone().into_bytes();
                changed[at] = byte;
                assert_ne!(
                    verdict(&verifier, str::from_utf8(&changed).unwrap()),
                    "accepted",
                    "byte {at} as {byte}"
                );
            }
        }
    }
}
