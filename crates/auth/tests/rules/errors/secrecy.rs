//! Rule 9: what an error never contains.

use serde_json::{Value, json};

use crate::support::{
    NOW, SECRET, ScriptedSource, SigningKey, claims, hs256, jwks, logged, rules, shared_secret,
    shared_secret_by, verify,
};
use tasknook_auth::{
    AuthError, ClaimRules, JwksOptions, JwksVerifier, Secret, SharedSecretVerifier, TokenVerifier,
};

/// Everything that a rejection shows.
fn shown(verifier: &dyn TokenVerifier, token: &str) -> String {
    let error = verify(verifier, token).unwrap_err();
    let answer = AuthError::from(error.clone());
    let challenge = answer.challenge().map(|challenge| challenge.to_string());
    format!("{error} {error:?} {answer} {answer:?} {} {challenge:?}", answer.problem())
}

#[test]
fn no_error_shows_the_token_or_the_secret() {
    let token = hs256(&claims());
    let lines = logged(|| {
        for at in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[at] = if at % 2 == 0 { b'!' } else { bytes[at] ^ 1 };
            let changed = str::from_utf8(&bytes).unwrap();
            let shown = shown(&shared_secret(), changed);
            for text in [&token, changed] {
                assert!(!text.split('.').any(|part| part.len() > 8 && shown.contains(part)), "{shown}");
            }
            assert!(shown.contains("token") && !shown.contains(SECRET), "{shown}");
        }
    });
    assert!(lines.is_empty(), "{lines:?}");
}

/// Claims with personal data, each rejected for another reason.
fn with_personal_data() -> Vec<Value> {
    let mut good = claims();
    for (name, value) in [("sub", "sub"), ("email", "e-mail"), ("name", "name"), ("jti", "jti")] {
        good[name] = json!(format!("private {value}"));
    }
    good["session"] = json!({ "token": "private session" });
    let changes = [
        ("exp", json!(NOW - 31)),
        ("exp", json!("private exp")),
        ("nbf", json!(NOW + 31)),
        ("nbf", json!("private nbf")),
        ("iat", json!(NOW + 31)),
        ("iat", json!(["private iat"])),
        ("aud", json!("private aud")),
        ("aud", json!(["private aud", 5])),
        ("iss", json!({ "a": "private iss" })),
        ("iss", json!("https://evil.test")),
        ("sub", json!("private sub\n")),
        ("sub", json!(["private sub"])),
        ("sub", json!("private sub".repeat(100))),
    ];
    let with = |(name, value): (&str, Value)| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    changes.map(with).to_vec()
}

#[test]
fn no_error_shows_personal_data_of_the_token() {
    for claims in with_personal_data() {
        let shown = shown(&shared_secret_by(rules(), NOW), &hs256(&claims));
        assert!(!shown.contains("private"), "{shown}");
        let forged = SigningKey::hs256([7; 32]).token("any", &claims);
        assert!(!self::shown(&shared_secret(), &forged).contains("private"));
    }
}

#[test]
fn debug_of_an_identity_shows_id_and_expiry_only() {
    let mut claims = claims();
    (claims["email"], claims["name"]) = (json!("private e-mail"), json!("private name"));
    let identity = verify(&shared_secret(), &hs256(&claims)).unwrap();
    assert_eq!(identity.email(), Some("private e-mail"));
    let shown = format!("{identity:?} {identity:#?}");
    assert!(shown.contains("user-a") && !shown.contains("private"), "{shown}");
}

#[test]
fn no_error_or_debug_shows_a_secret() {
    let secret = Secret::from(SECRET);
    assert_eq!(format!("{secret:?} {secret:#?}"), "Secret(redacted) Secret(redacted)");
    let short = &SECRET[..31];
    let public = "better-auth-secret-123456789";
    for secrets in [vec![SECRET, short], vec![SECRET, public], vec![SECRET]] {
        let rules = rules().leeway_seconds(301);
        let secrets = secrets.into_iter().map(Secret::from).collect();
        let error = SharedSecretVerifier::new(secrets, rules).err().unwrap();
        let shown = format!("{error} {error:?}");
        assert!(![SECRET, short, public].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
    for list in
        [format!("2:{SECRET},1"), SECRET.to_owned(), format!("x:{SECRET}"), format!("1:{SECRET},{SECRET}")]
    {
        let error = Secret::parse_versioned_list(&list).unwrap_err();
        assert!(!format!("{error} {error:?}").contains(SECRET), "{list}");
    }
}

#[test]
fn no_line_of_the_log_shows_a_secret_or_a_token() {
    let token = hs256(&claims());
    let lines = logged(|| {
        assert!(verify(&shared_secret_by(ClaimRules::new(), NOW), &token).is_ok());
        let key = SigningKey::ed25519();
        let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
        assert!(verify(&jwks(&source), &token).is_err());
        assert!(JwksVerifier::new(source, JwksOptions::default(), ClaimRules::new()).is_ok());
    });
    assert_eq!(lines.len(), 2, "{lines:?}");
    for line in lines {
        assert!(!line.contains(SECRET) && !token.split('.').any(|part| line.contains(part)), "{line}");
    }
}
