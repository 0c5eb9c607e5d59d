//! Files that a URL may name, and files that are rejected unchanged.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use diesel::connection::SimpleConnection;
use persistence::{Database, DatabaseOptions, Engine, MigrateError, OpenError};
use tasknook_persistence as persistence;

use crate::{Place, migrated};

#[test]
fn files_and_folders_are_created() {
    let place = Place::new();
    let url = format!("sqlite://{}/a/b/tasks.db", place.0.path().display());
    let database = Database::open(&DatabaseOptions { url, ..DatabaseOptions::default() }).unwrap();
    assert_eq!(database.engine(), Engine::Sqlite);
    assert!(place.0.path().join("a/b/tasks.db").exists());
}

#[test]
fn new_databases_are_readable_by_their_owner_only() {
    let place = Place::new();
    let _database = migrated(&place.options());
    let mut connection = place.connection();
    connection.batch_execute("update owners set revision = 0").unwrap();
    let mut modes = Vec::new();
    for entry in fs::read_dir(place.0.path()).unwrap() {
        let entry = entry.unwrap();
        modes.push((entry.file_name(), entry.metadata().unwrap().permissions().mode() & 0o777));
    }
    assert!(modes.len() > 1 && modes.iter().all(|(_, mode)| *mode == 0o600), "{modes:?}");
}

#[test]
fn other_files_are_rejected_unchanged() {
    let place = Place::new();
    for content in [&b"a shopping list, longer than sixteen bytes"[..], b"short", b"SQLite format 3"] {
        fs::write(place.file(), content).unwrap();
        let error = Database::open(&place.options()).err().unwrap();
        assert!(matches!(error, OpenError::NotADatabase { .. }), "{error}");
        assert_eq!(fs::read(place.file()).unwrap(), content);
        assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}

#[test]
fn damaged_databases_are_rejected_unchanged() {
    let place = Place::new();
    let mut content = b"SQLite format 3\0".to_vec();
    content.resize(4096, 0xff);
    fs::write(place.file(), &content).unwrap();
    let error = Database::open(&place.options()).err().unwrap();
    assert!(matches!(error, OpenError::NotADatabase { .. } | OpenError::File { .. }), "{error}");
    assert_eq!(fs::read(place.file()).unwrap(), content);
}

#[test]
fn foreign_databases_are_rejected_unchanged() {
    let place = Place::new();
    place.connection().batch_execute("create table bookmarks (url text)").unwrap();
    let content = fs::read(place.file()).unwrap();
    let error = Database::open(&place.options()).err().unwrap();
    assert!(matches!(error, OpenError::ForeignDatabase { .. }), "{error}");
    assert_eq!(fs::read(place.file()).unwrap(), content);
}

/// Another program that uses the same library for its migrations.
#[test]
fn tables_of_another_program_are_named() {
    let place = Place::new();
    let foreign = "create table __diesel_schema_migrations (version text primary key, run_on text);
                   create table Lists (name text)";
    place.connection().batch_execute(foreign).unwrap();
    let error = Database::open(&place.options()).unwrap().migrate().unwrap_err();
    assert!(matches!(&error, MigrateError::ForeignTables { tables } if tables == "Lists"), "{error:?}");
    assert!(error.to_string().contains("a database of its own"), "{error}");
    // Nothing of this service's is there.
    let no_table = place.connection().batch_execute("select 1 from tasks");
    assert!(no_table.unwrap_err().to_string().contains("no such table"));
}

#[test]
fn read_only_files_are_rejected_unchanged() {
    let place = Place::new();
    drop(migrated(&place.options()));
    let mut permissions = fs::metadata(place.file()).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(place.file(), permissions).unwrap();
    let content = fs::read(place.file()).unwrap();
    let error = Database::open(&place.options()).err().unwrap();
    assert!(matches!(error, OpenError::ReadOnly { .. }), "{error}");
    assert_eq!(fs::read(place.file()).unwrap(), content);
}

#[test]
fn folders_are_rejected() {
    let place = Place::new();
    fs::create_dir(place.file()).unwrap();
    let error = Database::open(&place.options()).err().unwrap();
    assert!(matches!(error, OpenError::File { .. }), "{error}");
}

#[test]
fn engines_missing_in_the_build_are_named() {
    let url = "postgres://user:hunter2@localhost/tasks".to_owned();
    let opened = Database::open(&DatabaseOptions { url, ..DatabaseOptions::default() });
    match opened {
        Ok(database) => assert!(cfg!(feature = "postgres") && database.engine() == Engine::Postgres),
        Err(error) => assert!(error.to_string().contains("PostgreSQL"), "{error}"),
    }
}
