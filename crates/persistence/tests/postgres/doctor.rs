//! The doctor on PostgreSQL.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use persistence::{BackupError, Database, DatabaseOptions, Doctor, DoctorReport, Engine, Remedy};
use tasknook_persistence as persistence;
use tasknook_tests::{Postgres, eventually};

use crate::doctor_of_both::{TestDatabase, line, messages};
use crate::{doctor_of_both, migrated, options, repair_under_load};

fn test_database() -> TestDatabase {
    let url = Postgres::shared().create_database();
    drop(migrated(&url));
    let long = Duration::from_mins(1);
    let options =
        DatabaseOptions { deadline: long, statement_timeout: long, pool_wait: long, ..options(&url) };
    let execute = move |sql: &str| drop(Postgres::shared().query(&url, sql));
    TestDatabase { options, execute: Box::new(execute) }
}

fn check(url: &str) -> DoctorReport {
    Doctor::new(&options(url)).unwrap().check().unwrap()
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
fn an_empty_database_needs_migrations() {
    let report = check(&Postgres::shared().create_database());
    assert_eq!(report.remedies(), [Remedy::Migrate], "{report}");
}

#[test]
fn invalid_and_incomplete_indexes_are_found() {
    let indexes = "select indexrelid::regclass from pg_index join pg_class on pg_class.oid = indrelid
        where relnamespace = 'public'::regnamespace and relname <> '__diesel_schema_migrations'";
    let url = test_database().options.url;
    let indexes = Postgres::shared().query(&url, indexes);
    assert!(indexes.lines().any(|index| index == "tasks_newest"), "{indexes}");
    for index in indexes.lines() {
        let database = test_database();
        database.fill();
        let set = |column, value| {
            (database.execute)(&format!(
                "update pg_index set {column} = {value} where indexrelid = '{index}'::regclass"
            ));
        };
        set("indisvalid", false);
        assert_eq!(messages(&database.check()), [format!("the index {index} is not valid")]);
        set("indisvalid", true);
        assert!(database.check().is_healthy(), "{}", database.check());
        // Rows without an entry in the index.
        set("indisready", false);
        (database.execute)(
            "insert into owners (owner_id, revision, live_tasks, trashed_tasks) values ('carol', 4, 1, 1);
             insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at)
             values ('carol', gen_random_uuid(), 'a', false, 'a' || chr(31), now(), now(), 1, null),
                 ('carol', gen_random_uuid(), 'a', false, 'a' || chr(31), now(), now(), 2, now());
             insert into tombstones values ('carol', 'task', gen_random_uuid(), 3, now());
             insert into lists (owner_id, id, name, position, created_at, updated_at, revision)
             values ('carol', gen_random_uuid(), 'List', 'C000000001', now(), now(), 4);
             insert into idempotency_keys values ('carol', 'key', 1, 0, 1, now(), 'a', 'a')",
        );
        set("indisready", true);
        let report = database.check();
        let found = messages(&report);
        assert!(found.len() == 1 && found[0].contains(&format!("the index {index} has ")), "{report}");
        assert_eq!(report.remedies(), [Remedy::Reindex]);
        assert_eq!(database.repair(&report), []);
        (database.execute)(&format!("reindex index {index}"));
        assert!(database.check().is_healthy(), "{}", database.check());
    }
}

