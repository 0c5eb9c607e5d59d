//! Rule 1 between the trust anchors: no key of one serves the other, and nothing is good without a signature.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;

use crate::support::{
    SECRET, ScriptedSource, SigningKey, claims, hs256, jwks, key_set, shared_secret, verdict,
};
use tasknook_auth::{AnyVerifier, TokenVerifier};

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
fn an_anchor_that_is_not_configured_verifies_nothing() {
    let Both { source, keys, .. } = both();
    let only_jwks = AnyVerifier::new(None, Some(jwks(&source))).unwrap();
    let verifiers: [&dyn TokenVerifier; 2] = [&only_jwks, &jwks(&source)];
    for verifier in verifiers {
        assert_eq!(verdict(verifier, &hs256(&claims())), "unsupported_algorithm");
    }
    let only_shared = AnyVerifier::new(Some(shared_secret()), None).unwrap();
    let verifiers: [&dyn TokenVerifier; 2] = [&only_shared, &shared_secret()];
    for (id, key) in &keys {
        for verifier in verifiers {
            assert_eq!(verdict(verifier, &key.token(id, &claims())), "unsupported_algorithm", "{id}");
        }
    }
}

#[test]
fn no_public_key_serves_as_a_secret() {
    let Both { verifier, source, keys } = both();
    let only_jwks = AnyVerifier::new(None, Some(jwks(&source))).unwrap();
    for (id, key) in &keys {
        let jwk = key.jwk(id);
        let texts = ["x", "y", "n"].into_iter().filter_map(|member| jwk[member].as_str());
        let mut secrets: Vec<_> = texts.clone().map(|text| text.as_bytes().to_vec()).collect();
        secrets.extend(texts.map(|text| URL_SAFE_NO_PAD.decode(text).unwrap()));
        secrets.extend([jwk.to_string().into_bytes(), key_set(&[jwk]).into_bytes()]);
        for secret in secrets {
            let token = SigningKey::hs256(secret).token(id, &claims());
            assert_eq!(verdict(&verifier, &token), "invalid_signature");
            assert_eq!(verdict(&only_jwks, &token), "unsupported_algorithm");
        }
    }
}

#[test]
fn no_published_secret_serves_as_a_key() {
    let published = SigningKey::hs256("a secret that has been published");
    let source = ScriptedSource::with_keys(&[published.jwk("oct1"), SigningKey::ed25519().jwk("ed1")]);
    let both = AnyVerifier::new(Some(shared_secret()), Some(jwks(&source))).unwrap();
    let token = published.token("oct1", &claims());
    assert_eq!(verdict(&jwks(&source), &token), "unsupported_algorithm");
    assert_eq!(verdict(&both, &token), "invalid_signature");
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
fn no_verifier_accepts_alg_none_or_an_empty_signature() {
    let Both { verifier, source, .. } = both();
    let verifiers: [&dyn TokenVerifier; 3] = [&verifier, &jwks(&source), &shared_secret()];
    let signature = URL_SAFE_NO_PAD.encode(SigningKey::hs256(SECRET).sign(b""));
    for algorithm in ["none", "None", "NONE", "nOnE", "none ", "null", ""] {
        let header = URL_SAFE_NO_PAD.encode(json!({ "alg": algorithm, "kid": "ed1" }).to_string());
        let payload = URL_SAFE_NO_PAD.encode(claims().to_string());
        for token in [format!("{header}.{payload}."), format!("{header}.{payload}.{signature}")] {
            for verifier in verifiers {
                assert_eq!(verdict(verifier, &token), "unsupported_algorithm", "{algorithm:?}");
            }
        }
    }
    let token = hs256(&claims());
    let (signing_input, _) = token.rsplit_once('.').unwrap();
    assert_eq!(verdict(&verifier, &format!("{signing_input}.")), "invalid_signature");
    assert_eq!(verdict(&verifier, signing_input), "not_three_parts");
}
