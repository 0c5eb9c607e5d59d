//! Backups of a file in use.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use diesel::connection::SimpleConnection;
use domain::{ListQuery, Owner};
use persistence::{BackupError, Database, DatabaseOptions, Doctor, DoctorError};
use pollster::block_on;
use tasknook_persistence as persistence;

use crate::Place;
use crate::doctor::test_database;

fn at(place: &Place) -> DatabaseOptions {
    place.options()
}

#[test]
fn backups_are_complete_and_private() {
    let (database, place) = (test_database(), Place::new());
    database.fill();
    let backup = Database::back_up(&database.options, &place.file()).unwrap();
    assert_eq!(backup.path, place.file());
    let metadata = fs::metadata(place.file()).unwrap();
    assert_eq!((metadata.len(), metadata.permissions().mode() & 0o777), (backup.bytes, 0o600));
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1, "nothing is left beside it");

    let report = Doctor::new(&at(&place)).unwrap().check().unwrap();
    assert!(report.is_healthy(), "{report}");
    let owner = Owner::for_test("alice");
    let list = |options| {
        let tasks = Database::open(options).unwrap().tasks();
        block_on(tasks.list(&owner, ListQuery::default())).unwrap().tasks
    };
    assert_eq!(list(&at(&place)), list(&database.options));
}

#[test]
fn reads_do_not_wait_for_an_open_write_transaction() {
    let (source, target) = (Place::new(), Place::new());
    drop(crate::migrated(&source.options()));
    let mut writer = source.connection();
    writer.batch_execute("begin immediate; insert into owners (owner_id) values ('unseen')").unwrap();
    Database::back_up(&source.options(), &target.file()).unwrap();
    writer.batch_execute("commit").unwrap();
    let mut copy = target.connection();
    copy.batch_execute("insert into owners (owner_id) values ('unseen')").unwrap();
}

#[test]
fn backups_never_overwrite_files() {
    let (database, place) = (test_database(), Place::new());
    fs::write(place.file(), "precious").unwrap();
    let error = Database::back_up(&database.options, &place.file()).unwrap_err();
    assert!(matches!(error, BackupError::Exists { .. }), "{error}");
    assert_eq!(fs::read(place.file()).unwrap(), b"precious");
    fs::remove_file(place.file()).unwrap();
    std::os::unix::fs::symlink(place.0.path().join("nowhere"), place.file()).unwrap();
    let error = Database::back_up(&database.options, &place.file()).unwrap_err();
    assert!(matches!(error, BackupError::Exists { .. }), "{error}");
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1);
}

#[test]
fn failed_backups_create_no_file() {
    let (database, place) = (test_database(), Place::new());
    let error = Database::back_up(&at(&place), &place.0.path().join("copy.db")).unwrap_err();
    assert!(matches!(error, BackupError::Source(DoctorError::Absent { .. })), "{error}");
    let error = Database::back_up(&database.options, &place.0.path().join("no/such/folder.db")).unwrap_err();
    assert!(matches!(error, BackupError::Write { .. }), "{error}");
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0);
}
