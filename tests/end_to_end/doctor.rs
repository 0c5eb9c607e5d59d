//! `tasknook doctor` on the command line.

use std::fs;

use serde_json::json;
use tasknook_tests::{Environment, Exit};

use crate::database::{Database, caller, execute, on_both_databases};

on_both_databases! {
    reports_problems_and_repairs_them_on_request
    leaves_an_old_schema_to_migrate
}

/// The names of the checks that failed.
fn failures(exit: &Exit) -> Vec<&str> {
    let failed = exit.stdout.lines().filter_map(|line| line.strip_prefix("FAIL     ")?.get(..10));
    let mut names: Vec<&str> = failed.map(str::trim).collect();
    names.dedup();
    names
}

fn reports_problems_and_repairs_them_on_request(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for title in ["a very private title", "another"] {
        let _ = alice.post("/api/tasks", &json!({"title": title})).expect(201);
    }
    for arguments in [&["doctor"][..], &["doctor", "--repair"]] {
        let exit = environment.run(arguments).success();
        assert_eq!((failures(&exit), exit.stdout.lines().count()), (vec![], 11), "{}", exit.stdout);
    }

    let damage = "update owners set live_tasks = 5, revision = 1; update tasks set search = 'x'";
    execute(database, &environment, damage);
    let exit = environment.run(&["doctor"]);
    assert_eq!((failures(&exit), exit.code), (vec!["live tasks", "revisions", "texts"], Some(1)));
    for text in ["\"alice\": live_tasks is 5; live tasks: 2", "doctor --repair"] {
        assert!(exit.stdout.contains(text), "{text} is missing\n{}", exit.stdout);
    }
    assert!(exit.stderr.contains("the database has problems"), "{}", exit.stderr);
    assert!(!exit.stdout.contains("private"), "{}", exit.stdout);

    let exit = environment.run(&["doctor", "--repair"]).success();
    let repair = "repaired \"alice\": live_tasks changed from 5 to 2; revision raised from 1 to 3";
    assert!(exit.stdout.contains(repair), "{}", exit.stdout);
    let again = exit.stdout.split_once("Checked again:").unwrap().1;
    assert!(!again.contains("FAIL"), "{}", exit.stdout);
    let _ = environment.run(&["doctor"]).success();
    let tasks = alice.get("/api/tasks?search=PRIVATE").text();
    assert!(tasks.contains("a very private title"), "{tasks}");

    execute(database, &environment, "update tasks set revision = 1");
    let exit = environment.run(&["doctor", "--repair"]);
    assert_eq!((failures(&exit), exit.code), (vec!["revisions"], Some(1)), "{}", exit.stdout);
    assert!(exit.stdout.contains("Contradicting rows"), "{}", exit.stdout);

    execute(database, &environment, "alter table tombstones rename to stored");
    let exit = environment.run(&["doctor", "--repair"]);
    assert_eq!((failures(&exit), exit.code), (vec![], Some(3)), "{}", exit.stdout);
    assert!(exit.stdout.contains("skipped  revisions"), "{}", exit.stdout);
    assert!(exit.stderr.contains("not checked completely"), "{}", exit.stderr);
    service.stop();
}

fn leaves_an_old_schema_to_migrate(database: Database) {
    let environment = database.with_secret();
    if let Database::Sqlite = database {
        fs::write(environment.folder().join("tasks.db"), "").unwrap();
    }
    for arguments in [&["doctor"][..], &["doctor", "--repair"]] {
        let exit = environment.run(arguments);
        assert_eq!((failures(&exit), exit.code), (vec!["schema"], Some(1)), "{}", exit.stdout);
        assert!(exit.stdout.contains("tasknook migrate"), "{}", exit.stdout);
    }
    let _ = environment.run(&["migrate"]).success();
    let _ = environment.run(&["doctor"]).success();
}

#[test]
fn a_damaged_file_needs_a_backup() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for _ in 0..100 {
        let _ =
            alice.post("/api/tasks", &json!({"title": "x", "description": "long ".repeat(100)})).expect(201);
    }
    service.stop();
    // What is still in the WAL would make up for what is cut off.
    execute(Database::Sqlite, &environment, "pragma wal_checkpoint(truncate)");
    let file = environment.folder().join("tasks.db");
    let content = fs::read(&file).unwrap();
    fs::write(&file, &content[..content.len() / 2]).unwrap();
    let exit = environment.run(&["doctor", "--repair"]);
    assert_eq!(
        (failures(&exit), exit.code),
        (vec!["integrity"], Some(1)),
        "{}\n{}",
        exit.stdout,
        exit.stderr
    );
    assert!(exit.stdout.contains("Restore a backup"), "{}", exit.stdout);
    assert_eq!(fs::read(&file).unwrap().len(), content.len() / 2);
}

#[test]
fn absent_and_foreign_files_are_left_alone() {
    let environment = Database::Sqlite.environment();
    let file = environment.folder().join("tasks.db");
    let exit = environment.run(&["doctor"]);
    assert_eq!(exit.code, Some(3));
    assert!(exit.stderr.contains("there is no database at"), "{}", exit.stderr);
    assert!(!file.exists());
    fs::write(&file, "a shopping list, longer than sixteen bytes").unwrap();
    let exit = environment.run(&["doctor", "--repair"]);
    assert_eq!(exit.code, Some(2));
    assert!(exit.stderr.contains("is not an SQLite database"), "{}", exit.stderr);
    assert_eq!(fs::read(&file).unwrap(), b"a shopping list, longer than sixteen bytes");
}

#[test]
fn an_unreachable_server_has_its_own_exit_code() {
    let url = "postgres://user:hunter2@127.0.0.1:1/tasks";
    let exit = Environment::new().set("DATABASE_URL", url).run(&["doctor"]);
    assert_eq!(exit.code, Some(3));
    assert!(exit.stderr.contains("cannot be reached"), "{}", exit.stderr);
    assert!(!exit.stderr.contains("hunter2"), "{}", exit.stderr);
}
