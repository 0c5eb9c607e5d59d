//! Bad tokens that jsonwebtoken accepts as it is usually set up, and that this crate rejects. The table is the one of
//! docs/coming-from-jsonwebtoken.md.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that fails, fails here")]
#![cfg_attr(
    any(feature = "actix", feature = "tower"),
    expect(clippy::panic, reason = "in what the tests share")
)]

#[path = "support/support.rs"]
mod support;

use std::fmt::Write;

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::Deserialize;
use serde_json::{Value, json};

use support::{ORIGIN, SECRET, ScriptedSource, SigningKey, key_set, rules, verdict};
use tasknook_auth::{Clock, JwksOptions, JwksVerifier, SharedSecretVerifier, SystemClock};

const PAGE: &str = include_str!("../docs/coming-from-jsonwebtoken.md");

/// A token and, when it is not under the secret, the entries of the key set.
struct Case {
    name: &'static str,
    token: String,
    keys: Option<Vec<Value>>,
}

/// The claims of a careful setup.
#[derive(Deserialize)]
struct Claims {
    #[serde(rename = "sub")]
    _sub: String,
}

/// Claims of a good token with some of them replaced, or removed by null.
fn claims(changes: &Value) -> Value {
    let now = SystemClock.unix_seconds();
    let mut claims =
        json!({ "sub": "user-a", "iss": ORIGIN, "aud": ORIGIN, "iat": now - 300, "exp": now + 600 });
    let members = claims.as_object_mut().unwrap();
    for (name, value) in changes.as_object().unwrap() {
        match value {
            Value::Null => members.remove(name),
            value => members.insert(name.clone(), value.clone()),
        };
    }
    claims
}

fn by_claims(name: &'static str, changes: &Value) -> Case {
    Case { name, token: SigningKey::hs256(SECRET).token("any", &claims(changes)), keys: None }
}

/// With more parameters in the header.
fn by_header(name: &'static str, parameters: &Value) -> Case {
    let mut header = json!({ "alg": "HS256" });
    let (members, more) = (header.as_object_mut().unwrap(), parameters.as_object().unwrap());
    members.extend(more.clone());
    let token = SigningKey::hs256(SECRET).token_with(&header.to_string(), &claims(&json!({})).to_string());
    Case { name, token, keys: None }
}

