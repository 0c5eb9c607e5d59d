use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::support::{
    NOW, SECRET, ScriptedSource, SigningKey, claims, claims_with, jwks, rules, shared_secret, verify,
};
use crate::{FetchError, Outcome, SharedSecretVerifier};

fn verifier(source: &Arc<ScriptedSource>) -> AnyVerifier {
    AnyVerifier::new(Some(shared_secret()), Some(jwks(source))).unwrap()
}

fn explain(verifier: &AnyVerifier, token: &str) -> Report {
    pollster::block_on(verifier.explain(token))
}

/// The rules that fail, as `rule: label`.
fn failures(report: &Report) -> Vec<String> {
    let failed = report.findings().iter().filter_map(|finding| match finding.outcome() {
        Outcome::Failed(error) => Some(format!("{}: {}", finding.rule(), error.reason())),
        _ => None,
    });
    failed.collect()
}

/// The first rule that fails has the error of `verify`.
fn agrees(verifier: &AnyVerifier, token: &str) {
    let report = explain(verifier, token);
    let verdict = verify(verifier, token).err();
    assert_eq!(report.verdict().err(), verdict.as_ref(), "{report}");
    let first = report.findings().iter().find_map(|finding| match finding.outcome() {
        Outcome::Failed(error) => Some(error),
        _ => None,
    });
    assert_eq!(first, verdict.as_ref(), "{report}");
    assert_eq!(report.findings().len(), 13, "{report}");
}

#[test]
fn a_good_token_passes_every_rule() {
    let key = SigningKey::ed25519();
    let verifier = verifier(&ScriptedSource::with_keys(&[key.jwk("ed1")]));
    for token in [key.token("ed1", &claims()), SigningKey::hs256(SECRET).token("any", &claims())] {
        let report = explain(&verifier, &token);
        assert!(report.findings().iter().all(|finding| *finding.outcome() == Outcome::Passed), "{report}");
        assert_eq!(report.verdict().unwrap().user_id(), "user-a");
    }
}

#[test]
fn rules_after_the_first_that_fails_are_applied_too() {
    let key = SigningKey::ed25519();
    let verifier = verifier(&ScriptedSource::with_keys(&[key.jwk("ed1")]));
    let wrong = json!({ "sub": "", "iss": "https://elsewhere.test", "aud": ["a", "b"], "exp": NOW - 95 });
    let report = explain(&verifier, &SigningKey::ed25519().token("ed1", &wrong));
    let expected = [
        "signature: invalid_signature",
        "exp: expired",
        "iss: unknown_issuer",
        "aud: unknown_audience",
        "user id: invalid_claim",
    ];
    assert_eq!(failures(&report), expected);
    let shown = report.to_string();
    for part in ["not verified", "95 s ago", r#"["a", "b"]; accepted: "https://auth.example.test""#] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
}

#[test]
fn claims_are_explained_without_a_valid_header() {
    let key = SigningKey::hs256(SECRET);
    let verifier = AnyVerifier::new(Some(shared_secret()), None).unwrap();
    let cookie = key.token_with(
        r#"{"alg":"HS256","typ":"better-auth.session-cache+jwt"}"#,
        &claims_with("sub", None).to_string(),
    );
    let report = explain(&verifier, &cookie);
    assert_eq!(failures(&report), ["header: unsupported_type", "user id: missing_claim"]);
    assert!(report.to_string().contains("skipped  signature"), "{report}");
}

#[test]
fn never_shows_the_signature() {
    let key = SigningKey::ed25519();
    let verifier = verifier(&ScriptedSource::with_keys(&[key.jwk("ed1")]));
    for token in [key.token("ed1", &claims()), key.token("other", &claims()), "a.b.c".to_owned()] {
        let signature = token.rsplit_once('.').unwrap().1.to_owned();
        let report = explain(&verifier, &token);
        let shown = format!("{report} {report:?}");
        assert!(signature.len() < 4 || !shown.contains(&signature[..signature.len() / 2]), "{shown}");
    }
}

#[test]
fn agrees_with_the_verifier_on_tokens_of_every_kind() {
    let (key, nbf) = (SigningKey::ed25519(), claims_with("nbf", Some(json!(NOW + 600))));
    let source = ScriptedSource::with_keys(&[key.jwk("ed1"), SigningKey::p256().jwk("es1")]);
    let (both, secret) = (verifier(&source), AnyVerifier::new(Some(shared_secret()), None).unwrap());
    let only = AnyVerifier::new(None, Some(jwks(&source))).unwrap();
    let down = AnyVerifier::new(None, Some(jwks(&ScriptedSource::down()))).unwrap();
    let hs256 = SigningKey::hs256(SECRET);
    let tokens = [
        String::new(),
        "a.b".to_owned(),
        "a.b.!".to_owned(),
        "x".repeat(9000),
        key.token("ed1", &claims()),
        key.token("es1", &claims()),
        key.token("gone", &claims()),
        key.token_with(r#"{"alg":"EdDSA"}"#, "{}"),
        key.token_with(r#"{"alg":"none"}"#, "{}"),
        key.token_with(r#"{"alg":"EdDSA","kid":"ed1"}"#, "[]"),
        hs256.token("any", &claims()),
        hs256.token("any", &nbf),
        SigningKey::hs256("another secret of 32 bytes or more").token("any", &claims()),
    ];
    for token in &tokens {
        for verifier in [&both, &secret, &only, &down] {
            agrees(verifier, token);
        }
    }
}

#[test]
fn a_limit_of_one_anchor_fails_the_rule_of_the_anchor() {
    let short = rules().max_token_bytes(100);
    let short = SharedSecretVerifier::new(vec![SECRET.into()], short).unwrap();
    let verifier =
        AnyVerifier::new(Some(short), Some(jwks(&ScriptedSource::with_keys(&[SigningKey::p256().jwk("a")]))));
    let verifier = verifier.unwrap();
    let token = SigningKey::hs256(SECRET).token("any", &claims());
    assert_eq!(failures(&explain(&verifier, &token))[0], "trust anchor: too_long");
    agrees(&verifier, &token);
    for algorithm in ["none", "ES256"] {
        let header = format!(r#"{{"alg":"{algorithm}"}}"#);
        agrees(&verifier, &SigningKey::ed25519().token_with(&header, &"x".repeat(600)));
    }
}

proptest! {
    #[test]
    fn agrees_with_the_verifier_for_any_claims(
        name in "(exp|nbf|iat|iss|aud|sub)",
        value in prop_oneof![
            Just(Value::Null), Just(json!("https://auth.example.test")), Just(json!([])), Just(json!(["a", 1])),
            Just(json!({})), any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from),
            (NOW - 400..NOW + 400).prop_map(Value::from), "\\PC{0,20}".prop_map(Value::from),
        ],
        is_signed: bool,
    ) {
        let secret = if is_signed { SECRET } else { "another secret of 32 bytes or more" };
        let token = SigningKey::hs256(secret).token("any", &claims_with(&name, Some(value)));
        agrees(&AnyVerifier::new(Some(shared_secret()), None).unwrap(), &token);
    }
}

#[test]
fn a_key_that_is_not_looked_up_fails_the_rule_of_the_key() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let verifier = verifier(&source);
    agrees(&verifier, &key.token("ed1", &claims()));
    source.set(|| Err(FetchError::Timeout));
    let token = SigningKey::ed25519().token("new", &claims());
    agrees(&verifier, &token);
    assert_eq!(failures(&explain(&verifier, &token)), ["key: unchecked_key"]);
}
