//! Rule 1 to the byte: what the key signed is the whole token, so no other token comes of a good one by
//! changing, leaving out or adding one byte of it, whether the good one is cached or not.

use std::sync::LazyLock;

use base64::alphabet::URL_SAFE;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{
    ManualClock, NOW, SECRET, ScriptedSource, SigningKey, options_on, shared_secret_by, verdict,
};
use tasknook_auth::{ClaimRules, JwksOptions, JwksVerifier, TokenVerifier, authenticate};

/// As few as a good token can have, since each of their bytes is changed.
fn few_claims() -> Value {
    json!({ "sub": "a", "exp": NOW + 60 })
}

/// A verifier with the token that it accepted in its cache.
fn hs256() -> (impl TokenVerifier, String) {
    let token = SigningKey::hs256(SECRET).token_with(r#"{"alg":"HS256"}"#, &few_claims().to_string());
    let verifier = shared_secret_by(ClaimRules::new(), NOW);
    assert_eq!(verdict(&verifier, &token), "accepted");
    (verifier, token)
}

/// A token of every published algorithm and the verifier that has accepted all of them.
fn published() -> (JwksVerifier, Vec<String>) {
    let keys = SigningKey::published();
    let entries: Vec<_> = keys.iter().map(|key| key.jwk(key.algorithm())).collect();
    let (source, timing) = (ScriptedSource::with_keys(&entries), JwksOptions::default());
    let options = options_on(ManualClock::at(NOW));
    let verifier = JwksVerifier::with_options(source, timing, ClaimRules::new(), options).unwrap();
    let tokens: Vec<_> = keys.iter().map(|key| key.token(key.algorithm(), &few_claims())).collect();
    assert!(tokens.iter().all(|token| verdict(&verifier, token) == "accepted"));
    (verifier, tokens)
}

fn with_byte(token: &str, at: usize, byte: u8) -> Vec<u8> {
    let mut changed = token.as_bytes().to_vec();
    changed[at] = byte;
    changed
}

#[track_caller]
fn assert_rejected(verifier: &dyn TokenVerifier, changed: &str) {
    assert_ne!(verdict(verifier, changed), "accepted", "{changed:?}");
}

#[test]
fn rejects_every_other_byte_at_every_place() {
    let (verifier, token) = hs256();
    for at in 0..token.len() {
        for byte in (0..=u8::MAX).filter(|byte| *byte != token.as_bytes()[at]) {
            let changed = with_byte(&token, at, byte);
            if let Ok(changed) = str::from_utf8(&changed) {
                assert_rejected(&verifier, changed);
            } else {
                // Only the header of a request can contain such a byte.
                let header = [b"Bearer ", changed.as_slice()].concat();
                let answer = pollster::block_on(authenticate(&verifier, [&header[..]].into_iter()));
                assert!(answer.is_err(), "byte {at} as {byte}");
            }
        }
    }
}

#[test]
fn rejects_inserted_and_removed_bytes() {
    let (verifier, token) = hs256();
    for at in 0..=token.len() {
        let (start, end) = token.split_at(at);
        for byte in 0..=127_u8 {
            assert_rejected(&verifier, &format!("{start}{}{end}", char::from(byte)));
        }
    }
    for at in 0..token.len() {
        assert_rejected(&verifier, &format!("{}{}", &token[..at], &token[at + 1..]));
    }
}

/// The character whose last bit is another, so that the unused bits at the end of a part change too.
fn neighbour(byte: u8) -> u8 {
    let alphabet = URL_SAFE.as_str().as_bytes();
    alphabet.iter().position(|other| *other == byte).map_or(b'A', |index| alphabet[index ^ 1])
}

#[test]
fn rejects_a_change_at_every_place_for_every_algorithm() {
    let (verifier, tokens) = published();
    for token in &tokens {
        for (at, &byte) in token.as_bytes().iter().enumerate() {
            for other in [neighbour(byte), b'.'].into_iter().filter(|other| *other != byte) {
                assert_rejected(&verifier, str::from_utf8(&with_byte(token, at, other)).unwrap());
            }
        }
    }
}

#[test]
fn rejects_inserted_and_removed_bytes_for_every_algorithm() {
    let (verifier, tokens) = published();
    for token in &tokens {
        for at in 0..token.len() {
            let (start, end) = token.split_at(at);
            assert_rejected(&verifier, &format!("{start}A{end}"));
            assert_rejected(&verifier, &format!("{start}{}", &end[1..]));
        }
        assert_rejected(&verifier, &format!("{token}A"));
    }
}

static PUBLISHED: LazyLock<(JwksVerifier, Vec<String>)> = LazyLock::new(published);

proptest! {
    #[test]
    fn rejects_random_changes_for_every_algorithm(
        which in 0..10_usize,
        place: usize,
        byte in 0..=127_u8,
    ) {
        let (verifier, tokens) = &*PUBLISHED;
        let token = &tokens[which];
        let at = place % token.len();
        prop_assume!(byte != token.as_bytes()[at]);
        assert_rejected(verifier, str::from_utf8(&with_byte(token, at, byte)).unwrap());
    }
}
