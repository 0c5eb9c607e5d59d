//! RFC 7515 (JSON Web Signature), appendices A.1 to A.7 and E: <https://www.rfc-editor.org/rfc/rfc7515#appendix-A>.

use crate::published::Published;
use crate::{assert_signs_every_character, verdict};

/// HS256, RS256, ES256 and ES512.
const SIGNED: [&str; 4] = ["A.1", "A.2", "A.3", "A.4"];

fn rfc() -> Published {
    Published::read(include_str!("data/rfc7515.json"))
}

#[test]
fn accepts_the_four_signed_examples_and_nothing_near_them() {
    let rfc = rfc();
    for section in SIGNED {
        let example = rfc.section(section);
        assert_signs_every_character(&example.jwk, &example.token, &example.payload);
    }
}

#[test]
fn rejects_each_signed_example_under_the_keys_of_the_others() {
    let rfc = rfc();
    for (signed, other) in SIGNED.iter().flat_map(|signed| SIGNED.map(|other| (*signed, other))) {
        if signed != other {
            let answer = verdict(&rfc.section(other).jwk, &rfc.section(signed).token);
            assert!(answer.is_err(), "{signed} under the key of {other}: {answer:?}");
        }
    }
}

#[test]
fn rejects_the_unsecured_example_under_every_key() {
    let rfc = rfc();
    for section in SIGNED {
        let answer = verdict(&rfc.section(section).jwk, &rfc.section("A.5").token);
        assert_eq!(answer, Err("unsupported_algorithm"), "{section}");
    }
}

/// The signatures inside are those of A.2 and A.3; only the compact form is read.
#[test]
fn rejects_the_json_serializations() {
    let rfc = rfc();
    for (serialized, key) in [("A.6", "A.2"), ("A.6", "A.3"), ("A.7", "A.3")] {
        let answer = verdict(&rfc.section(key).jwk, &rfc.section(serialized).token);
        assert_eq!(answer, Err("not_three_parts"), "{serialized}");
    }
}

#[test]
fn rejects_the_extension_that_must_be_understood() {
    let rfc = rfc();
    for section in SIGNED {
        let answer = verdict(&rfc.section(section).jwk, &rfc.section("E").token);
        assert_eq!(answer, Err("critical_header"), "{section}");
    }
}
