//! The examples of the auth crate, each with a real Better Auth.

mod connections;
mod routes;

use std::fs::{self, File};
use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use tasknook_tests::{BetterAuth, ExampleService, Mode, User, example, folder, run_to_exit};

const SERVICES: [&str; 2] = ["actix_service", "axum_service"];

/// The variables of an operator: the URL, and the secret when Better Auth signs with it.
fn variables(better_auth: &BetterAuth) -> Vec<(&'static str, &str)> {
    let url = ("BETTER_AUTH_URL", better_auth.url());
    let secret = ("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    if better_auth.mode().uses_secret() { vec![url, secret] } else { vec![url] }
}

/// The token with its signature changed.
fn forged(token: &str) -> String {
    let (start, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    format!("{start}.{first}{}", &signature[1..])
}

#[test]
fn example_services_authenticate_users_in_both_modes() {
    for mode in [Mode::Default, Mode::SharedSecret] {
        let better_auth = BetterAuth::start(mode);
        let users = [better_auth.sign_up("alice"), better_auth.sign_up("bob")];
        for service in SERVICES {
            let service = ExampleService::start(service, &variables(&better_auth));
            for user in &users {
                let response = service.client().with_token(&user.token).get("/api/me").expect(200);
                assert_eq!(response.text(), user.id);
            }
            rejects_other_tokens(&service, &users[0]);
        }
    }
}

#[track_caller]
fn rejects_other_tokens(service: &ExampleService, user: &User) {
    let client = service.client();
    let cookie = format!("better-auth.session_token={}; token={}", user.session_token, user.token);
    let without_a_token = [
        client.get("/api/me"),
        client.get(&format!("/api/me?access_token={}", user.token)),
        client.request("GET", "/api/me").header("Cookie", &cookie).send(),
    ];
    for response in without_a_token {
        let response = response.expect(401);
        assert_eq!(response.header("www-authenticate"), Some("Bearer"), "{response}");
        assert_eq!(response.json()["code"], "missing_credentials", "{response}");
    }
    let mut tokens = vec![forged(&user.token), user.email_token.clone(), user.session_token.clone()];
    tokens.extend(user.session_data.clone());
    for token in tokens {
        let response = client.with_token(&token).get("/api/me").expect(401);
        let challenge = response.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer error=\"invalid_token\", error_description=\""), "{response}");
        assert_eq!(response.header("content-type"), Some("application/problem+json"), "{response}");
        assert_eq!(response.header("cache-control"), Some("no-store"), "{response}");
        assert_eq!(response.json()["status"], Value::from(401), "{response}");
    }
}

/// Runs `verify_token` on a token.
fn verify(better_auth: &BetterAuth, token: &str) -> Output {
    let file = folder("token").join("token");
    fs::write(&file, format!("{token}\n")).unwrap();
    let mut program = example("verify_token", &variables(better_auth));
    program.stdin(File::open(file).unwrap()).output().unwrap()
}

#[test]
fn example_program_prints_the_user_or_the_reason() {
    for mode in [Mode::Default, Mode::SharedSecret] {
        let better_auth = BetterAuth::start(mode);
        let user = better_auth.sign_up("alice");

        let accepted = verify(&better_auth, &user.token);
        assert_eq!(String::from_utf8(accepted.stdout).unwrap(), format!("{}\n", user.id));
        assert_eq!((accepted.status.code(), accepted.stderr), (Some(0), vec![]));

        let rejected = verify(&better_auth, &forged(&user.token));
        assert_eq!(String::from_utf8(rejected.stderr).unwrap(), "the token's signature is wrong\n");
        assert_eq!((rejected.status.code(), rejected.stdout), (Some(1), vec![]));
    }
}

#[test]
fn examples_name_a_missing_variable() {
    let others = [
        "actix_routes",
        "actix_websocket",
        "axum_routes",
        "event_stream",
        "tonic_service",
        "verify_token",
        "websocket",
    ];
    for name in [&SERVICES[..], &others].concat() {
        let exit = run_to_exit(&mut example(name, &[]), Duration::from_secs(20));
        assert_eq!(exit.code, Some(1));
        assert!(exit.stderr.contains("BETTER_AUTH_URL is not set"), "{}", exit.stderr);
    }
}

#[test]
fn readme_quotes_the_tested_secret_configuration() {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let server = one_line(include_str!("../better-auth/server.mjs"));
    let readme = include_str!("../../crates/auth/README.md");
    let snippet = readme.split("```").find(|block| block.starts_with("ts\n") && block.contains("SignJWT"));
    let (before, plugin) = snippet.unwrap().split_once("jwt({").unwrap();
    let (plugin, _) = plugin.split_once("}),\n  ]").unwrap();
    assert!(plugin.contains("sign: (payload)"), "{plugin}");
    let key = before.lines().find(|line| line.starts_with("const key")).unwrap();
    for part in [format!("jwt({{ {} }})", one_line(plugin)), key.to_owned()] {
        assert!(server.contains(&part), "{part}\nis not in server.mjs");
    }
}
