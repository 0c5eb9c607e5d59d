//! Rule 10 for what an operator writes: lists of secrets, and URLs.

use proptest::prelude::*;

use super::bytes;
use crate::support::{ManualClock, NOW, SigningKey, claims, hs256, options_on, rules, verdict, verdict_by};
use tasknook_auth::{ClaimRules, Keys, Secret, SharedSecretVerifier, verify_jws, versioned_secrets};

fn near_list() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "([0-9]{1,11}:\\PC{0,40}[, ]?){0,3}"]
}

fn near_url() -> impl Strategy<Value = String> {
    prop_oneof![any::<String>(), "(https?|file|data):/{0,3}\\PC{0,30}"]
}

proptest! {
    #[test]
    fn a_list_yields_only_the_secrets_in_it(list in near_list()) {
        let Ok(texts) = versioned_secrets(&list) else {
            prop_assert!(Secret::parse_versioned_list(&list).is_err());
            return Ok(());
        };
        let secrets = Secret::parse_versioned_list(&list).unwrap();
        prop_assert_eq!((texts.len(), secrets.len()), (list.split(',').count(), texts.len()));
        prop_assert!(texts.iter().all(|text| !text.is_empty() && list.contains(text)));
        let are_strong = texts.iter().all(|text| text.len() >= 32);
        match Keys::from_secrets(&secrets) {
            Ok(keys) => {
                prop_assert!(are_strong && keys.len() == texts.len());
                let signed = |text: &&str| SigningKey::hs256(text).token("any", &claims());
                prop_assert!(texts.iter().map(signed).all(|token| verify_jws(&token, &keys).is_ok()));
            }
            Err(error) => prop_assert!(!are_strong && error.to_string().len() < 200),
        }
    }

    #[test]
    fn no_bytes_are_a_secret_that_verifies_the_tokens_of_another(secret in bytes(80)) {
        let is_long = secret.len() >= 32;
        let options = options_on(ManualClock::at(NOW));
        let verifier = SharedSecretVerifier::with_options(vec![Secret::new(&secret)], rules(), options);
        prop_assert_eq!(verifier.is_ok(), is_long);
        if let Ok(verifier) = verifier {
            prop_assert_eq!(verdict(&verifier, &hs256(&claims())), "invalid_signature");
        }
    }

    #[test]
    fn no_text_is_the_url_of_a_better_auth_without_an_origin(url in near_url()) {
        if let Ok(rules) = ClaimRules::for_better_auth(&url) {
            let origin = url::Url::parse(&url).unwrap().origin().ascii_serialization();
            prop_assert!(origin.starts_with("http") && origin.contains("://"), "{origin}");
            let mut claims = claims();
            (claims["iss"], claims["aud"]) = (origin.as_str().into(), origin.as_str().into());
            prop_assert_eq!(verdict_by(&rules, &claims, NOW), "accepted");
            claims["iss"] = "https://elsewhere.test".into();
            prop_assert_eq!(verdict_by(&rules, &claims, NOW), "unknown_issuer");
        }
    }
}

#[cfg(feature = "jwks")]
use tasknook_auth::{HttpJwksSource, HttpOptions};

#[cfg(feature = "jwks")]
proptest! {
    #[test]
    fn no_text_is_the_url_of_a_key_set_of_another_scheme(url in near_url()) {
        let parsed = url::Url::parse(&url);
        let is_http = parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        for allow_http in [false, true] {
            let options = HttpOptions::new().allow_http(allow_http);
            prop_assert!(is_http || HttpJwksSource::with_options(&url, options.clone()).is_err());
            prop_assert!(is_http || HttpJwksSource::for_better_auth_with_options(&url, options).is_err());
        }
    }
}
