//! Rule 2: a shared secret, a key set, or both during a migration. Construction fails without any, and with a secret
//! that is weak or public.

use std::sync::Arc;
use std::time::Duration;

use crate::support::{
    ManualClock, NOW, SECRET, ScriptedSource, SigningKey, claims, claims_with, hs256, jwks, jwks_on, logged,
    options_on, rules, shared_secret, shared_secret_by, verdict,
};
use tasknook_auth::{
    AnyVerifier, ClaimRules, ConfigError, JwksOptions, JwksVerifier, Secret, SharedSecretVerifier,
};

fn under(secrets: &[&str]) -> Result<SharedSecretVerifier, ConfigError> {
    SharedSecretVerifier::new(secrets.iter().copied().map(Secret::from).collect(), rules())
}

#[test]
fn rejects_a_configuration_without_an_anchor() {
    assert!(matches!(AnyVerifier::new(None, None), Err(ConfigError::NoTrustAnchor)));
    assert!(matches!(under(&[]), Err(ConfigError::NoSecret)));
}

#[test]
fn starts_with_either_anchor_and_verifies_tokens_of_both() {
    let keys = SigningKey::published();
    let entries: Vec<_> = keys.iter().map(|key| key.jwk(key.algorithm())).collect();
    let source = ScriptedSource::with_keys(&entries);
    let (secret, published) = (hs256(&claims()), keys[0].token(keys[0].algorithm(), &claims()));
    let only_shared = AnyVerifier::new(Some(shared_secret()), None).unwrap();
    assert_eq!(verdict(&only_shared, &secret), "accepted");
    let only_jwks = AnyVerifier::new(None, Some(jwks(&source))).unwrap();
    assert_eq!(verdict(&only_jwks, &published), "accepted");
    let both = AnyVerifier::new(Some(shared_secret()), Some(jwks(&source))).unwrap();
    assert_eq!(verdict(&both, &secret), "accepted");
    for key in &keys {
        let token = key.token(key.algorithm(), &claims());
        assert_eq!(verdict(&both, &token), "accepted", "{}", key.algorithm());
    }
}

#[test]
fn rejects_weak_and_public_secrets() {
    assert_eq!(SECRET.len(), 32);
    assert!(under(&[SECRET]).is_ok());
    assert!(matches!(
        under(&[SECRET, &SECRET[..31]]),
        Err(ConfigError::ShortSecret { position: 2, length_bytes: 31, required_bytes: 32 })
    ));
    assert!(matches!(under(&[""]), Err(ConfigError::ShortSecret { position: 1, length_bytes: 0, .. })));
    for public in ["better-auth-secret-12345678901234567890", "better-auth-secret-123456789"] {
        assert!(matches!(under(&[SECRET, public]), Err(ConfigError::PublicSecret { position: 2 })));
        assert!(under(&[&format!("{public} and more of it")]).is_ok());
    }
}

#[test]
fn warns_of_secrets_that_look_like_examples() {
    let warnings = |secret: &str| {
        let lines = logged(|| drop(under(&[SECRET, secret]).unwrap()));
        assert!(lines.iter().all(|line| !line.contains(secret)), "{lines:?}");
        lines.into_iter().filter(|line| line.contains("shared secret 2")).collect::<Vec<_>>()
    };
    for example in [
        "your-secret-key-min-32-chars-here",
        "change-me-in-production-please-32chars",
        "CHANGE_ME_TO_A_RANDOM_STRING_OF_32_CHARS",
        "replace this with a long random secret!!",
        "your_super_secret_jwt_key_here_12345",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "12121212121212121212121212121212",
    ] {
        let lines = warnings(example);
        assert!(matches!(&lines[..], [line] if line.starts_with("WARN")), "{example}: {lines:?}");
    }
    for random in ["9f86d081884c7d659a2feaa0c55ad015", "mJ0v3Jt5mO1Qd0h8kq2yV9sW7cE4rT6xZbN+aLpUgYI="] {
        assert_eq!(warnings(random), Vec::<String>::new(), "{random}");
    }
}

