use serde_json::json;

use super::*;
use crate::TokenVerifier;
use crate::support::verdict;

const ISSUERS: [fn() -> TestIssuer; 2] = [TestIssuer::with_key_set, TestIssuer::with_shared_secret];

#[test]
fn each_token_gets_its_verdict_under_both_anchors() {
    for issuer in ISSUERS.map(|create| create()) {
        let verifier = issuer.verifier();
        assert!(verifier.is_ready());
        let cases = [
            (issuer.token("user-a"), "accepted"),
            (issuer.expired_token("user-a"), "expired"),
            (issuer.other_issuer_token("user-a"), "unknown_issuer"),
            (issuer.other_key_token("user-a"), "invalid_signature"),
            (issuer.tampered_token("user-a"), "invalid_signature"),
            (issuer.builder("user-a").claim("aud", "https://other.example").sign(), "unknown_audience"),
            (issuer.builder("user-a").without("exp").sign(), "missing_claim"),
            (issuer.builder("user-a").expires_in(-301).sign(), "expired"),
            (issuer.builder("user-a").expires_in(86_400).sign(), "accepted"),
            (issuer.builder("user-a").header("typ", "other+jwt").sign(), "unsupported_type"),
        ];
        for (token, expected) in cases {
            assert_eq!(verdict(&*verifier, &token), expected, "{issuer:?}: {token}");
        }
    }
}

#[test]
fn expired_tokens_stay_expired_with_the_largest_leeway() {
    for issuer in ISSUERS.map(|create| create()) {
        let options = crate::VerifierOptions::default();
        let verifier = issuer.verifier_with(issuer.rules().leeway_seconds(300), options).unwrap();
        assert_eq!(verdict(&*verifier, &issuer.expired_token("user-a")), "expired");
    }
}

#[test]
fn issuers_reject_the_tokens_of_each_other() {
    for (create, expected) in ISSUERS.into_iter().zip(["unknown_key", "invalid_signature"]) {
        let (issuer, other) = (create(), create());
        assert_eq!(verdict(&*issuer.verifier(), &other.token("user-a")), expected);
    }
    let [published, shared] = ISSUERS.map(|create| create());
    assert_eq!(verdict(&*published.verifier(), &shared.token("user-a")), "unsupported_algorithm");
    assert_eq!(verdict(&*shared.verifier(), &published.token("user-a")), "unsupported_algorithm");
}

#[test]
fn a_tampered_token_names_the_user() {
    for issuer in ISSUERS.map(|create| create()) {
        let (good, tampered) = (issuer.token("user-a"), issuer.tampered_token("user-a"));
        let payload = |token: &str| {
            let payload = crate::token::Parts::split(token).ok().unwrap().unverified_payload().unwrap();
            serde_json::from_slice::<Value>(&payload).unwrap()["sub"].clone()
        };
        assert_eq!((payload(&good), payload(&tampered)), (json!("user-a"), json!("user-a")));
    }
}

#[test]
fn a_verifier_of_your_own_accepts_the_tokens() {
    let issuer = TestIssuer::with_shared_secret();
    let secrets = vec![issuer.secret().unwrap().into()];
    let rules = ClaimRules::for_better_auth(issuer.url()).unwrap();
    let verifier = crate::SharedSecretVerifier::new(secrets, rules).unwrap();
    assert_eq!(verdict(&verifier, &issuer.token("user-a")), "accepted");

    let issuer = TestIssuer::with_key_set();
    let keys = crate::Keys::from_jwks(issuer.key_set().as_bytes()).unwrap();
    assert!(crate::verify_jws(&issuer.token("user-a"), &keys).is_ok());
    assert_eq!(issuer.secret(), None);
}

#[test]
fn an_identity_is_that_of_a_token() {
    let issuer = TestIssuer::with_key_set();
    let verified = pollster::block_on(issuer.verifier().verify(&issuer.token("user-a"))).unwrap();
    let made = identity("user-a");
    let facts = |identity: &Identity| {
        let texts = [identity.email(), identity.name(), identity.issuer()];
        (identity.user_id().to_owned(), texts.map(|text| text.map(str::to_owned)), identity.algorithm())
    };
    assert_eq!(facts(&made), facts(&verified));
    assert_eq!(made.audiences(), verified.audiences());
    assert_eq!(made.expires_at_unix() - made.issued_at_unix().unwrap(), LIFETIME_SECONDS);
}

#[test]
fn more_claims_replace_those_of_the_same_name() {
    let identity = identity_with("user-a", json!({ "role": "admin", "name": "Zoë", "scope": "a b" }));
    assert_eq!((identity.name(), identity.roles()), (Some("Zoë"), &["admin".to_owned()][..]));
    assert_eq!(identity.scopes(), ["a", "b"]);
}

#[test]
fn an_identity_by_other_rules_passes_them() {
    let rules =
        ClaimRules::new().issuers(["https://id.example"]).audiences(["one", "two"]).user_id_claim("uid");
    let identity =
        identity_by(&rules.roles_claim(["a", "b"]), "user-a", json!({ "a": { "b": "x,y" }, "sub": 5 }));
    assert_eq!((identity.user_id(), identity.issuer()), ("user-a", Some("https://id.example")));
    assert_eq!(
        (identity.audiences(), identity.roles()),
        (&["one".to_owned()][..], &["x".to_owned(), "y".to_owned()][..])
    );
}

#[test]
#[should_panic(expected = "no token has these claims: the token expired at ")]
fn an_identity_of_an_expired_token_panics() {
    drop(identity_with("user-a", json!({ "exp": 1 })));
}

#[test]
#[should_panic(expected = "no token has these claims: ")]
fn an_identity_without_a_user_panics() {
    drop(identity(""));
}

#[test]
#[should_panic(expected = "claims are an object, not [1]")]
fn claims_that_are_not_an_object_panic() {
    drop(identity_with("user-a", [1]));
}

#[test]
fn an_issuer_with_a_url_signs_and_accepts_its_own() {
    for create in ISSUERS {
        let (issuer, other) = (create().with_url("https://a.test"), create());
        assert_eq!((issuer.url(), other.url()), ("https://a.test", ISSUER_URL));
        for (issuer, rejected) in [(&issuer, other.url()), (&other, issuer.url())] {
            let with = |claim| issuer.builder("user-a").claim(claim, rejected).sign();
            let verdicts =
                [issuer.token("user-a"), with("iss"), with("aud"), issuer.tampered_token("user-a")]
                    .map(|token| verdict(&*issuer.verifier(), &token));
            assert_eq!(verdicts, ["accepted", "unknown_issuer", "unknown_audience", "invalid_signature"]);
        }
    }
}

#[test]
fn debug_shows_neither_key_nor_secret() {
    let issuer = TestIssuer::with_shared_secret();
    let shown = format!("{issuer:?} {:?}", issuer.builder("user-a"));
    assert!(shown.contains("HS256") && !shown.contains(issuer.secret().unwrap()), "{shown}");
    let shown = format!("{:?}", TestIssuer::with_key_set().with_url("https://a.test"));
    assert_eq!(shown, "TestIssuer { url: \"https://a.test\", algorithm: \"EdDSA\", .. }");
}
