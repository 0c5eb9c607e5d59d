//! `tasknook verify`: what a developer with a 401 asks first, on tokens of a real Better Auth.

use std::fs::{self, File};
use std::time::Duration;

use serde_json::Value;
use tasknook_tests::{BetterAuth, Environment, Mode, eventually};

/// What the command said of an input, and its exit code.
fn verify(environment: &Environment, input: &str) -> (String, Option<i32>) {
    let (said, _, code) = verify_and_log(environment, input);
    (said, code)
}

/// The same with its log between.
fn verify_and_log(environment: &Environment, input: &str) -> (String, String, Option<i32>) {
    let file = environment.folder().join("input");
    fs::write(&file, input).unwrap();
    let output = environment.command(&["verify"]).stdin(File::open(file).unwrap()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let signature = input.trim().rsplit('.').next().unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    for shown in [&said, &log] {
        assert!(signature.len() < 20 || !shown.contains(&signature[..20]), "the signature is shown\n{shown}");
    }
    (said, log, output.status.code())
}

/// The names of the rules that fail.
fn failures(said: &str) -> Vec<&str> {
    said.lines().filter_map(|line| line.strip_prefix("FAIL     ")?.get(..12)).map(str::trim).collect()
}

fn with_url(url: &str) -> Environment {
    Environment::new().set("DATABASE_URL", "sqlite://verify.db").set("BETTER_AUTH_URL", url)
}

#[test]
fn a_good_token_holds_in_every_rule_however_it_was_pasted() {
    let better_auth = BetterAuth::start(Mode::Shipped);
    let alice = better_auth.sign_up("alice");
    let environment = with_url(better_auth.url());
    let token = &alice.token;
    for input in [
        token.clone(),
        format!("{token}\n"),
        format!("  Bearer {token}\r\n"),
        format!("Authorization: Bearer {token}\n"),
        format!("\"{token}\""),
    ] {
        let (said, code) = verify(&environment, &input);
        assert_eq!((failures(&said), code), (vec![], Some(0)), "{said}");
        assert!(said.contains(&format!("Accepted: the user is \"{}\"", alice.id)), "{said}");
    }
    assert!(!environment.folder().join("verify.db").exists(), "no database is needed");
}

#[test]
fn says_which_rules_fail_and_what_would_have_been_accepted() {
    let better_auth = BetterAuth::start(Mode::Shipped);
    let alice = better_auth.sign_up("alice");
    let elsewhere = with_url("https://elsewhere.example")
        .set("TASKNOOK_AUTH__JWKS_URL", format!("{}/api/auth/jwks", better_auth.url()));
    let (said, code) = verify(&elsewhere, &alice.token);
    assert_eq!((failures(&said), code), (vec!["iss", "aud"], Some(1)), "{said}");
    for part in [better_auth.url(), "accepted: \"https://elsewhere.example\"", "response 401"] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }

    let other = BetterAuth::start(Mode::Shipped);
    let (said, _) = verify(&with_url(other.url()), &alice.token);
    assert_eq!(failures(&said), ["key", "iss", "aud"], "{said}");

    let (said, _) = verify(&with_url(better_auth.url()), &alice.email_token);
    assert_eq!(failures(&said), ["trust anchor", "iss", "aud", "user id"], "{said}");
}

#[test]
fn an_issuer_that_is_away_is_not_the_tokens_fault() {
    let better_auth = BetterAuth::start(Mode::Shipped);
    let alice = better_auth.sign_up("alice");
    let away = with_url(better_auth.url()).set("TASKNOOK_AUTH__JWKS_URL", "http://127.0.0.1:9/jwks");
    let (said, log, code) = verify_and_log(&away, &alice.token);
    assert_eq!((failures(&said), code), (vec!["key"], Some(1)), "{said}");
    assert!(said.contains("response 503"), "{said}");
    assert!(log.contains("the issuer cannot be reached") && log.contains("Connection refused"), "{log}");
}

#[test]
fn what_is_no_token_gets_an_answer_too() {
    let environment = Environment::new().set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    for (input, rule) in [("", "form"), ("hello", "form"), ("a.b.c", "form"), (&"x".repeat(9000), "length")] {
        let (said, code) = verify(&environment, input);
        assert_eq!((failures(&said), code), (vec![rule], Some(1)), "{said}");
    }
}

#[test]
fn a_running_service_counts_what_became_of_tokens_and_how_old_its_keys_are() {
    let better_auth = BetterAuth::start(Mode::Shipped);
    let alice = better_auth.sign_up("alice");
    let service = with_url(better_auth.url()).serve();
    for _ in 0..3 {
        let _ = service.client().with_token(&alice.token).get("/api/tasks").expect(200);
    }
    let _ = service.client().with_token(&alice.email_token).get("/api/tasks").expect(401);
    let figures = service.client().get("/metrics").expect(200).text();
    for line in [
        "tasknook_tokens_verified_total{source=\"signature\"} 1",
        "tasknook_tokens_verified_total{source=\"cache\"} 2",
        "tasknook_tokens_rejected_total{reason=\"unsupported_algorithm\"} 1",
        "tasknook_jwks_fetches_total 1",
        "tasknook_jwks_keys 1",
    ] {
        assert!(figures.contains(line), "{line} is not in\n{figures}");
    }
    let age = || {
        let figures = service.client().get("/metrics").expect(200).text();
        let line = figures.lines().find_map(|line| line.strip_prefix("tasknook_jwks_age_seconds "));
        line.and_then(|seconds| seconds.parse::<f64>().ok())
    };
    let grown = eventually(Duration::from_secs(10), || age().filter(|seconds| *seconds >= 0.5));
    assert!(grown.is_some(), "the age does not grow");
    let log = service.log().text();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert!(lines.into_iter().all(|line| line["level"] != "ERROR"), "{log}");
    service.stop();
}
