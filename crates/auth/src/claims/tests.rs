use serde_json::json;

use super::*;
use crate::support::{NOW, ORIGIN, claims, rules};

fn header() -> Header {
    Header::parse(br#"{"alg":"EdDSA","kid":"ed1"}"#).unwrap()
}

#[test]
fn reads_the_identity_of_a_good_token() {
    let mut claims = claims();
    claims["email"] = json!("a@example.test");
    claims["name"] = json!("Zoë 🚀");
    let identity = rules().check(&header(), claims.to_string().as_bytes(), NOW).ok().unwrap().identity;
    assert_eq!(identity.user_id(), "user-a");
    assert_eq!(identity.email(), Some("a@example.test"));
    assert_eq!(identity.name(), Some("Zoë 🚀"));
    assert_eq!(identity.issuer(), Some(ORIGIN));
    assert_eq!(identity.expires_at_unix(), NOW + 600);
}

#[test]
fn validity_ends_at_the_expiry_or_the_maximum_age() {
    let until = |max_age| {
        let rules = rules().max_age_seconds(max_age).leeway_seconds(30);
        let mut claims = claims();
        claims["iat"] = json!(NOW - 50);
        rules.check(&header(), claims.to_string().as_bytes(), NOW).ok().unwrap().identity.valid_until_unix()
    };
    let rejected_without_leeway = |now| {
        let rules = rules().max_age_seconds(Some(60)).leeway_seconds(0);
        let mut claims = claims();
        claims["iat"] = json!(NOW - 50);
        rules.check(&header(), claims.to_string().as_bytes(), now).is_err()
    };
    assert_eq!((until(None), until(Some(10_000))), (NOW + 600, NOW + 600));
    assert_eq!(until(Some(60)), NOW + 11);
    assert!(!rejected_without_leeway(NOW + 10) && rejected_without_leeway(NOW + 11));
    assert_eq!(until(Some(u64::MAX)), NOW + 600);
}

#[test]
fn an_email_or_name_that_is_not_text_is_none() {
    let mut claims = claims();
    claims["email"] = json!(5);
    claims["name"] = json!("");
    let identity = rules().check(&header(), claims.to_string().as_bytes(), NOW).ok().unwrap().identity;
    assert_eq!((identity.email(), identity.name()), (None, None));
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
        let error = ClaimRules::new().check(&header(), payload.as_bytes(), NOW).err();
        assert_eq!(error, Some(VerifyError::InvalidJson { part: "payload" }), "{payload}");
    }
}
