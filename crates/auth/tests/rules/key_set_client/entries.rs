//! Rule 7: the entries of a set are read one by one. One that cannot be used costs a single line of the log,
//! and not the set.

use std::slice;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::seconds;
use crate::support::{
    Log, ManualClock, NOW, ScriptedSource, SigningKey, claims, jwks, jwks_on, key_set, logged, verdict,
};
use tasknook_auth::{FetchedKeys, KeySetError, Keys};

/// How many keys of a set can be used, and what is logged of it.
fn read(entries: &[Value]) -> (usize, Vec<String>) {
    let (body, mut usable) = (key_set(entries), 0);
    let lines = logged(|| usable = Keys::from_jwks(body.as_bytes()).unwrap().len());
    (usable, lines)
}

fn with(entry: &Value, name: &str, value: impl Into<Value>) -> Value {
    let mut entry = entry.clone();
    entry[name] = value.into();
    entry
}

/// A public RSA key whose modulus has so many bits.
fn rsa(bits: usize) -> Value {
    let mut modulus = vec![0xff_u8; bits.div_ceil(8)];
    modulus[0] >>= (8 - bits % 8) % 8;
    with(&SigningKey::rs256().jwk("k"), "n", URL_SAFE_NO_PAD.encode(modulus))
}

#[test]
fn unusable_entries_are_dropped_and_logged_with_a_reason() {
    let (ed25519, p256) = (SigningKey::ed25519().jwk("k"), SigningKey::p256().jwk("k"));
    let (good, published) = (SigningKey::ed25519().jwk("good"), SigningKey::hs256([7; 32]).jwk("k"));
    let cases = [
        (published, "it is a secret, which a published set must not contain"),
        (json!({ "kty": "AKP", "alg": "ML-DSA-44", "kid": "k", "pub": "AA" }), "its kty is not supported"),
        (with(&ed25519, "use", "enc"), "its use is not sig"),
        (with(&ed25519, "use", Value::Null), "its use is not sig"),
        (with(&ed25519, "key_ops", json!(["sign"])), "its key_ops do not contain verify"),
        (with(&ed25519, "key_ops", json!([])), "its key_ops do not contain verify"),
        (with(&ed25519, "crv", "X25519"), "its crv is not Ed25519"),
        (with(&ed25519, "crv", "Ed448"), "its crv is not Ed25519"),
        (with(&p256, "crv", "secp256k1"), "its crv is not P-256, P-384 or P-521"),
        (
            with(&with(&p256, "crv", "P-384"), "alg", "ES384"),
            "its x or y does not have the length of its curve",
        ),
        (with(&p256, "y", p256["x"].clone()), "its point is not on the curve"),
        (with(&p256, "alg", "ES384"), "its alg is not supported or contradicts its kty"),
        (with(&ed25519, "x", URL_SAFE_NO_PAD.encode([0; 32])), "its point has a low order"),
        (rsa(2047), "its modulus does not have 2048 to 8192 bits"),
        (rsa(8193), "its modulus does not have 2048 to 8192 bits"),
        (rsa(1024), "its modulus does not have 2048 to 8192 bits"),
        (rsa(16_384), "its modulus does not have 2048 to 8192 bits"),
        (with(&rsa(2048), "e", "AQ"), "its exponent is weak or not supported"),
        (with(&ed25519, "kid", 42), "its kid is not a string of 1 to 128 bytes without control characters"),
        (json!("k"), "it is not an object"),
    ];
    for (entry, reason) in cases {
        for entries in [[entry.clone(), good.clone()], [good.clone(), entry.clone()]] {
            let (usable, lines) = read(&entries);
            let [line] = &lines[..] else { panic!("{entry}: {lines:?}") };
            assert_eq!(usable, 1, "{entry}");
            assert!(
                line.starts_with("WARN") && line.contains(&format!(" reason={reason}")),
                "{entry}: {line}"
            );
        }
        let alone = Keys::from_jwks(key_set(slice::from_ref(&entry)).as_bytes());
        assert_eq!(alone.err(), Some(KeySetError::NoUsableKey), "{entry}");
    }
}

#[test]
fn an_entry_that_can_be_used_costs_no_line() {
    let ed25519 = SigningKey::ed25519().jwk("k");
    let mut entries = vec![
        rsa(2048),
        rsa(8192),
        with(&ed25519, "use", "sig"),
        with(&ed25519, "key_ops", json!(["verify"])),
        with(&ed25519, "x5c", json!(["MIIB"])),
    ];
    entries.extend(SigningKey::published().iter().map(|key| key.jwk("k")));
    for entry in entries {
        assert_eq!(read(slice::from_ref(&entry)), (1, vec![]), "{entry}");
    }
}

