//! Rule 8: an entry is one whole verified token with its identity.

use std::time::Duration;

use super::{options, published, shared_secret};
use crate::support::{
    NOW, SECRET, ScriptedSource, SigningKey, claims, claims_with, hs256, rules, verdict, verify,
};
use tasknook_auth::{AnyVerifier, CacheOptions, ConfigError, SharedSecretVerifier, TokenVerifier};

#[test]
fn a_repeated_token_is_taken_from_the_cache() {
    let observed = shared_secret(rules(), CacheOptions::default());
    let (one, other) = (hs256(&claims()), hs256(&claims_with("sub", Some("user-b".into()))));
    assert_eq!(observed.verify(&one), "verified by Signature");
    let verified = verify(&observed.verifier, &one).unwrap();
    assert_eq!(observed.verify(&one), "verified by Cache");
    assert_eq!(observed.verify(&other), "verified by Signature");
    assert_eq!(verify(&observed.verifier, &other).unwrap().user_id(), "user-b");
    let cached = verify(&observed.verifier, &one).unwrap();
    assert_eq!(cached.user_id(), "user-a");
    assert!(cached == verified && cached.payload() == claims().to_string().as_bytes());
}

#[test]
fn a_look_up_verifies_nothing() {
    let observed = shared_secret(rules(), CacheOptions::default());
    let token = hs256(&claims());
    assert!(observed.verifier.cached(&token).is_none());
    observed.verify(&token);
    observed.recorder.events();
    assert_eq!(observed.verifier.cached(&token).unwrap().user_id(), "user-a");
    assert!(observed.verifier.cached(&format!("{token}A")).is_none());
    assert_eq!(observed.recorder.events(), ["verified by Cache"]);
    let any = AnyVerifier::new(Some(observed.verifier), None).unwrap();
    assert_eq!(any.cached(&token).unwrap().user_id(), "user-a");
}

#[test]
fn only_the_identical_token_is_cached() {
    let observed = shared_secret(rules(), CacheOptions::default());
    let token = hs256(&claims());
    observed.verify(&token);
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        assert!(observed.verify(str::from_utf8(&changed).unwrap()).starts_with("rejected"), "{at}");
    }
    assert_eq!(observed.verify(&token), "verified by Cache");
}

#[test]
fn a_token_of_the_same_signature_or_the_same_claims_is_another() {
    let observed = shared_secret(rules(), CacheOptions::default());
    let (token, other) = (hs256(&claims()), hs256(&claims_with("sub", Some("user-b".into()))));
    observed.verify(&token);
    let (signing_input, signature) = token.rsplit_once('.').unwrap();
    let (other_input, other_signature) = other.rsplit_once('.').unwrap();
    assert_eq!(observed.verify(&format!("{other_input}.{signature}")), "rejected invalid_signature");
    assert_eq!(observed.verify(&format!("{signing_input}.{other_signature}")), "rejected invalid_signature");
}

#[test]
fn a_rejected_token_is_not_cached() {
    let observed = shared_secret(rules(), CacheOptions::default());
    let early = hs256(&claims_with("nbf", Some((NOW + 60).into())));
    assert_eq!(observed.verify(&early), "rejected not_yet_valid");
    observed.clock.advance(Duration::from_secs(60));
    assert_eq!(observed.verify(&early), "verified by Signature");
}

#[test]
fn each_anchor_has_its_own_cache() {
    let key = SigningKey::ed25519();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let (shared, published) = (shared_secret(rules(), CacheOptions::default()), published(&source));
    let verifier = AnyVerifier::new(Some(shared.verifier), Some(published.verifier)).unwrap();
    for (token, recorder) in
        [(hs256(&claims()), &shared.recorder), (key.token("ed1", &claims()), &published.recorder)]
    {
        for line in ["verified by Signature", "verified by Cache"] {
            assert_eq!(verdict(&verifier, &token), "accepted");
            assert_eq!(recorder.events().last().unwrap(), line);
        }
    }
}

#[test]
fn verifiers_do_not_share_a_cache() {
    let token = hs256(&claims());
    for _ in 0..2 {
        let observed = shared_secret(rules(), CacheOptions::default());
        assert_eq!(observed.verify(&token), "verified by Signature");
    }
}

#[test]
fn nothing_is_cached_when_it_is_off() {
    let observed = shared_secret(rules(), CacheOptions::off());
    let token = hs256(&claims());
    assert_eq!(observed.verify(&token), "verified by Signature");
    assert_eq!(observed.verify(&token), "verified by Signature");
}

#[test]
fn a_small_cache_evicts_tokens_and_verifies_them_again() {
    let cache = CacheOptions::new().max_bytes(16 << 10);
    let observed = shared_secret(rules(), cache);
    let tokens: Vec<_> =
        (0..200).map(|number| hs256(&claims_with("sub", Some(number.to_string().into())))).collect();
    for token in &tokens {
        assert_eq!(observed.verify(token), "verified by Signature");
    }
    let again: Vec<_> = tokens.iter().rev().map(|token| observed.verify(token)).collect();
    assert!(again.iter().all(|line| line.starts_with("verified")), "{again:?}");
    let cached = again.iter().filter(|line| *line == "verified by Cache").count();
    assert!((1..50).contains(&cached), "{cached}");
}

#[test]
fn cache_options_outside_their_limits_are_rejected() {
    let day = Duration::from_secs(24 * 3600);
    let (.., options) = options(CacheOptions::new().max_age(day));
    let error = SharedSecretVerifier::with_options(vec![SECRET.into()], rules(), options).err();
    assert!(matches!(error, Some(ConfigError::OutOfRange { setting: "cache.max_age", .. })), "{error:?}");
}
