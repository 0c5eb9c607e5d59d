use serde_json::{Value, json};

use super::*;
use crate::testing::{NOW, ORIGIN, claims, claims_with, rules};

fn check(rules: &ClaimRules, claims: &Value, now: i64) -> &'static str {
    rules.check(claims.to_string().as_bytes(), now).map_or_else(|error| error.reason(), |_| "accepted")
}

/// The verdict now on good claims with one of them changed.
fn with(name: &str, value: Value) -> &'static str {
    check(&rules(), &claims_with(name, Some(value)), NOW)
}

#[test]
fn reads_the_identity_of_a_good_token() {
    let mut claims = claims();
    claims["email"] = json!("a@example.test");
    claims["name"] = json!("Zoë 🚀");
    let identity = rules().check(claims.to_string().as_bytes(), NOW).unwrap();
    assert_eq!(identity.user_id(), "user-a");
    assert_eq!(identity.email(), Some("a@example.test"));
    assert_eq!(identity.name(), Some("Zoë 🚀"));
    assert_eq!(identity.issuer(), Some(ORIGIN));
    assert_eq!(identity.expires_at_unix(), NOW + 600);
    assert!(!format!("{identity:?}").contains("example.test"));
}

#[test]
fn an_email_or_name_that_is_not_text_is_none() {
    let mut claims = claims();
    claims["email"] = json!(5);
    claims["name"] = json!("");
    let identity = rules().check(claims.to_string().as_bytes(), NOW).unwrap();
    assert_eq!((identity.email(), identity.name()), (None, None));
}

#[test]
fn a_token_ends_with_the_leeway_after_its_expiry_to_the_second() {
    let exp = NOW + 600;
    for (now, verdict) in
        [(exp - 1, "accepted"), (exp, "accepted"), (exp + 29, "accepted"), (exp + 30, "expired")]
    {
        assert_eq!(check(&rules(), &claims(), now), verdict, "{now}");
    }
    let strict = rules().leeway_seconds(0);
    assert_eq!(check(&strict, &claims(), exp - 1), "accepted");
    assert_eq!(check(&strict, &claims(), exp), "expired");
}

#[test]
fn a_broken_second_counts_against_the_token() {
    let strict = rules().leeway_seconds(0);
    let exp = claims_with("exp", Some(json!(600.5 + f64::from(1_800_000_000))));
    assert_eq!(check(&strict, &exp, NOW + 599), "accepted");
    assert_eq!(check(&strict, &exp, NOW + 600), "expired");
    let nbf = claims_with("nbf", Some(json!(10.5 + f64::from(1_800_000_000))));
    assert_eq!(check(&strict, &nbf, NOW + 10), "not_yet_valid");
    assert_eq!(check(&strict, &nbf, NOW + 11), "accepted");
}

#[test]
fn says_when_a_token_expired() {
    let claims = claims_with("exp", Some(json!(3600)));
    let error = rules().check(claims.to_string().as_bytes(), NOW).unwrap_err();
    assert_eq!(error.to_string(), "the token expired at 1970-01-01T01:00:00Z");
}

