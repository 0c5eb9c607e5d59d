//! Rule 7: the age of a set includes the time that the machine was asleep, when the monotonic clock stands still.

use std::sync::Arc;

use serde_json::json;

use super::seconds;
use crate::support::{
    ManualClock, NOW, ScriptedSource, SigningKey, await_condition, claims, claims_with, jwks_on, key_set,
    verdict,
};
use tasknook_auth::{FetchError, FetchedKeys};

const DAY: u64 = 86_400;

#[test]
fn time_asleep_counts_for_the_age_of_a_set() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    await_condition(|| verifier.is_ready());
    // One of the calendar's seconds can be incomplete.
    clock.set_forward(seconds(301));
    assert_eq!(verifier.age(), Some(seconds(300)));
    assert!(verifier.is_ready());
    assert_eq!(source.fetches(), 1);
    clock.set_forward(seconds(1));
    // The first requests are judged by the old set, and cause a fetch.
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
    source.await_ends(2);
    await_condition(|| verifier.age() == Some(seconds(0)));
    assert!(verifier.is_ready());
    assert_eq!(source.fetches(), 2);
}

/// Its age decides when to fetch again, but does not tell that the machine was asleep.
#[test]
fn time_asleep_counts_for_a_set_that_was_old_when_fetched() {
    let keys = FetchedKeys::new(key_set(&[SigningKey::ed25519().jwk("ed1")])).with_age(seconds(301));
    let source = ScriptedSource::new(move || Ok(keys.clone()));
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    await_condition(|| verifier.is_ready());
    assert_eq!(source.fetches(), 1);
    clock.set_forward(seconds(302));
    assert!(verifier.is_ready());
    source.await_ends(2);
}

#[test]
fn a_set_is_stale_after_a_day_asleep() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    let token = key.token("ed1", &claims_with("exp", Some(json!(NOW + 200_000))));
    assert_eq!(verdict(&verifier, &token), "accepted");
    source.set(|| Err(FetchError::Timeout));
    clock.set_forward(seconds(DAY + 2));
    for _ in 0..50 {
        assert_eq!(verdict(&verifier, &token), "keys_unavailable");
    }
    source.await_ends(2);
    assert!(!verifier.is_ready());
    assert_eq!(source.fetches(), 2);
}

#[test]
fn a_calendar_that_is_set_back_makes_no_set_younger() {
    let source = ScriptedSource::with_keys(&[SigningKey::ed25519().jwk("ed1")]);
    let clock = ManualClock::at(NOW);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    await_condition(|| verifier.is_ready());
    clock.advance_monotonic(seconds(100));
    clock.set_back(seconds(10 * DAY));
    assert_eq!(verifier.age(), Some(seconds(100)));
    clock.advance_monotonic(seconds(DAY));
    assert!(!verifier.is_ready());
}
