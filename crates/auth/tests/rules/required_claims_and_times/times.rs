//! Rule 3: the first and the last second of a token, for every leeway.

use serde_json::{Value, json};

use super::with;
use crate::support::{NOW, claims, claims_with, rules, verdict_by};
use tasknook_auth::{ClaimRules, ConfigError, SharedSecretVerifier};

/// The default rules, and rules of every other leeway that matters, each with its seconds.
fn leeways() -> Vec<(i64, ClaimRules)> {
    let configured =
        [0, 1, 300].map(|seconds: u32| (i64::from(seconds), rules().leeway_seconds(seconds.into())));
    [(30, rules())].into_iter().chain(configured).collect()
}

/// Good claims without `iat`, with another one set.
fn only(name: &str, value: i64) -> Value {
    let mut claims = claims_with("iat", None);
    claims[name] = json!(value);
    claims
}

#[test]
fn a_token_ends_with_the_leeway_after_its_expiry_to_the_second() {
    let claims = only("exp", NOW);
    for (leeway, rules) in leeways() {
        assert_eq!(verdict_by(&rules, &claims, NOW + leeway - 1), "accepted", "{leeway}");
        assert_eq!(verdict_by(&rules, &claims, NOW + leeway), "expired", "{leeway}");
    }
}

#[test]
fn a_token_begins_with_the_leeway_before_nbf_to_the_second() {
    let claims = only("nbf", NOW);
    for (leeway, rules) in leeways() {
        assert_eq!(verdict_by(&rules, &claims, NOW - leeway - 1), "not_yet_valid", "{leeway}");
        assert_eq!(verdict_by(&rules, &claims, NOW - leeway), "accepted", "{leeway}");
    }
    for value in [json!("1"), Value::Null, json!({})] {
        assert_eq!(with("nbf", value), "invalid_claim");
    }
}

#[test]
fn iat_and_nbf_may_be_ahead_by_the_leeway() {
    let claims = only("iat", NOW);
    for (leeway, rules) in leeways() {
        assert_eq!(verdict_by(&rules, &claims, NOW - leeway - 1), "issued_in_future", "{leeway}");
        assert_eq!(verdict_by(&rules, &claims, NOW - leeway), "accepted", "{leeway}");
    }
    for value in [json!("x"), Value::Null, json!([NOW])] {
        assert_eq!(with("iat", value), "invalid_claim");
    }
}

#[test]
fn a_token_without_nbf_and_iat_has_begun() {
    assert_eq!(verdict_by(&rules(), &claims_with("iat", None), NOW), "accepted");
}

#[test]
fn a_leeway_is_at_most_300_seconds() {
    let start =
        |seconds| SharedSecretVerifier::new(vec!["s".repeat(32).into()], rules().leeway_seconds(seconds));
    assert!(start(300).is_ok());
    let error = start(301).err();
    assert!(matches!(error, Some(ConfigError::OutOfRange { setting: "leeway_seconds", .. })), "{error:?}");
}

#[test]
fn a_broken_second_counts_against_the_token() {
    let strict = rules().leeway_seconds(0);
    let half_past = |seconds: i32| json!(f64::from(1_800_000_000) + f64::from(seconds) + 0.5);
    let exp = claims_with("exp", Some(half_past(600)));
    assert_eq!(verdict_by(&strict, &exp, NOW + 599), "accepted");
    assert_eq!(verdict_by(&strict, &exp, NOW + 600), "expired");
    for (name, reason) in [("nbf", "not_yet_valid"), ("iat", "issued_in_future")] {
        let claims = claims_with(name, Some(half_past(10)));
        assert_eq!(verdict_by(&strict, &claims, NOW + 10), reason);
        assert_eq!(verdict_by(&strict, &claims, NOW + 11), "accepted");
    }
}

#[test]
fn rejects_a_token_that_expires_before_it_starts() {
    let mut claims = claims_with("iat", Some(json!(NOW + 10)));
    claims["exp"] = json!(NOW + 10);
    assert_eq!(verdict_by(&rules(), &claims, NOW), "accepted");
    claims["exp"] = json!(NOW + 9);
    assert_eq!(verdict_by(&rules(), &claims, NOW), "expires_before_issue");
}

#[test]
fn a_clock_before_1970_accepts_nothing_that_was_issued_since() {
    for now in [-1, 0] {
        assert_eq!(verdict_by(&rules(), &claims(), now), "lives_too_long");
    }
}
