//! Watches on a file.

use std::env;
use std::process::{Command, Stdio};

use diesel::connection::SimpleConnection;
use domain::Owner;
use persistence::DatabaseOptions;
use tasknook_persistence as persistence;

use crate::Place;
use crate::notifier_of_both::{self, NEVER, Process, reaches};

/// The variable with the URL of the process below.
const URL: &str = "TASKNOOK_NOTIFIER_URL";

#[test]
fn every_command_reports_its_owners() {
    notifier_of_both::every_command_reports_its_owners(&Place::new().options());
}

#[test]
fn commands_report_their_owners() {
    let place = Place::new();
    let run_sql = |sql: &str| place.connection().batch_execute(sql).unwrap();
    notifier_of_both::commands_report_their_owners(&place.options(), || (), run_sql);
}

#[test]
fn writes_without_watches_need_no_more_statements() {
    notifier_of_both::writes_without_watches_need_no_more_statements(&Place::new().options());
}

#[test]
fn unreported_changes_are_found_by_polling() {
    let place = Place::new();
    notifier_of_both::unreported_changes_are_found_by_polling(&place.options(), |sql| {
        place.connection().batch_execute(sql).unwrap();
    });
}

#[test]
fn changes_of_another_process_are_found_by_the_data_version() {
    let place = Place::new();
    let process = Process::start(&DatabaseOptions { poll: NEVER, ..place.options() });
    let owner = Owner::for_test("owner");
    process.write(&owner);
    let mut watched = process.watch(&owner);
    let other = Command::new(env::current_exe().unwrap())
        .args(["notifier::other_process_entry_point", "--exact", "--ignored", "--nocapture"])
        .env(URL, place.url())
        .stdout(Stdio::null())
        .output()
        .unwrap();
    assert!(other.status.success(), "{}", String::from_utf8_lossy(&other.stderr));
    reaches(&process.counts.missed, 1);
    watched.next();
}

#[test]
#[ignore = "a process of the test above"]
fn other_process_entry_point() {
    let url = env::var_os(URL).unwrap().into_string().unwrap();
    Process::start(&DatabaseOptions { url, ..DatabaseOptions::default() }).write(&Owner::for_test("owner"));
}
