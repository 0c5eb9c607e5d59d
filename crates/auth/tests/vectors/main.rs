//! The crate's lower layer on what others have published: the signed examples of the RFCs, and Wycheproof's tokens,
//! most of which are made to be accepted by mistake. Values under `data/` are the RFCs' own, extracted by a program.
#![expect(clippy::unwrap_used, reason = "a test that fails, fails here")]

mod published;
mod rfc7515;
mod rfc7520;
mod rfc8037;
mod wycheproof;

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{Engine, alphabet};
use serde_json::{Value, json};
use tasknook_auth::{Keys, Secret, verify_jws};

/// The verdict on a key that the crate does not take.
const NO_USABLE_KEY: &str = "no_usable_key";

/// The verdict of the crate on a token under one key, which is a shared secret when it is an `oct`, and else a
/// published set of that key alone: the payload, or the label of the reason.
fn verdict(jwk: &Value, token: &str) -> Result<Vec<u8>, &'static str> {
    let keys = if jwk["kty"] == "oct" { Keys::from_secrets(&[secret(jwk)]).ok() } else { published_set(jwk) };
    verify_jws(token, &keys.ok_or(NO_USABLE_KEY)?).map_err(|error| error.reason())
}

fn secret(jwk: &Value) -> Secret {
    Secret::new(decode(jwk["k"].as_str().unwrap()))
}

fn published_set(jwk: &Value) -> Option<Keys> {
    Keys::from_jwks(json!({ "keys": [jwk] }).to_string().as_bytes()).ok()
}

fn with(jwk: &Value, name: &str, value: &str) -> Value {
    let mut jwk = jwk.clone();
    jwk.as_object_mut().unwrap().insert(name.to_owned(), value.into());
    jwk
}

fn decode(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// Accepted unchanged, with that payload; rejected as soon as one bit of any one character is another, down to the
/// bits that the last character of a part does not use.
fn assert_signs_every_character(jwk: &Value, token: &str, payload: &str) {
    assert_eq!(verdict(jwk, token).as_deref(), Ok(payload.as_bytes()), "{token}");
    let alphabet = alphabet::URL_SAFE.as_str();
    for (position, character) in token.char_indices() {
        let neighbour = alphabet.find(character).and_then(|index| alphabet.chars().nth(index ^ 1));
        let mut changed = token.to_owned();
        changed.replace_range(position..=position, &neighbour.unwrap_or('A').to_string());
        assert!(verdict(jwk, &changed).is_err(), "character {position} of {token}");
    }
}
