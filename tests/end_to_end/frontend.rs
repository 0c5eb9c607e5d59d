//! The Next.js application: its API client against the real binary, and the whole of it in a real browser, with its own
//! Better Auth.

use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use tasknook_tests::{Environment, run_to_exit};

use crate::database::{Database, on_both_databases};
use crate::node::{browser_tests, folder, node};

const LIMIT: Duration = Duration::from_mins(5);

on_both_databases! {
    api_client_passes_its_tests
    two_users_see_their_own_tasks_as_tokens_expire
}

fn api_client_passes_its_tests(database: Database) {
    let environment = Environment::new();
    // The default reporter names a file's tests only when one of them is slow.
    let arguments = ["node_modules/vitest/vitest.mjs", "run", "--reporter=verbose"];
    let mut vitest = node(&environment, "frontend", &arguments);
    vitest.env("DATABASE_URL", database.url(environment.folder()));
    // The other projects use no database, or a SQLite file of their own.
    if matches!(database, Database::Postgres) {
        vitest.arg("--project=service");
    }
    let ran = run_to_exit(&mut vitest, LIMIT).success();
    assert!(ran.stdout.contains("the types match the OpenAPI document"), "{}", ran.stdout);
}

#[test]
fn client_package_is_packed_and_used() {
    let environment = Environment::new();
    let arguments = ["run", "--config=vitest.package.config.ts", "--reporter=verbose"];
    let mut vitest = node(&environment, "frontend", &["node_modules/vitest/vitest.mjs"]);
    let ran = run_to_exit(vitest.args(arguments), 2 * LIMIT).success();
    assert!(ran.stdout.contains("the core runs in Node"), "{}", ran.stdout);
}

fn two_users_see_their_own_tasks_as_tokens_expire(database: Database) {
    let environment = Environment::new();
    let url = database.url(environment.folder());
    browser(&environment, "two_users", |tests| tests.env("DATABASE_URL", url));
}

#[test]
fn an_unavailable_api_is_reported_and_recovers() {
    browser(&Environment::new(), "api_unavailable", |tests| tests);
}

#[test]
fn conflicts_between_two_tabs_are_resolved() {
    browser(&Environment::new(), "conflict", |tests| tests);
}

#[test]
fn changes_in_one_browser_appear_in_another() {
    browser(&Environment::new(), "live_updates", |tests| tests);
}

#[test]
fn event_streams_of_pages_end_and_continue() {
    browser(&Environment::new(), "event_streams", |tests| tests);
}

#[test]
fn the_application_opens_without_a_network() {
    browser(&Environment::new(), "offline_page", |tests| tests);
}

#[test]
fn nothing_is_lost_or_repeated_without_a_network() {
    browser(&Environment::new(), "offline_steps", |tests| tests);
}

#[test]
fn other_tabs_continue_after_crashes() {
    browser(&Environment::new(), "offline_crashes", |tests| tests);
}

#[test]
fn changes_outlast_tokens_and_sessions() {
    browser(&Environment::new(), "offline_session", |tests| tests);
}

#[test]
fn changes_are_sent_without_a_storage() {
    browser(&Environment::new(), "offline_storage", |tests| tests);
}

/// The client package on a page of its own, without the application.
#[test]
fn tabs_share_one_event_stream() {
    browser_tests(&Environment::new(), "shared_events", |tests| tests);
}

#[test]
fn slow_responses_lose_no_input() {
    browser(&Environment::new(), "slow_responses", |tests| tests);
}

#[test]
fn due_dates_priorities_tags_and_deletions_are_edited() {
    browser(&Environment::new(), "task_members", |tests| tests);
}

#[test]
fn many_tasks_cost_little_per_change() {
    browser(&Environment::new(), "many_tasks", |tests| tests);
}

#[test]
fn tasks_are_moved_in_the_manual_order() {
    browser(&Environment::new(), "manual_order", |tests| tests);
}

#[test]
fn lists_are_created_renamed_and_deleted() {
    browser(&Environment::new(), "lists", |tests| tests);
}

#[test]
fn edge_cases_leave_the_page_usable() {
    browser(&Environment::new(), "edge_cases", |tests| tests);
}

#[test]
fn two_accounts_share_a_tab() {
    browser(&Environment::new(), "accounts", |tests| tests);
}

#[test]
fn entry_points_include_rewrites_route_handlers_and_keys() {
    browser(&Environment::new(), "entry_points", |tests| tests);
}

#[test]
fn deployment_settings_are_sufficient() {
    browser(&Environment::new(), "deploy", |tests| tests);
}

#[test]
fn screenshots_show_that_the_main_states_fit() {
    browser(&Environment::new(), "screenshots", |tests| tests);
}

#[test]
fn demo_starts_and_stops() {
    browser(&Environment::new(), "demo", |tests| tests);
}

/// Runs a file of browser tests on the application as built from the tree.
#[track_caller]
fn browser(environment: &Environment, file: &str, with: impl FnOnce(&mut Command) -> &mut Command) {
    build();
    browser_tests(environment, file, with);
}

/// Builds the application, once per process.
fn build() {
    static BUILT: OnceLock<()> = OnceLock::new();
    BUILT.get_or_init(|| {
        let mut build = Command::new("npm");
        build.args(["run", "build"]).current_dir(folder("frontend")).env("NEXT_TELEMETRY_DISABLED", "1");
        let exit = run_to_exit(&mut build, LIMIT).success();
        // A copy of the application would show the same warnings about a missing setting or a deprecated API.
        let lines = exit.stdout.lines().chain(exit.stderr.lines());
        // Printed in a fresh clone where CI is set.
        let lines = lines.filter(|line| !line.contains("No build cache found"));
        let warnings: Vec<_> =
            lines.filter(|line| ["WARN", "⚠", "Error"].iter().any(|word| line.contains(word))).collect();
        assert!(warnings.is_empty(), "{warnings:#?}");
    });
}
