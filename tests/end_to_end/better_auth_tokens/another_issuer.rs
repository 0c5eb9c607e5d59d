//! What is good for one Better Auth is good for that one alone.

use auth::{AnyVerifier, ClaimRules};
use tasknook_tests::BetterAuth;

use super::each_mode::{
    as_it_ships, with_a_plugin_of_ones_own, with_cookies_under_the_keys, with_the_shared_secret,
};
use super::{documented_rules, identity, refusal, with_keys_of, with_secret};

#[test]
fn the_keys_of_one_verify_no_token_of_another() {
    let (one, another) = (&*as_it_ships::ISSUED, &*with_cookies_under_the_keys::ISSUED);
    assert_eq!(refusal(&*one.documented_verifier(), &another.person.token), "unknown_key");
    assert_eq!(refusal(&*another.documented_verifier(), &one.person.token), "unknown_key");
    let mixed = with_keys_of(one.url(), documented_rules(another.url()));
    assert_eq!(refusal(&mixed, &one.person.token), "unknown_issuer");
}

#[test]
fn a_token_under_another_secret_is_refused() {
    let issued = &*with_the_shared_secret::ISSUED;
    for rules in [documented_rules(issued.url()), ClaimRules::new()] {
        let verifier = with_secret("another secret that is long enough for HS256", rules);
        assert_eq!(refusal(&verifier, &issued.person.token), "invalid_signature");
    }
}

#[test]
fn two_that_have_the_same_secret_are_told_apart_by_their_urls() {
    let (one, another) = (&*with_the_shared_secret::ISSUED, &*with_a_plugin_of_ones_own::ISSUED);
    assert_eq!(refusal(&*one.documented_verifier(), &another.person.token), "unknown_issuer");
    assert_eq!(refusal(&*another.documented_verifier(), &one.person.token), "unknown_issuer");
}

#[test]
fn a_token_is_for_the_trust_anchor_that_it_is_signed_for_alone() {
    let (keys, secret) = (&*as_it_ships::ISSUED, &*with_the_shared_secret::ISSUED);
    let with_the_secret = with_secret(BetterAuth::SECRET, ClaimRules::new());
    assert_eq!(refusal(&with_the_secret, &keys.person.token), "unsupported_algorithm");
    let with_the_keys = with_keys_of(keys.url(), ClaimRules::new());
    assert_eq!(refusal(&with_the_keys, &secret.person.token), "unsupported_algorithm");
}

#[test]
fn a_service_with_both_trust_anchors_takes_the_tokens_of_both_and_no_others() {
    let (keys, secret) = (&*as_it_ships::ISSUED, &*with_the_shared_secret::ISSUED);
    let shared = with_secret(BetterAuth::SECRET, documented_rules(secret.url()));
    let jwks = with_keys_of(keys.url(), documented_rules(keys.url()));
    let both = AnyVerifier::new(Some(shared), Some(jwks)).unwrap();
    for issued in [keys, secret] {
        let identity = identity(&both, &issued.person.token);
        assert_eq!((identity.user_id(), identity.issuer()), (&*issued.person.id, Some(issued.url())));
        assert_eq!(refusal(&both, &issued.person.email_token), "missing_claim iss");
        assert_eq!(refusal(&both, &issued.person.session_token), "not_three_parts");
    }
    assert_eq!(refusal(&both, secret.person.session_data.as_ref().unwrap()), "missing_claim iss");
}
