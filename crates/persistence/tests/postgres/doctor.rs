//! The doctor, on a server.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::Duration;

use persistence::{BackupError, Database, DatabaseOptions, Doctor, Engine, Examination, Finding, Remedy};
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::doctor_of_both::Ward;
use crate::{beside_writers, doctor_of_both, migrated, options};

fn ward() -> Ward {
    let url = Postgres::shared().create_database();
    drop(migrated(&url));
    let long = Duration::from_mins(1);
    let options =
        DatabaseOptions { deadline: long, statement_timeout: long, pool_wait: long, ..options(&url) };
    let execute = move |sql: &str| drop(Postgres::shared().query(&url, sql));
    Ward { options, execute: Box::new(execute) }
}

fn examine(url: &str) -> Examination {
    Doctor::of(&options(url)).unwrap().examine().unwrap()
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
fn an_empty_database_is_to_be_migrated() {
    let found = examine(&Postgres::shared().create_database());
    assert_eq!(found.remedies(), [Remedy::Migrate], "{found}");
}

#[test]
fn an_index_that_is_not_valid_or_not_complete_is_named() {
    for index in ["owners_pkey", "tasks_pkey", "tasks_newest", "tasks_by_revision"] {
        let ward = ward();
        ward.settle();
        let set = |column, value| {
            (ward.execute)(&format!(
                "update pg_index set {column} = {value} where indexrelid = '{index}'::regclass"
            ));
        };
        set("indisvalid", false);
        let says = "is not valid".to_owned();
        let invalid = Finding::IndexDamaged { index: index.into(), says };
        assert_eq!(ward.examine().findings().collect::<Vec<_>>(), [&invalid]);
        set("indisvalid", true);
        assert!(ward.examine().is_healthy(), "{}", ward.examine());
        // A row that the index is not told of.
        set("indisready", false);
        (ward.execute)(
            "insert into owners values ('carol', 1, 1);
             insert into tasks values ('carol', gen_random_uuid(), 'a', null, false, 'a' || chr(31), now(), now(), 1)",
        );
        set("indisready", true);
        let found = ward.examine();
        let shown = found.to_string();
        assert!(shown.contains(&format!("the index {index} has ")), "{index}\n{shown}");
        assert_eq!(found.findings().count(), 1, "{shown}");
        assert_eq!(found.remedies(), [Remedy::Reindex]);
        assert!(Doctor::of(&ward.options).unwrap().repair(&found).done().is_empty());
        (ward.execute)(&format!("reindex index {index}"));
        assert!(ward.examine().is_healthy(), "{}", ward.examine());
    }
}

#[test]
fn a_page_that_cannot_be_read_is_damage() {
    let server = Postgres::start();
    let url = server.create_database();
    let ward = Ward { options: options(&url), execute: Box::new(|_| {}) };
    drop(migrated(&url));
    ward.settle();
    let file = server
        .query(&url, "select current_setting('data_directory') || '/' || pg_relation_filepath('tasks')");
    let _ = server.query(&url, "checkpoint");
    server.stop();
    let pages = OpenOptions::new().write(true).open(Path::new(file.trim())).unwrap();
    pages.write_all_at(&[0xa5; 64], 0).unwrap();
    server.start_again();
    let found = examine(&url);
    assert_eq!(found.remedies(), [Remedy::Restore], "{found}");
    assert!(found.to_string().contains("invalid page"), "{found}");
}

#[test]
fn a_server_is_not_copied_to_a_file() {
    let ward = ward();
    let error = Database::back_up(&ward.options, Path::new("copy.db")).unwrap_err();
    assert!(matches!(error, BackupError::NotAFile { engine: Engine::Postgres }), "{error}");
}
