//! Users of a real Better Auth on every route, on both databases, under each way to sign.

use serde_json::Value;
use tasknook_tests::{BetterAuth, Environment, Mode};

use crate::database::{Database, on_both_databases};

/// The least number of checks, in every mode.
const CHECKS: u32 = 3900;

on_both_databases! {
    default_better_auth_needs_only_its_url
    better_auth_with_the_shared_secret
}

fn default_better_auth_needs_only_its_url(database: Database) {
    let issuer = BetterAuth::start(Mode::Default);
    check_every_route(&issuer, &with_url(database, &issuer));
}

fn better_auth_with_the_shared_secret(database: Database) {
    let issuer = BetterAuth::start(Mode::SharedSecret);
    let environment = database.with_secret();
    let environment = environment.set("TASKNOOK_AUTH__ISSUERS", issuer.url());
    check_every_route(&issuer, &environment.set("TASKNOOK_AUTH__AUDIENCES", issuer.url()));
}

#[test]
fn keys_of_other_algorithms_are_accepted() {
    for algorithm in ["ES256", "RS256", "PS256"] {
        let issuer = BetterAuth::start(Mode::Keys(algorithm));
        check_every_route(&issuer, &with_url(Database::Sqlite, &issuer));
    }
}

#[test]
fn session_cookies_under_the_same_keys_are_rejected() {
    let issuer = BetterAuth::start(Mode::JwtCookies);
    check_every_route(&issuer, &with_url(Database::Sqlite, &issuer));
}

fn with_url(database: Database, issuer: &BetterAuth) -> Environment {
    database.environment().set("BETTER_AUTH_URL", issuer.url())
}

pub(crate) fn check_every_route(issuer: &BetterAuth, environment: &Environment) {
    let service = environment.serve();
    let checks = issuer.call_every_route(service.url());
    let log = service.log().clone();
    service.stop();

    assert!(checks >= CHECKS, "{checks} checks: some were left out");
    let log = log.text();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("a line is not JSON: {line}"));
        assert_ne!(line["level"], "ERROR", "the service logs no error");
    }
    // Every JWT begins with an object, and `{"` is `eyJ` in its alphabet.
    for secret in ["eyJ", BetterAuth::SECRET, "alice@example.com"] {
        assert!(!log.contains(secret), "the log contains {secret}\n{log}");
    }
}
