//! Rule 8: the entries of a key end with the key.

use std::time::Duration;

use serde_json::json;

use super::published;
use crate::support::{NOW, ScriptedSource, SigningKey, claims, claims_with, key_set};

#[test]
fn a_removed_key_invalidates_cached_tokens() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old"), new.jwk("new")]);
    let observed = published(&source);
    let token = old.token("old", &claims());
    assert_eq!(observed.verify(&token), "verified by Signature");
    assert_eq!(observed.verify(&token), "verified by Cache");

    source.set_keys(&[new.jwk("new")]);
    assert_eq!(observed.verify(&new.token("invented", &claims())), "rejected unknown_key");
    assert_eq!(observed.verify(&token), "rejected unknown_key");
}

#[test]
fn a_replaced_key_invalidates_cached_tokens() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("k")]);
    let observed = published(&source);
    let token = old.token("k", &claims());
    observed.verify(&token);
    assert_eq!(observed.verify(&token), "verified by Cache");

    source.set_keys(&[new.jwk("k")]);
    assert_eq!(observed.verify(&new.token("invented", &claims())), "rejected unknown_key");
    assert_eq!(observed.verify(&token), "rejected invalid_signature");
}

#[test]
fn a_fetch_of_the_same_set_keeps_the_cache() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_body(key_set(&[key.jwk("ed1")]));
    let observed = published(&source);
    let token = key.token("ed1", &claims());
    observed.verify(&token);
    assert_eq!(observed.verify(&key.token("invented", &claims())), "rejected unknown_key");
    assert_eq!(source.fetches(), 2);
    assert_eq!(observed.verify(&token), "verified by Cache");
}

#[test]
fn an_invalid_response_between_equal_sets_keeps_the_cache() {
    let key = SigningKey::ed25519();
    let body = key_set(&[key.jwk("ed1")]);
    let source = ScriptedSource::with_body(body.clone());
    let observed = published(&source);
    let token = key.token("ed1", &claims());
    observed.verify(&token);
    let responses = [(2, "{}".to_owned(), "rejected unchecked_key"), (3, body, "rejected unknown_key")];
    for (fetches, body, expected) in responses {
        source.set_body(body);
        assert_eq!(observed.verify(&key.token("invented", &claims())), expected);
        assert_eq!(source.fetches(), fetches);
        assert_eq!(observed.verify(&token), "verified by Cache");
        observed.clock.advance_monotonic(Duration::from_secs(30));
    }
}

#[test]
fn a_cached_token_is_unavailable_when_the_keys_are_stale() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let observed = published(&source);
    let token = key.token("ed1", &claims_with("exp", Some(json!(NOW + 200_000))));
    observed.verify(&token);
    observed.clock.advance_monotonic(Duration::from_secs(24 * 3600));
    assert_eq!(observed.verify(&token), "verified by Cache");
    observed.clock.advance_monotonic(Duration::from_millis(1));
    assert_eq!(observed.verify(&token), "rejected keys_unavailable");
}
