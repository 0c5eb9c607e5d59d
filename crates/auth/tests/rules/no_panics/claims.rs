//! Rule 10 for claims: any value, at any time.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{FEW, json};
use crate::support::{NOW, SECRET, SigningKey, claims_with, hs256, rules, shared_secret_by, verdict, verify};
use tasknook_auth::{ClaimRules, Identity};

/// What every accepted token has.
fn is_sound(identity: &Identity, claims: &Value, now: i64) -> bool {
    claims["sub"] == identity.user_id()
        && (1..=255).contains(&identity.user_id().len())
        && identity.expires_at_unix() > now.saturating_sub(300)
        && identity.payload() == claims.to_string().as_bytes()
}

#[test]
fn times_at_the_ends_of_the_number_range_do_not_overflow() {
    let ends = [i64::MIN, -1, 0, i64::MAX];
    let endless = rules().max_age_seconds(Some(u64::MAX)).max_lifetime_seconds(u64::MAX);
    let mut accepted = 0;
    for now in ends {
        let verifier = shared_secret_by(endless.clone(), now);
        for exp in ends {
            for (nbf, iat) in ends.iter().flat_map(|nbf| ends.map(|iat| (nbf, iat))) {
                let mut claims = claims_with("exp", Some(json!(exp)));
                (claims["nbf"], claims["iat"]) = (json!(nbf), json!(iat));
                let verdict = verdict(&verifier, &hs256(&claims));
                let has_begun = now.saturating_add(30) >= *nbf.max(&iat);
                let is_in_reach = exp <= now.saturating_add(i64::MAX);
                let is_good = has_begun && is_in_reach && now < exp.saturating_add(30) && exp >= iat;
                assert_eq!(verdict == "accepted", is_good, "{claims} at {now}: {verdict}");
                accepted += usize::from(is_good);
            }
        }
    }
    assert!(accepted > 0);
}

proptest! {
    #[test]
    fn no_number_is_a_time_that_overflows(
        name in "(exp|nbf|iat)",
        number in "[-]?(0|[1-9][0-9]{0,24})([.][0-9]{1,5})?(e[-+]?[0-9]{1,3})?",
        now: i64,
    ) {
        let others = match &name[..] {
            "exp" => ["nbf", "iat"],
            "nbf" => ["exp", "iat"],
            _ => ["exp", "nbf"],
        };
        let others = others.map(|other| format!(r#""{other}":{now}"#)).join(",");
        let payload = format!(r#"{{"sub":"user-a","{name}":{number},{others}}}"#);
        let token = SigningKey::hs256(SECRET).token_with(r#"{"alg":"HS256"}"#, &payload);
        if let Ok(identity) = verify(&shared_secret_by(ClaimRules::new(), now), &token) {
            prop_assert!(identity.expires_at_unix() > now.saturating_sub(30), "{payload} at {now}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(FEW))]

    #[test]
    fn no_value_of_a_claim_is_accepted_for_what_it_is_not(
        name in "(exp|nbf|iat|iss|aud|sub|email|name|x)",
        value in json(),
        now in prop_oneof![Just(NOW), any::<i64>()],
        has_maximum_age: bool,
    ) {
        let rules = rules().max_age_seconds(has_maximum_age.then_some(600)).leeway_seconds(300);
        let claims = claims_with(&name, Some(value));
        if let Ok(identity) = verify(&shared_secret_by(rules, now), &hs256(&claims)) {
            prop_assert!(is_sound(&identity, &claims, now), "{claims} at {now}: {identity:?}");
        }
    }

    #[test]
    fn no_claim_name_finds_an_absent_user_id(name in "\\PC{1,20}", value in json()) {
        let open = ClaimRules::new().user_id_claim(name.clone());
        let claims = claims_with(&name, Some(value));
        if let Ok(identity) = verify(&shared_secret_by(open, NOW), &hs256(&claims)) {
            prop_assert_eq!(&claims[name], identity.user_id());
        }
    }
}
