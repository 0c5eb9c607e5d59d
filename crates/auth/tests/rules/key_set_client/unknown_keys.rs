//! Rule 7: fetches for tokens with an unknown key.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};
use std::thread;

use serde_json::json;

use super::{milliseconds, seconds};
use crate::support::{
    ManualClock, NOW, ScriptedSource, SigningKey, claims, jwks, jwks_on, key_set, verdict, verify,
};
use tasknook_auth::{FetchError, FetchedKeys, JwksVerifier, TokenVerifier, VerifyError};

const THREADS: usize = 8;

/// A token that names a key and has a wrong signature, which costs less than a good one.
fn made_up(name: &str) -> String {
    SigningKey::ed25519().token_with(&json!({ "alg": "EdDSA", "kid": name }).to_string(), "{}")
}

/// The seconds of `Retry-After` of a token whose key could not be looked up.
fn retry_after(verifier: &JwksVerifier, token: &str) -> u64 {
    match verify(verifier, token) {
        Err(VerifyError::UncheckedKey { retry_after_seconds, .. }) => retry_after_seconds,
        other => panic!("{other:?}"),
    }
}

#[test]
fn rotations_within_a_cooldown_are_accepted_up_to_the_burst() {
    let keys = [(); 5].map(|()| SigningKey::ed25519());
    let tokens: Vec<_> =
        keys.iter().zip(0..).map(|(key, id)| key.token(&format!("k{id}"), &claims())).collect();
    let source = ScriptedSource::down();
    let publish = |id: usize| source.set_keys(&[keys[id].jwk(&format!("k{id}"))]);
    let clock = ManualClock::at(NOW);
    publish(0);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    for (id, token) in tokens[..4].iter().enumerate() {
        publish(id);
        assert_eq!(verdict(&verifier, token), "accepted");
        assert_eq!(source.fetches(), id + 1);
    }
    publish(4);
    for (step, seconds) in [(0, 10), (500, 10), (500, 9), (8000, 1), (999, 1)] {
        clock.advance_monotonic(milliseconds(step));
        assert_eq!(retry_after(&verifier, &tokens[4]), seconds);
    }
    assert_eq!(source.fetches(), 4);
    clock.advance_monotonic(milliseconds(1));
    assert_eq!(verdict(&verifier, &tokens[4]), "accepted");
    assert_eq!(source.fetches(), 5);
}

#[test]
fn invented_keys_on_many_threads_cost_no_more_than_the_bucket() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    let good = key.token("ed1", &claims());
    assert_eq!(verdict(&verifier, &good), "accepted");
    // All threads at once; the first fetch that they cause, if any, ends when there are some that wait for it.
    let flood = |round: usize, first, fetches_after| {
        source.block(true);
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let names = (0..250).map(move |number| format!("{round}-{thread}-{number}"));
                let verifier = &verifier;
                scope.spawn(move || {
                    for name in names {
                        let verdict = verdict(verifier, &made_up(&name));
                        assert!(["unknown_key", "unchecked_key"].contains(&verdict), "{verdict}");
                    }
                });
            }
            source.await_fetches(first);
            assert_eq!(verdict(&verifier, &good), "accepted");
            source.block(false);
        });
        assert_eq!(source.fetches(), fetches_after);
    };
    flood(1, 2, 4);
    clock.advance_monotonic(milliseconds(9_999));
    flood(2, 4, 4);
    clock.advance_monotonic(milliseconds(1));
    flood(3, 5, 5);
}

#[test]
fn one_stranger_does_not_keep_new_keys_out() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    for round in 0..5 {
        clock.advance_monotonic(seconds(10));
        assert_eq!(verdict(&verifier, &made_up(&round.to_string())), "unknown_key");
    }
    source.set_keys(&[new.jwk("new")]);
    assert_eq!(verdict(&verifier, &new.token("new", &claims())), "accepted");
}

#[test]
fn a_flood_delays_a_new_key_by_one_cooldown() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    let flood = |round: &str| {
        (0..10).map(|number| verdict(&verifier, &made_up(&format!("{round}-{number}")))).collect::<Vec<_>>()
    };
    assert_eq!(flood("first"), [["unknown_key"; 3].as_slice(), &["unchecked_key"; 7]].concat());

    clock.advance_monotonic(seconds(2));
    source.set_keys(&[new.jwk("new")]);
    let token = new.token("new", &claims());
    assert_eq!(retry_after(&verifier, &token), 8);
    clock.advance_monotonic(seconds(8));
    // The fetch for an invented key brings the new one too.
    assert_eq!(flood("second"), [["unknown_key"; 1].as_slice(), &["unchecked_key"; 9]].concat());
    assert_eq!(verdict(&verifier, &token), "accepted");
    assert_eq!(source.fetches(), 5);
}

