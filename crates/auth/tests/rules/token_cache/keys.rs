//! Rule 8: what is remembered of a key is forgotten with it.

use std::time::Duration;

use serde_json::json;

use super::published;
use crate::support::{NOW, ScriptedSource, SigningKey, claims, claims_with, key_set};

#[test]
fn a_removed_key_invalidates_cached_tokens() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old"), new.jwk("new")]);
    let watched = published(&source);
    let token = old.token("old", &claims());
    assert_eq!(watched.present(&token), "verified by Signature");
    assert_eq!(watched.present(&token), "verified by Cache");

    source.set_keys(&[new.jwk("new")]);
    assert_eq!(watched.present(&new.token("made-up", &claims())), "rejected unknown_key");
    assert_eq!(watched.present(&token), "rejected unknown_key");
}

#[test]
fn a_replaced_key_invalidates_cached_tokens() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("k")]);
    let watched = published(&source);
    let token = old.token("k", &claims());
    watched.present(&token);
    assert_eq!(watched.present(&token), "verified by Cache");

    source.set_keys(&[new.jwk("k")]);
    assert_eq!(watched.present(&new.token("made-up", &claims())), "rejected unknown_key");
    assert_eq!(watched.present(&token), "rejected invalid_signature");
}

#[test]
fn a_fetch_of_the_same_set_keeps_the_cache() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_body(key_set(&[key.jwk("ed1")]));
    let watched = published(&source);
    let token = key.token("ed1", &claims());
    watched.present(&token);
    assert_eq!(watched.present(&key.token("made-up", &claims())), "rejected unknown_key");
    assert_eq!(source.fetches(), 2);
    assert_eq!(watched.present(&token), "verified by Cache");
}

#[test]
fn an_invalid_response_between_equal_sets_keeps_the_cache() {
    let key = SigningKey::ed25519();
    let body = key_set(&[key.jwk("ed1")]);
    let source = ScriptedSource::with_body(body.clone());
    let watched = published(&source);
    let token = key.token("ed1", &claims());
    watched.present(&token);
    for (fetches, body) in [(2, "{}".to_owned()), (3, body)] {
        source.set_body(body);
        assert_eq!(watched.present(&key.token("made-up", &claims())), "rejected unknown_key");
        assert_eq!(source.fetches(), fetches);
        assert_eq!(watched.present(&token), "verified by Cache");
        watched.clock.advance_monotonic(Duration::from_secs(30));
    }
}

#[test]
fn a_cached_token_is_unavailable_when_the_keys_are_stale() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let watched = published(&source);
    let token = key.token("ed1", &claims_with("exp", Some(json!(NOW + 200_000))));
    watched.present(&token);
    watched.clock.advance_monotonic(Duration::from_hours(24));
    assert_eq!(watched.present(&token), "verified by Cache");
    watched.clock.advance_monotonic(Duration::from_millis(1));
    assert_eq!(watched.present(&token), "rejected keys_unavailable");
}
