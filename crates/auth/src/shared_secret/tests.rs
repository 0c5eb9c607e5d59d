use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::testing::{
    NOW, SECRET, SetClock, SigningKey, claims, logged, rules, shared_secret, verdict, verify,
};

const OLD: &str = "an old secret of at least 32 bytes";

fn verifier(secrets: &[&str]) -> Result<SharedSecretVerifier, ConfigError> {
    let secrets = secrets.iter().copied().map(Secret::from).collect();
    SharedSecretVerifier::with_clock(secrets, rules(), SetClock::at(NOW))
}

#[test]
fn verifies_a_token_under_the_secret() {
    let token = SigningKey::hs256(SECRET).token("any", &claims());
    assert_eq!(verify(&shared_secret(), &token).unwrap().user_id(), "user-a");
}

#[test]
fn verifies_under_each_of_several_secrets_and_no_other() {
    let verifier = verifier(&[SECRET, OLD]).unwrap();
    for (secret, expected) in
        [(SECRET, "accepted"), (OLD, "accepted"), ("another secret of 32 bytes ....", "invalid_signature")]
    {
        assert_eq!(
            verdict(&verifier, &SigningKey::hs256(secret).token("any", &claims())),
            expected,
            "{secret}"
        );
    }
    for secret in ["", "secret", "your-256-bit-secret"] {
        assert_eq!(
            verdict(&verifier, &SigningKey::hs256(secret).token("any", &claims())),
            "invalid_signature"
        );
    }
}

#[test]
fn takes_the_secret_as_its_bytes_and_never_as_base64() {
    use base64::Engine;
    let decoded = base64::engine::general_purpose::STANDARD.decode(SECRET).unwrap();
    assert_eq!(
        verdict(&shared_secret(), &SigningKey::hs256(decoded).token("any", &claims())),
        "invalid_signature"
    );
}

#[test]
fn refuses_other_algorithms_even_when_they_are_signed_with_the_secret() {
    let token = SigningKey::hs256(SECRET).token_with(r#"{"alg":"HS384"}"#, &claims().to_string());
    assert_eq!(verdict(&shared_secret(), &token), "unsupported_algorithm");
    assert_eq!(
        verdict(&shared_secret(), &SigningKey::rs256().token("k", &claims())),
        "unsupported_algorithm"
    );
}

#[test]
fn refuses_to_start_without_a_secret_or_with_a_weak_or_public_one() {
    assert!(matches!(verifier(&[]), Err(ConfigError::NoSecret)));
    let short = "0123456789abcdef0123456789abcde";
    assert!(matches!(
        verifier(&[SECRET, short]),
        Err(ConfigError::ShortSecret { position: 2, length_bytes: 31, required_bytes: 32 })
    ));
    for public in ["better-auth-secret-12345678901234567890", "better-auth-secret-123456789"] {
        assert!(matches!(verifier(&[public]), Err(ConfigError::PublicSecret { position: 1 })));
    }
}

#[test]
fn refuses_to_start_with_rules_outside_their_limits() {
    let rules = rules().leeway_seconds(301);
    let verifier = SharedSecretVerifier::new(vec![SECRET.into()], rules);
    assert!(matches!(verifier, Err(ConfigError::OutOfRange { setting: "leeway_seconds", .. })));
}

#[test]
fn warns_at_the_start_when_tokens_of_every_issuer_for_every_audience_are_accepted() {
    let start =
        |rules: ClaimRules| logged(|| assert!(SharedSecretVerifier::new(vec![SECRET.into()], rules).is_ok()));
    let lines = start(ClaimRules::new());
    assert!(
        matches!(&lines[..], [line] if line.starts_with("WARN") && line.contains("neither an issuer nor an audience"))
    );
    assert!(!lines[0].contains(SECRET));
    assert!(start(ClaimRules::new().issuers(["https://auth.example.test"])).is_empty());
    assert!(start(ClaimRules::new().audiences(["https://auth.example.test"])).is_empty());
}

#[test]
fn the_cookie_and_the_email_token_of_better_auth_fail_also_without_issuer_and_audience() {
    let open =
        SharedSecretVerifier::with_clock(vec![SECRET.into()], ClaimRules::new(), SetClock::at(NOW)).unwrap();
    let cookie = json!({ "session": { "token": "t", "userId": "a" }, "user": { "id": "a" }, "iat": NOW, "exp": NOW + 300 });
    let email = json!({ "email": "a@example.test", "userId": "a", "iat": NOW, "exp": NOW + 3600 });
    for claims in [cookie, email] {
        assert_eq!(verdict(&open, &SigningKey::hs256(SECRET).token("k", &claims)), "missing_claim");
    }
}

#[test]
fn no_error_shows_the_token_or_the_secret() {
    let token = SigningKey::hs256(SECRET).token("any", &claims());
    for at in (0..token.len()).step_by(7) {
        let mut bytes = token.clone().into_bytes();
        bytes[at] = b'!';
        let shown = verify(&shared_secret(), str::from_utf8(&bytes).unwrap()).unwrap_err();
        let shown = format!("{shown} {shown:?}");
        assert!(shown.contains("token") && shown.len() < 400, "{shown}");
        assert!(!token.split('.').any(|part| shown.contains(part)) && !shown.contains(SECRET), "{shown}");
    }
}

#[test]
fn refuses_every_change_of_a_single_byte_of_a_good_token() {
    let verifier = shared_secret();
    let token = SigningKey::hs256(SECRET).token("any", &claims());
    for at in 0..token.len() {
        for byte in (0..=127_u8).filter(|byte| *byte != token.as_bytes()[at]) {
            let mut changed = token.clone().into_bytes();
            changed[at] = byte;
            assert_ne!(
                verdict(&verifier, str::from_utf8(&changed).unwrap()),
                "accepted",
                "byte {at} as {byte}"
            );
        }
    }
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        prop_assert!(verify(&shared_secret(), &text).is_err());
    }

    #[test]
    fn no_three_parts_make_it_panic(
        header in proptest::collection::vec(any::<u8>(), 0..60),
        payload in proptest::collection::vec(any::<u8>(), 0..60),
    ) {
        let token = SigningKey::hs256(SECRET).token_with(&String::from_utf8_lossy(&header), &String::from_utf8_lossy(&payload));
        prop_assert!(verify(&shared_secret(), &token).is_err());
    }

    #[test]
    fn no_signed_payload_makes_it_panic(payload in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(rules().check(&payload, NOW).is_err());
    }

    #[test]
    fn no_claim_of_any_value_makes_it_panic(
        name in "(exp|nbf|iat|iss|aud|sub)",
        value in "([-]?[0-9]{1,25}([.][0-9]{1,5})?(e[0-9]{1,3})?|\"\\PC{0,10}\"|\\[[0-9]?\\]|null|\\{\\}|true)",
        now in any::<i64>(),
    ) {
        let payload = format!(r#"{{"sub":"a","exp":1800000000,"{name}x":0,"{name}":{value}}}"#);
        let _ = ClaimRules::new().check(payload.as_bytes(), now);
    }
}
