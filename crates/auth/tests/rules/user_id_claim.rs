//! Rule 6: the user is in the configured claim, `sub` by default, and in no other: when it is missing or
//! invalid, no other claim replaces it.

use serde_json::{Value, json};

use crate::support::{
    NOW, SECRET, ScriptedSource, SigningKey, claims, claims_with, hs256, jwks, rules, shared_secret_by,
    verdict, verdict_by, verify,
};
use tasknook_auth::{ClaimRules, ConfigError, SharedSecretVerifier};

/// Claims of Better Auth that name the user in every claim but `sub`.
fn elsewhere() -> Value {
    let mut claims = claims_with("sub", None);
    for name in ["id", "userId", "user_id", "uid", "email", "name", "username", "azp", "client_id"] {
        claims[name] = json!("user-a");
    }
    claims["user"] = json!({ "id": "user-a", "sub": "user-a" });
    claims["session"] = json!({ "token": "t", "userId": "user-a" });
    claims
}

#[test]
fn the_user_is_in_sub_by_default() {
    let key = SigningKey::ed25519();
    let verifier = jwks(&ScriptedSource::with_keys(&[key.jwk("ed1")]));
    for id in ["user-a", "1", "USER-A ", "2f1c3b0e-4f3e-4a53-9a0e-0e6f7b8f9a10"] {
        let mut claims = elsewhere();
        claims["sub"] = json!(id);
        assert_eq!(verify(&shared_secret_by(rules(), NOW), &hs256(&claims)).unwrap().user_id(), id);
        assert_eq!(verify(&verifier, &key.token("ed1", &claims)).unwrap().user_id(), id);
    }
}

#[test]
fn no_other_claim_replaces_a_missing_or_invalid_user_id() {
    assert_eq!(verdict_by(&rules(), &elsewhere(), NOW), "missing_claim");
    assert_eq!(verdict_by(&ClaimRules::new(), &elsewhere(), NOW), "missing_claim");
    for value in [json!(""), json!(" "), Value::Null, json!(5), json!([]), json!({ "id": "user-a" })] {
        let mut claims = elsewhere();
        claims["sub"] = value;
        assert_eq!(verdict_by(&rules(), &claims, NOW), "invalid_claim", "{claims}");
    }
}

#[test]
fn the_user_is_in_the_configured_claim_and_nowhere_else() {
    let by_id = rules().user_id_claim("id");
    assert_eq!(verdict_by(&by_id, &claims(), NOW), "missing_claim");
    let both = claims_with("id", Some(json!("user-b")));
    let identity = verify(&shared_secret_by(by_id.clone(), NOW), &hs256(&both)).unwrap();
    assert_eq!(identity.user_id(), "user-b");
    let mut without_sub = claims_with("sub", None);
    without_sub["id"] = json!("user-b");
    assert_eq!(verdict_by(&by_id, &without_sub, NOW), "accepted");
    assert_eq!(verdict_by(&by_id, &claims_with("id", Some(json!("u".repeat(256)))), NOW), "invalid_claim");
}

#[test]
fn the_name_is_that_of_one_member_of_the_payload() {
    for name in ["user.id", "/user/id", "$.user.id", "SUB", "sub ", "Id"] {
        let rules = rules().user_id_claim(name);
        let mut claims = elsewhere();
        claims["sub"] = json!("user-a");
        assert_eq!(verdict_by(&rules, &claims, NOW), "missing_claim", "{name}");
        claims[name] = json!("user-b");
        let identity = verify(&shared_secret_by(rules, NOW), &hs256(&claims)).unwrap();
        assert_eq!(identity.user_id(), "user-b", "{name}");
    }
}

#[test]
fn rejects_an_empty_user_id_claim() {
    let error = SharedSecretVerifier::new(vec![SECRET.into()], rules().user_id_claim("")).err();
    assert!(matches!(error, Some(ConfigError::OutOfRange { setting: "user_id_claim", .. })), "{error:?}");
}

#[test]
fn the_user_of_one_token_is_not_that_of_another() {
    let verifier = shared_secret_by(rules(), NOW);
    for id in ["user-a", "user-b", "user-a"] {
        let token = hs256(&claims_with("sub", Some(json!(id))));
        assert_eq!(verdict(&verifier, &token), "accepted");
        assert_eq!(verify(&verifier, &token).unwrap().user_id(), id);
    }
}
