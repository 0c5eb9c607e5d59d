//! Rule 7: fetches for tokens with an unknown key.

use std::sync::Arc;
use std::thread;

use serde_json::json;

use super::{milliseconds, seconds};
use crate::support::{ManualClock, NOW, ScriptedSource, SigningKey, claims, jwks, jwks_on, verdict};
use tasknook_auth::FetchError;

const THREADS: usize = 8;

#[test]
fn an_unknown_key_is_fetched_once_a_cooldown() {
    let (old, new, newer) = (SigningKey::ed25519(), SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    assert_eq!(source.fetches(), 1);

    source.set_keys(&[old.jwk("old"), new.jwk("new")]);
    assert_eq!(verdict(&verifier, &new.token("new", &claims())), "accepted");
    assert_eq!(source.fetches(), 2);

    source.set_keys(&[new.jwk("new"), newer.jwk("newer")]);
    let token = newer.token("newer", &claims());
    assert_eq!(verdict(&verifier, &token), "unknown_key");
    clock.advance(seconds(29));
    clock.advance_monotonic(milliseconds(999));
    assert_eq!(verdict(&verifier, &token), "unknown_key");
    assert_eq!(source.fetches(), 2);

    clock.advance_monotonic(milliseconds(1));
    assert_eq!(verdict(&verifier, &token), "accepted");
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "unknown_key");
    assert_eq!(source.fetches(), 3);
}

#[test]
fn invented_keys_on_many_threads_cost_one_fetch_per_cooldown() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    let good = key.token("ed1", &claims());
    assert_eq!(verdict(&verifier, &good), "accepted");
    let made_up = |name: &str| key.token_with(&json!({ "alg": "EdDSA", "kid": name }).to_string(), "{}");
    // All threads at once; the fetch that they cause, if any, ends when there are some that wait for it.
    let flood = |fetches_after| {
        source.block(true);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let names = (0..250).map(move |number| format!("{thread}-{number}"));
                let (verifier, made_up) = (&verifier, &made_up);
                scope.spawn(move || {
                    names.for_each(|name| assert_eq!(verdict(verifier, &made_up(&name)), "unknown_key"));
                });
            }
            source.await_fetches(fetches_after);
            assert_eq!(verdict(&verifier, &good), "accepted");
            source.block(false);
        });
        assert_eq!(source.fetches(), fetches_after);
    };
    flood(2);
    clock.advance_monotonic(milliseconds(29_999));
    flood(2);
    clock.advance_monotonic(milliseconds(1));
    flood(3);
}

#[test]
fn requests_for_an_unknown_key_share_one_fetch() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let verifier = jwks(&source);
    let (old_token, new_token) = (old.token("old", &claims()), new.token("new", &claims()));
    assert_eq!(verdict(&verifier, &old_token), "accepted");

    source.set_keys(&[old.jwk("old"), new.jwk("new")]);
    source.block(true);
    thread::scope(|scope| {
        let waiting: Vec<_> = (0..16).map(|_| scope.spawn(|| verdict(&verifier, &new_token))).collect();
        source.await_fetches(2);
        let never_seen = old.token_with(r#"{"kid":"old","alg":"EdDSA"}"#, &claims().to_string());
        for known in [&old_token, &never_seen] {
            assert_eq!(verdict(&verifier, known), "accepted");
        }
        source.block(false);
        assert!(waiting.into_iter().all(|request| request.join().unwrap() == "accepted"));
    });
    assert_eq!(source.fetches(), 2);
}

#[test]
fn retry_after_blocks_fetches_for_unknown_keys() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
    source.set(|| Err(FetchError::Status { status: 429, retry_after: Some(seconds(120)) }));
    let made_up = key.token("invented", &claims());
    for (step, fetches) in [(0, 2), (30_000, 2), (89_999, 2), (1, 3), (119_999, 3), (1, 4)] {
        clock.advance_monotonic(milliseconds(step));
        assert_eq!(verdict(&verifier, &made_up), "unknown_key");
        assert_eq!(source.fetches(), fetches, "{step}");
    }
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
}

#[test]
fn a_removed_key_verifies_nothing_after_the_next_fetch() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old"), new.jwk("new")]);
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    source.set_keys(&[new.jwk("new")]);
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &new.token("invented", &claims())), "unknown_key");
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "unknown_key");
    assert_eq!(source.fetches(), 2);
}
