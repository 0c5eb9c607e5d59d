//! The doctor on SQLite.

use std::fs;

use diesel::connection::SimpleConnection;
use persistence::{CheckOutcome, Database, DatabaseOptions, Doctor, DoctorError, OpenError, Remedy};
use tasknook_persistence as persistence;

use crate::doctor_of_both::{TestDatabase, line, messages};
use crate::{Place, doctor_of_both, migrated, repair_under_load, without_timeouts};

/// A new database; its folder lasts as long as it does.
pub(crate) fn test_database() -> TestDatabase {
    let place = Place::new();
    let options = without_timeouts(&place.url());
    drop(migrated(&options));
    let execute = move |sql: &str| {
        let mut connection = place.connection();
        connection.batch_execute("pragma busy_timeout = 60000").unwrap();
        connection.batch_execute(sql).unwrap();
    };
    TestDatabase { options, execute: Box::new(execute) }
}

#[test]
fn all_damage_is_found_and_repaired() {
    doctor_of_both::all_damage_is_found_and_repaired(test_database);
}

#[test]
fn contradictions_are_reported_only() {
    doctor_of_both::contradictions_are_reported_only(test_database);
}

#[test]
fn rows_of_0_1_0_are_not_damage() {
    doctor_of_both::rows_of_0_1_0_are_not_damage(&test_database());
}

#[test]
fn reports_are_bounded_and_repairs_complete() {
    doctor_of_both::reports_are_bounded_and_repairs_complete(&test_database());
}

#[test]
fn repairs_require_the_schema_of_this_build() {
    doctor_of_both::repairs_require_the_schema_of_this_build(&test_database());
}

#[test]
fn checks_during_writes_find_nothing() {
    repair_under_load::a_check_finds_nothing(&test_database());
}

#[test]
fn repairs_during_writes_prevail() {
    repair_under_load::a_repair_prevails(&test_database());
}

#[test]
fn jobs_read_more_than_one_page() {
    let database = test_database();
    (database.execute)(
        "with recursive number (n) as (select 1 union all select n + 1 from number where n < 1234)
         insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision)
         select 'carol', randomblob(16), 'A', 0, 'a', 0, 0, n from number;
         insert into owners (owner_id, revision, live_tasks) values ('carol', 1234, 1234)",
    );
    let report = database.check();
    let expected = r#""carol": tasks that are searched by other texts than their own: 1234"#;
    assert_eq!(messages(&report), [expected]);
    assert!(!database.repair(&report).is_empty());
    assert!(database.check().is_healthy(), "{}", database.check());
}

#[test]
fn rows_of_an_old_schema_are_not_checked() {
    let place = Place::new();
    drop(Database::open(&place.options()).unwrap());
    let report = Doctor::new(&place.options()).unwrap().check().unwrap();
    assert_eq!(report.remedies(), [Remedy::Migrate], "{report}");
    let outcome = |name| &report.checks.iter().find(|check| check.name == name).unwrap().outcome;
    assert_eq!(outcome("integrity"), &CheckOutcome::Passed);
    assert_eq!(outcome("live tasks"), &CheckOutcome::Skipped("the schema is not up to date".into()));
}

#[test]
fn statement_errors_are_not_damage() {
    let database = test_database();
    (database.execute)("drop table tombstones");
    let report = database.check();
    assert!(!report.has_failures() && !report.is_healthy(), "{report}");
    let table = report.to_string();
    for name in ["owners", "revisions", "tombstones"] {
        let line = line(&table, name);
        assert!(line.starts_with("skipped") && line.contains("no such table"), "{table}");
    }
}

#[test]
fn no_file_is_created() {
    let place = Place::new();
    let error = Doctor::new(&place.options()).err().unwrap();
    assert!(matches!(error, DoctorError::Absent { .. }), "{error}");
    assert_eq!(fs::read_dir(place.0.path()).unwrap().count(), 0);
}

#[test]
fn foreign_files_are_rejected_and_left_alone() {
    let place = Place::new();
    fs::write(place.file(), "a shopping list, longer than sixteen bytes").unwrap();
    let error = Doctor::new(&place.options()).err().unwrap();
    assert!(matches!(error, DoctorError::Open(OpenError::NotADatabase { .. })), "{error}");
    fs::remove_file(place.file()).unwrap();
    place.connection().batch_execute("create table bookmarks (url text)").unwrap();
    let content = fs::read(place.file()).unwrap();
    let error = Doctor::new(&place.options()).err().unwrap();
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
             insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision)
             select 'carol', randomblob(16), 'A', 0, 'a' || char(31), 0, 0, n from number;
             insert into owners (owner_id, revision, live_tasks) values ('carol', 500, 500); pragma wal_checkpoint(truncate)",
        )
        .unwrap();
    let mut content = fs::read(place.file()).unwrap();
    assert!(content.len() > 20 * 4096, "{}", content.len());
    damage(&mut content);
    fs::write(place.file(), content).unwrap();
    place.options()
}

#[test]
fn damaged_files_need_a_backup() {
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
        let doctor = Doctor::new(&options).unwrap();
        let report = doctor.check().unwrap();
        assert_eq!(report.remedies(), [Remedy::Restore], "{report}");
        let table = report.to_string();
        assert!(line(&table, "live tasks").starts_with("skipped"), "{table}");
        doctor.repair(&report, &mut |repair| panic!("{repair}")).unwrap();
        assert_eq!(fs::read(place.file()).unwrap(), content);
    }
}
