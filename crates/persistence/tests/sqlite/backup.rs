//! Copies of a file in use.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use diesel::connection::SimpleConnection;
use domain::{ListQuery, Owner};
use persistence::{BackupError, Database, DatabaseOptions, Doctor, DoctorError};
use pollster::block_on;
use tasknook_persistence as persistence;

use crate::Place;
use crate::doctor::ward;

fn at(place: &Place) -> DatabaseOptions {
    place.options()
}

#[test]
fn a_copy_has_what_was_committed_and_is_its_owners_alone() {
    let (ward, place) = (ward(), Place::new());
    ward.settle();
    let backup = Database::back_up(&ward.options, &place.file()).unwrap();
    assert_eq!(backup.path, place.file());
    let metadata = fs::metadata(place.file()).unwrap();
    assert_eq!((metadata.len(), metadata.permissions().mode() & 0o777), (backup.bytes, 0o600));
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1, "nothing is left beside it");

    let examination = Doctor::of(&at(&place)).unwrap().examine().unwrap();
    assert!(examination.is_healthy(), "{examination}");
    let owner = Owner::for_test("alice");
    let list = |options| {
        let tasks = Database::open(options).unwrap().tasks();
        block_on(tasks.list(&owner, ListQuery::default())).unwrap().tasks
    };
    assert_eq!(list(&at(&place)), list(&ward.options));
}

#[test]
fn a_writer_in_the_midst_of_a_transaction_is_not_waited_for() {
    let (source, target) = (Place::new(), Place::new());
    drop(crate::migrated(&source.options()));
    let mut writer = source.connection();
    writer.batch_execute("begin immediate; insert into owners values ('unseen', 1, 0)").unwrap();
    Database::back_up(&source.options(), &target.file()).unwrap();
    writer.batch_execute("commit").unwrap();
    let mut copy = target.connection();
    copy.batch_execute("insert into owners values ('unseen', 1, 0)").unwrap();
}

#[test]
fn what_is_there_is_never_overwritten() {
    let (ward, place) = (ward(), Place::new());
    fs::write(place.file(), "precious").unwrap();
    let error = Database::back_up(&ward.options, &place.file()).unwrap_err();
    assert!(matches!(error, BackupError::Exists { .. }), "{error}");
    assert_eq!(fs::read(place.file()).unwrap(), b"precious");
    fs::remove_file(place.file()).unwrap();
    std::os::unix::fs::symlink(place.0.path().join("nowhere"), place.file()).unwrap();
    let error = Database::back_up(&ward.options, &place.file()).unwrap_err();
    assert!(matches!(error, BackupError::Exists { .. }), "{error}");
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 1);
}

#[test]
fn without_a_database_or_a_folder_nothing_is_made() {
    let (ward, place) = (ward(), Place::new());
    let error = Database::back_up(&at(&place), &place.0.path().join("copy.db")).unwrap_err();
    assert!(matches!(error, BackupError::Source(DoctorError::Absent { .. })), "{error}");
    let error = Database::back_up(&ward.options, &place.0.path().join("no/such/folder.db")).unwrap_err();
    assert!(matches!(error, BackupError::Unwritten { .. }), "{error}");
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0);
}
