//! When a key set is fetched.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::testing::{
    NOW, ScriptedSource, SetClock, SigningKey, TestCalendar, await_condition, claims, jwks, jwks_on, key_set,
    rules, verdict,
};
use crate::{FetchError, JwksOptions, JwksVerifier};

const COOLDOWN: Duration = Duration::from_secs(30);

#[test]
fn an_unknown_key_is_fetched_once_a_cooldown() {
    let (old, new, newer) = (SigningKey::ed25519(), SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let clock = SetClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    assert_eq!(source.fetches(), 1);

    source.set_keys(&[old.jwk("old"), new.jwk("new")]);
    assert_eq!(verdict(&verifier, &new.token("new", &claims())), "accepted");
    assert_eq!(source.fetches(), 2);

    source.set_keys(&[new.jwk("new"), newer.jwk("newer")]);
    for number in 0..1000 {
        assert_eq!(verdict(&verifier, &newer.token(&format!("made-up-{number}"), &claims())), "unknown_key");
    }
    assert_eq!(verdict(&verifier, &newer.token("newer", &claims())), "unknown_key");
    assert_eq!(source.fetches(), 2);

    clock.advance(COOLDOWN);
    assert_eq!(verdict(&verifier, &newer.token("newer", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "unknown_key");
    assert_eq!(source.fetches(), 3);
}

#[test]
fn requests_for_an_unknown_key_share_one_fetch_and_known_keys_do_not_wait_for_it() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let verifier = jwks(&source);
    let (old_token, new_token) = (old.token("old", &claims()), new.token("new", &claims()));
    assert_eq!(verdict(&verifier, &old_token), "accepted");

    source.set_keys(&[old.jwk("old"), new.jwk("new")]);
    source.hold(true);
    thread::scope(|scope| {
        let waiting: Vec<_> = (0..16).map(|_| scope.spawn(|| verdict(&verifier, &new_token))).collect();
        source.await_fetches(2);
        assert_eq!(verdict(&verifier, &old_token), "accepted");
        source.hold(false);
        assert!(waiting.into_iter().all(|request| request.join().unwrap() == "accepted"));
    });
    assert_eq!(source.fetches(), 2);
}

#[test]
fn an_issuer_that_asks_to_be_left_alone_is_not_asked_for_unknown_keys() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = SetClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
    let minutes = Duration::from_mins(2);
    source.set(move || Err(FetchError::Status { status: 429, retry_after: Some(minutes) }));
    assert_eq!(verdict(&verifier, &key.token("made-up", &claims())), "unknown_key");
    clock.advance(COOLDOWN);
    assert_eq!(verdict(&verifier, &key.token("made-up", &claims())), "unknown_key");
    assert_eq!(source.fetches(), 2);
    clock.advance(minutes);
    assert_eq!(verdict(&verifier, &key.token("made-up", &claims())), "unknown_key");
    assert_eq!(source.fetches(), 3);
}

#[test]
fn the_thread_ends_with_the_verifier() {
    let source = ScriptedSource::with_body(key_set(&[SigningKey::ed25519().jwk("ed1")]));
    let verifier = jwks(&source);
    source.await_fetches(1);
    drop(verifier);
    // The thread held the other reference; this one alone is left when it is gone.
    await_condition(|| Arc::strong_count(&source) == 1);
}

#[test]
fn fetches_again_before_the_set_reaches_its_age() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let options = JwksOptions { max_age: Duration::from_millis(40), ..JwksOptions::default() };
    let verifier =
        JwksVerifier::with_clock(Arc::clone(&source) as _, options, rules(), Arc::new(TestCalendar)).unwrap();
    source.await_fetches(3);
    source.set_keys(&[new.jwk("new")]);
    let after = source.fetches();
    source.await_fetches(after + 2);
    assert_eq!(verdict(&verifier, &new.token("new", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "unknown_key");
}
