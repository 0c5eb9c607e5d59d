//! `challenge`: the realm and the metadata in the rejections of guards, extractors and handlers.

use std::sync::Arc;

use tasknook_auth::ChallengeOptions;

use crate::adapters::{ask, ask_frameworks, guards};
use crate::support::{credentials_of, guard, rejections};

const METADATA: &str = "https://api.example.test/.well-known/oauth-protected-resource";

fn options() -> ChallengeOptions {
    ChallengeOptions::new().realm("tasks").unwrap().resource_metadata(METADATA).unwrap()
}

#[test]
fn every_challenge_has_the_realm_and_the_metadata() {
    for rejection in rejections() {
        let plain = ask(&guards!(Arc::clone(&rejection.verifier)), "/user", &rejection.authorization);
        let guards = guards!(Arc::clone(&rejection.verifier), .challenge(options()));
        for (answer, plain) in ask(&guards, "/user", &rejection.authorization).iter().zip(&plain) {
            assert_eq!((answer.status, &answer.body), (plain.status, &plain.body), "{answer:?}");
            let expected: Vec<_> = plain
                .values("www-authenticate")
                .iter()
                .map(|challenge| {
                    let error = challenge.trim_start_matches("Bearer").trim_start();
                    let error = if error.is_empty() { String::new() } else { format!(" {error},") };
                    format!("Bearer realm=\"tasks\",{error} resource_metadata=\"{METADATA}\"")
                })
                .collect();
            assert_eq!(answer.values("www-authenticate"), expected, "{answer:?}");
            assert_eq!(answer.values("cache-control"), ["no-store"], "{answer:?}");
        }
    }
}

#[test]
fn the_challenge_of_a_handler_has_the_realm_too() {
    let guards = guards!(guard(), .challenge(options()));
    for answer in ask_frameworks(&guards, "/error", &[credentials_of("user-a")]) {
        assert_eq!(answer.status, 401, "{answer:?}");
        let challenges = answer.values("www-authenticate");
        let [challenge] = challenges[..] else { panic!("{answer:?}") };
        assert!(challenge.starts_with("Bearer realm=\"tasks\", error=\"invalid_token\", "), "{answer:?}");
        assert!(challenge.ends_with(&format!("resource_metadata=\"{METADATA}\"")), "{answer:?}");
        assert_eq!(answer.values("content-type"), ["application/problem+json"], "{answer:?}");
    }
}