#[test]
fn a_line_shows_no_value_of_the_entry_and_its_name_in_one_piece() {
    let secret = SigningKey::hs256("0123456789abcdef0123456789abcdef").jwk("oct\n1");
    let other = json!({ "kty": "OKP", "kid": 42, "x": "value" });
    let (usable, lines) = read(&[secret.clone(), other, SigningKey::ed25519().jwk("ed1")]);
    assert_eq!((usable, lines.len()), (1, 2), "{lines:?}");
    assert!(lines[0].contains(r#""oct\n1""#), "{lines:?}");
    for line in lines {
        assert!(!line.contains('\n') && !line.contains("value"), "{line}");
        assert!(!line.contains(secret["k"].as_str().unwrap()), "{line}");
    }
}

#[test]
fn keys_with_the_same_kid_and_algorithm_are_dropped_and_logged() {
    let (one, two, other) = (SigningKey::ed25519(), SigningKey::ed25519(), SigningKey::p256());
    let entries = [one.jwk("twice"), other.jwk("twice"), two.jwk("twice")];
    let (usable, lines) = read(&entries);
    assert_eq!((usable, lines.len()), (1, 2), "{lines:?}");
    let reason = "another entry has the same kid and algorithm";
    assert!(lines.iter().all(|line| line.contains(reason)), "{lines:?}");
    let verifier = jwks(&ScriptedSource::with_keys(&entries));
    assert_eq!(verdict(&verifier, &other.token("twice", &claims())), "accepted");
    for key in [&one, &two] {
        assert_eq!(verdict(&verifier, &key.token("twice", &claims())), "algorithm_mismatch");
    }
    let verifier = jwks(&ScriptedSource::with_keys(&[one.jwk("twice"), two.jwk("twice"), other.jwk("once")]));
    assert_eq!(verdict(&verifier, &one.token("twice", &claims())), "unknown_key");
}

#[test]
fn keys_with_the_same_kid_and_other_algorithms_are_used() {
    let keys = SigningKey::published();
    let entries: Vec<_> = keys.iter().map(|key| key.jwk("k")).collect();
    assert_eq!(read(&entries), (keys.len(), vec![]));
    let verifier = jwks(&ScriptedSource::with_keys(&entries));
    for key in &keys {
        assert_eq!(verdict(&verifier, &key.token("k", &claims())), "accepted", "{}", key.algorithm());
    }
    let stranger = SigningKey::ed25519().token("k", &claims());
    assert_eq!(verdict(&verifier, &stranger), "invalid_signature");
}

#[test]
fn an_unusable_entry_takes_no_kid_from_a_usable_one() {
    let key = SigningKey::ed25519();
    let unusable = [
        json!({ "kty": "oct", "kid": "k", "k": "AA" }),
        with(&SigningKey::ed25519().jwk("k"), "use", "enc"),
        with(&SigningKey::ed25519().jwk("k"), "crv", "X25519"),
    ];
    for entry in unusable {
        for entries in [[entry.clone(), key.jwk("k")], [key.jwk("k"), entry.clone()]] {
            let verifier = jwks(&ScriptedSource::with_keys(&entries));
            assert_eq!(verdict(&verifier, &key.token("k", &claims())), "accepted", "{entry}");
        }
    }
}

#[test]
fn the_last_256_entries_count_and_the_rest_is_logged() {
    let key = SigningKey::ed25519();
    let entries: Vec<_> = (1..=1000).map(|number| key.jwk(&format!("m{number}"))).collect();
    assert_eq!(read(&entries[..256]), (256, vec![]));
    for length in [257, 1000] {
        let (usable, lines) = read(&entries[..length]);
        assert_eq!((usable, lines.len()), (256, 1), "{lines:?}");
        assert!(lines[0].contains("only its last 256 entries count"), "{lines:?}");
    }
    let verifier = jwks(&ScriptedSource::with_keys(&entries[..257]));
    assert_eq!(verdict(&verifier, &key.token("m257", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &key.token("m2", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &key.token("m1", &claims())), "unknown_key");
}

#[test]
fn an_unchanged_set_is_logged_once() {
    let (log, key, clock) = (Log::default(), SigningKey::ed25519(), ManualClock::at(NOW));
    let body = key_set(&[json!({ "kty": "oct", "kid": "oct1" }), key.jwk("ed1")]);
    let source = ScriptedSource::with_body(body);
    source.log_to(&log);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
    for fetches in 2..5 {
        assert_eq!(verdict(&verifier, &key.token("invented", &claims())), "unknown_key");
        assert_eq!(source.fetches(), fetches);
        clock.advance_monotonic(seconds(30));
    }
    let lines: Vec<_> = log.lines().into_iter().filter(|line| line.starts_with("WARN")).collect();
    assert!(matches!(&lines[..], [line] if line.contains("oct1")), "{lines:?}");
}

#[test]
fn alternating_sets_are_logged_once_each() {
    let (log, key, clock) = (Log::default(), SigningKey::ed25519(), ManualClock::at(NOW));
    let good = key_set(&[json!({ "kty": "oct", "kid": "oct1" }), key.jwk("ed1")]);
    let unusable = key_set(&[json!({ "kty": "oct", "kid": "oct2" })]);
    let turn = AtomicUsize::new(0);
    let source = ScriptedSource::new(move || {
        let is_good = turn.fetch_add(1, Ordering::SeqCst).is_multiple_of(2);
        Ok(FetchedKeys::new(if is_good { good.clone() } else { unusable.clone() }))
    });
    source.log_to(&log);
    let verifier = jwks_on(&source, Arc::clone(&clock));
    assert_eq!(verdict(&verifier, &key.token("ed1", &claims())), "accepted");
    for fetches in 2..7 {
        let expected = if fetches % 2 == 0 { "unchecked_key" } else { "unknown_key" };
        assert_eq!(verdict(&verifier, &key.token("invented", &claims())), expected);
        assert_eq!(source.fetches(), fetches);
        clock.advance_monotonic(seconds(30));
    }
    for entry in ["oct1", "oct2"] {
        let lines: Vec<_> = log.lines().into_iter().filter(|line| line.contains(entry)).collect();
        assert_eq!(lines.len(), 1, "{lines:?}");
    }
}
