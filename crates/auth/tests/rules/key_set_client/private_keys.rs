//! Rule 7: a key whose private half is published verifies nothing, whatever the last good set was.

use std::slice;
use std::sync::Arc;

use serde_json::{Value, json};

use super::milliseconds;
use crate::support::{
    FixedCalendar, ScriptedSource, SigningKey, await_condition, claims, jwks, key_set, logged, options_on,
    rules, verdict,
};
use tasknook_auth::{JwksOptions, JwksVerifier, KeySetError, Keys};

/// The private members of each type of key; `k` is that of none.
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

fn leaked(entry: &Value, name: &str) -> Value {
    let mut entry = entry.clone();
    entry[name] = json!("cHJpdmF0ZQ");
    entry
}

#[test]
fn a_published_private_key_is_dropped_whatever_its_kind() {
    let good = SigningKey::ed25519();
    for key in SigningKey::published() {
        for entry in PRIVATE.map(|name| leaked(&key.jwk("leaked"), name)) {
            let alone = Keys::from_jwks(key_set(slice::from_ref(&entry)).as_bytes());
            assert_eq!(alone.err(), Some(KeySetError::PrivateKey), "{entry}");
            let keys = Keys::from_jwks(key_set(&[entry.clone(), good.jwk("good")]).as_bytes()).unwrap();
            assert_eq!(keys.len(), 1, "{entry}");
        }
        let entries = [leaked(&key.jwk("leaked"), "d"), good.jwk("good")];
        let verifier = jwks(&ScriptedSource::with_keys(&entries));
        assert_eq!(verdict(&verifier, &key.token("leaked", &claims())), "unknown_key", "{}", key.algorithm());
        assert_eq!(verdict(&verifier, &good.token("good", &claims())), "accepted");
    }
}

#[test]
fn a_leaked_key_is_dropped_under_every_name() {
    let (key, good) = (SigningKey::p256(), SigningKey::ed25519());
    let mut leak = leaked(&key.jwk("leaked"), "d");
    leak["n"] = json!("of no meaning for this type");
    let entries = [key.jwk("again"), leak, key.jwk("leaked"), good.jwk("good")];
    let verifier = jwks(&ScriptedSource::with_keys(&entries));
    assert_eq!(verdict(&verifier, &good.token("good", &claims())), "accepted");
    for name in ["again", "leaked"] {
        assert_eq!(verdict(&verifier, &key.token(name, &claims())), "unknown_key", "{name}");
    }
}

#[test]
fn a_published_private_key_costs_an_error_that_does_not_show_it() {
    let entry = leaked(&SigningKey::ed25519().jwk("ed1"), "d");
    let lines = logged(|| drop(Keys::from_jwks(key_set(slice::from_ref(&entry)).as_bytes())));
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(line.starts_with("ERROR") && line.contains("PRIVATE") && line.contains("ed1"), "{line}");
    assert!(!line.contains("cHJpdmF0ZQ"), "{line}");
}

#[test]
fn the_last_good_set_does_not_outlive_a_leak_of_its_only_key() {
    let key = SigningKey::ed25519();
    let public = key.jwk("ed1");
    let source = ScriptedSource::with_keys(slice::from_ref(&public));
    let verifier = jwks(&source);
    let token = key.token("ed1", &claims());
    assert_eq!(verdict(&verifier, &token), "accepted");
    source.set_keys(&[leaked(&public, "d")]);
    assert_eq!(verdict(&verifier, &key.token("invented", &claims())), "keys_unavailable");
    // Neither its keys nor its cache.
    assert_eq!(verdict(&verifier, &token), "keys_unavailable");
    assert!(!verifier.is_ready() && verifier.age().is_none());
}

#[test]
fn a_new_key_ends_the_outage_of_a_leaked_one() {
    let (key, replacement) = (SigningKey::ed25519(), SigningKey::ed25519());
    let private = leaked(&key.jwk("ed1"), "d");
    let source = ScriptedSource::with_keys(slice::from_ref(&private));
    let timing = JwksOptions::new().cooldown(milliseconds(5)).retry(milliseconds(5), milliseconds(20));
    let options = options_on(Arc::new(FixedCalendar));
    let verifier = JwksVerifier::with_options(Arc::clone(&source) as _, timing, rules(), options).unwrap();
    source.await_fetches(3);
    assert!(!verifier.is_ready());
    source.set_keys(&[private, replacement.jwk("ed2")]);
    await_condition(|| verifier.is_ready());
    assert_eq!(verdict(&verifier, &replacement.token("ed2", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "unknown_key");
}

#[test]
fn a_leaked_key_beside_a_good_one_is_withdrawn_with_its_cache() {
    let (key, good) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[key.jwk("ed1"), good.jwk("ed2")]);
    let verifier = jwks(&source);
    let token = key.token("ed1", &claims());
    assert_eq!(verdict(&verifier, &token), "accepted");
    source.set_keys(&[leaked(&key.jwk("ed1"), "d"), good.jwk("ed2")]);
    assert_eq!(verdict(&verifier, &good.token("invented", &claims())), "unknown_key");
    assert_eq!(verdict(&verifier, &token), "unknown_key");
    assert_eq!(verdict(&verifier, &good.token("ed2", &claims())), "accepted");
}

#[test]
fn a_key_that_has_leaked_stays_withdrawn_without_its_private_half() {
    let (key, good) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[leaked(&key.jwk("ed1"), "d"), good.jwk("ed2")]);
    let verifier = jwks(&source);
    assert_eq!(verdict(&verifier, &good.token("ed2", &claims())), "accepted");
    // Those who have read the private half can go on signing.
    source.set_keys(&[key.jwk("ed1"), key.jwk("again"), good.jwk("ed2")]);
    for name in ["invented", "ed1", "again"] {
        assert_eq!(verdict(&verifier, &key.token(name, &claims())), "unknown_key", "{name}");
    }
    assert_eq!(verdict(&verifier, &good.token("ed2", &claims())), "accepted");
}
