//! Rule 7: verdicts while the issuer is down.

use std::sync::Arc;
use std::task::{Context, Waker};

use serde_json::json;

use super::{milliseconds, seconds};
use crate::support::{
    FixedCalendar, ManualClock, NOW, ScriptedSource, SigningKey, await_condition, claims, claims_with, jwks,
    jwks_on, options_on, rules, verdict, verify,
};
use tasknook_auth::{AuthError, FetchError, JwksOptions, JwksVerifier, TokenVerifier};

const DAY: u64 = 86_400;

#[test]
fn a_request_during_the_very_first_fetch_waits_for_it() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    source.block(true);
    let verifier = jwks(&source);
    let token = key.token("ed1", &claims());
    let mut request = verifier.verify(&token);
    let mut context = Context::from_waker(Waker::noop());
    assert!(request.as_mut().poll(&mut context).is_pending());
    assert!(!verifier.is_ready() && verifier.age().is_none());
    source.block(false);
    assert!(pollster::block_on(request).is_ok());
    assert!(verifier.is_ready());
}

#[test]
fn without_any_key_set_a_token_is_unavailable_and_not_invalid() {
    let key = SigningKey::ed25519();
    let verifier = JwksVerifier::new(ScriptedSource::down(), JwksOptions::default(), rules()).unwrap();
    for _ in 0..3 {
        let error = verify(&verifier, &key.token("ed1", &claims())).unwrap_err();
        assert!(error.is_unavailable());
        assert!(error.retry_after_seconds().is_some_and(|seconds| (1..=11).contains(&seconds)));
        assert_eq!(error.error_code(), None);
        let answer = AuthError::from(error);
        assert_eq!((answer.status(), answer.challenge()), (503, None));
    }
    assert!(!verifier.is_ready());
}

#[test]
fn requests_wait_for_the_first_fetch_only() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::down();
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "keys_unavailable");
    source.block(true);
    let token = key.token("ed1", &claims());
    let mut request = verifier.verify(&token);
    assert!(request.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready());
    assert_eq!(source.fetches(), 1);
    source.block(false);
}

#[test]
fn recovers_by_itself_when_the_issuer_comes_back() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::down();
    let timing = JwksOptions::new().retry(milliseconds(5), milliseconds(20));
    let options = options_on(Arc::new(FixedCalendar));
    let verifier = JwksVerifier::with_options(Arc::clone(&source) as _, timing, rules(), options).unwrap();
    source.await_fetches(4);
    source.set_keys(&[key.jwk("ed1")]);
    await_condition(|| verifier.is_ready());
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
}

#[test]
fn the_last_good_set_survives_every_invalid_response() {
    let (key, other) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    let token = key.token("ed1", &claims());
    assert_eq!(verdict(&verifier, &token), "accepted");

    let bodies: [&[u8]; 6] = [b"", b"{}", b"<html>", b"{\"keys\":[]}", b"\xff\xfe", b"{\"keys\":[null]}"];
    let unchecked = || {
        assert_eq!(verdict(&verifier, &other.token("invented", &claims())), "unchecked_key");
        clock.advance_monotonic(seconds(10));
        assert_eq!(verdict(&verifier, &token), "accepted");
    };
    for body in bodies {
        source.set_body(body);
        unchecked();
    }
    for status in [404, 429, 500, 503] {
        source.set(move || Err(FetchError::Status { status, retry_after: None }));
        unchecked();
    }
    assert_eq!(source.fetches(), 11);
}

/// The verdicts at the bound and a millisecond past it, of a token that is verified anew each time.
fn at_the_bound(timing: JwksOptions, bound: u64) -> [&'static str; 2] {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let options = options_on(Arc::clone(&clock));
    let verifier = JwksVerifier::with_options(Arc::clone(&source) as _, timing, rules(), options).unwrap();
    let present = |subject: &str| {
        let mut claims = claims_with("exp", Some(json!(NOW + 200_000)));
        claims["sub"] = json!(subject);
        verdict(&verifier, &key.token("ed1", &claims))
    };
    assert_eq!(present("first"), "accepted");
    source.set(|| Err(FetchError::Timeout));
    clock.advance_monotonic(seconds(bound));
    let verdicts = [present("second"), {
        clock.advance_monotonic(milliseconds(1));
        present("third")
    }];
    assert_eq!((verifier.is_ready(), verifier.age()), (false, Some(milliseconds(bound * 1000 + 1))));
    verdicts
}

#[test]
fn the_last_good_set_is_used_until_it_is_stale() {
    assert_eq!(at_the_bound(JwksOptions::default(), DAY), ["accepted", "keys_unavailable"]);
    let short = JwksOptions::new().stale(seconds(300));
    assert_eq!(at_the_bound(short, 300), ["accepted", "keys_unavailable"]);
}

#[test]
fn stale_keys_make_unknown_keys_unavailable_until_a_new_set() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
    source.block(true);
    let made_up = key.token("invented", &claims());
    let mut asked = verifier.verify(&made_up);
    assert!(asked.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    clock.advance_monotonic(seconds(DAY + 1));
    for name in ["ed1", "invented"] {
        assert_eq!(verdict(&verifier, &key.token(name, &claims())), "keys_unavailable");
    }
    source.block(false);
    assert_eq!(pollster::block_on(asked).unwrap_err().reason(), "unknown_key");
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
}

#[test]
fn a_source_that_panics_is_one_that_failed() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let verifier = jwks(&source);
    let token = key.token("ed1", &claims());
    assert_eq!(verdict(&verifier, &token), "accepted");
    source.set(|| panic!("a source of this test's panics"));
    assert_eq!(verdict(&verifier, &key.token("invented", &claims())), "unchecked_key");
    assert_eq!(verdict(&verifier, &token), "accepted");
}