/// A query in their order could be answered by another index.
#[test]
fn indexes_of_another_kind_are_not_compared() {
    let database = test_database();
    database.fill();
    (database.execute)(
        "create index on tasks using hash (title); create index on tasks (title text_pattern_ops);
        create index on tasks (owner_id collate \"en-x-icu\"); create index on tasks (lower(title));
        create index on tasks (owner_id, due_date nulls first) include (title);
        create index on tasks (owner_id, due_date desc) include (title)",
    );
    assert!(database.check().is_healthy(), "{}", database.check());
    // Whether they are valid is checked.
    (database.execute)(
        "update pg_index set indisvalid = false where indexrelid = 'tasks_title_idx'::regclass",
    );
    assert_eq!(messages(&database.check()), ["the index tasks_title_idx is not valid"]);
}

/// Overwrites the file of a table or index, in a server of its own, and checks as this user.
fn check_with_damaged_file(relation: &str, user: &str, damage: impl FnOnce(&Path)) -> DoctorReport {
    let server = Postgres::start();
    let url = server.create_database();
    drop(migrated(&url));
    TestDatabase { options: options(&url), execute: Box::new(|_| {}) }.fill();
    let path =
        format!("select current_setting('data_directory') || '/' || pg_relation_filepath('{relation}')");
    let path = server.query(&url, &path);
    let _ = server.query(&url, "create role clerk login in role pg_read_all_data, pg_write_all_data");
    let _ = server.query(&url, "checkpoint");
    server.stop();
    damage(Path::new(path.trim()));
    server.start_again();
    check(&url.replace("postgres@", &format!("{user}@")))
}

fn overwrite_a_page(path: &Path) {
    OpenOptions::new().write(true).open(path).unwrap().write_all_at(&[0xa5; 64], 0).unwrap();
}

#[test]
fn damaged_and_missing_files_need_a_backup() {
    for (relation, user) in [("tasks", "postgres"), ("tombstones_pkey", "clerk")] {
        let report = check_with_damaged_file(relation, user, overwrite_a_page);
        assert_eq!(report.remedies(), [Remedy::Restore], "{report}");
        assert!(report.to_string().contains("invalid page"), "{report}");
    }
    let report = check_with_damaged_file("tasks", "clerk", |path| fs::remove_file(path).unwrap());
    assert_eq!(report.remedies(), [Remedy::Restore], "{report}");
}

/// Every line of the report that is not of a check that passed.
fn not_passed(report: &DoctorReport) -> Vec<String> {
    report.to_string().lines().filter(|line| !line.starts_with("ok")).map(str::to_owned).collect()
}

#[test]
fn missing_rights_are_not_damage() {
    let database = test_database();
    database.fill();
    (database.execute)(
        "create role reader login; grant select on owners, tasks, idempotency_keys, lists to reader; update owners set live_tasks = 9",
    );
    let url = database.options.url.replace("postgres@", "reader@");
    let report = check(&url);
    let denied = |table| format!("permission denied for table {table}");
    for (name, table) in [
        ("schema", "__diesel_schema_migrations"),
        ("integrity", "tombstones"),
        ("owners", "tombstones"),
        ("revisions", "tombstones"),
        ("tombstones", "tombstones"),
    ] {
        let table_of_checks = report.to_string();
        let line = line(&table_of_checks, name);
        assert!(line.starts_with("skipped") && line.contains(&denied(table)), "{report}");
    }
    // What the role may read is checked all the same.
    assert_eq!(report.remedies(), [Remedy::Repair], "{report}");
    assert_eq!(report.findings().count(), 2, "{report}");
    assert_eq!(not_passed(&report).len(), 7, "{report}");
    assert_eq!(database.repair(&report), [], "the schema and the integrity are not known");
}

#[test]
fn timeouts_and_locks_are_not_damage() {
    let database = test_database();
    database.fill();
    let mut other = PgConnection::establish(&database.options.url).unwrap();
    other.batch_execute("begin; lock table tasks in access exclusive mode").unwrap();
    for timeout in ["statement_timeout", "lock_timeout"] {
        let url = format!("{}?options=-c%20{timeout}%3D100", database.options.url);
        let report = check(&url);
        assert!(!report.has_failures() && !report.is_healthy(), "{report}");
        let reason = format!("canceling statement due to {} timeout", timeout.trim_end_matches("_timeout"));
        let lines = not_passed(&report);
        assert_eq!(lines.len(), 9, "{report}");
        assert!(lines.iter().all(|line| line.starts_with("skipped") && line.contains(&reason)), "{report}");
        assert_eq!(database.repair(&report), []);
    }
    other.batch_execute("rollback").unwrap();
    assert!(database.check().is_healthy(), "{}", database.check());
}

#[test]
fn lost_connections_and_unknown_errors_are_not_damage() {
    let server = Postgres::start();
    let url = server.create_database();
    drop(migrated(&url));
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute("begin; lock table owners in access exclusive mode").unwrap();
    let report = thread::scope(|scope| {
        let checking = scope.spawn(|| check(&url));
        let waits = "select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock'";
        let waiting = || (server.query(&url, waits) == "1").then_some(());
        assert!(eventually(Duration::from_secs(5), waiting).is_some());
        server.stop();
        checking.join().unwrap()
    });
    assert!(!report.has_failures() && !report.is_healthy(), "{report}");
    server.start_again();

    let _ = server.query(
        &url,
        "alter table tombstones rename to stored; create view tombstones as
         select owner_id, type, object_id, revision / 0 as revision, at from stored;
         insert into owners (owner_id, revision) values ('alice', 1);
         insert into stored values ('alice', 'task', gen_random_uuid(), 1, now())",
    );
    let report = check(&url);
    assert!(!report.has_failures(), "{report}");
    assert!(line(&report.to_string(), "revisions").contains("division by zero"), "{report}");
}

#[test]
fn servers_are_not_backed_up_to_a_file() {
    let database = test_database();
    let error = Database::back_up(&database.options, Path::new("copy.db")).unwrap_err();
    assert!(matches!(error, BackupError::NotAFile { engine: Engine::Postgres }), "{error}");
}
