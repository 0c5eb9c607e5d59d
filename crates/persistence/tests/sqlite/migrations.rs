//! The schema of a file.

use std::thread;

use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use persistence::{Database, MigrateError};
use pollster::block_on;
use tasknook_persistence as persistence;

use crate::{Place, migrated};
use diesel::connection::SimpleConnection;

#[test]
fn migrations_can_be_reverted_and_repeated() {
    let place = Place::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let migrations = || FileBasedMigrations::from_path(folder).unwrap();
    let mut connection = place.connection();
    let up = connection.run_pending_migrations(migrations()).unwrap().len();
    assert_eq!(connection.revert_all_migrations(migrations()).unwrap().len(), up);
    assert_eq!(connection.run_pending_migrations(migrations()).unwrap().len(), up);
}

#[test]
fn concurrent_processes_run_each_migration_once() {
    let place = Place::new();
    let pending = Database::open(&place.options()).unwrap().pending_migrations().unwrap();
    let ran: Vec<Vec<String>> = thread::scope(|scope| {
        let migrate = || Database::open(&place.options()).unwrap().migrate().unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let mut ran = ran.concat();
    ran.sort();
    assert_eq!(ran, pending);
}

#[test]
fn databases_are_ready_after_their_migrations() {
    let place = Place::new();
    let database = Database::open(&place.options()).unwrap();
    let error = block_on(database.readiness().check()).unwrap_err();
    let pending = database.pending_migrations().unwrap();
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains(&pending[0]), "{source}");
    assert_eq!(database.migrate().unwrap(), pending);
    assert_eq!(database.pending_migrations().unwrap(), Vec::<String>::new());
    block_on(database.readiness().check()).unwrap();
}

#[test]
fn unknown_applied_migrations_are_accepted() {
    let place = Place::new();
    let database = migrated(&place.options());
    let unknown = "insert into __diesel_schema_migrations (version) values ('29991231235959')";
    place.connection().batch_execute(unknown).unwrap();
    assert_eq!(database.migrate().unwrap(), Vec::<String>::new());
    block_on(database.readiness().check()).unwrap();
}

#[test]
fn failed_migrations_are_rolled_back_and_named() {
    let place = Place::new();
    let database = Database::open(&place.options()).unwrap();
    let pending = database.pending_migrations().unwrap();
    // The name of an index of a migration.
    place.connection().batch_execute("create table mine (x); create index tasks_newest on mine (x)").unwrap();
    let error = database.migrate().unwrap_err();
    assert!(matches!(error, MigrateError::Failed(_)), "{error}");
    assert_eq!(database.pending_migrations().unwrap(), pending);
    place.connection().batch_execute("drop table mine").unwrap();
    assert_eq!(database.migrate().unwrap(), pending);
}

#[test]
fn nothing_pending_needs_no_write_lock() {
    let place = Place::new();
    drop(migrated(&place.options()));
    let mut writer = place.connection();
    writer.batch_execute("begin immediate").unwrap();
    let database = Database::open(&place.options()).unwrap();
    database.wait_until_available().unwrap();
    // It would wait for the writer, which ends when this has returned.
    assert_eq!(database.migrate().unwrap(), Vec::<String>::new());
    writer.batch_execute("commit").unwrap();
}
