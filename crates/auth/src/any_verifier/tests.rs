use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::testing::{
    NOW, SECRET, ScriptedSource, SetClock, SigningKey, claims, jwks, key_set, rules, shared_secret, verdict,
};

struct Both {
    verifier: AnyVerifier,
    source: Arc<ScriptedSource>,
    keys: [(&'static str, SigningKey); 3],
}

fn both() -> Both {
    let keys = [("ed1", SigningKey::ed25519()), ("es1", SigningKey::p256()), ("rs1", SigningKey::rs256())];
    let entries: Vec<_> = keys.iter().map(|(id, key)| key.jwk(id)).collect();
    let source = ScriptedSource::with_keys(&entries);
    let verifier = AnyVerifier::new(Some(shared_secret()), Some(jwks(&source))).unwrap();
    Both { verifier, source, keys }
}

#[test]
fn refuses_to_start_without_a_trust_root() {
    assert!(matches!(AnyVerifier::new(None, None), Err(ConfigError::NoTrustRoot)));
}

#[test]
fn verifies_tokens_of_both_trust_roots() {
    let Both { verifier, keys, .. } = both();
    assert_eq!(verdict(&verifier, &SigningKey::hs256(SECRET).token("any", &claims())), "accepted");
    for (id, key) in &keys {
        assert_eq!(verdict(&verifier, &key.token(id, &claims())), "accepted", "{id}");
    }
}

#[test]
fn a_trust_root_that_is_not_configured_verifies_nothing() {
    let hs256 = SigningKey::hs256(SECRET).token("any", &claims());
    let Both { source, keys, .. } = both();
    let only_jwks = AnyVerifier::new(None, Some(jwks(&source))).unwrap();
    assert_eq!(verdict(&only_jwks, &hs256), "unsupported_algorithm");
    let only_shared = AnyVerifier::new(Some(shared_secret()), None).unwrap();
    for (id, key) in &keys {
        assert_eq!(verdict(&only_shared, &key.token(id, &claims())), "unsupported_algorithm", "{id}");
    }
}

#[test]
fn no_public_key_serves_as_a_secret() {
    use base64::Engine;
    let Both { verifier, source, keys } = both();
    let only_jwks = AnyVerifier::new(None, Some(jwks(&source))).unwrap();
    for (id, key) in &keys {
        let jwk = key.jwk(id);
        let texts = ["x", "y", "n"].into_iter().filter_map(|member| jwk[member].as_str());
        let mut secrets: Vec<_> = texts.clone().map(|text| text.as_bytes().to_vec()).collect();
        secrets
            .extend(texts.map(|text| base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()));
        secrets.extend([jwk.to_string().into_bytes(), key_set(&[jwk]).into_bytes()]);
        for secret in secrets {
            let token = SigningKey::hs256(secret).token(id, &claims());
            assert_eq!(verdict(&verifier, &token), "invalid_signature");
            assert_eq!(verdict(&only_jwks, &token), "unsupported_algorithm");
        }
    }
}

#[test]
fn the_algorithm_in_the_header_cannot_choose_that_of_a_key() {
    let Both { verifier, keys, .. } = both();
    for (id, key) in &keys {
        for (other, _) in &keys {
            for algorithm in ["EdDSA", "ES256", "RS256", "PS256", "RS384", "none", "HS256"] {
                if (id, algorithm) == (other, key.algorithm()) {
                    continue;
                }
                let header = json!({ "alg": algorithm, "kid": other }).to_string();
                let token = key.token_with(&header, &claims().to_string());
                assert_ne!(verdict(&verifier, &token), "accepted", "{id} as {algorithm} of {other}");
            }
        }
    }
}

#[test]
fn each_trust_root_keeps_its_own_limit() {
    let clock = SetClock::at(NOW);
    let short = rules().max_token_bytes(200);
    let shared = SharedSecretVerifier::with_clock(vec![SECRET.into()], short, clock).unwrap();
    let Both { source, keys, .. } = both();
    let verifier = AnyVerifier::new(Some(shared), Some(jwks(&source))).unwrap();
    assert_eq!(verdict(&verifier, &SigningKey::hs256(SECRET).token("any", &claims())), "too_long");
    assert_eq!(verdict(&verifier, &keys[0].1.token("ed1", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &"a".repeat(8193)), "too_long");
}

#[test]
fn is_ready_at_once_without_a_key_set_and_with_one_once_it_was_fetched() {
    assert!(AnyVerifier::new(Some(shared_secret()), None).unwrap().is_ready());
    let down = AnyVerifier::new(Some(shared_secret()), Some(jwks(&ScriptedSource::down()))).unwrap();
    assert!(!down.is_ready());
    let Both { verifier, keys, .. } = both();
    assert_eq!(verdict(&verifier, &keys[0].1.token("ed1", &claims())), "accepted");
    assert!(verifier.is_ready());
}
