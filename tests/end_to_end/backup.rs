//! Backups, made under load and served again.

use std::collections::BTreeSet;
use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{Client, Disk, Environment, Postgres, SetOnDrop, run_to_exit};

use crate::database::{Database, caller, on_both_databases, url_of};

on_both_databases! {
    backup_under_load_has_every_acknowledged_task
}

const WRITERS: usize = 3;
const BEFORE_THE_BACKUP: usize = 60;
const LIMIT: Duration = Duration::from_mins(1);

fn backup_under_load_has_every_acknowledged_task(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let (titles, enough) = (Mutex::new(BTreeSet::new()), AtomicBool::new(false));
    let (acknowledge, acknowledged) = mpsc::channel();
    let (restored, before, during) = thread::scope(|scope| {
        let _enough = SetOnDrop(&enough);
        for writer in 0..WRITERS {
            let (alice, titles, enough, acknowledge) = (&alice, &titles, &enough, acknowledge.clone());
            scope.spawn(move || write(writer, alice, titles, enough, &acknowledge));
        }
        drop(acknowledge);
        assert_eq!(acknowledged.iter().take(BEFORE_THE_BACKUP).count(), BEFORE_THE_BACKUP);
        let before = titles.lock().unwrap().clone();
        let restored = backed_up_and_restored(database, &environment);
        let during = titles.lock().unwrap().len() - before.len();
        (restored, before, during)
    });
    assert!(during > 0, "nothing was written meanwhile");
    service.stop();

    let _ = restored.run(&["restored"]).success();
    let examined = restored.run(&["doctor"]).success();
    assert!(!examined.stdout.contains("FAILS"), "{}", examined.stdout);
    let service = restored.serve();
    let tasks = caller(&restored, &service, "alice").get("/api/tasks").expect(200).json();
    let listed: BTreeSet<String> =
        tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect();
    let lost: Vec<_> = before.difference(&listed).collect();
    assert!(lost.is_empty(), "{} of {} are lost: {lost:?}", lost.len(), before.len());
    let attempted = titles.into_inner().unwrap();
    assert!(listed.len() <= attempted.len() + WRITERS);
    let task = json!({"title": "goes on"});
    let made = caller(&restored, &service, "alice").post("/api/tasks", &task).expect(201);
    assert!(made.header("etag").unwrap().len() >= "\"4294967296\"".len(), "{made}");
    service.stop();
    let _ = restored.run(&["doctor"]).success();
}

/// Creates tasks until there are enough, at most a page, and keeps the titles that were acknowledged.
fn write(
    writer: usize,
    alice: &Client,
    titles: &Mutex<BTreeSet<String>>,
    enough: &AtomicBool,
    acknowledge: &mpsc::Sender<()>,
) {
    for attempt in 0..1000 / WRITERS {
        if enough.load(Ordering::Relaxed) {
            return;
        }
        let title = format!("writer {writer} attempt {attempt}");
        let _ = alice.post("/api/tasks", &json!({"title": title})).expect(201);
        titles.lock().unwrap().insert(title);
        // The receiver is gone once the backup has begun.
        let _ = acknowledge.send(());
    }
}

/// An environment whose database is a backup of this one's.
pub(crate) fn backed_up_and_restored(database: Database, environment: &Environment) -> Environment {
    let restored = database.with_secret();
    match database {
        Database::Sqlite => {
            let file = restored.folder().join("tasks.db");
            let output = environment.run(&["backup", file.to_str().unwrap()]).success().stdout;
            let bytes = fs::metadata(&file).unwrap().len();
            assert_eq!(output, format!("Wrote {}, {bytes} bytes.", file.display()));
        }
        Database::Postgres => {
            let (server, file) = (Postgres::shared(), "tasks.dump");
            let _ = server.client("pg_dump", &["-Fc", "-f", file, &url_of(environment)]).success();
            let arguments = ["--exit-on-error", "--no-owner", "-d", &url_of(&restored), file];
            let _ = server.client("pg_restore", &arguments).success();
        }
    }
    restored
}

#[test]
fn existing_files_are_not_overwritten() {
    let environment = Database::Sqlite.with_secret();
    let _ = environment.run(&["migrate"]).success();
    let file = environment.folder().join("copy.db");
    fs::write(&file, "precious").unwrap();
    let exit = environment.run(&["backup", "copy.db"]);
    assert_eq!(exit.code, Some(1));
    assert!(exit.stderr.contains("already exists"), "{}", exit.stderr);
    assert_eq!(fs::read(&file).unwrap(), b"precious");
}

#[test]
fn backup_of_postgres_refers_to_pg_dump() {
    let environment = Database::Postgres.environment();
    let exit = environment.run(&["backup", "copy.db"]);
    assert_eq!(exit.code, Some(2));
    assert!(exit.stderr.contains("pg_dump"), "{}", exit.stderr);
    assert!(!environment.folder().join("copy.db").exists());
}

#[test]
fn backup_onto_a_full_disk_leaves_nothing() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for _ in 0..300 {
        let _ = alice.post("/api/tasks", &json!({"title": "x", "description": "y".repeat(1000)})).expect(201);
    }
    let target = environment.folder().join("copies");
    fs::create_dir(&target).unwrap();
    let disk = Disk::mount(&target, 256 << 10);
    let exit = run_to_exit(&mut disk.command(&environment, &["backup", "copies/copy.db"]), LIMIT);
    assert_eq!(exit.code, Some(1), "{}", exit.stderr);
    assert!(exit.stderr.contains("the backup failed") && exit.stderr.contains("full"), "{}", exit.stderr);
    assert_eq!(disk.files(), [""; 0]);
    let _ = environment.run(&["backup", "copies/copy.db"]).success();
    service.stop();
}
