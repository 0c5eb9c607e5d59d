//! The Next.js application: its API client against the real binary, and a real browser at the whole of it, with its own
//! Better Auth.

use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tasknook_tests::{Environment, run_to_exit};

use crate::database::{Database, on_both_databases};
use crate::node::{folder, node};

const LIMIT: Duration = Duration::from_mins(5);

on_both_databases! {
    the_client_passes_its_tests
    two_people_see_their_own_tasks_while_their_tokens_expire
}

fn the_client_passes_its_tests(database: Database) {
    let environment = Environment::new();
    // The default reporter names a file's tests only when one of them is slow.
    let arguments = ["node_modules/vitest/vitest.mjs", "run", "--reporter=verbose"];
    let mut vitest = node(&environment, "frontend", &arguments);
    vitest.env("DATABASE_URL", database.url(environment.folder()));
    let ran = run_to_exit(&mut vitest, LIMIT).success();
    assert!(ran.stdout.contains("the types are those of the API"), "{}", ran.stdout);
}

fn two_people_see_their_own_tasks_while_their_tokens_expire(database: Database) {
    let environment = Environment::new();
    let url = database.url(environment.folder());
    browser(&environment, "two_people", |tests| tests.env("DATABASE_URL", url));
}

#[test]
fn the_api_goes_away_and_comes_back() {
    browser(&Environment::new(), "away", |tests| tests);
}

#[test]
fn two_tabs_are_in_conflict() {
    browser(&Environment::new(), "conflict", |tests| tests);
}

#[test]
fn late_answers_lose_nothing() {
    browser(&Environment::new(), "late", |tests| tests);
}

#[test]
fn odd_hands_and_long_texts_break_nothing() {
    browser(&Environment::new(), "edges", |tests| tests);
}

#[test]
fn two_accounts_share_a_tab() {
    browser(&Environment::new(), "accounts", |tests| tests);
}

#[test]
fn rewrites_route_handlers_and_keys_lead_in_too() {
    browser(&Environment::new(), "ways_in", |tests| tests);
}

#[test]
fn the_settings_that_are_given_for_the_api_are_enough() {
    browser(&Environment::new(), "deploy", |tests| tests);
}

#[test]
fn pictures_are_taken_of_the_main_states() {
    browser(&Environment::new(), "pictures", |tests| tests);
}

#[test]
fn the_demonstration_starts_and_stops() {
    browser(&Environment::new(), "demo", |tests| tests);
}

/// Runs a file of tests in `tests/browser`, over the application as it is built from the tree.
#[track_caller]
fn browser(environment: &Environment, file: &str, with: impl FnOnce(&mut Command) -> &mut Command) {
    build();
    let file = format!("{file}.test.mjs");
    let mut tests = node(environment, "browser", &["--test", "--test-reporter=spec", &file]);
    let ran = run_to_exit(with(&mut tests), LIMIT).success();
    let passed =
        ran.stdout.lines().find_map(|line| line.trim_start_matches('ℹ').trim().strip_prefix("pass "));
    assert!(passed.is_some_and(|count| count != "0"), "{}", ran.stdout);
}

/// Builds the application, once a process.
fn build() {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut build = Command::new("npm");
        build.args(["run", "build"]).current_dir(folder("frontend")).env("NEXT_TELEMETRY_DISABLED", "1");
        let exit = run_to_exit(&mut build, LIMIT).success();
        // A setting that is missing, an API that is deprecated: whoever copies this would see it too.
        let said = exit.stdout.lines().chain(exit.stderr.lines());
        // Said in a fresh clone where CI is set.
        let said = said.filter(|line| !line.contains("No build cache found"));
        let wrong: Vec<_> =
            said.filter(|line| ["WARN", "⚠", "Error"].iter().any(|word| line.contains(word))).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    });
}
