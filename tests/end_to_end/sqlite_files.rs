//! The files of an SQLite database, as people copy them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::json;
use tasknook_tests::eventually;

use crate::database::{Database, caller, execute};

const LIMIT: Duration = Duration::from_secs(40);
const MIB: u64 = 1 << 20;

#[test]
fn file_copied_alone_after_a_clean_stop_is_complete() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for number in 0..43 {
        let _ = alice.post("/api/tasks", &json!({"title": format!("task {number}")})).expect(201);
    }
    service.stop();

    let copied = Database::Sqlite.with_secret();
    fs::copy(environment.folder().join("tasks.db"), copied.folder().join("tasks.db")).unwrap();
    let service = copied.serve();
    let list = caller(&copied, &service, "alice").get("/api/tasks").expect(200).json();
    assert_eq!(list.as_array().unwrap().len(), 43);
}

#[test]
fn stop_beside_a_reader_warns_of_the_incomplete_file() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let _ = alice.post("/api/tasks", &json!({"title": "before"})).expect(201);
    let reader = snapshot(&environment.folder().join("tasks.db"));
    let _ = alice.post("/api/tasks", &json!({"title": "after"})).expect(201);
    let log = service.log().clone();
    service.stop();
    assert!(log.text().contains("incomplete without its -wal file"), "{log}");
    drop(reader);
}

#[test]
fn wal_shrinks_after_a_long_reader() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let task = json!({"title": "x", "description": "y".repeat(900)});
    for _ in 0..200 {
        let _ = alice.post("/api/tasks", &task).expect(201);
    }
    let (file, wal) = (environment.folder().join("tasks.db"), environment.folder().join("tasks.db-wal"));
    let size = || fs::metadata(&wal).unwrap().len();
    let reader = snapshot(&file);
    let grown = eventually(LIMIT, || {
        execute(Database::Sqlite, &environment, "update tasks set updated_at = updated_at + 1");
        (size() > 80 * MIB).then_some(())
    });
    assert!(grown.is_some(), "{}", size());
    drop(reader);
    let shrunk = eventually(LIMIT, || {
        let _ = alice.post("/api/tasks", &task).expect(201);
        (size() <= 32 * MIB).then_some(())
    });
    assert!(shrunk.is_some(), "{}", size());
}

/// A connection that keeps reading the present state.
fn snapshot(file: &Path) -> SqliteConnection {
    let mut reader = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    reader.batch_execute("begin; select count(*) from tasks").unwrap();
    reader
}
