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
fn migrations_can_be_reverted_and_repeated() {
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
fn concurrent_processes_run_each_migration_once() {
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
fn databases_are_ready_after_their_migrations() {
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
fn connection_errors_hide_the_password() {
    let url = "postgres://user:hunter2@127.0.0.1:1/tasks";
    let error = Database::open(&options(url)).unwrap().migrate().unwrap_err();
    assert!(matches!(error, MigrateError::Unreachable(_)), "{error:?}");
    assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
}
