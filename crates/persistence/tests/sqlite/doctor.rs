//! The doctor, on a file.

use std::fs;

use diesel::connection::SimpleConnection;
use persistence::{Database, DatabaseOptions, Doctor, DoctorError, Finding, OpenError, Outcome, Remedy};
use tasknook_persistence as persistence;

use crate::doctor_of_both::Ward;
use crate::{Place, beside_writers, doctor_of_both, migrated, patient};

/// A new database; its folder lasts as long as it does.
pub(crate) fn ward() -> Ward {
    let place = Place::new();
    let options = patient(&place.url());
    drop(migrated(&options));
    let execute = move |sql: &str| {
        let mut connection = place.connection();
        connection.batch_execute("pragma busy_timeout = 60000").unwrap();
        connection.batch_execute(sql).unwrap();
    };
    Ward { options, execute: Box::new(execute) }
}

#[test]
fn each_damage_is_found_and_mended() {
    doctor_of_both::each_damage_is_found_and_mended(ward);
}

#[test]
fn a_report_is_bounded_and_a_repair_is_not() {
    doctor_of_both::a_report_is_bounded_and_a_repair_is_not(&ward());
}

#[test]
fn under_another_schema_nothing_is_mended() {
    doctor_of_both::under_another_schema_nothing_is_mended(&ward());
}

#[test]
fn an_examination_among_writers_finds_nothing() {
    beside_writers::an_examination_finds_nothing(&ward());
}

#[test]
fn a_repair_among_writers_mends() {
    beside_writers::a_repair_mends(&ward());
}

#[test]
fn more_rows_than_a_page_are_all_read() {
    let ward = ward();
    (ward.execute)(
        "with recursive number (n) as (select 1 union all select n + 1 from number where n < 1234)
         insert into tasks select 'carol', randomblob(16), 'A', null, 0, 'a', 0, 0, n, null from number;
         insert into owners values ('carol', 1234, 1234)",
    );
    let found = ward.examine();
    let expected = Finding::SearchText { owner: "carol".into(), tasks: 1234 };
    assert_eq!(found.findings().collect::<Vec<_>>(), [&expected]);
    assert!(Doctor::of(&ward.options).unwrap().repair(&found).into_error().is_none());
    assert!(ward.examine().is_healthy(), "{}", ward.examine());
}

#[test]
fn a_schema_that_is_behind_is_said_and_its_contents_are_not_judged() {
    let place = Place::new();
    drop(Database::open(&place.options()).unwrap());
    let found = Doctor::of(&place.options()).unwrap().examine().unwrap();
    assert_eq!(found.remedies(), [Remedy::Migrate], "{found}");
    let judged = |name| {
        found.checks().iter().any(|one| one.subject().name() == name && one.outcome() == &Outcome::Holds)
    };
    assert!(judged("integrity") && !judged("live tasks"), "{found}");
}

#[test]
fn no_file_is_made() {
    let place = Place::new();
    let error = Doctor::of(&place.options()).err().unwrap();
    assert!(matches!(error, DoctorError::Absent { .. }), "{error}");
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0);
}

#[test]
fn what_is_another_programs_is_refused_and_left_alone() {
    let place = Place::new();
    fs::write(place.file(), "a shopping list, longer than sixteen bytes").unwrap();
    let error = Doctor::of(&place.options()).err().unwrap();
    assert!(matches!(error, DoctorError::Open(OpenError::NotADatabase { .. })), "{error}");
    fs::remove_file(place.file()).unwrap();
    place.connection().batch_execute("create table bookmarks (url text)").unwrap();
    let content = fs::read(place.file()).unwrap();
    let error = Doctor::of(&place.options()).err().unwrap();
    assert!(matches!(error, DoctorError::Open(OpenError::ForeignDatabase { .. })), "{error}");
    assert_eq!(fs::read(place.file()).unwrap(), content);
}

/// Options for a database of some pages, all of it in the one file, after this was done to its bytes.
fn damaged(place: &Place, damage: impl FnOnce(&mut Vec<u8>)) -> DatabaseOptions {
    drop(migrated(&place.options()));
    place
        .connection()
        .batch_execute(
            "with recursive number (n) as (select 1 union all select n + 1 from number where n < 500)
             insert into tasks select 'carol', randomblob(16), 'A', null, 0, 'a' || char(31), 0, 0, n, null from number;
             insert into owners values ('carol', 500, 500); pragma wal_checkpoint(truncate)",
        )
        .unwrap();
    let mut content = fs::read(place.file()).unwrap();
    assert!(content.len() > 20 * 4096, "{}", content.len());
    damage(&mut content);
    fs::write(place.file(), content).unwrap();
    place.options()
}

#[test]
fn a_damaged_file_is_said_to_be_one_and_is_not_mended() {
    type Damage = fn(&mut Vec<u8>);
    let damages: [Damage; 4] = [
        |content| content.truncate(10 * 4096),
        |content| content.truncate(5000),
        |content| content[12 * 4096..14 * 4096].fill(0xa5),
        |content| content[100..4096].fill(0xff),
    ];
    for damage in damages {
        let place = Place::new();
        let options = damaged(&place, damage);
        let content = fs::read(place.file()).unwrap();
        let doctor = Doctor::of(&options).unwrap();
        let found = doctor.examine().unwrap();
        assert_eq!(found.remedies(), [Remedy::Restore], "{found}");
        assert!(found.to_string().contains("live tasks  not checked"), "{found}");
        assert!(doctor.repair(&found).done().is_empty());
        assert_eq!(fs::read(place.file()).unwrap(), content);
    }
}
