//! The examples of the auth crate, which strangers copy: each before a real Better Auth.

use std::fs::{self, File};
use std::process::Output;
use std::time::Duration;

use serde_json::Value;
use tasknook_tests::{BetterAuth, ExampleService, Mode, Person, example, folder, run_to_exit};

const SERVICES: [&str; 2] = ["actix_service", "axum_service"];

/// What an operator sets: the URL, and the secret when Better Auth signs with it.
fn variables(better_auth: &BetterAuth) -> Vec<(&'static str, &str)> {
    let url = ("BETTER_AUTH_URL", better_auth.url());
    let secret = ("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    if better_auth.mode().is_under_the_secret() { vec![url, secret] } else { vec![url] }
}

/// The token with its signature changed.
fn forged(token: &str) -> String {
    let (start, signature) = token.rsplit_once('.').unwrap();
    let first = if signature.starts_with('A') { "B" } else { "A" };
    format!("{start}.{first}{}", &signature[1..])
}

#[test]
fn a_service_of_either_framework_knows_its_callers_in_either_mode() {
    for mode in [Mode::Shipped, Mode::SharedSecret] {
        let better_auth = BetterAuth::start(mode);
        let people = [better_auth.sign_up("alice"), better_auth.sign_up("bob")];
        for service in SERVICES {
            let service = ExampleService::start(service, &variables(&better_auth));
            for person in &people {
                let answer = service.client().with_token(&person.token).get("/api/me").expect(200);
                assert_eq!(answer.text(), person.id);
            }
            refuses_everybody_else(&service, &people[0]);
        }
    }
}

#[track_caller]
fn refuses_everybody_else(service: &ExampleService, person: &Person) {
    let client = service.client();
    let cookie = format!("better-auth.session_token={}; token={}", person.session_token, person.token);
    let without_a_token = [
        client.get("/api/me"),
        client.get(&format!("/api/me?access_token={}", person.token)),
        client.request("GET", "/api/me").header("Cookie", &cookie).send(),
    ];
    for answer in without_a_token {
        let answer = answer.expect(401);
        assert_eq!(answer.header("www-authenticate"), Some("Bearer"), "{answer}");
        assert_eq!(answer.json()["code"], "missing_credentials", "{answer}");
    }
    let mut tokens = vec![forged(&person.token), person.email_token.clone(), person.session_token.clone()];
    tokens.extend(person.session_data.clone());
    for token in tokens {
        let answer = client.with_token(&token).get("/api/me").expect(401);
        let challenge = answer.header("www-authenticate").unwrap();
        assert!(challenge.starts_with("Bearer error=\"invalid_token\", error_description=\""), "{answer}");
        assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{answer}");
        assert_eq!(answer.json()["status"], Value::from(401), "{answer}");
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
fn a_plain_program_tells_whose_a_token_is_or_why_it_is_nobodys() {
    for mode in [Mode::Shipped, Mode::SharedSecret] {
        let better_auth = BetterAuth::start(mode);
        let person = better_auth.sign_up("alice");

        let taken = verify(&better_auth, &person.token);
        assert_eq!(String::from_utf8(taken.stdout).unwrap(), format!("{}\n", person.id));
        assert_eq!((taken.status.code(), taken.stderr), (Some(0), vec![]));

        let refused = verify(&better_auth, &forged(&person.token));
        assert_eq!(String::from_utf8(refused.stderr).unwrap(), "the token's signature is wrong\n");
        assert_eq!((refused.status.code(), refused.stdout), (Some(1), vec![]));
    }
}

#[test]
fn an_example_says_what_is_not_set() {
    for name in [&SERVICES[..], &["verify_token"]].concat() {
        let exit = run_to_exit(&mut example(name, &[]), Duration::from_secs(20));
        assert_eq!(exit.code, Some(1));
        assert!(exit.stderr.contains("BETTER_AUTH_URL is not set"), "{}", exit.stderr);
    }
}

#[test]
fn the_readme_has_better_auth_sign_with_the_secret_as_these_tests_do() {
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let server = one_line(include_str!("../better-auth/server.mjs"));
    let readme = include_str!("../../crates/auth/README.md");
    let snippet = readme.split("```").find(|block| block.starts_with("ts\n") && block.contains("SignJWT"));
    let (before, plugin) = snippet.unwrap().split_once("jwt({").unwrap();
    let (plugin, _) = plugin.split_once("}),\n  ]").unwrap();
    assert!(plugin.contains("sign: (payload)"), "{plugin}");
    let key = before.lines().find(|line| line.starts_with("const key")).unwrap();
    for said in [format!("jwt({{ {} }})", one_line(plugin)), key.to_owned()] {
        assert!(server.contains(&said), "{said}\nis not in server.mjs");
    }
}
