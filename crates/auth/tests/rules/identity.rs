//! What an identity has of its token: under a shared secret and under a published key, verified and from the cache.

use serde_json::{Value, json};

use crate::support::{
    NOW, ORIGIN, ScriptedSource, SigningKey, claims, claims_with, hs256, jwks, shared_secret, verify,
};
use tasknook_auth::{ClaimRules, Identity, TokenVerifier};

/// The identity of a token with these claims under the shared secret.
fn identity(claims: &Value) -> Identity {
    verify(&shared_secret(), &hs256(claims)).unwrap()
}

#[test]
fn facts_of_a_token_are_read_once_and_cached() {
    let key = SigningKey::ed25519();
    let verifier = jwks(&ScriptedSource::with_keys(&[key.jwk("ed1")]));
    let mut claims = claims();
    claims["aud"] = json!(["https://other.example.test", ORIGIN]);
    claims["jti"] = json!("token-1");
    let token = key.token("ed1", &claims);
    let (first, again) = (verify(&verifier, &token).unwrap(), verifier.cached(&token).unwrap());
    for identity in [&first, &again] {
        assert_eq!(identity.audiences(), ["https://other.example.test", ORIGIN]);
        assert_eq!((identity.issuer(), identity.token_id()), (Some(ORIGIN), Some("token-1")));
        assert_eq!((identity.key_id(), identity.algorithm()), (Some("ed1"), "EdDSA"));
        assert_eq!((identity.issued_at_unix(), identity.expires_at_unix()), (Some(NOW), NOW + 600));
    }
    assert_eq!(first, again);
}

#[test]
fn an_algorithm_with_two_names_has_one() {
    let key = SigningKey::ed25519();
    let verifier = jwks(&ScriptedSource::with_keys(&[key.jwk("ed1")]));
    let token = key.token_with(r#"{"alg":"Ed25519","kid":"ed1"}"#, &claims().to_string());
    assert_eq!(verify(&verifier, &token).unwrap().algorithm(), "EdDSA");
}

#[test]
fn facts_that_a_token_lacks_are_absent() {
    let token = SigningKey::hs256(crate::support::SECRET)
        .token_with(r#"{"alg":"HS256"}"#, &json!({ "sub": "user-a", "exp": NOW + 600 }).to_string());
    let verifier = crate::support::shared_secret_by(ClaimRules::new(), NOW);
    let identity = verify(&verifier, &token).unwrap();
    assert_eq!((identity.key_id(), identity.algorithm()), (None, "HS256"));
    assert_eq!((identity.issued_at_unix(), identity.token_id(), identity.issuer()), (None, None, None));
    assert!(identity.audiences().is_empty() && identity.scopes().is_empty() && identity.roles().is_empty());
}

#[test]
fn one_audience_is_a_list_of_one() {
    assert_eq!(identity(&claims()).audiences(), [ORIGIN]);
}

#[test]
fn a_token_id_that_is_not_text_is_absent() {
    for value in [json!(7), json!(""), json!(["token-1"])] {
        assert_eq!(identity(&claims_with("jti", Some(value))).token_id(), None);
    }
}

#[test]
fn an_issue_time_with_a_fraction_is_rounded_down() {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let iat = NOW as f64 - 0.5;
    assert_eq!(identity(&claims_with("iat", Some(json!(iat)))).issued_at_unix(), Some(NOW - 1));
}

#[test]
fn claims_are_those_of_the_payload() {
    let claims = claims_with("plan", Some(json!({ "name": "pro", "seats": 5 })));
    assert_eq!(identity(&claims).claims::<Value>().unwrap(), claims);
}
