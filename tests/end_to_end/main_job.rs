//! The main job: users of a real Better Auth on every route, on both databases, under each way to sign.

use serde_json::Value;
use tasknook_tests::{BetterAuth, Environment, Mode};

use crate::database::{Database, on_both_databases};

/// What the job checks at least, whatever the mode.
const CHECKS: u32 = 3900;

on_both_databases! {
    better_auth_as_it_ships_needs_its_url_alone
    better_auth_can_sign_with_the_shared_secret
}

fn better_auth_as_it_ships_needs_its_url_alone(database: Database) {
    let issuer = BetterAuth::start(Mode::Shipped);
    the_job_is_done(&issuer, &with_url(database, &issuer));
}

fn better_auth_can_sign_with_the_shared_secret(database: Database) {
    let issuer = BetterAuth::start(Mode::SharedSecret);
    let environment = database.with_secret();
    let environment = environment.set("TASKNOOK_AUTH__ISSUERS", issuer.url());
    the_job_is_done(&issuer, &environment.set("TASKNOOK_AUTH__AUDIENCES", issuer.url()));
}

#[test]
fn keys_of_other_algorithms_are_understood() {
    for algorithm in ["ES256", "RS256", "PS256"] {
        let issuer = BetterAuth::start(Mode::Keys(algorithm));
        the_job_is_done(&issuer, &with_url(Database::Sqlite, &issuer));
    }
}

#[test]
fn session_cookies_under_the_same_keys_are_no_tokens() {
    let issuer = BetterAuth::start(Mode::CookiesUnderTheKeys);
    the_job_is_done(&issuer, &with_url(Database::Sqlite, &issuer));
}

fn with_url(database: Database, issuer: &BetterAuth) -> Environment {
    database.environment().set("BETTER_AUTH_URL", issuer.url())
}

fn the_job_is_done(issuer: &BetterAuth, environment: &Environment) {
    let service = environment.serve();
    let checks = issuer.main_job(service.url());
    let log = service.log().clone();
    service.stop();

    assert!(checks >= CHECKS, "{checks} checks: a part of the job was left out");
    let log = log.text();
    for line in log.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("a line is not JSON: {line}"));
        assert_ne!(line["level"], "ERROR", "nothing of this is an error of the service");
    }
    // Every JWT begins with an object, and `{"` is `eyJ` in its alphabet.
    for secret in ["eyJ", BetterAuth::SECRET, "alice@example.com"] {
        assert!(!log.contains(secret), "the log holds {secret}\n{log}");
    }
}
