//! The schema of a file.

use std::thread;

use diesel_migrations::{FileBasedMigrations, MigrationHarness};
use persistence::{Database, MigrateError};
use pollster::block_on;
use tasknook_persistence as persistence;

use crate::{Place, migrated};
use diesel::connection::SimpleConnection;

#[test]
fn what_goes_up_comes_down_and_goes_up_again() {
    let place = Place::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let migrations = || FileBasedMigrations::from_path(folder).unwrap();
    let mut connection = place.connection();
    let up = connection.run_pending_migrations(migrations()).unwrap().len();
    assert_eq!(connection.revert_all_migrations(migrations()).unwrap().len(), up);
    assert_eq!(connection.run_pending_migrations(migrations()).unwrap().len(), up);
}

#[test]
fn of_those_who_migrate_at_once_one_does() {
    let place = Place::new();
    let ran: Vec<Vec<String>> = thread::scope(|scope| {
        let migrate = || Database::open(&place.options()).unwrap().migrate().unwrap();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(migrate)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ran.iter().filter(|names| !names.is_empty()).count(), 1, "{ran:?}");
}

#[test]
fn a_database_is_ready_when_its_migrations_have_run() {
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
fn a_migration_that_this_build_does_not_know_is_no_obstacle() {
    let place = Place::new();
    let database = migrated(&place.options());
    let unknown = "insert into __diesel_schema_migrations (version) values ('29991231235959')";
    place.connection().batch_execute(unknown).unwrap();
    assert_eq!(database.migrate().unwrap(), Vec::<String>::new());
    block_on(database.readiness().check()).unwrap();
}

#[test]
fn a_migration_that_fails_leaves_nothing_and_says_so() {
    let place = Place::new();
    let database = Database::open(&place.options()).unwrap();
    place.connection().batch_execute("create table tasks (mine text)").unwrap();
    let error = database.migrate().unwrap_err();
    assert!(matches!(error, MigrateError::Failed(_)), "{error}");
    let pending = database.pending_migrations().unwrap();
    assert!(!pending.is_empty());
    place.connection().batch_execute("drop table tasks").unwrap();
    assert_eq!(database.migrate().unwrap(), pending);
}
