//! Rule 8: a remembered token is one that would be accepted now, to the second.

use std::time::Duration;

use serde_json::json;

use super::shared_secret;
use crate::support::{NOW, claims, claims_with, hs256, rules};
use tasknook_auth::{CacheOptions, ClaimRules};

const SECOND: Duration = Duration::from_secs(1);

/// What is told of a remembered token a second before some time has gone by, and then.
fn around(rules: ClaimRules, memory: CacheOptions, exp: i64, seconds: u64) -> [String; 2] {
    let watched = shared_secret(rules, memory);
    let token = hs256(&claims_with("exp", Some(json!(exp))));
    assert_eq!(watched.present(&token), "verified by Signature");
    watched.clock.advance(Duration::from_secs(seconds - 1));
    let before = watched.present(&token);
    watched.clock.advance(SECOND);
    [before, watched.present(&token)]
}

#[test]
fn ends_with_the_expiry_of_the_token() {
    for (leeway, end) in [(0, 60), (30, 90), (200, 260)] {
        let told = around(rules().leeway_seconds(leeway), CacheOptions::default(), NOW + 60, end);
        assert_eq!(told, ["verified by Cache", "rejected expired"], "{leeway}");
    }
}

#[test]
fn ends_with_the_longest_age_of_a_token() {
    let rules = rules().max_age_seconds(Some(60));
    let told = around(rules, CacheOptions::default(), NOW + 600, 60 + 30 + 1);
    assert_eq!(told, ["verified by Cache", "rejected too_old"]);
}

#[test]
fn entries_end_after_five_minutes_by_default() {
    let told = around(rules(), CacheOptions::default(), NOW + 600, 300);
    assert_eq!(told, ["verified by Cache", "verified by Signature"]);
}

#[test]
fn ends_after_the_configured_time_in_whole_seconds() {
    for (max_age, seconds) in [(2000, 2), (2999, 2), (120_000, 120)] {
        let memory = CacheOptions::new().max_age(Duration::from_millis(max_age));
        let told = around(rules(), memory, NOW + 600, seconds);
        assert_eq!(told, ["verified by Cache", "verified by Signature"], "{max_age}");
    }
}

#[test]
fn begins_anew_with_each_verification_of_the_signature() {
    let watched = shared_secret(rules(), CacheOptions::default());
    let token = hs256(&claims_with("exp", Some(json!(NOW + 1000))));
    for _ in 0..3 {
        assert_eq!(watched.present(&token), "verified by Signature");
        watched.clock.advance(Duration::from_secs(299));
        assert_eq!(watched.present(&token), "verified by Cache");
        watched.clock.advance(SECOND);
    }
}

#[test]
fn a_clock_that_is_set_back_makes_a_token_unknown_again() {
    let watched = shared_secret(rules(), CacheOptions::default());
    let token = hs256(&claims());
    watched.present(&token);
    assert_eq!(watched.present(&token), "verified by Cache");
    watched.clock.set_back(SECOND);
    assert_eq!(watched.present(&token), "verified by Signature");
    watched.clock.set_back(Duration::from_secs(29));
    assert_eq!(watched.present(&token), "verified by Signature");
    watched.clock.set_back(SECOND);
    assert_eq!(watched.present(&token), "rejected issued_in_future");
}
