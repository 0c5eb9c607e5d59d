//! Rule 3: how far ahead a token may end, and how long ago it may have been issued.

use serde_json::json;

use super::with;
use crate::support::{NOW, claims, claims_with, rules, verdict_by};

#[test]
fn a_token_may_expire_as_far_ahead_as_the_longest_life() {
    let day = 86_400;
    assert_eq!(with("exp", json!(NOW + 366 * day)), "accepted");
    assert_eq!(with("exp", json!(NOW + 366 * day + 1)), "lives_too_long");
    let short = rules().max_lifetime_seconds(600);
    assert_eq!(verdict_by(&short, &claims(), NOW), "accepted");
    assert_eq!(verdict_by(&short, &claims(), NOW - 1), "lives_too_long");
}

#[test]
fn max_age_counts_from_iat_and_requires_it() {
    for (leeway, last) in [(0, 60), (10, 70), (30, 90)] {
        let rules = rules().max_age_seconds(Some(60)).leeway_seconds(leeway);
        assert_eq!(verdict_by(&rules, &claims(), NOW + last), "accepted", "{leeway}");
        assert_eq!(verdict_by(&rules, &claims(), NOW + last + 1), "too_old", "{leeway}");
        assert_eq!(verdict_by(&rules, &claims_with("iat", None), NOW), "missing_claim");
    }
}

#[test]
fn without_a_maximum_age_a_token_is_good_until_it_expires() {
    let old = claims_with("iat", Some(json!(NOW - 10 * 366 * 86_400)));
    assert_eq!(verdict_by(&rules(), &old, NOW), "accepted");
}
