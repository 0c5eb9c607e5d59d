//! The tokens of one Better Auth are rejected by the verifiers of another.

use auth::{AnyVerifier, ClaimRules};
use tasknook_tests::BetterAuth;

use super::each_mode::{by_default, with_a_custom_plugin, with_jwt_cookies, with_the_shared_secret};
use super::{documented_rules, identity, rejection, with_keys_of, with_secret};

#[test]
fn keys_of_one_issuer_reject_tokens_of_another() {
    let (one, another) = (&*by_default::ISSUED, &*with_jwt_cookies::ISSUED);
    assert_eq!(rejection(&*one.documented_verifier(), &another.user.token), "unknown_key");
    assert_eq!(rejection(&*another.documented_verifier(), &one.user.token), "unknown_key");
    let mixed = with_keys_of(one.url(), documented_rules(another.url()));
    assert_eq!(rejection(&mixed, &one.user.token), "unknown_issuer");
}

#[test]
fn token_under_another_secret_is_rejected() {
    let issued = &*with_the_shared_secret::ISSUED;
    for rules in [documented_rules(issued.url()), ClaimRules::new()] {
        let verifier = with_secret("another secret that is long enough for HS256", rules);
        assert_eq!(rejection(&verifier, &issued.user.token), "invalid_signature");
    }
}

#[test]
fn issuers_with_the_same_secret_differ_by_url() {
    let (one, another) = (&*with_the_shared_secret::ISSUED, &*with_a_custom_plugin::ISSUED);
    assert_eq!(rejection(&*one.documented_verifier(), &another.user.token), "unknown_issuer");
    assert_eq!(rejection(&*another.documented_verifier(), &one.user.token), "unknown_issuer");
}

#[test]
fn tokens_verify_only_under_their_own_trust_anchor() {
    let (keys, secret) = (&*by_default::ISSUED, &*with_the_shared_secret::ISSUED);
    let with_the_secret = with_secret(BetterAuth::SECRET, ClaimRules::new());
    assert_eq!(rejection(&with_the_secret, &keys.user.token), "unsupported_algorithm");
    let with_the_keys = with_keys_of(keys.url(), ClaimRules::new());
    assert_eq!(rejection(&with_the_keys, &secret.user.token), "unsupported_algorithm");
}

#[test]
fn two_trust_anchors_accept_only_their_own_tokens() {
    let (keys, secret) = (&*by_default::ISSUED, &*with_the_shared_secret::ISSUED);
    let shared = with_secret(BetterAuth::SECRET, documented_rules(secret.url()));
    let jwks = with_keys_of(keys.url(), documented_rules(keys.url()));
    let both = AnyVerifier::new(Some(shared), Some(jwks)).unwrap();
    for issued in [keys, secret] {
        let identity = identity(&both, &issued.user.token);
        assert_eq!((identity.user_id(), identity.issuer()), (&*issued.user.id, Some(issued.url())));
        assert_eq!(rejection(&both, &issued.user.email_token), "missing_claim iss");
        assert_eq!(rejection(&both, &issued.user.session_token), "session_token");
    }
    assert_eq!(rejection(&both, secret.user.session_data.as_ref().unwrap()), "missing_claim iss");
}
