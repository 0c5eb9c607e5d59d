//! Watches on a server, with several processes.

use std::sync::atomic::Ordering;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::Owner;
use persistence::DatabaseOptions;
use tasknook_persistence as persistence;
use tasknook_tests::{Postgres, eventually};

use crate::notifier_of_both::{self, NEVER, Process, Watched, reaches};
use crate::options;

/// The sessions of a database that listen: those whose last statement began it.
const LISTENING: &str = "from pg_stat_activity where datname = current_database() and query like 'listen %'";

fn never(url: &str) -> DatabaseOptions {
    DatabaseOptions { poll: NEVER, ..options(url) }
}

/// Waits until so many sessions listen.
pub(crate) fn listening(url: &str, number: usize) {
    let count = format!("select count(*) {LISTENING}");
    let listens = || (Postgres::shared().query(url, &count).trim() == number.to_string()).then_some(());
    assert!(eventually(Duration::from_mins(1), listens).is_some(), "{number} sessions do not listen");
}

fn run_sql(url: &str) -> impl Fn(&str) {
    |sql| PgConnection::establish(url).unwrap().batch_execute(sql).unwrap()
}

#[test]
fn every_command_reports_its_owners() {
    notifier_of_both::every_command_reports_its_owners(&options(&Postgres::shared().create_database()));
}

#[test]
fn commands_report_their_owners() {
    let url = Postgres::shared().create_database();
    let listens = || listening(&url, 1);
    let received = notifier_of_both::commands_report_their_owners(&options(&url), listens, run_sql(&url));
    assert_eq!(received, 5, "an import, a move of two, a repair, an erasure");
}

#[test]
fn writes_without_watches_need_no_more_statements() {
    let url = Postgres::shared().create_database();
    notifier_of_both::writes_without_watches_need_no_more_statements(&options(&url));
}

#[test]
fn unreported_changes_are_found_by_polling() {
    let url = Postgres::shared().create_database();
    notifier_of_both::unreported_changes_are_found_by_polling(&options(&url), run_sql(&url));
}

#[test]
fn changes_of_another_process_arrive_as_notifications() {
    let url = Postgres::shared().create_database();
    let (one, other) = (Process::start(&never(&url)), Process::start(&never(&url)));
    let owner = Owner::for_test("Аліса/%20 '\\ ?");
    let mut watched = one.watch(&owner);
    listening(&url, 1);
    for received in 1..=3 {
        let revision = other.write(&owner);
        watched.follow_to(&one, &owner, revision);
        reaches(&one.counts.received, received);
    }
    assert_eq!(other.counts.received.load(Ordering::SeqCst), 0);
    // Its own do not count.
    let sent = one.counts.sent.load(Ordering::SeqCst);
    one.write(&owner);
    reaches(&one.counts.sent, sent + 1);
    let revision = other.write(&owner);
    watched.follow_to(&one, &owner, revision);
    reaches(&one.counts.received, 4);
    assert_eq!(one.counts.received.load(Ordering::SeqCst), 4);
}

#[test]
fn interrupted_sessions_listen_again_and_miss_nothing() {
    let url = Postgres::shared().create_database();
    let (one, other) = (Process::start(&never(&url)), Process::start(&never(&url)));
    let owner = Owner::for_test("owner");
    let mut watched = one.watch(&owner);
    listening(&url, 1);
    for round in 1..=3 {
        run_sql(&url)(&format!("select pg_terminate_backend(pid) {LISTENING}"));
        let revision = other.write(&owner);
        watched.follow_to(&one, &owner, revision);
        reaches(&one.counts.resumed, round);
        listening(&url, 1);
        let received = one.counts.received.load(Ordering::SeqCst);
        let revision = other.write(&owner);
        watched.follow_to(&one, &owner, revision);
        reaches(&one.counts.received, received + 1);
    }
}

#[test]
fn interrupted_senders_send_again() {
    let url = Postgres::shared().create_database();
    let (one, other) = (Process::start(&never(&url)), Process::start(&never(&url)));
    let owner = Owner::for_test("owner");
    let mut watched = one.watch(&owner);
    listening(&url, 1);
    let revision = other.write(&owner);
    watched.follow_to(&one, &owner, revision);
    reaches(&other.counts.sent, 1);
    let sending = "select pg_terminate_backend(pid) from pg_stat_activity
        where datname = current_database() and query like '%pg_notify(%' and pid <> pg_backend_pid()";
    run_sql(&url)(sending);
    // The notification that finds the session lost is lost, too, and a later one is not.
    let sent = other.counts.sent.load(Ordering::SeqCst);
    let write = || {
        other.write(&owner);
        (other.counts.sent.load(Ordering::SeqCst) > sent).then_some(())
    };
    assert!(eventually(Duration::from_mins(1), write).is_some());
    assert_eq!(other.counts.resumed.load(Ordering::SeqCst), 1);
    reaches(&one.counts.received, 2);
}

#[test]
fn sessions_stop_listening_after_the_last_of_many_watches() {
    let url = Postgres::shared().create_database();
    let process = Process::start(&never(&url));
    let notifier = process.database.notifier();
    let owners: Vec<_> = (0..100).map(|number| Owner::for_test(&format!("owner-{number}"))).collect();
    let many: Vec<_> =
        owners.iter().cycle().take(1000).map(|owner| Watched::new(&*notifier, owner)).collect();
    listening(&url, 1);
    drop(many);
    listening(&url, 0);
    let mut watched = process.watch(&owners[0]);
    listening(&url, 1);
    let other = Process::start(&never(&url));
    let revision = other.write(&owners[0]);
    watched.follow_to(&process, &owners[0], revision);
    reaches(&process.counts.received, 1);
}
