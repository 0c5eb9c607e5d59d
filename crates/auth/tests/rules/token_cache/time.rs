//! Rule 8: a cached token is valid for exactly as long as the token would be accepted, to the second.

use std::time::Duration;

use serde_json::json;

use super::shared_secret;
use crate::support::{NOW, claims, claims_with, hs256, rules};
use tasknook_auth::{CacheOptions, ClaimRules};

const SECOND: Duration = Duration::from_secs(1);

/// The events of a cached token one second before a time has passed, and then.
fn around(rules: ClaimRules, cache: CacheOptions, exp: i64, seconds: u64) -> [String; 2] {
    let observed = shared_secret(rules, cache);
    let token = hs256(&claims_with("exp", Some(json!(exp))));
    assert_eq!(observed.verify(&token), "verified by Signature");
    observed.clock.advance(Duration::from_secs(seconds - 1));
    let before = observed.verify(&token);
    observed.clock.advance(SECOND);
    [before, observed.verify(&token)]
}

#[test]
fn ends_with_the_expiry_of_the_token() {
    for (leeway, end) in [(0, 60), (30, 90), (200, 260)] {
        let events = around(rules().leeway_seconds(leeway), CacheOptions::default(), NOW + 60, end);
        assert_eq!(events, ["verified by Cache", "rejected expired"], "{leeway}");
    }
}

#[test]
fn ends_with_the_longest_age_of_a_token() {
    let rules = rules().max_age_seconds(Some(60));
    let events = around(rules, CacheOptions::default(), NOW + 600, 60 + 30 + 1);
    assert_eq!(events, ["verified by Cache", "rejected too_old"]);
}

#[test]
fn entries_end_after_five_minutes_by_default() {
    let events = around(rules(), CacheOptions::default(), NOW + 600, 300);
    assert_eq!(events, ["verified by Cache", "verified by Signature"]);
}

#[test]
fn ends_after_the_configured_time_in_whole_seconds() {
    for (max_age, seconds) in [(2000, 2), (2999, 2), (120_000, 120)] {
        let cache = CacheOptions::new().max_age(Duration::from_millis(max_age));
        let events = around(rules(), cache, NOW + 600, seconds);
        assert_eq!(events, ["verified by Cache", "verified by Signature"], "{max_age}");
    }
}

#[test]
fn begins_anew_with_each_verification_of_the_signature() {
    let observed = shared_secret(rules(), CacheOptions::default());
    let token = hs256(&claims_with("exp", Some(json!(NOW + 1000))));
    for _ in 0..3 {
        assert_eq!(observed.verify(&token), "verified by Signature");
        observed.clock.advance(Duration::from_secs(299));
        assert_eq!(observed.verify(&token), "verified by Cache");
        observed.clock.advance(SECOND);
    }
}

#[test]
fn a_clock_that_is_set_back_makes_a_token_unknown_again() {
    let observed = shared_secret(rules(), CacheOptions::default());
    let token = hs256(&claims());
    observed.verify(&token);
    assert_eq!(observed.verify(&token), "verified by Cache");
    observed.clock.set_back(SECOND);
    assert_eq!(observed.verify(&token), "verified by Signature");
    observed.clock.set_back(Duration::from_secs(29));
    assert_eq!(observed.verify(&token), "verified by Signature");
    observed.clock.set_back(SECOND);
    assert_eq!(observed.verify(&token), "rejected issued_in_future");
}
