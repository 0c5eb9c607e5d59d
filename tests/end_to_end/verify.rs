//! `tasknook verify`, on tokens of a real Better Auth.

use std::fs::{self, File};
use std::time::Duration;

use serde_json::Value;
use tasknook_tests::{BetterAuth, Environment, Mode, eventually};

/// The output of the command for an input, and its exit code.
fn verify(environment: &Environment, input: &str) -> (String, Option<i32>) {
    let (output, _, code) = verify_and_log(environment, input);
    (output, code)
}

/// The same with its log.
fn verify_and_log(environment: &Environment, input: &str) -> (String, String, Option<i32>) {
    let file = environment.folder().join("input");
    fs::write(&file, input).unwrap();
    let exit = environment.command(&["verify"]).stdin(File::open(file).unwrap()).output().unwrap();
    let output = String::from_utf8(exit.stdout).unwrap();
    let signature = input.trim().rsplit('.').next().unwrap();
    let log = String::from_utf8(exit.stderr).unwrap();
    for printed in [&output, &log] {
        assert!(
            signature.len() < 20 || !printed.contains(&signature[..20]),
            "the signature is printed\n{printed}"
        );
    }
    (output, log, exit.status.code())
}

/// The names of the rules that fail.
fn failures(output: &str) -> Vec<&str> {
    output.lines().filter_map(|line| line.strip_prefix("FAIL     ")?.get(..12)).map(str::trim).collect()
}

fn with_url(url: &str) -> Environment {
    Environment::new().set("DATABASE_URL", "sqlite://verify.db").set("BETTER_AUTH_URL", url)
}

#[test]
fn valid_token_passes_every_rule_in_any_pasted_form() {
    let better_auth = BetterAuth::start(Mode::Default);
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
        let (output, code) = verify(&environment, &input);
        assert_eq!((failures(&output), code), (vec![], Some(0)), "{output}");
        assert!(output.contains(&format!("Accepted: the user is \"{}\"", alice.id)), "{output}");
    }
    assert!(!environment.folder().join("verify.db").exists(), "no database is needed");
}

#[test]
fn failed_rules_are_printed_with_the_accepted_values() {
    let better_auth = BetterAuth::start(Mode::Default);
    let alice = better_auth.sign_up("alice");
    let elsewhere = with_url("https://elsewhere.example")
        .set("TASKNOOK_AUTH__JWKS_URL", format!("{}/api/auth/jwks", better_auth.url()));
    let (output, code) = verify(&elsewhere, &alice.token);
    assert_eq!((failures(&output), code), (vec!["iss", "aud"], Some(1)), "{output}");
    for part in [better_auth.url(), "accepted: \"https://elsewhere.example\"", "response 401"] {
        assert!(output.contains(part), "{part} is not in\n{output}");
    }

    let other = BetterAuth::start(Mode::Default);
    let (output, _) = verify(&with_url(other.url()), &alice.token);
    assert_eq!(failures(&output), ["key", "iss", "aud"], "{output}");

    let (output, _) = verify(&with_url(better_auth.url()), &alice.email_token);
    assert_eq!(failures(&output), ["trust anchor", "iss", "aud", "user id"], "{output}");
}

#[test]
fn unavailable_issuer_is_distinguished_from_a_bad_token() {
    let better_auth = BetterAuth::start(Mode::Default);
    let alice = better_auth.sign_up("alice");
    let unavailable = with_url(better_auth.url()).set("TASKNOOK_AUTH__JWKS_URL", "http://127.0.0.1:9/jwks");
    let (output, log, code) = verify_and_log(&unavailable, &alice.token);
    assert_eq!((failures(&output), code), (vec!["key"], Some(1)), "{output}");
    assert!(output.contains("response 503"), "{output}");
    assert!(log.contains("the issuer cannot be reached") && log.contains("Connection refused"), "{log}");
}

#[test]
fn input_that_is_not_a_token_is_explained() {
    let environment = Environment::new().set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    for (input, rule) in [("", "form"), ("hello", "form"), ("a.b.c", "form"), (&"x".repeat(9000), "length")] {
        let (output, code) = verify(&environment, input);
        assert_eq!((failures(&output), code), (vec![rule], Some(1)), "{output}");
    }
}

#[test]
fn metrics_count_tokens_and_report_the_age_of_the_keys() {
    let better_auth = BetterAuth::start(Mode::Default);
    let alice = better_auth.sign_up("alice");
    let service = with_url(better_auth.url()).serve();
    for _ in 0..3 {
        let _ = service.client().with_token(&alice.token).get("/api/tasks").expect(200);
    }
    let _ = service.client().with_token(&alice.email_token).get("/api/tasks").expect(401);
    let metrics = service.client().get("/metrics").expect(200).text();
    for line in [
        "tasknook_tokens_verified_total{source=\"signature\"} 1",
        "tasknook_tokens_verified_total{source=\"cache\"} 2",
        "tasknook_tokens_rejected_total{reason=\"unsupported_algorithm\"} 1",
        "tasknook_jwks_fetches_total 1",
        "tasknook_jwks_keys 1",
    ] {
        assert!(metrics.contains(line), "{line} is not in\n{metrics}");
    }
    let age = || {
        let metrics = service.client().get("/metrics").expect(200).text();
        let line = metrics.lines().find_map(|line| line.strip_prefix("tasknook_jwks_age_seconds "));
        line.and_then(|seconds| seconds.parse::<f64>().ok())
    };
    let grown = eventually(Duration::from_secs(10), || age().filter(|seconds| *seconds >= 0.5));
    assert!(grown.is_some(), "the age does not grow");
    let log = service.log().text();
    let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    assert!(lines.into_iter().all(|line| line["level"] != "ERROR"), "{log}");
    service.stop();
}
