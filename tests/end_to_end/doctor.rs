//! `tasknook doctor`, as an operator meets it.

use std::fs;

use serde_json::json;
use tasknook_tests::{Environment, Exit};

use crate::database::{Database, caller, execute, on_both_databases};

on_both_databases! {
    says_what_is_wrong_and_mends_it_when_told_to
    leaves_a_schema_that_is_behind_to_migrate
}

/// The names of the checks that fail.
fn failures(exit: &Exit) -> Vec<&str> {
    let failing = exit.stdout.lines().filter_map(|line| line.strip_prefix("FAILS  ")?.get(..10));
    failing.map(str::trim).collect()
}

fn says_what_is_wrong_and_mends_it_when_told_to(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for title in ["a very private title", "another"] {
        let _ = alice.post("/api/tasks", &json!({"title": title})).expect(201);
    }
    for arguments in [&["doctor"][..], &["doctor", "--repair"]] {
        let exit = environment.run(arguments).success();
        assert_eq!((failures(&exit), exit.stdout.lines().count()), (vec![], 6), "{}", exit.stdout);
    }

    execute(
        database,
        &environment,
        "update owners set live_tasks = 5; update tasks set search = 'x', revision = 2",
    );
    let exit = environment.run(&["doctor"]);
    assert_eq!((failures(&exit), exit.code), (vec!["live tasks", "revisions", "texts"], Some(1)));
    for said in
        ["\"alice\": live_tasks is 5; live tasks: 2", "tasks that share a revision: 2", "doctor --repair"]
    {
        assert!(exit.stdout.contains(said), "{said} is not said\n{}", exit.stdout);
    }
    assert!(exit.stderr.contains("not healthy"), "{}", exit.stderr);
    assert!(!exit.stdout.contains("private"), "{}", exit.stdout);

    let exit = environment.run(&["doctor", "--repair"]).success();
    let said = "mended \"alice\": live_tasks from 5 to 2; new revisions for tasks, 3 to 4; the owner's revision from 2 to 4";
    assert!(exit.stdout.contains(said), "{}", exit.stdout);
    let again = exit.stdout.split_once("Checked again:").unwrap().1;
    assert!(!again.contains("FAILS"), "{}", exit.stdout);
    let _ = environment.run(&["doctor"]).success();
    let tasks = alice.get("/api/tasks?search=PRIVATE").text();
    assert!(tasks.contains("a very private title"), "{tasks}");
    service.stop();
}

fn leaves_a_schema_that_is_behind_to_migrate(database: Database) {
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
fn a_damaged_file_is_said_to_need_a_backup() {
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
    assert!(exit.stdout.contains("restore a backup"), "{}", exit.stdout);
    assert_eq!(fs::read(&file).unwrap().len(), content.len() / 2);
}

#[test]
fn what_is_not_there_or_not_ours_is_refused_and_left_alone() {
    let environment = Database::Sqlite.environment();
    let file = environment.folder().join("tasks.db");
    let exit = environment.run(&["doctor"]);
    assert_eq!(exit.code, Some(1));
    assert!(exit.stderr.contains("there is no database at"), "{}", exit.stderr);
    assert!(!file.exists());
    fs::write(&file, "a shopping list, longer than sixteen bytes").unwrap();
    let exit = environment.run(&["doctor", "--repair"]);
    assert_eq!(exit.code, Some(2));
    assert!(exit.stderr.contains("is not an SQLite database"), "{}", exit.stderr);
    assert_eq!(fs::read(&file).unwrap(), b"a shopping list, longer than sixteen bytes");
}

#[test]
fn a_server_that_is_away_is_said_to_be() {
    let url = "postgres://somebody:hunter2@127.0.0.1:1/tasks";
    let exit = Environment::new().set("DATABASE_URL", url).run(&["doctor"]);
    assert_eq!(exit.code, Some(1));
    assert!(exit.stderr.contains("cannot be reached"), "{}", exit.stderr);
    assert!(!exit.stderr.contains("hunter2"), "{}", exit.stderr);
}
