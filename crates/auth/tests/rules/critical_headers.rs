//! Rule 5: a header with `crit` is rejected, whatever it lists. `jku`, `x5u`, `x5c` and `jwk` are ignored: a token
//! cannot supply a key, and no address in it is fetched.

use serde_json::{Value, json};

use crate::support::{SECRET, ScriptedSource, SigningKey, claims, jwks, shared_secret, verdict};
use tasknook_auth::{AnyVerifier, Keys, VerifyError, verify_jws};

/// Every kind of JSON value, and lists that a verifier might be tempted to understand.
fn values() -> Vec<Value> {
    vec![
        json!(["foo"]),
        json!([]),
        json!(["alg"]),
        json!(["exp"]),
        json!(["b64"]),
        json!("b64"),
        json!(""),
        Value::Null,
        json!(false),
        json!(0),
        json!({ "exp": 1 }),
    ]
}

#[test]
fn every_verifier_rejects_crit() {
    let (secret, key) = (SigningKey::hs256(SECRET), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let both = AnyVerifier::new(Some(shared_secret()), Some(jwks(&source))).unwrap();
    let lower = Keys::from_secrets(&[SECRET.into()]).unwrap();
    let payload = claims().to_string();
    for crit in values() {
        let hs256 = json!({ "alg": "HS256", "exp": 1, "crit": crit }).to_string();
        let hs256 = secret.token_with(&hs256, &payload);
        let eddsa = json!({ "alg": "EdDSA", "kid": "ed1", "exp": 1, "crit": crit }).to_string();
        let eddsa = key.token_with(&eddsa, &payload);
        assert_eq!(verdict(&shared_secret(), &hs256), "critical_header", "{crit}");
        assert_eq!(verdict(&jwks(&source), &eddsa), "critical_header", "{crit}");
        for token in [&hs256, &eddsa] {
            assert_eq!(verdict(&both, token), "critical_header", "{crit}");
        }
        assert_eq!(verify_jws(&hs256, &lower), Err(VerifyError::CriticalHeader), "{crit}");
    }
}

#[test]
fn without_crit_the_same_tokens_are_good() {
    let header = json!({ "alg": "HS256", "exp": 1 }).to_string();
    let token = SigningKey::hs256(SECRET).token_with(&header, &claims().to_string());
    assert_eq!(verdict(&shared_secret(), &token), "accepted");
}

#[test]
fn ignores_keys_in_a_token() {
    let good = [json!("https://evil.test"), json!(["MIIB"]), SigningKey::ed25519().jwk("k")];
    for parameter in ["jku", "x5u", "x5c", "jwk", "x5t", "x5t#S256"] {
        for value in values().into_iter().chain(good.clone()) {
            let header = json!({ "alg": "HS256", parameter: value }).to_string();
            let token = SigningKey::hs256(SECRET).token_with(&header, &claims().to_string());
            assert_eq!(verdict(&shared_secret(), &token), "accepted", "{header}");
        }
    }
}

#[test]
fn keys_in_a_token_verify_nothing() {
    let (ours, theirs) = (SigningKey::ed25519(), SigningKey::ed25519());
    let verifier = jwks(&ScriptedSource::with_keys(&[ours.jwk("ed1")]));
    for key_id in ["ed1", "theirs"] {
        let header = json!({ "alg": "EdDSA", "kid": key_id, "jwk": theirs.jwk(key_id) }).to_string();
        let reason = if key_id == "ed1" { "invalid_signature" } else { "unknown_key" };
        assert_eq!(verdict(&verifier, &theirs.token_with(&header, &claims().to_string())), reason);
    }
    let secret = SigningKey::hs256("a secret that only the token has");
    let header = json!({ "alg": "HS256", "jwk": secret.jwk("k") }).to_string();
    let token = secret.token_with(&header, &claims().to_string());
    assert_eq!(verdict(&shared_secret(), &token), "invalid_signature");
}

#[cfg(feature = "jwks")]
#[test]
fn addresses_in_a_token_are_never_fetched() {
    use crate::support::{Issuer, key_set};

    let (ours, theirs) = (SigningKey::ed25519(), SigningKey::ed25519());
    let evil = Issuer::answering("200 OK", "", key_set(&[theirs.jwk("theirs")]));
    let source = ScriptedSource::with_keys(&[ours.jwk("ed1")]);
    let verifier = jwks(&source);
    for parameter in ["jku", "x5u"] {
        for (key, key_id, reason) in [(&ours, "ed1", "accepted"), (&theirs, "theirs", "unknown_key")] {
            let header = json!({ "alg": key.algorithm(), "kid": key_id, parameter: evil.url("/jwks") });
            let token = key.token_with(&header.to_string(), &claims().to_string());
            assert_eq!(verdict(&verifier, &token), reason, "{parameter}");
        }
    }
    assert_eq!(evil.requests().len(), 0);
}
