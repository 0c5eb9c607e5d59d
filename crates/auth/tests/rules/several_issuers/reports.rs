//! The report has the rule that selects a verifier.

use serde_json::json;

use super::{A, B, C, Three, claims, hs256, three};
use crate::support::{NOW, SigningKey, verify};
use tasknook_auth::{Outcome, Report};

fn explain(three: &Three, token: &str) -> Report {
    pollster::block_on(three.verifier.explain(token))
}

/// The rules that failed, and how many could not be applied.
fn failures(report: &Report) -> (Vec<String>, usize) {
    let failed = report.findings().iter().filter_map(|finding| match finding.outcome() {
        Outcome::Failed(error) => Some(format!("{}: {}", finding.rule(), error.reason())),
        _ => None,
    });
    let skipped = report.findings().iter().filter(|finding| *finding.outcome() == Outcome::NotApplied);
    (failed.collect(), skipped.count())
}

#[test]
fn a_good_token_passes_the_rule_of_the_issuer_too() {
    let three = three();
    for token in [three.keys[1].token("k", &claims(B)), hs256(&claims(C))] {
        let report = explain(&three, &token);
        assert_eq!(failures(&report), (vec![], 0), "{report}");
        let rules: Vec<_> = report.findings().iter().map(tasknook_auth::Finding::rule).collect();
        assert_eq!((rules.len(), &rules[2..5]), (14, &["header", "issuer", "trust anchor"][..]));
    }
}

#[test]
fn after_an_unknown_issuer_no_rule_can_be_applied() {
    let three = three();
    let before = three.fetches();
    let report = explain(&three, &three.keys[0].token("new", &claims("https://elsewhere.test")));
    assert_eq!(failures(&report), (vec!["issuer: unknown_issuer".to_owned()], 10), "{report}");
    let shown = report.to_string();
    for part in ["https://elsewhere.test", A, B, C] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    assert_eq!(three.fetches(), before);
}

#[test]
fn the_first_rule_that_fails_is_the_verdict_on_any_token() {
    let three = three();
    let [a, b] = &three.keys;
    let expired = json!({ "sub": "user-a", "iss": A, "aud": A, "exp": NOW - 600 });
    for token in [
        String::new(),
        "a.b".to_owned(),
        "a.b.!".to_owned(),
        "x".repeat(9000),
        a.token_with(r#"{"alg":"EdDSA"}"#, "{}"),
        a.token_with(r#"{"alg":"EdDSA","crit":[]}"#, &claims(A).to_string()),
        a.token_with(r#"{"alg":"EdDSA","kid":"k"}"#, "[]"),
        a.token_with(r#"{"alg":"none"}"#, &claims(A).to_string()),
        a.token("k", &json!({ "iss": 5 })),
        a.token("k", &json!({})),
        a.token("k", &claims(A)),
        a.token("k", &claims(B)),
        b.token("gone", &claims(B)),
        a.token("k", &expired),
        hs256(&claims(A)),
        hs256(&claims(C)),
        SigningKey::hs256("another secret of 32 bytes or more").token("any", &claims(C)),
    ] {
        let report = explain(&three, &token);
        let verdict = verify(&three.verifier, &token).err();
        assert_eq!(report.verdict().err(), verdict.as_ref(), "{report}");
        let first = report.findings().iter().find_map(|finding| match finding.outcome() {
            Outcome::Failed(error) => Some(error),
            _ => None,
        });
        assert_eq!(first, verdict.as_ref(), "{token}\n{report}");
        assert_eq!(report.findings().len(), 14, "{report}");
    }
}
