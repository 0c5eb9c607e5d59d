//! Behind a transaction-mode pooler.

use std::collections::BTreeSet;
use std::error::Error;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Integer, Nullable, Text};
use diesel::{Connection, PgConnection, RunQueryDsl, select};
use domain::{Owner, Precondition, RepositoryError};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::{Pooler, Postgres};

use crate::concurrency::{had_no_deadlock, stored};
use crate::create;
use crate::notifier::listening;
use crate::notifier_of_both::{NEVER, Process, reaches};
use crate::replicas::Replicas;
use crate::workload::{self, without_timeouts};

/// Fewer than the services have, so that none keeps one.
const CONNECTIONS: usize = 4;

fn pooler() -> &'static Pooler {
    static SHARED: OnceLock<Pooler> = OnceLock::new();
    SHARED.get_or_init(|| Postgres::shared().pool(CONNECTIONS))
}

/// A new database: its URL, and the options of a service that goes there through the pooler.
fn pooled() -> (String, DatabaseOptions) {
    let url = Postgres::shared().create_database();
    let options = DatabaseOptions { transaction_pooler: true, ..without_timeouts(&pooler().url(&url)) };
    (url, options)
}

fn services(options: &DatabaseOptions) -> Replicas {
    Database::open(options).unwrap().migrate().unwrap();
    Replicas::new((0..3).map(|_| Database::open(options).unwrap().tasks()))
}

fn replicas() -> &'static Replicas {
    static SHARED: OnceLock<Replicas> = OnceLock::new();
    SHARED.get_or_init(|| services(&pooled().1))
}

domain::repository_contract!(replicas());

#[test]
fn pooled_histories_are_linearizable_and_leave_no_session_state() {
    let (url, options) = pooled();
    let options = DatabaseOptions { limits: workload::limits(), ..options };
    workload::check(&services(&options), || stored(&url));
    had_no_deadlock(&url);
    nothing_stays(&pooler().url(&url));
}

/// No connection of the server has session state, except for what the pooler itself manages.
fn nothing_stays(url: &str) {
    let mut connections: Vec<_> = (0..CONNECTIONS).map(|_| PgConnection::establish(url).unwrap()).collect();
    let mut processes = BTreeSet::new();
    // All in a transaction at once, so that each has another one.
    for connection in &mut connections {
        connection.batch_execute("begin").unwrap();
        let process: i32 = select(sql::<Integer>("pg_backend_pid()")).get_result(connection).unwrap();
        processes.insert(process);
        let changed = "(select string_agg(name || ' = ' || setting, ', ') from pg_settings where source = 'session' \
                       and name not in ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', \
                       'standard_conforming_strings'))";
        let changed: Option<String> = select(sql::<Nullable<Text>>(changed)).get_result(connection).unwrap();
        assert_eq!(changed, None);
        let prepared = "(select count(*) from pg_prepared_statements)";
        let prepared: i64 = select(sql::<BigInt>(prepared)).get_result(connection).unwrap();
        assert_eq!(prepared, 0);
    }
    assert_eq!(processes.len(), CONNECTIONS);
}

#[test]
fn concurrent_processes_run_each_migration_once() {
    let (_, options) = pooled();
    let pending = Database::open(&options).unwrap().pending_migrations().unwrap();
    let ran: Vec<Vec<String>> = thread::scope(|scope| {
        let migrate = || Database::open(&options).unwrap().migrate().unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ran.concat(), pending);
    nothing_stays(&options.url);
}

#[test]
fn databases_are_ready_after_their_migrations() {
    let (_, options) = pooled();
    let database = Database::open(&options).unwrap();
    let error = block_on(database.readiness().check()).unwrap_err();
    let pending = database.pending_migrations().unwrap();
    assert!(messages(&error).contains(&pending[0]), "{error:?}");
    assert_eq!(database.migrate().unwrap(), pending);
    block_on(database.readiness().check()).unwrap();
}

#[test]
fn lock_waits_are_limited_by_the_lock_timeout() {
    let (url, options) = pooled();
    let limit = Duration::from_millis(200);
    let database = Database::open(&DatabaseOptions { statement_timeout: limit, ..options }).unwrap();
    database.migrate().unwrap();
    let (repository, owner) = (database.tasks(), Owner::for_test("kept"));
    let task = create(&*repository, &owner, 1);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute("begin; select from owners for update").unwrap();
    let begun = Instant::now();
    let delete = || block_on(repository.delete(&owner, task.id, Precondition::default(), task.created_at));
    let error = delete().unwrap_err();
    assert!(matches!(error, RepositoryError::Busy(_)), "{error:?}");
    assert!(begun.elapsed() >= limit, "{:?}", begun.elapsed());
    other.batch_execute("commit").unwrap();
    delete().unwrap();
}

#[test]
fn pooled_processes_are_notified_over_a_url_of_their_own() {
    let (url, options) = pooled();
    let options = DatabaseOptions { poll: NEVER, ..options };
    let sender = Process::start(&options);
    let listener = Process::start(&DatabaseOptions { listen_url: url.clone(), ..options.clone() });
    let owner = Owner::for_test("owner");
    let mut watched = listener.watch(&owner);
    listening(&url, 1);
    for received in 1..=3 {
        let revision = sender.write(&owner);
        watched.follow_to(&listener, &owner, revision);
        reaches(&listener.counts.received, received);
    }
    nothing_stays(&options.url);
}

#[test]
fn pooled_processes_without_one_poll() {
    let (url, options) = pooled();
    let process = Process::start(&DatabaseOptions { poll: Duration::from_millis(50), ..options.clone() });
    let owner = Owner::for_test("owner");
    let mut watched = process.watch(&owner);
    let revision = Process::start(&options).write(&owner);
    watched.follow_to(&process, &owner, revision);
    reaches(&process.counts.missed, 1);
    listening(&url, 0);
    nothing_stays(&options.url);
}

#[test]
fn errors_behind_a_pooler_name_the_setting() {
    let (_, options) = pooled();
    let options = DatabaseOptions { transaction_pooler: false, ..options };
    let database = Database::open(&options).unwrap();
    // The second connection that migrations need is given what was the first one's.
    let error = database.migrate().unwrap_err();
    assert!(messages(&error).contains("database.transaction_pooler = true"), "{error:?}");
}

/// The messages of an error and its sources.
fn messages(error: &dyn Error) -> String {
    let sources = std::iter::successors(Some(error), |error| (*error).source());
    sources.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
