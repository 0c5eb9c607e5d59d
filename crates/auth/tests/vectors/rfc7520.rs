//! RFC 7520 (examples of JOSE), section 4: <https://www.rfc-editor.org/rfc/rfc7520#section-4>.
//!
//! Sections 4.1 to 4.4 are compact and verify. A detached payload (4.5) and headers outside the signature (4.6 to 4.8)
//! have no place in the compact form; of their signatures, those with a protected header verify once they are written
//! in it, and those without have nothing that could name their algorithm.

use crate::published::Published;
use crate::{assert_signs_every_character, verdict, with};

fn rfc() -> Published {
    Published::read(include_str!("data/rfc7520.json"))
}

/// The keys of the RFC name no algorithm, so that its RSA key is for RS256 alone, here as in 4.1.
#[test]
fn accepts_the_compact_examples_and_nothing_near_them() {
    let rfc = rfc();
    for section in ["4.1", "4.3", "4.4"] {
        let example = rfc.section(section);
        assert_signs_every_character(&example.jwk, &example.token, &example.payload);
    }
}

#[test]
fn accepts_ps384_only_under_a_key_with_that_alg() {
    let rfc = rfc();
    let example = rfc.section("4.2");
    assert_signs_every_character(&with(&example.jwk, "alg", "PS384"), &example.token, &example.payload);
    assert_eq!(verdict(&example.jwk, &example.token), Err("algorithm_mismatch"));
    for other in ["RS256", "RS384", "RS512", "PS256", "PS512"] {
        let answer = verdict(&with(&example.jwk, "alg", other), &example.token);
        assert_eq!(answer, Err("algorithm_mismatch"), "{other}");
    }
}

#[test]
fn rejects_a_detached_payload_until_it_is_inserted() {
    let rfc = rfc();
    let (detached, whole) = (rfc.section("4.5"), rfc.section("4.4"));
    assert_eq!(verdict(&detached.jwk, &detached.token), Err("invalid_signature"));
    let payload = whole.token.split('.').nth(1).unwrap();
    let put_back = detached.token.replace("..", &format!(".{payload}."));
    assert_eq!(verdict(&detached.jwk, &put_back).as_deref(), Ok(detached.payload.as_bytes()));
}

#[test]
fn rejects_the_json_serializations() {
    let rfc = rfc();
    for section in ["4.6", "4.6 flattened", "4.7", "4.7 flattened", "4.8"] {
        let example = rfc.section(section);
        assert_eq!(verdict(&example.jwk, &example.token), Err("not_three_parts"), "{section}");
    }
}

#[test]
fn accepts_protected_headers_in_compact_form() {
    let rfc = rfc();
    for section in ["4.6 compact", "4.8 compact 1", "4.8 compact 3"] {
        let example = rfc.section(section);
        assert_signs_every_character(&example.jwk, &example.token, &example.payload);
    }
}

#[test]
fn rejects_signatures_without_a_protected_header() {
    let rfc = rfc();
    for section in ["4.7 compact", "4.8 compact 2"] {
        let example = rfc.section(section);
        assert_eq!(verdict(&example.jwk, &example.token), Err("invalid_json"), "{section}");
    }
}
