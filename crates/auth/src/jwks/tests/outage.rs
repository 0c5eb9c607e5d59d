//! What a token gets while the issuer does not answer.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use crate::testing::{
    NOW, ScriptedSource, SetClock, SigningKey, TestCalendar, await_condition, claims, jwks, jwks_on, rules,
    verdict, verify,
};
use crate::{JwksOptions, JwksVerifier, TokenVerifier};

const COOLDOWN: Duration = Duration::from_secs(30);
const STALE: Duration = Duration::from_hours(24);

#[test]
fn a_request_during_the_very_first_fetch_waits_for_it() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    source.hold(true);
    let verifier = jwks(&source);
    let token = key.token("ed1", &claims());
    let mut request = verifier.verify(&token);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(request.as_mut().poll(&mut context).is_pending());
    assert!(!verifier.is_ready());
    source.hold(false);
    assert!(pollster::block_on(request).is_ok());
    assert!(verifier.is_ready());
}

#[test]
fn without_any_key_set_a_token_is_unavailable_and_not_invalid() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::down();
    let verifier = JwksVerifier::new(Arc::clone(&source) as _, JwksOptions::default(), rules()).unwrap();
    for _ in 0..3 {
        let error = verify(&verifier, &key.token("ed1", &claims())).unwrap_err();
        assert!(error.is_unavailable());
        assert!(error.retry_after_seconds().is_some_and(|seconds| (1..=11).contains(&seconds)));
    }
    assert!(!verifier.is_ready());
}

#[test]
fn recovers_by_itself_when_the_issuer_comes_back() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::down();
    let milliseconds = Duration::from_millis;
    let options =
        JwksOptions { first_retry: milliseconds(5), last_retry: milliseconds(20), ..JwksOptions::default() };
    let verifier =
        JwksVerifier::with_clock(Arc::clone(&source) as _, options, rules(), Arc::new(TestCalendar)).unwrap();
    source.await_fetches(4);
    source.set_keys(&[key.jwk("ed1")]);
    await_condition(|| verifier.is_ready());
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
}

#[test]
fn the_last_good_set_stays_through_an_outage_up_to_the_bound() {
    let (key, other) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = SetClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    let mut claims = claims();
    claims["exp"] = json!(NOW + 200_000);
    let token = key.token("ed1", &claims);
    assert_eq!(verdict(&verifier, &token), "accepted");

    let bodies: [&[u8]; 5] = [b"", b"{}", b"<html>", b"{\"keys\":[]}", b"\xff\xfe"];
    for body in bodies {
        source.set_body(body);
        assert_eq!(verdict(&verifier, &other.token("made-up", &claims)), "unknown_key");
        clock.advance(COOLDOWN);
        assert_eq!(verdict(&verifier, &token), "accepted");
    }
    assert_eq!(source.fetches(), 6);
    clock.advance(STALE.saturating_sub(COOLDOWN * 5));
    assert_eq!(verdict(&verifier, &token), "accepted");
    clock.advance(Duration::from_secs(1));
    assert_eq!(verdict(&verifier, &token), "keys_unavailable");
    assert!(!verifier.is_ready());
}

#[test]
fn a_source_that_panics_is_one_that_failed() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let verifier = jwks(&source);
    let token = key.token("ed1", &claims());
    assert_eq!(verdict(&verifier, &token), "accepted");
    source.set(|| panic!("a source of this test's panics"));
    assert_eq!(verdict(&verifier, &key.token("made-up", &claims())), "unknown_key");
    assert_eq!(verdict(&verifier, &token), "accepted");
}
