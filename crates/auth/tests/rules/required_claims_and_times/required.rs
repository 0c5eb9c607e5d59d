//! Rule 3: what no token may lack.

use serde_json::{Value, json};

use super::with;
use crate::support::{NOW, claims_with, rules, verdict_by};

#[test]
fn requires_an_expiry_that_is_a_number_within_reach() {
    assert_eq!(verdict_by(&rules(), &claims_with("exp", None), NOW), "missing_claim");
    for value in
        [json!("1800000600"), json!("never"), Value::Null, json!(true), json!([NOW + 600]), json!({"v": 1})]
    {
        assert_eq!(with("exp", value), "invalid_claim");
    }
    for value in [json!(-1), json!(0), json!(3600), json!(NOW - 120), json!(i64::MIN)] {
        assert_eq!(with("exp", value), "expired");
    }
    for value in [json!(u64::MAX), json!(1e300)] {
        assert_eq!(with("exp", value), "invalid_claim");
    }
    for value in [json!(i64::MAX), json!((NOW + 600) * 1000), json!(NOW + 315_360_000)] {
        assert_eq!(with("exp", value), "lives_too_long");
    }
}

#[test]
fn requires_a_subject_that_is_a_text() {
    assert_eq!(verdict_by(&rules(), &claims_with("sub", None), NOW), "missing_claim");
    for value in [Value::Null, json!(1), json!(true), json!(["user-a"]), json!({"id": "user-a"})] {
        assert_eq!(with("sub", value), "invalid_claim");
    }
}

#[test]
fn a_subject_has_from_1_to_255_bytes() {
    let of = |length: usize| with("sub", json!("u".repeat(length)));
    assert_eq!([of(0), of(1), of(255), of(256)], ["invalid_claim", "accepted", "accepted", "invalid_claim"]);
    let wide = |length: usize| with("sub", json!("é".repeat(length)));
    assert_eq!([wide(127), wide(128)], ["accepted", "invalid_claim"]);
}

#[test]
fn a_subject_has_no_control_characters() {
    let controls: Vec<_> = ('\0'..='\u{ff}').filter(|character| character.is_control()).collect();
    assert_eq!(controls.len(), 65);
    for control in controls {
        assert_eq!(with("sub", json!(format!("user{control}a"))), "invalid_claim", "{control:?}");
    }
    for visible in ["user a", "user\u{a0}a", "~user!"] {
        assert_eq!(with("sub", json!(visible)), "accepted", "{visible}");
    }
}
