//! Startup with a server that is not available yet, is read-only, or has an unusable database.

use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use persistence::{Database, DatabaseOptions, MigrateError};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::{migrated, options};

/// Longer than any test runs: what is waited for although it never comes, hangs.
const FOR_EVER: Duration = Duration::from_hours(1);

fn waiting(url: &str, startup_timeout: Duration) -> Database {
    Database::open(&DatabaseOptions { startup_timeout, ..options(url) }).unwrap()
}

#[test]
fn servers_that_start_later_are_waited_for() {
    let server = Postgres::start();
    let url = server.create_database();
    server.stop();
    let database = waiting(&url, FOR_EVER);
    thread::scope(|scope| {
        let waited = scope.spawn(|| database.wait_until_available());
        thread::sleep(Duration::from_secs(2));
        assert!(!waited.is_finished());
        server.start_again();
        waited.join().unwrap().unwrap();
    });
    database.migrate().unwrap();
}

#[test]
fn the_wait_for_a_server_ends_at_the_timeout() {
    let server = Postgres::start();
    let url = server.create_database();
    server.stop();
    for timeout in [Duration::ZERO, Duration::from_secs(1)] {
        let error = waiting(&url, timeout).wait_until_available().unwrap_err();
        assert!(matches!(error, MigrateError::Unreachable(_)), "{error:?}");
    }
}

#[test]
fn permanent_failures_end_the_wait() {
    let url = Postgres::shared().create_database();
    let (server, _) = url.rsplit_once('/').unwrap();
    for wrong in
        [format!("{server}/no_such_database"), format!("{url}?sslmode=require"), format!("{url}?x=y")]
    {
        let error = waiting(&wrong, FOR_EVER).wait_until_available().unwrap_err();
        assert!(matches!(error, MigrateError::Unreachable(_)), "{wrong}: {error:?}");
    }
}

/// Also a table that only a later migration would create.
#[test]
fn a_database_with_tables_of_another_program_is_unchanged() {
    for table in ["owners", "tasks", "tombstones", "idempotency_keys", "lists"] {
        let url = Postgres::shared().create_database();
        let _ = Postgres::shared().query(&url, &format!("create table {table} (name text)"));
        let error = waiting(&url, Duration::ZERO).migrate().unwrap_err();
        assert!(matches!(&error, MigrateError::ForeignTables { tables } if tables == table), "{error:?}");
        let tables =
            Postgres::shared().query(&url, "select tablename from pg_tables where schemaname = 'public'");
        assert_eq!(tables.trim(), table);
    }
}

#[test]
fn tables_of_another_program_are_named_and_a_schema_suffices() {
    let url = Postgres::shared().create_database();
    let mut connection = PgConnection::establish(&url).unwrap();
    connection.batch_execute("create table tasks (name text); insert into tasks values ('theirs')").unwrap();
    let error = waiting(&url, Duration::ZERO).migrate().unwrap_err();
    assert!(matches!(&error, MigrateError::ForeignTables { tables } if tables == "tasks"), "{error:?}");
    assert!(error.to_string().contains("options=-csearch_path%3Dtasknook"), "{error}");
    connection.batch_execute("create schema tasknook").unwrap();
    let database = waiting(&format!("{url}?options=-csearch_path%3Dtasknook"), Duration::ZERO);
    database.migrate().unwrap();
    block_on(database.readiness().check()).unwrap();
    connection.batch_execute("select name from public.tasks").unwrap();
}

#[test]
fn hot_standbys_suffice_when_nothing_is_pending() {
    let server = Postgres::start();
    let url = server.create_database();
    drop(migrated(&url));
    server.stop();
    server.start_again_as_standby();
    let database = waiting(&url, FOR_EVER);
    database.wait_until_available().unwrap();
    assert_eq!(database.migrate().unwrap(), Vec::<String>::new());
    let owner = domain::Owner::for_test("reader");
    block_on(database.tasks().list(&owner, domain::ListQuery::default())).unwrap();
    // It reads, and is not ready: users who write would be answered 503.
    let error = block_on(database.readiness().check()).unwrap_err();
    assert!(format!("{error:?}").contains("transaction_read_only"), "{error:?}");
}

#[test]
fn databases_without_utf8_are_rejected() {
    let server = Postgres::shared();
    let latin = server.create_database_with(&["--encoding=LATIN1", "--template=template0"]);
    let database = waiting(&latin, FOR_EVER);
    let error = database.wait_until_available().unwrap_err();
    assert!(matches!(&error, MigrateError::WrongEncoding { encoding } if encoding == "LATIN1"), "{error:?}");
    assert!(matches!(database.migrate(), Err(MigrateError::WrongEncoding { .. })));
    // The suggested command works.
    let message = error.to_string();
    let command = message.split('`').nth(1).unwrap();
    let arguments: Vec<&str> =
        command.strip_prefix("createdb ").unwrap().strip_suffix(" NAME").unwrap().split(' ').collect();
    let url = server.create_database_with(&arguments);
    let database = waiting(&url, FOR_EVER);
    database.wait_until_available().unwrap();
    database.migrate().unwrap();
}