/// A claim that is there twice.
fn twice(name: &'static str) -> Case {
    let payload = claims(&json!({ "role": "user" })).to_string().replacen('{', r#"{"role":"admin","#, 1);
    Case { name, token: SigningKey::hs256(SECRET).token_with(r#"{"alg":"HS256"}"#, &payload), keys: None }
}

/// Under a published key whose entry has more members.
fn by_key(name: &'static str, members: &Value) -> Case {
    let key = SigningKey::ed25519();
    let mut entry = key.jwk("key-1");
    entry.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    Case { name, token: key.token("key-1", &claims(&json!({}))), keys: Some(vec![entry]) }
}

/// Signed by another algorithm than the one of the key.
fn by_other_algorithm(name: &'static str) -> Case {
    let keys = SigningKey::published();
    let named = |algorithm| keys.iter().find(|key| key.algorithm() == algorithm).unwrap();
    let token = named("PS512").token("key-1", &claims(&json!({})));
    Case { name, token, keys: Some(vec![named("RS256").jwk("key-1")]) }
}

/// Under a secret that is published, as a key set with `oct` publishes it.
fn by_published_secret(name: &'static str) -> Case {
    let key = SigningKey::hs256(SECRET);
    Case { name, token: key.token("key-1", &claims(&json!({}))), keys: Some(vec![key.jwk("key-1")]) }
}

fn cases() -> Vec<Case> {
    let now = SystemClock.unix_seconds();
    vec![
        by_claims("good, as a comparison", &json!({})),
        by_claims("without `aud`", &json!({ "aud": null })),
        by_claims("without `iss`", &json!({ "iss": null })),
        by_claims("without `sub`", &json!({ "sub": null })),
        by_claims("`aud` is a number", &json!({ "aud": 1 })),
        by_claims("`aud` is a list with a number", &json!({ "aud": ["https://other.example", 1] })),
        by_claims("`iss` is a number", &json!({ "iss": 1 })),
        by_claims("`iss` is a list", &json!({ "iss": ["https://other.example", ORIGIN] })),
        by_claims("expired 45 seconds ago", &json!({ "exp": now - 45 })),
        by_claims("`exp` in milliseconds", &json!({ "exp": (now + 600) * 1000 })),
        by_claims("`exp` before `iat`", &json!({ "exp": now - 10, "iat": now - 5 })),
        by_claims("`nbf` in an hour", &json!({ "nbf": now + 3600 })),
        by_claims("`iat` in an hour", &json!({ "iat": now + 3600, "exp": now + 7200 })),
        by_claims("`sub` is a number", &json!({ "sub": 1 })),
        by_claims("`sub` is empty", &json!({ "sub": "" })),
        by_claims("`sub` is blank", &json!({ "sub": " " })),
        by_claims("`sub` with a line feed", &json!({ "sub": "user-a\nuser-b" })),
        by_claims("`sub` with a zero-width space", &json!({ "sub": "user-a\u{200b}" })),
        by_claims("`sub` of 10,000 characters", &json!({ "sub": "u".repeat(10_000) })),
        by_claims("100 kB long", &json!({ "image": "A".repeat(75_000) })),
        twice("a claim twice, `role`"),
        by_claims(
            "Better Auth's e-mail verification",
            &json!({ "sub": null, "iss": null, "aud": null, "email": "a@example.test", "userId": "user-a" }),
        ),
        by_claims(
            "Better Auth's session cookie",
            &json!({ "sub": null, "iss": null, "aud": null, "session": { "token": "t" }, "user": { "id": "user-a" } }),
        ),
        by_header("`typ` of a session cookie", &json!({ "typ": "better-auth.session-cache+jwt" })),
        by_header("`crit` with an unknown extension", &json!({ "crit": ["x"], "x": 1 })),
        by_header("`b64` is false", &json!({ "b64": false })),
        by_header("`zip`, compressed", &json!({ "zip": "DEF" })),
        by_header("`cty`, a token in a token", &json!({ "cty": "JWT" })),
        by_header("`kid` of 1,000 characters", &json!({ "kid": "k".repeat(1000) })),
        by_other_algorithm("PS512 under a key for RS256"),
        by_published_secret("HS256 under a secret in the key set"),
        by_key(
            "the key set has the private key",
            &json!({ "d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }),
        ),
        by_key("the key is for encryption, by `use`", &json!({ "use": "enc" })),
        by_key("the key is for encryption, by `key_ops`", &json!({ "key_ops": ["encrypt"] })),
    ]
}

/// As the documentation shows it, with an issuer and an audience; for a key set, the key is found by `kid` and the
/// algorithm is that of the token's header.
fn usual(case: &Case) -> bool {
    let header = decode_header(&case.token).unwrap();
    let algorithm = if case.keys.is_some() { header.alg } else { Algorithm::HS256 };
    let mut validation = Validation::new(algorithm);
    validation.set_issuer(&[ORIGIN]);
    validation.set_audience(&[ORIGIN]);
    decode::<Value>(&case.token, &decoding_key(case), &validation).is_ok()
}

/// With every option of `Validation`, claims with a `sub`, and the algorithm of the key.
fn careful(case: &Case) -> bool {
    let mut validation = Validation::new(key_algorithm(case));
    validation.set_issuer(&[ORIGIN]);
    validation.set_audience(&[ORIGIN]);
    validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
    validation.validate_nbf = true;
    validation.leeway = 30;
    decode::<Claims>(&case.token, &decoding_key(case), &validation).is_ok()
}

fn decoding_key(case: &Case) -> DecodingKey {
    match &case.keys {
        None => DecodingKey::from_secret(SECRET.as_bytes()),
        Some(entries) => {
            let set: JwkSet = serde_json::from_str(&key_set(entries)).unwrap();
            DecodingKey::from_jwk(set.find("key-1").unwrap()).unwrap()
        }
    }
}

fn key_algorithm(case: &Case) -> Algorithm {
    case.keys
        .as_ref()
        .map_or(Algorithm::HS256, |entries| entries[0]["alg"].as_str().unwrap().parse().unwrap())
}

/// The reason of this crate, or `accepted`.
fn ours(case: &Case) -> &'static str {
    match &case.keys {
        None => verdict(&SharedSecretVerifier::new(vec![SECRET.into()], rules()).unwrap(), &case.token),
        Some(entries) => {
            let source = ScriptedSource::with_keys(entries);
            let verifier = JwksVerifier::new(source, JwksOptions::default(), rules()).unwrap();
            verdict(&verifier, &case.token)
        }
    }
}

#[test]
fn the_page_has_the_verdicts_of_both_libraries() {
    let (mut rows, mut usually, mut carefully) = (String::new(), 0, 0);
    let cases = cases();
    for case in &cases {
        let (usual, careful, ours) = (usual(case), careful(case), ours(case));
        let is_good = case.name.starts_with("good");
        assert_eq!(ours == "accepted", is_good, "{}: {ours}", case.name);
        assert!(usual || !careful, "{}", case.name);
        usually += usize::from(usual && !is_good);
        carefully += usize::from(careful && !is_good);
        let shown = |is_accepted| if is_accepted { "accepted" } else { "rejected" };
        let reason = if is_good { ours.to_owned() } else { format!("`{ours}`") };
        writeln!(rows, "| {} | {} | {} | {reason} |", case.name, shown(usual), shown(careful)).unwrap();
    }
    let table = format!(
        "Of {} bad tokens the usual setup accepts {usually}, the careful one {carefully}, and this crate none.\n\n\
         | token | usual | careful | this crate |\n|---|---|---|---|\n{rows}",
        cases.len() - 1
    );
    assert!(PAGE.contains(&table), "the page must have this table:\n{table}");
}
