//! Several issuers behind one verifier: each with its own keys and rules, selected by `iss` before anything is fetched.

mod reports;

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{
    ManualClock, NOW, Recorder, SECRET, ScriptedSource, SigningKey, options_on, verdict, verify,
};
use tasknook_auth::{
    AnyVerifier, CacheOptions, ClaimRules, ConfigError, IssuerVerifier, JwksOptions, JwksVerifier,
    SharedSecretVerifier, TokenVerifier, VerifierOptions, VerifyError,
};

const A: &str = "https://a.example.test";
const B: &str = "https://b.example.test";
/// The one with a shared secret.
const C: &str = "https://c.example.test";

fn rules(issuer: &str) -> ClaimRules {
    ClaimRules::new().issuers([issuer]).audiences([issuer])
}

fn claims(issuer: &str) -> Value {
    json!({ "sub": "user-a", "iss": issuer, "aud": issuer, "exp": NOW + 600 })
}

fn published(source: &Arc<ScriptedSource>, rules: ClaimRules, options: VerifierOptions) -> AnyVerifier {
    let hour = Duration::from_secs(3600);
    let timing = JwksOptions::new().retry(hour, hour);
    let jwks = JwksVerifier::with_options(Arc::clone(source) as _, timing, rules, options).unwrap();
    AnyVerifier::new(None, Some(jwks)).unwrap()
}

fn shared(rules: ClaimRules, options: VerifierOptions) -> AnyVerifier {
    let shared = SharedSecretVerifier::with_options(vec![SECRET.into()], rules, options).unwrap();
    AnyVerifier::new(Some(shared), None).unwrap()
}

fn options() -> VerifierOptions {
    options_on(ManualClock::at(NOW))
}

/// Two issuers that publish keys with the same `kid`, and one with a shared secret.
struct Three {
    keys: [SigningKey; 2],
    sources: [Arc<ScriptedSource>; 2],
    verifier: IssuerVerifier,
}

fn three() -> Three {
    let keys = [SigningKey::ed25519(), SigningKey::ed25519()];
    let sources = [&keys[0], &keys[1]].map(|key| ScriptedSource::with_keys(&[key.jwk("k")]));
    let verifier = IssuerVerifier::new([
        published(&sources[0], rules(A), options()),
        published(&sources[1], rules(B), options()),
        shared(rules(C), options()),
    ]);
    let three = Three { keys, sources, verifier: verifier.unwrap() };
    // The first fetches end before the tests count.
    for (key, issuer) in three.keys.iter().zip([A, B]) {
        assert_eq!(verdict(&three.verifier, &key.token("k", &claims(issuer))), "accepted");
    }
    three
}

impl Three {
    fn fetches(&self) -> [usize; 2] {
        [self.sources[0].fetches(), self.sources[1].fetches()]
    }
}

fn hs256(claims: &Value) -> String {
    SigningKey::hs256(SECRET).token("any", claims)
}

#[test]
fn each_issuer_has_its_own_keys() {
    let three = three();
    let [a, b] = &three.keys;
    for (token, issuer) in
        [(a.token("k", &claims(A)), A), (b.token("k", &claims(B)), B), (hs256(&claims(C)), C)]
    {
        let user = verify(&three.verifier, &token).unwrap();
        assert_eq!((user.user_id(), user.issuer()), ("user-a", Some(issuer)));
    }
    for (token, reason) in [
        (a.token("k", &claims(B)), "invalid_signature"),
        (b.token("k", &claims(A)), "invalid_signature"),
        (a.token("k", &claims(C)), "unsupported_algorithm"),
        (hs256(&claims(A)), "unsupported_algorithm"),
        (hs256(&claims(B)), "unsupported_algorithm"),
    ] {
        assert_eq!(verdict(&three.verifier, &token), reason, "{token}");
    }
}

