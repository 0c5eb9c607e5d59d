//! Rule 9: the messages of errors.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::{
    NOW, SECRET, ScriptedSource, SigningKey, claims, claims_with, hs256, jwks, rules, shared_secret_by,
    verify,
};
use tasknook_auth::{FetchError, TokenVerifier};

/// The message of a rejection, after its reason is recorded.
fn message(seen: &mut BTreeSet<&'static str>, verifier: &dyn TokenVerifier, token: &str) -> String {
    let error = verify(verifier, token).unwrap_err();
    seen.insert(error.reason());
    error.to_string()
}

/// Tokens under the shared secret, each with its message, whose header and payload are good but for
/// one thing.
fn of_header_and_claims() -> Vec<(String, &'static str)> {
    let header =
        |header: Value| SigningKey::hs256(SECRET).token_with(&header.to_string(), &claims().to_string());
    let with = |name: &str, value: Value| hs256(&claims_with(name, Some(value)));
    let mut backwards = claims_with("iat", Some(json!(NOW + 20)));
    backwards["exp"] = json!(NOW + 10);
    vec![
        (header(json!([])), "the token's header is not a JSON object with unique names"),
        (header(json!({})), "the token's header is invalid: \"alg\" must be a string"),
        (
            header(json!({ "alg": "HS256", "zip": "DEF" })),
            "the token's header is invalid: \"zip\" is not supported",
        ),
        (
            header(json!({ "alg": "HS256", "crit": [] })),
            "the token's header requires extensions with \"crit\", but none is supported",
        ),
        (
            header(json!({ "alg": "HS256", "typ": "dpop+jwt" })),
            "the token is of type \"dpop+jwt\"; only JWT and at+jwt are accepted",
        ),
        (header(json!({ "alg": "none" })), "the token's algorithm \"none\" is not accepted"),
        (hs256(&claims_with("exp", None)), "the token has no claim \"exp\""),
        (with("sub", json!(5)), "the token's claim \"sub\" must be a string"),
        (with("sub", json!("")), "the token's claim \"sub\" must have 1 to 255 bytes"),
        (with("exp", json!("soon")), "the token's claim \"exp\" must be a number of seconds since 1970"),
        (with("exp", json!(3600)), "the token expired at 1970-01-01T01:00:00Z"),
        (with("exp", json!(NOW - 30)), "the token expired at 2027-01-15T07:59:30Z"),
        (with("nbf", json!(NOW + 31)), "the token is not valid before 2027-01-15T08:00:31Z"),
        (with("iat", json!(NOW + 31)), "the token was issued in the future, at 2027-01-15T08:00:31Z"),
        (hs256(&backwards), "the token expires before it was issued"),
        (
            with("exp", json!(4_102_444_800_i64)),
            "the token expires at 2100-01-01T00:00:00Z, more than 31622400 seconds ahead",
        ),
        (
            with("iat", json!(NOW - 7000)),
            "the token was issued at 2027-01-15T06:03:20Z, more than 3600 seconds ago",
        ),
        (
            with("iss", json!("https://evil.test")),
            "the token's issuer \"https://evil.test\" is not among the accepted ones",
        ),
        (with("aud", json!("other")), "the token's audience does not include this service"),
    ]
}

/// The reasons in the README's table for which a verifier rejects a token: not those of requests without one, nor those
/// for which a guard rejects a valid one (403).
fn documented() -> BTreeSet<&'static str> {
    let table = include_str!("../../../README.md").split("\n## What each error means").nth(1).unwrap();
    let rows = table.split("\n## ").next().unwrap().lines().filter(|line| line.starts_with("| `"));
    let rows = rows.filter(|row| !row.contains("| 403 |"));
    let of_requests = [
        "missing_credentials",
        "malformed_credentials",
        "empty_token",
        "placeholder_token",
        "session_cookie",
        "invalid_characters",
        "several_tokens",
    ];
    rows.map(|row| row.split('`').nth(1).unwrap()).filter(|reason| !of_requests.contains(reason)).collect()
}

#[test]
fn each_reason_is_reached_and_has_its_message() {
    let (ed25519, p256) = (SigningKey::ed25519(), SigningKey::p256());
    let source = ScriptedSource::with_keys(&[ed25519.jwk("ed1"), p256.jwk("es1")]);
    let (secret, published, down) = (
        shared_secret_by(rules().max_age_seconds(Some(3600)), NOW),
        jwks(&source),
        jwks(&ScriptedSource::down()),
    );
    let mut seen = BTreeSet::new();
    for (token, expected) in of_header_and_claims() {
        assert_eq!(message(&mut seen, &secret, &token), expected);
    }
    let good = hs256(&claims());
    let by_form = [
        ("x".repeat(8193), "the token is longer than 8192 bytes"),
        ("a.b".to_owned(), "the token does not have three parts: header, payload and signature"),
        (
            "Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF".to_owned(),
            "the token has the form of a session token, which is not a JWT; use the one from /api/auth/token",
        ),
        (format!("{good}="), "the token's signature is not base64url without padding"),
        (SigningKey::hs256([7; 32]).token("any", &claims()), "the token's signature is wrong"),
    ];
    for (token, expected) in by_form {
        assert_eq!(message(&mut seen, &secret, &token), expected);
    }
    let by_key = [
        (ed25519.token("es1", &claims()), "the token's algorithm is not that of its key, ES256"),
        (ed25519.token("gone", &claims()), "the token's key \"gone\" is not in the issuer's key set"),
        (
            ed25519.token_with(r#"{"alg":"EdDSA"}"#, "{}"),
            "the token has no \"kid\", but the key set has several keys",
        ),
    ];
    for (token, expected) in by_key {
        assert_eq!(message(&mut seen, &published, &token), expected);
    }
    source.set(|| Err(FetchError::Timeout));
    let unchecked = message(&mut seen, &published, &ed25519.token("new", &claims()));
    let expected =
        "cannot verify the token: its key \"new\" is unknown, and the issuer's key set cannot be fetched now";
    assert_eq!(unchecked, expected);
    let unavailable = message(&mut seen, &down, &ed25519.token("ed1", &claims()));
    assert_eq!(unavailable, "cannot verify the token: the issuer's keys are unavailable");
    assert_eq!(seen, documented());
}
