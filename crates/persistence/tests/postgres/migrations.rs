//! The schema of a server's database.

use std::thread;

use diesel::{Connection, PgConnection};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use persistence::{Database, MigrateError};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::options;

#[test]
fn what_goes_up_comes_down_and_goes_up_again() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/postgres");
    let migrations = || FileBasedMigrations::from_path(folder).unwrap();
    let url = Postgres::shared().create_database();
    let database = Database::open(&options(&url)).unwrap();
    let up = database.migrate().unwrap();
    let mut connection = PgConnection::establish(&url).unwrap();
    assert_eq!(connection.revert_all_migrations(migrations()).unwrap().len(), up.len());
    assert_eq!(database.migrate().unwrap(), up);
}

#[test]
fn of_those_who_migrate_at_once_one_runs_each() {
    let url = Postgres::shared().create_database();
    let pending = Database::open(&options(&url)).unwrap().pending_migrations().unwrap();
    let ran: Vec<Vec<String>> = thread::scope(|scope| {
        let migrate = || Database::open(&options(&url)).unwrap().migrate().unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut ran = ran.concat();
    ran.sort();
    assert_eq!(ran, pending);
}

#[test]
fn a_database_is_ready_when_its_migrations_have_run() {
    let url = Postgres::shared().create_database();
    let database = Database::open(&options(&url)).unwrap();
    let error = block_on(database.readiness().check()).unwrap_err();
    let pending = database.pending_migrations().unwrap();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains(&pending[0]), "{source}");
    assert_eq!(database.migrate().unwrap(), pending);
    assert_eq!(database.pending_migrations().unwrap(), Vec::<String>::new());
    block_on(database.readiness().check()).unwrap();
}

#[test]
fn a_server_that_is_not_there_is_an_error_without_the_password() {
    let url = "postgres://somebody:hunter2@127.0.0.1:1/tasks";
    let error = Database::open(&options(url)).unwrap().migrate().unwrap_err();
    assert!(matches!(error, MigrateError::Unreachable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
}