#[test]
fn each_issuer_has_its_own_rules() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("k")]);
    let other = rules(B).user_id_claim("uid").max_token_bytes(400);
    let verifier =
        IssuerVerifier::new([published(&source, rules(A), options()), published(&source, other, options())])
            .unwrap();
    let with = |issuer: &str, name: &str, value: Value| {
        let mut claims = claims(issuer);
        claims[name] = value;
        verify(&verifier, &key.token("k", &claims)).map(|user| user.user_id().to_owned())
    };
    assert_eq!(with(A, "uid", json!("other")).unwrap(), "user-a");
    assert_eq!(with(B, "uid", json!("other")).unwrap(), "other");
    assert_eq!(with(A, "aud", json!(B)).unwrap_err().reason(), "unknown_audience");
    let long = json!("x".repeat(400));
    assert_eq!(with(A, "name", long.clone()).unwrap(), "user-a");
    assert_eq!(with(B, "name", long).unwrap_err(), VerifyError::TooLong { limit_bytes: 400 });
    assert_eq!(
        with(A, "name", json!("x".repeat(9000))).unwrap_err(),
        VerifyError::TooLong { limit_bytes: 8192 }
    );
}

#[test]
fn nothing_is_fetched_for_an_unknown_issuer() {
    let three = three();
    let before = three.fetches();
    let forger = SigningKey::hs256(SECRET);
    for id in 0..10_000 {
        let header = json!({ "alg": "EdDSA", "kid": format!("k{id}") }).to_string();
        let issuer = format!("https://{id}.example.test");
        let token = forger.token_with(&header, &claims(&issuer).to_string());
        assert_eq!(verdict(&three.verifier, &token), "unknown_issuer");
    }
    for (payload, reason) in [
        (r#"{"sub":"user-a"}"#.to_owned(), "missing_claim"),
        (json!({ "iss": [A] }).to_string(), "invalid_claim"),
        (json!({ "iss": null }).to_string(), "invalid_claim"),
        (format!(r#"{{"iss":"{A}","iss":"{B}"}}"#), "invalid_json"),
        (json!([A]).to_string(), "invalid_json"),
        (json!({ "iss": format!("{A}/") }).to_string(), "unknown_issuer"),
        (json!({ "iss": A.to_uppercase() }).to_string(), "unknown_issuer"),
        (json!({ "iss": "" }).to_string(), "unknown_issuer"),
    ] {
        let token = forger.token_with(r#"{"alg":"EdDSA","kid":"new"}"#, &payload);
        assert_eq!(verdict(&three.verifier, &token), reason, "{payload}");
    }
    assert_eq!(three.fetches(), before);
}

#[test]
fn an_unknown_key_fetches_only_the_set_of_its_issuer() {
    let three = three();
    let [a, b] = three.fetches();
    assert_eq!(verdict(&three.verifier, &three.keys[0].token("new", &claims(B))), "unknown_key");
    assert_eq!(three.fetches(), [a, b + 1]);
    assert_eq!(verdict(&three.verifier, &three.keys[0].token("new", &claims(A))), "unknown_key");
    assert_eq!(three.fetches(), [a + 1, b + 1]);
}

#[test]
fn an_issuer_that_is_down_leaves_the_others_available() {
    let (key, down) = (SigningKey::ed25519(), ScriptedSource::down());
    let up = ScriptedSource::with_keys(&[key.jwk("k")]);
    let verifier =
        IssuerVerifier::new([published(&down, rules(A), options()), published(&up, rules(B), options())])
            .unwrap();
    assert_eq!(verdict(&verifier, &key.token("k", &claims(B))), "accepted");
    assert_eq!(verdict(&verifier, &key.token("k", &claims(A))), "keys_unavailable");
    assert!(!verifier.is_ready() && verifier.is_any_ready());
    assert!(three().verifier.is_ready());
}

#[test]
fn a_cached_token_is_found_with_few_issuers_and_with_many() {
    for count in [2, 8, 9, 20] {
        let recorder = Recorder::new();
        let issuer = |id: u32| format!("https://{id}.example.test");
        let verifiers = (0..count).map(|id| {
            let options = options().observer(Arc::clone(&recorder) as _);
            shared(rules(&issuer(id)), options)
        });
        let verifier = IssuerVerifier::new(verifiers).unwrap();
        for id in 0..count {
            let token = hs256(&claims(&issuer(id)));
            assert!(verifier.cached(&token).is_none());
            for _ in 0..2 {
                assert_eq!(verify(&verifier, &token).unwrap().issuer(), Some(&*issuer(id)));
            }
            assert_eq!(verifier.cached(&token).unwrap().user_id(), "user-a");
            let events = ["verified by Signature", "verified by Cache", "verified by Cache"];
            assert_eq!(recorder.events(), events, "{count} {id}");
        }
    }
}

#[test]
fn each_verdict_is_notified_once() {
    let [first, second] = [Recorder::new(), Recorder::new()];
    let observed =
        |recorder: &Arc<Recorder>| options().cache(CacheOptions::off()).observer(Arc::clone(recorder) as _);
    let verifier = IssuerVerifier::new([
        shared(rules(A), observed(&first)),
        shared(rules(B).max_token_bytes(400), observed(&second)),
    ])
    .unwrap();
    let mut long = claims(B);
    long["name"] = json!("x".repeat(400));
    for (token, at_first, at_second) in [
        ("a.b".to_owned(), Some("rejected not_three_parts"), None),
        ("x".repeat(9000), Some("rejected too_long"), None),
        (hs256(&claims(C)), Some("rejected unknown_issuer"), None),
        (hs256(&claims(A)), Some("verified by Signature"), None),
        (hs256(&claims(B)), None, Some("verified by Signature")),
        (SigningKey::ed25519().token("k", &claims(B)), None, Some("rejected unsupported_algorithm")),
        (hs256(&long), None, Some("rejected too_long")),
    ] {
        let _ = verify(&verifier, &token);
        let events = |recorder: &Recorder| recorder.events();
        assert_eq!(events(&first), at_first.into_iter().collect::<Vec<_>>(), "{token}");
        assert_eq!(events(&second), at_second.into_iter().collect::<Vec<_>>(), "{token}");
    }
}

#[test]
fn every_verifier_names_issuers_of_its_own() {
    let by = |rules: ClaimRules| shared(rules, options());
    let new = |verifiers: Vec<AnyVerifier>| IssuerVerifier::new(verifiers).map(|_| ());
    assert!(matches!(new(vec![]), Err(ConfigError::NoTrustAnchor)));
    let any = || by(ClaimRules::new().audiences([A]));
    assert!(matches!(new(vec![by(rules(A)), any()]), Err(ConfigError::AnyIssuer { position: 2 })));
    let twice = vec![by(rules(A)), by(ClaimRules::new().issuers([B, A]))];
    assert!(matches!(new(twice), Err(ConfigError::RepeatedIssuer { issuer }) if issuer == A));
    // One of two trust anchors without issuers would verify tokens of every issuer that selects the other.
    let secret = SharedSecretVerifier::new(vec![SECRET.into()], rules(A)).unwrap();
    let source = ScriptedSource::down();
    let jwks = |rules| JwksVerifier::new(Arc::clone(&source) as _, JwksOptions::new(), rules).unwrap();
    let half = AnyVerifier::new(Some(secret), Some(jwks(ClaimRules::new().audiences([A])))).unwrap();
    assert!(matches!(new(vec![half]), Err(ConfigError::AnyIssuer { position: 1 })));
    let secret = SharedSecretVerifier::new(vec![SECRET.into()], rules(A)).unwrap();
    let both = AnyVerifier::new(Some(secret), Some(jwks(rules(A)))).unwrap();
    assert!(new(vec![both, by(rules(B))]).is_ok());
}

#[test]
fn each_trust_anchor_has_a_line() {
    let lines = three().verifier.trust_anchors();
    assert_eq!(lines.len(), 3, "{lines:?}");
    for (line, issuer) in lines.iter().zip([A, B, C]) {
        assert!(line.contains(issuer), "{line}");
    }
}