#[test]
fn rejects_rules_outside_their_limits() {
    let wrong = || rules().leeway_seconds(301);
    let shared = SharedSecretVerifier::new(vec![SECRET.into()], wrong()).err();
    let published = JwksVerifier::new(ScriptedSource::down(), JwksOptions::default(), wrong()).err();
    for error in [shared, published] {
        assert!(
            matches!(error, Some(ConfigError::OutOfRange { setting: "leeway_seconds", .. })),
            "{error:?}"
        );
    }
}

#[test]
fn each_anchor_has_its_own_rules() {
    let key = SigningKey::ed25519();
    let old = ClaimRules::new().issuers(["https://old.example.test"]);
    let shared = shared_secret_by(old, NOW);
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let both = AnyVerifier::new(Some(shared), Some(jwks(&source))).unwrap();
    let elsewhere = claims_with("iss", Some("https://old.example.test".into()));
    assert_eq!(verdict(&both, &hs256(&elsewhere)), "accepted");
    assert_eq!(verdict(&both, &key.token("ed1", &elsewhere)), "unknown_issuer");
    assert_eq!(verdict(&both, &key.token("ed1", &claims())), "accepted");
    assert_eq!(verdict(&both, &hs256(&claims())), "unknown_issuer");
}

#[test]
fn each_anchor_has_its_own_limit() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let token = hs256(&claims());
    let both = |limit_bytes| {
        let shared = shared_secret_by(rules().max_token_bytes(limit_bytes), NOW);
        AnyVerifier::new(Some(shared), Some(jwks(&source))).unwrap()
    };
    assert_eq!(verdict(&both(token.len()), &token), "accepted");
    let short = both(token.len() - 1);
    assert_eq!(verdict(&short, &token), "too_long");
    assert_eq!(verdict(&short, &key.token("ed1", &claims())), "accepted");
    assert_eq!(verdict(&short, &"a".repeat(8192)), "not_three_parts");
    assert_eq!(verdict(&short, &"a".repeat(8193)), "too_long");
}

#[test]
fn shared_secrets_verify_while_the_issuer_is_down() {
    let down = AnyVerifier::new(Some(shared_secret()), Some(jwks(&ScriptedSource::down()))).unwrap();
    assert_eq!(verdict(&down, &hs256(&claims())), "accepted");
    assert_eq!(verdict(&down, &SigningKey::ed25519().token("ed1", &claims())), "keys_unavailable");
}

#[test]
fn is_ready_without_a_key_set_or_once_it_is_fetched() {
    let without = AnyVerifier::new(Some(shared_secret()), None).unwrap();
    assert!(without.is_ready() && without.keys_age().is_none());
    let down = AnyVerifier::new(Some(shared_secret()), Some(jwks(&ScriptedSource::down()))).unwrap();
    assert!(!down.is_ready() && down.is_any_ready() && down.keys_age().is_none());
    let alone = AnyVerifier::new(None, Some(jwks(&ScriptedSource::down()))).unwrap();
    assert!(!alone.is_any_ready());
    let (key, clock) = (SigningKey::ed25519(), ManualClock::at(NOW));
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let both = AnyVerifier::new(Some(shared_secret()), Some(jwks_on(&source, Arc::clone(&clock)))).unwrap();
    assert_eq!(verdict(&both, &key.token("ed1", &claims())), "accepted");
    let seconds = Duration::from_secs(7);
    clock.advance(seconds);
    assert!(both.is_ready());
    assert_eq!(both.keys_age(), Some(seconds));
}

#[test]
fn the_versioned_list_configures_several_secrets() {
    let old = "an old secret of at least 32 bytes";
    let secrets = Secret::parse_versioned_list(&format!("2:{SECRET},1:{old}")).unwrap();
    let verifier =
        SharedSecretVerifier::with_options(secrets, rules(), options_on(ManualClock::at(NOW))).unwrap();
    for secret in [SECRET, old] {
        let token = SigningKey::hs256(secret).token("any", &claims());
        assert_eq!(verdict(&verifier, &token), "accepted", "{secret}");
    }
}