#[test]
fn a_removed_key_is_fetched_once_in_a_cooldown() {
    let keys = [(); 3].map(|()| SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[keys[0].jwk("gone"), keys[1].jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &keys[0].token("gone", &claims())), "accepted");
    source.set_keys(&[keys[1].jwk("ed1")]);
    assert_eq!(verdict(&verifier, &made_up("invented")), "unknown_key");
    let repeat = |fetches| {
        for _ in 0..50 {
            assert_eq!(verdict(&verifier, &made_up("gone")), "unknown_key");
        }
        assert_eq!(source.fetches(), fetches);
    };
    repeat(3);
    source.set(|| Err(FetchError::Timeout));
    clock.advance_monotonic(milliseconds(9_999));
    repeat(3);
    source.set_keys(&[keys[1].jwk("ed1")]);
    clock.advance_monotonic(milliseconds(1));
    repeat(4);
    // A changed set can have it.
    clock.advance_monotonic(seconds(60));
    repeat(5);
    source.set_keys(&[keys[2].jwk("ed2")]);
    assert_eq!(verdict(&verifier, &keys[2].token("ed2", &claims())), "accepted");
    repeat(7);
}

/// Of an issuer with a replica that does not have the key yet, or of a stranger who guessed its name.
#[test]
fn a_new_key_that_a_fetch_did_not_find_is_fetched_again() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("2026-11")]);
    let verifier = jwks_on(&source, ManualClock::at(NOW));
    assert_eq!(verdict(&verifier, &old.token("2026-11", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &made_up("2026-12")), "unknown_key");
    source.set_keys(&[old.jwk("2026-11"), new.jwk("2026-12")]);
    assert_eq!(verdict(&verifier, &new.token("2026-12", &claims())), "accepted");
    assert_eq!(source.fetches(), 3);
}

#[test]
fn an_unknown_key_is_unchecked_when_it_cannot_be_fetched_again() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    let repeated = [(); 5].map(|()| verdict(&verifier, &made_up("new")));
    assert_eq!(repeated, ["unknown_key", "unknown_key", "unknown_key", "unchecked_key", "unchecked_key"]);
    source.set_keys(&[new.jwk("new")]);
    assert_eq!(retry_after(&verifier, &new.token("new", &claims())), 10);
    clock.advance_monotonic(seconds(10));
    assert_eq!(verdict(&verifier, &new.token("new", &claims())), "accepted");
}

#[test]
fn a_token_that_arrives_during_a_fetch_gets_the_next_one() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let sets = [vec![old.jwk("old")], vec![old.jwk("old"), new.jwk("new")]].map(|set| key_set(&set));
    let count = AtomicUsize::new(0);
    // The second response is older than the new key, although it ends after the token arrived.
    let source = ScriptedSource::new(move || {
        let is_new = count.fetch_add(1, Ordering::SeqCst) >= 2;
        Ok(FetchedKeys::new(sets[usize::from(is_new)].clone()))
    });
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    source.block(true);
    let (first, second) = (made_up("invented"), new.token("new", &claims()));
    let mut context = Context::from_waker(Waker::noop());
    let mut requests = [verifier.verify(&first), verifier.verify(&second)];
    assert!(requests[0].as_mut().poll(&mut context).is_pending());
    source.await_fetches(2);
    assert!(requests[1].as_mut().poll(&mut context).is_pending());
    source.block(false);
    let [first, second] = requests;
    assert_eq!(pollster::block_on(first).unwrap_err().reason(), "unknown_key");
    assert!(pollster::block_on(second).is_ok());
    assert_eq!(source.fetches(), 3);
}

#[test]
fn a_key_that_could_not_be_looked_up_is_no_reason_to_reject() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    source.set(|| Err(FetchError::Unreachable("connection refused".into())));
    let token = new.token("new", &claims());
    // Each costs a fetch, and one only, until the burst is used up.
    for (fetches, seconds) in [(2, 1), (3, 1), (4, 10), (4, 10)] {
        assert_eq!(retry_after(&verifier, &token), seconds);
        assert_eq!(source.fetches(), fetches);
    }
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
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
    let steps = [(0, 2, 120), (30_000, 2, 90), (89_999, 2, 1), (1, 3, 120), (119_999, 3, 1), (1, 4, 120)];
    for (step, fetches, seconds) in steps {
        clock.advance_monotonic(milliseconds(step));
        assert_eq!(retry_after(&verifier, &made_up("invented")), seconds);
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
    assert_eq!(source.fetches(), 2);
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "unknown_key");
}

/// A cache that answers in place of the issuer: it can lack a new key, but a removed one does not come back.
#[test]
fn a_removed_key_is_rejected_behind_a_cache_too() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old"), new.jwk("new")]);
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "accepted");
    let cached = key_set(&[new.jwk("new")]);
    source.set(move || Ok(FetchedKeys::new(cached.clone()).with_age(seconds(20))));
    assert_eq!(verdict(&verifier, &made_up("invented")), "unchecked_key");
    for _ in 0..20 {
        assert_eq!(verdict(&verifier, &old.token("old", &claims())), "unknown_key");
    }
    assert_eq!(source.fetches(), 3);
}
