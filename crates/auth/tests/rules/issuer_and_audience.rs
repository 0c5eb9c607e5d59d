//! Rule 4: `iss` and `aud` are compared byte by byte whenever they are configured; for a Better Auth both are
//! the origin of its URL. A verifier without either logs a warning, and still rejects cookies and e-mail
//! tokens.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::support::{
    FixedCalendar, NOW, ORIGIN, SECRET, ScriptedSource, SigningKey, claims, claims_with, hs256, jwks, logged,
    options_on, rules, shared_secret_by, verdict, verdict_by,
};
use tasknook_auth::{ClaimRules, JwksOptions, JwksVerifier, SharedSecretVerifier};

/// The verdict on good claims with one of them changed.
fn with(name: &str, value: Value) -> &'static str {
    verdict_by(&rules(), &claims_with(name, Some(value)), NOW)
}

#[test]
fn the_issuer_is_one_string_and_one_of_the_configured() {
    assert_eq!(verdict_by(&rules(), &claims_with("iss", None), NOW), "missing_claim");
    for value in [json!(7), Value::Null, json!([ORIGIN]), json!(["https://evil.test", ORIGIN])] {
        assert_eq!(with("iss", value), "invalid_claim");
    }
    for value in ["", "https://evil.test", "https://auth.example.test/", "HTTPS://AUTH.EXAMPLE.TEST"] {
        assert_eq!(with("iss", json!(value)), "unknown_issuer");
    }
    assert_eq!(with("iss", json!(format!("{ORIGIN}.evil.test"))), "unknown_issuer");
    let two = rules().issuers(["https://old.example.test", ORIGIN]);
    assert_eq!(verdict_by(&two, &claims(), NOW), "accepted");
}

#[test]
fn the_audience_is_ours_alone_or_among_others() {
    assert_eq!(with("aud", json!([ORIGIN])), "accepted");
    assert_eq!(with("aud", json!(["other", ORIGIN])), "accepted");
    assert_eq!(verdict_by(&rules(), &claims_with("aud", None), NOW), "missing_claim");
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
fn each_of_the_two_is_enforced_without_the_other() {
    let bare = json!({ "sub": "user-a", "exp": NOW + 600 });
    let (issuer, audience) = (ClaimRules::new().issuers([ORIGIN]), ClaimRules::new().audiences([ORIGIN]));
    for (rules, name, other, reason) in
        [(issuer, "iss", "aud", "unknown_issuer"), (audience, "aud", "iss", "unknown_audience")]
    {
        assert_eq!(verdict_by(&rules, &bare, NOW), "missing_claim", "{name}");
        let mut claims = bare.clone();
        (claims[name], claims[other]) = (json!(ORIGIN), json!("https://elsewhere.test"));
        assert_eq!(verdict_by(&rules, &claims, NOW), "accepted", "{name}");
        claims[name] = json!("https://elsewhere.test");
        assert_eq!(verdict_by(&rules, &claims, NOW), reason);
    }
}

#[test]
fn without_configured_issuers_and_audiences_any_will_do() {
    let open = ClaimRules::new();
    let claims = json!({ "sub": "user-a", "exp": NOW + 600 });
    assert_eq!(verdict_by(&open, &claims, NOW), "accepted");
    assert_eq!(verdict_by(&open, &claims_with("aud", Some(json!("other"))), NOW), "accepted");
}

#[test]
fn for_a_better_auth_both_are_the_origin_of_its_url() {
    for url in [ORIGIN, "https://AUTH.example.test:443/api/auth/"] {
        let rules = ClaimRules::for_better_auth(url).unwrap();
        assert_eq!(verdict_by(&rules, &claims(), NOW), "accepted", "{url}");
        for name in ["iss", "aud"] {
            assert_eq!(verdict_by(&rules, &claims_with(name, None), NOW), "missing_claim", "{name}");
            let elsewhere = claims_with(name, Some(json!("https://elsewhere.test")));
            assert_ne!(verdict_by(&rules, &elsewhere, NOW), "accepted", "{name}");
        }
    }
}

#[test]
fn a_shared_secret_without_either_logs_one_warning() {
    let start = |rules| logged(|| drop(SharedSecretVerifier::new(vec![SECRET.into()], rules).unwrap()));
    let lines = start(ClaimRules::new().user_id_claim("uid"));
    let [line] = &lines[..] else { panic!("{lines:?}") };
    for part in ["WARN", "neither an issuer nor an audience", "every unexpired HS256 token", "\"uid\""] {
        assert!(line.contains(part), "{line}");
    }
    assert!(!line.contains(SECRET), "{line}");
    assert!(start(ClaimRules::new().issuers([ORIGIN])).is_empty());
    assert!(start(ClaimRules::new().audiences([ORIGIN])).is_empty());
}

#[test]
fn a_key_set_without_either_logs_one_warning() {
    let start = |rules| {
        let (source, timing) = (ScriptedSource::down(), JwksOptions::default());
        let options = options_on(Arc::new(FixedCalendar));
        logged(|| drop(JwksVerifier::with_options(source, timing, rules, options).unwrap()))
    };
    let lines = start(ClaimRules::new());
    let [line] = &lines[..] else { panic!("{lines:?}") };
    for part in ["WARN", "neither an issuer nor an audience", "every token that the key set verifies"] {
        assert!(line.contains(part), "{line}");
    }
    assert!(start(ClaimRules::new().issuers([ORIGIN])).is_empty());
    assert!(start(ClaimRules::new().audiences([ORIGIN])).is_empty());
}

#[test]
fn cookies_and_email_tokens_fail_without_issuer_and_audience() {
    let open = shared_secret_by(ClaimRules::new(), NOW);
    let session = json!({ "token": "t", "userId": "a" });
    let cookie = json!({ "session": session, "user": { "id": "a" }, "iat": NOW, "exp": NOW + 300 });
    let email = json!({ "email": "a@example.test", "userId": "a", "iat": NOW, "exp": NOW + 3600 });
    for claims in [cookie, email] {
        assert_eq!(verdict(&open, &hs256(&claims)), "missing_claim");
    }
}

#[test]
fn session_cookies_fail_by_type_and_audience() {
    let key = SigningKey::ed25519();
    let verifier = jwks(&ScriptedSource::with_keys(&[key.jwk("ed1")]));
    let cookie = claims_with("aud", Some(json!("better-auth:session-cache"))).to_string();
    let header = json!({ "alg": "EdDSA", "kid": "ed1", "typ": "better-auth.session-cache+jwt" });
    assert_eq!(verdict(&verifier, &key.token_with(&header.to_string(), &cookie)), "unsupported_type");
    let untyped = json!({ "alg": "EdDSA", "kid": "ed1" });
    assert_eq!(verdict(&verifier, &key.token_with(&untyped.to_string(), &cookie)), "unknown_audience");
}
