//! Rule 1 under shared secrets: HS256 and nothing else, under the bytes of a configured secret.

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::support::{
    ManualClock, NOW, SECRET, SigningKey, claims, hs256, options_on, rules, shared_secret, verdict, verify,
};
use tasknook_auth::SharedSecretVerifier;

fn verdict_on_header(header: &str) -> &'static str {
    verdict(&shared_secret(), &SigningKey::hs256(SECRET).token_with(header, &claims().to_string()))
}

#[test]
fn verifies_a_token_under_the_secret() {
    assert_eq!(verify(&shared_secret(), &hs256(&claims())).unwrap().user_id(), "user-a");
}

#[test]
fn verifies_under_each_of_several_secrets_and_no_other() {
    let old = "an old secret of at least 32 bytes";
    let secrets = vec![SECRET.into(), old.into()];
    let options = options_on(ManualClock::at(NOW));
    let verifier = SharedSecretVerifier::with_options(secrets, rules(), options).unwrap();
    for secret in [SECRET, old] {
        let token = SigningKey::hs256(secret).token("any", &claims());
        assert_eq!(verdict(&verifier, &token), "accepted", "{secret}");
    }
    for secret in ["another secret of 32 bytes ....", "", "secret", "your-256-bit-secret", &SECRET[..31]] {
        let token = SigningKey::hs256(secret).token("any", &claims());
        assert_eq!(verdict(&verifier, &token), "invalid_signature", "{secret}");
    }
}

#[test]
fn takes_the_secret_as_its_bytes_and_never_as_base64() {
    let token = SigningKey::hs256(STANDARD.decode(SECRET).unwrap()).token("any", &claims());
    assert_eq!(verdict(&shared_secret(), &token), "invalid_signature");
}

#[test]
fn rejects_every_algorithm_but_that_of_the_key() {
    for algorithm in
        ["none", "None", "NONE", " none", "", "hs256", "HS384", "HS512", "RS256", "EdDSA", "Ed25519"]
    {
        let header = format!(r#"{{"alg":"{algorithm}"}}"#);
        assert_eq!(verdict_on_header(&header), "unsupported_algorithm", "{algorithm}");
    }
    for header in [r#"{"typ":"JWT"}"#, r#"{"alg":null}"#, r#"{"alg":256}"#, r#"{"alg":["HS256"]}"#] {
        assert_eq!(verdict_on_header(header), "invalid_header", "{header}");
    }
}

#[test]
fn rejects_longer_hashes_under_the_same_secret() {
    let hashes = [("HS384", hmac::HMAC_SHA384), ("HS512", hmac::HMAC_SHA512), ("HS256", hmac::HMAC_SHA512)];
    for (name, hash) in hashes {
        let header = URL_SAFE_NO_PAD.encode(format!(r#"{{"alg":"{name}"}}"#));
        let signing_input = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims().to_string()));
        let tag = hmac::sign(&hmac::Key::new(hash, SECRET.as_bytes()), signing_input.as_bytes());
        let token = format!("{signing_input}.{}", URL_SAFE_NO_PAD.encode(tag));
        let reason = if name == "HS256" { "invalid_signature" } else { "unsupported_algorithm" };
        assert_eq!(verdict(&shared_secret(), &token), reason, "{name}");
    }
}