#[test]
fn requires_an_expiry_that_is_a_number_within_reach() {
    assert_eq!(check(&rules(), &claims_with("exp", None), NOW), "missing_claim");
    for value in
        [json!("1800000600"), json!("never"), Value::Null, json!(true), json!([NOW + 600]), json!({"v": 1})]
    {
        assert_eq!(with("exp", value), "invalid_claim");
    }
    for value in [json!(-1), json!(0), json!(NOW - 120), json!(i64::MIN)] {
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
fn a_token_may_expire_as_far_ahead_as_the_longest_life() {
    let day = 86_400;
    assert_eq!(with("exp", json!(NOW + 366 * day)), "accepted");
    assert_eq!(with("exp", json!(NOW + 366 * day + 1)), "lives_too_long");
    let short = rules().max_lifetime_seconds(600);
    assert_eq!(check(&short, &claims(), NOW), "accepted");
    assert_eq!(check(&short, &claims(), NOW - 1), "lives_too_long");
}

#[test]
fn a_token_begins_with_the_leeway_before_nbf_to_the_second() {
    assert_eq!(with("nbf", json!(NOW + 30)), "accepted");
    assert_eq!(with("nbf", json!(NOW + 31)), "not_yet_valid");
    for value in [json!("1"), Value::Null, json!({})] {
        assert_eq!(with("nbf", value), "invalid_claim");
    }
}

#[test]
fn refuses_a_token_from_the_future_or_one_that_ends_before_it_begins() {
    assert_eq!(with("iat", json!(NOW + 30)), "accepted");
    assert_eq!(with("iat", json!(NOW + 31)), "issued_in_future");
    assert_eq!(with("iat", json!("x")), "invalid_claim");
    let mut claims = claims_with("iat", Some(json!(NOW + 30)));
    claims["exp"] = json!(NOW + 10);
    assert_eq!(check(&rules(), &claims, NOW), "expires_before_issue");
}

#[test]
fn a_maximum_age_counts_from_the_issue_and_requires_it() {
    let rules = rules().max_age_seconds(Some(60)).leeway_seconds(10);
    assert_eq!(check(&rules, &claims(), NOW + 70), "accepted");
    assert_eq!(check(&rules, &claims(), NOW + 71), "too_old");
    assert_eq!(check(&rules, &claims_with("iat", None), NOW), "missing_claim");
}

#[test]
fn times_at_the_ends_of_the_number_range_do_not_overflow() {
    for now in [i64::MIN, -1, 0, i64::MAX] {
        for exp in [i64::MIN, 0, i64::MAX] {
            let mut claims = claims_with("exp", Some(json!(exp)));
            for (nbf, iat) in [(i64::MIN, i64::MAX), (i64::MAX, i64::MIN), (i64::MIN, i64::MIN)] {
                (claims["nbf"], claims["iat"]) = (json!(nbf), json!(iat));
                check(&rules().max_age_seconds(Some(u64::MAX)).max_lifetime_seconds(u64::MAX), &claims, now);
            }
        }
    }
}

#[test]
fn the_issuer_is_one_string_and_one_of_the_configured() {
    assert_eq!(check(&rules(), &claims_with("iss", None), NOW), "missing_claim");
    for value in [json!(7), Value::Null, json!(["https://evil.test", ORIGIN])] {
        assert_eq!(with("iss", value), "invalid_claim");
    }
    for value in ["", "https://evil.test", "https://auth.example.test/", "HTTPS://AUTH.EXAMPLE.TEST"] {
        assert_eq!(with("iss", json!(value)), "unknown_issuer");
    }
    assert_eq!(with("iss", json!(format!("{ORIGIN}.evil.test"))), "unknown_issuer");
    let two = rules().issuers(["https://old.example.test", ORIGIN]);
    assert_eq!(check(&two, &claims(), NOW), "accepted");
}

#[test]
fn the_audience_is_ours_alone_or_among_others() {
    assert_eq!(with("aud", json!(["other", ORIGIN])), "accepted");
    assert_eq!(check(&rules(), &claims_with("aud", None), NOW), "missing_claim");
    for value in [json!(5), Value::Null, json!({ "x": ORIGIN }), json!([ORIGIN, 5])] {
        assert_eq!(with("aud", value), "invalid_claim");
    }
    for value in
        [json!(""), json!([]), json!("client-123"), json!(format!("{ORIGIN}/")), json!(format!("{ORIGIN}x"))]
    {
        assert_eq!(with("aud", value), "unknown_audience");
    }
}

#[test]
fn without_configured_issuers_and_audiences_any_will_do() {
    let open = ClaimRules::new();
    let claims = json!({ "sub": "user-a", "exp": NOW + 600 });
    assert_eq!(check(&open, &claims, NOW), "accepted");
    assert_eq!(check(&open, &claims_with("aud", Some(json!("other"))), NOW), "accepted");
}

#[test]
fn the_user_is_in_the_configured_claim_and_nowhere_else() {
    let cookie = json!({ "user": { "id": "a" }, "session": { "token": "t" }, "exp": NOW + 600, "iat": NOW });
    let email = json!({ "email": "a@example.test", "userId": "a", "id": "a", "iat": NOW, "exp": NOW + 600 });
    for claims in [cookie, email] {
        assert_eq!(check(&ClaimRules::new(), &claims, NOW), "missing_claim");
    }
    let by_id = rules().user_id_claim("id");
    assert_eq!(check(&by_id, &claims(), NOW), "missing_claim");
    assert_eq!(check(&by_id, &claims_with("id", Some(json!("user-b"))), NOW), "accepted");
    assert_eq!(with("sub", json!("")), "invalid_claim");
}

#[test]
fn a_payload_is_one_object_with_unique_names() {
    for payload in [
        "[1]".to_owned(),
        "\"user-a\"".to_owned(),
        String::new(),
        format!(r#"{{"sub":"user-a","sub":"user-b","exp":{}}}"#, NOW + 600),
        format!(r#"{{"sub":"user-a","exp":{},"\u0065xp":1}}"#, NOW + 600),
        format!(r#"{{"sub":"user\ud800","exp":{}}}"#, NOW + 600),
    ] {
        let error = ClaimRules::new().check(payload.as_bytes(), NOW).unwrap_err();
        assert_eq!(error, VerifyError::InvalidJson { part: "payload" }, "{payload}");
    }
}
