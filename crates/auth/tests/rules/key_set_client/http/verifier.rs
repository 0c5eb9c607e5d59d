//! Rule 7 over HTTP: the number of requests that a verifier sends.

use std::sync::Arc;
use std::time::Duration;

use super::source;
use crate::support::{
    Issuer, ManualClock, NOW, ORIGIN, SECRET, SigningKey, claims, key_set, options_on, respond, rules,
    verdict,
};
use tasknook_auth::{
    AnyVerifier, ClaimRules, HttpJwksSource, JwksOptions, JwksVerifier, SharedSecretVerifier,
};

/// Fetches for tokens only; no scheduled fetch is due within a test.
fn verifier_on(source: HttpJwksSource) -> JwksVerifier {
    let hour = Duration::from_secs(3600);
    let timing = JwksOptions::new().retry(hour, hour);
    JwksVerifier::with_options(Arc::new(source), timing, rules(), options_on(ManualClock::at(NOW))).unwrap()
}

#[test]
fn the_url_of_the_keys_is_not_that_of_the_issuer() {
    let key = SigningKey::ed25519();
    let issuer = Issuer::answering("200 OK", "", key_set(&[key.jwk("k1")]));
    assert!(!issuer.url("").starts_with(ORIGIN));
    let base = HttpJwksSource::for_better_auth(&issuer.url("")).unwrap();
    assert_eq!(verdict(&verifier_on(base), &key.token("k1", &claims())), "accepted");
    assert!(issuer.requests()[0].starts_with("get /api/auth/jwks "));
}

#[test]
fn an_invalid_first_response_makes_tokens_unavailable() {
    for body in ["{}", "<html></html>", "", "{\"keys\":[]}"] {
        let issuer = Issuer::answering("200 OK", "", body);
        let verifier = verifier_on(source(&issuer));
        let key = SigningKey::ed25519();
        for _ in 0..10 {
            assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "keys_unavailable", "{body}");
        }
        assert_eq!(issuer.requests().len(), 1);
    }
}

#[test]
fn a_rotated_key_costs_one_request_and_invented_ones_two() {
    let keys = [SigningKey::ed25519(), SigningKey::ed25519()];
    let sets = [key_set(&[keys[0].jwk("k1")]), key_set(&[keys[0].jwk("k1"), keys[1].jwk("k2")])];
    let issuer =
        Issuer::start(move |number, _, stream| respond(stream, "200 OK", "", &sets[number.min(2) - 1]));
    let verifier = verifier_on(source(&issuer));
    for (key, id) in keys.iter().zip(["k1", "k2"]) {
        assert_eq!(verdict(&verifier, &key.token(id, &claims())), "accepted", "{id}");
    }
    for number in 0..200 {
        let expected = if number < 2 { "unknown_key" } else { "unchecked_key" };
        assert_eq!(verdict(&verifier, &keys[1].token(&format!("x{number}"), &claims())), expected);
    }
    assert_eq!(issuer.requests().len(), 4);
}

#[test]
fn an_overloaded_issuer_gets_no_request_before_retry_after() {
    let key = SigningKey::ed25519();
    let set = key_set(&[key.jwk("k1")]);
    let issuer = Issuer::start(move |number, _, stream| match number {
        1 => respond(stream, "200 OK", "", &set),
        _ => respond(stream, "429 Too Many Requests", "retry-after: 60\r\n", ""),
    });
    let clock = ManualClock::at(NOW);
    let options = options_on(Arc::clone(&clock));
    let verifier =
        JwksVerifier::with_options(Arc::new(source(&issuer)), JwksOptions::default(), rules(), options)
            .unwrap();
    assert_eq!(verdict(&verifier, &key.token("k1", &claims())), "accepted");
    for (seconds, requests) in [(0, 2), (30, 2), (29, 2), (1, 3)] {
        clock.advance_monotonic(Duration::from_secs(seconds));
        assert_eq!(verdict(&verifier, &key.token("invented", &claims())), "unchecked_key");
        assert_eq!(issuer.requests().len(), requests, "{seconds}");
    }
    assert_eq!(verdict(&verifier, &key.token("k1", &claims())), "accepted");
}

#[test]
fn a_better_auth_has_no_secrets_unless_they_are_given() {
    let url = "http://127.0.0.1:9";
    let lines = |secrets: &[&str]| {
        let secrets = secrets.iter().map(|text| (*text).into()).collect();
        AnyVerifier::for_better_auth_with_secrets(url, secrets).unwrap().trust_anchors()
    };
    let published = AnyVerifier::for_better_auth(url).unwrap().trust_anchors();
    assert_eq!(
        published,
        [format!("key set {url}/api/auth/jwks: issuers [\"{url}\"], audiences [\"{url}\"]")]
    );
    assert_eq!(lines(&[]), published);
    let shared = format!("shared secrets (1): issuers [\"{url}\"], audiences [\"{url}\"]");
    assert_eq!(lines(&[SECRET]), [&[shared], &published[..]].concat());
    assert!(AnyVerifier::for_better_auth_with_secrets(url, vec!["short".into()]).is_err());
}

#[test]
fn lists_what_each_anchor_accepts() {
    let source = HttpJwksSource::for_better_auth("http://127.0.0.1:9").unwrap();
    let better_auth = ClaimRules::for_better_auth("http://127.0.0.1:9").unwrap();
    let published = JwksVerifier::new(Arc::new(source), JwksOptions::default(), better_auth).unwrap();
    let any = SharedSecretVerifier::new(vec![SECRET.into()], ClaimRules::new()).unwrap();
    assert_eq!(
        AnyVerifier::new(Some(any), Some(published)).unwrap().trust_anchors(),
        [
            "shared secrets (1): issuers any, audiences any",
            "key set http://127.0.0.1:9/api/auth/jwks: issuers [\"http://127.0.0.1:9\"], audiences \
             [\"http://127.0.0.1:9\"]",
        ]
    );
}
