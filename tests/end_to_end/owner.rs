//! The data of single users: `tasknook owner`, and the routes that delete a user and transfer tasks.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, Exit, SetOnDrop, run_to_exit};

use crate::database::{Database, caller, execute, on_both_databases};

on_both_databases! {
    users_are_exported_deleted_and_imported
    deleted_users_leave_no_row
    tasks_move_while_clients_write
    killed_moves_are_done_or_undone
    commands_are_in_the_audit_log
}

const LIMIT: Duration = Duration::from_mins(1);

fn run(environment: &Environment, arguments: &[&str]) -> Exit {
    run_to_exit(environment.command(&["owner"]).args(arguments), LIMIT)
}

/// The lines of an export.
fn export(environment: &Environment, user: &str) -> Vec<Value> {
    let exported = run(environment, &["export", "--", user]).success();
    exported.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The number of tasks of a user.
fn count(environment: &Environment, user: &str) -> u64 {
    export(environment, user).last().unwrap()["end"]["tasks"].as_u64().unwrap()
}

fn create(client: &Client, title: &str) -> Value {
    client.post("/api/tasks", &json!({ "title": title })).expect(201).json()
}

fn users_are_exported_deleted_and_imported(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (zoe, bob) = ("zoë/'%", "bob");
    let (client, other) = (caller(&environment, &service, zoe), caller(&environment, &service, bob));
    let kept = [create(&client, "one"), create(&client, "two \u{2028} lines")];
    let deleted = create(&client, "deleted");
    let path = format!("/api/tasks/{}", deleted["id"].as_str().unwrap());
    let _ = client.delete(&path).expect(204);
    create(&other, "his");

    let file = environment.folder().join("user.jsonl");
    let path = file.to_str().unwrap();
    let _ = run(&environment, &["export", "--output", path, "--", zoe]).success();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains("his") && text.contains(deleted["id"].as_str().unwrap()), "{text}");
    let lines = export(&environment, zoe);
    let tasks: Vec<&Value> = lines.iter().filter_map(|line| line.get("task")).collect();
    assert_eq!(tasks, kept.iter().collect::<Vec<_>>());
    let trashed: Vec<&Value> = lines.iter().filter_map(|line| line.get("trashed")).collect();
    assert!(matches!(trashed.as_slice(), [one] if one["id"] == deleted["id"]), "{trashed:?}");
    assert_eq!(export(&environment, "-unknown").len(), 2, "an id may begin with a hyphen");
    assert_eq!(run(&environment, &["export", "--output", path, "--", zoe]).code, Some(1), "the file exists");

    let unconfirmed = run(&environment, &["delete", "--", zoe]);
    assert_eq!(unconfirmed.code, Some(1), "{}", unconfirmed.stderr);
    assert_eq!(count(&environment, zoe), 2);
    let _ = run(&environment, &["delete", "--yes", "--", zoe]).success();
    assert_eq!(client.get("/api/tasks").expect(200).json(), json!([]));

    let _ = run(&environment, &["import", "--", zoe, path]).success();
    for task in &kept {
        let path = format!("/api/tasks/{}", task["id"].as_str().unwrap());
        let response = client.get(&path).expect(200);
        let revision: u64 = response.header("etag").unwrap().trim_matches('"').parse().unwrap();
        let mut expected = task.clone();
        expected["revision"] = json!(revision);
        assert_eq!(response.json(), expected);
        assert!(revision > 4, "no tag from before the export is used again: {revision}");
    }
    let trash = client.get("/api/tasks/trash").expect(200).json();
    let mut expected = trashed[0].clone();
    expected["revision"] = trash[0]["revision"].clone();
    assert_eq!(trash, json!([expected]));
    let again = run(&environment, &["import", "--", zoe, path]);
    assert_eq!(again.code, Some(1));
    assert!(again.stderr.contains(kept[0]["id"].as_str().unwrap()), "{}", again.stderr);
    let skipped = run(&environment, &["import", "--skip", "--", zoe, path]).success();
    assert!(skipped.stdout.contains("Imported 0 tasks, kept 3."), "{}", skipped.stdout);
    assert!(import_from_input(&environment, bob, &text), "standard input");
    assert_eq!(other.get("/api/tasks").expect(200).json().as_array().unwrap().len(), 3);
    assert!(!import_from_input(&environment, bob, text.rsplit_once("{\"end").unwrap().0), "incomplete");
    let _ = run_doctor(&environment);
    service.stop();
}

fn import_from_input(environment: &Environment, user: &str, text: &str) -> bool {
    let mut import = environment.command(&["owner", "import", "--replace", user, "-"]);
    let mut import = import.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    import.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    import.wait().unwrap().success()
}

fn run_doctor(environment: &Environment) -> Exit {
    run_to_exit(&mut environment.command(&["doctor"]), LIMIT).success()
}

fn deleted_users_leave_no_row(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (zoe, bob) = (caller(&environment, &service, "zoë"), caller(&environment, &service, "bob"));
    let (hers, his) = (create(&zoe, "hers"), create(&bob, "his"));
    let delete = |id: &str| zoe.request("DELETE", "/api/zo%C3%AB").header("X-Confirm-Delete", id).send();
    assert_eq!(zoe.delete("/api/zo%C3%AB").expect(428).json()["code"], "confirmation_required");
    let _ = delete("bob").expect(428);
    assert_eq!(zoe.get("/api/tasks").expect(200).json(), json!([hers]));
    let _ = delete("zo%C3%AB").expect(204);
    let _ = delete("zo%C3%AB").expect(204);
    let nothing = export(&environment, "zoë");
    assert_eq!(
        nothing,
        [
            json!({ "tasknook_export": 1, "owner_id": "zoë", "revision": 0 }),
            json!({ "end": { "lists": 0, "tasks": 0, "trashed": 0, "tombstones": 0 } }),
        ]
    );
    assert_eq!(bob.get("/api/tasks").expect(200).json(), json!([his]));
    let transfer = json!({ "from_token": environment.token("bob") });
    let _ = zoe.post("/api/zo%C3%AB/tasks/transfer", &transfer).expect(204);
    assert_eq!(zoe.get("/api/tasks").expect(200).json()[0]["id"], his["id"]);
    assert_eq!(count(&environment, "bob"), 0);
    let _ = run_doctor(&environment);
    service.stop();
}

fn tasks_move_while_clients_write(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (users, over) = (["anonymous", "alice"], AtomicBool::new(false));
    let clients = users.map(|user| caller(&environment, &service, user));
    let created: usize = thread::scope(|scope| {
        let moved = SetOnDrop(&over);
        let writers = clients.each_ref().map(|client| {
            let over = &over;
            scope.spawn(move || {
                let write = || {
                    let response = client.post("/api/tasks", &json!({ "title": "task" }));
                    // 503 promises that nothing was written.
                    assert!([201, 503].contains(&response.status), "{response}");
                    response.status == 201
                };
                std::iter::from_fn(|| (!over.load(Ordering::Relaxed)).then(write))
                    .filter(|done| *done)
                    .count()
            })
        });
        for round in 0..4 {
            let _ = run(&environment, &["move", users[round % 2], users[(round + 1) % 2]]).success();
        }
        drop(moved);
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    assert_eq!(users.map(|user| count(&environment, user)).iter().sum::<u64>(), created as u64);
    let _ = run(&environment, &["move", users[0], users[1]]).success();
    assert_eq!((count(&environment, users[0]), count(&environment, users[1])), (0, created as u64));
    assert_eq!(run(&environment, &["move", "alice", "alice"]).code, Some(2));
    let _ = run_doctor(&environment);
    service.stop();
}

const KILLS: u32 = 8;
const TASKS: u64 = 1000;

fn killed_moves_are_done_or_undone(database: Database) {
    let environment = database.with_secret();
    let _ = environment.run(&["migrate"]).success();
    write_export(&environment.folder().join("many.jsonl"));
    let _ = run(&environment, &["import", "a", "many.jsonl"]).success();
    let elapsed = run(&environment, &["move", "a", "b"]).success().elapsed;
    let (mut from, mut to) = ("b", "a");
    for kill in 0..KILLS {
        let mut command: Command = environment.command(&["owner", "move", from, to]);
        let mut child = command.stdout(Stdio::null()).spawn().unwrap();
        // The moment of the fault, spread over the time that a move takes.
        thread::sleep(elapsed * kill / KILLS);
        child.kill().unwrap();
        child.wait().unwrap();
        // The server may still commit the last statement that it received, and a new writer waits for that.
        execute(database, &environment, "update owners set version = version");
        let counts = (count(&environment, from), count(&environment, to));
        assert!([(TASKS, 0), (0, TASKS)].contains(&counts), "{counts:?}");
        if counts.0 == 0 {
            (from, to) = (to, from);
        }
    }
    let _ = run_doctor(&environment);
}

fn write_export(path: &std::path::Path) {
    let mut file = File::create(path).unwrap();
    writeln!(file, "{}", json!({ "tasknook_export": 1, "owner_id": "a", "revision": 0 })).unwrap();
    for number in 1..=TASKS {
        let id = format!("00000000-0000-7000-8000-{number:012x}");
        let at = "2026-11-21T09:15:17.465Z";
        let task = json!({ "id": id, "title": "task", "created_at": at, "updated_at": at });
        writeln!(file, "{}", json!({ "task": task })).unwrap();
    }
    writeln!(file, "{}", json!({ "end": { "tasks": TASKS, "tombstones": 0 } })).unwrap();
}

fn commands_are_in_the_audit_log(database: Database) {
    let environment = database.with_secret().set("TASKNOOK_LOG__AUDIT_FILE", "audit.jsonl");
    let service = environment.serve();
    create(&caller(&environment, &service, "zoë"), "canary");
    create(&caller(&environment, &service, "bob"), "canary");
    let _ = run(&environment, &["export", "zoë", "--output", "zoë.jsonl"]).success();
    assert_eq!(run(&environment, &["import", "zoë", "zoë.jsonl"]).code, Some(1), "the id is in use");
    let _ = run(&environment, &["import", "zoë", "zoë.jsonl", "--replace"]).success();
    let _ = run(&environment, &["move", "zoë", "bob"]).success();
    assert_eq!(run(&environment, &["delete", "bob"]).code, Some(1), "not confirmed");
    let _ = run(&environment, &["delete", "bob", "--yes"]).success();
    service.stop();
    // Nothing is done without a record.
    let rejected = environment.clone().set("TASKNOOK_LOG__AUDIT_FILE", "missing/audit.jsonl");
    assert_eq!(run(&rejected, &["move", "bob", "zoë"]).code, Some(2));
    let full = environment.clone().set("TASKNOOK_LOG__AUDIT_FILE", "/dev/full");
    let unrecorded = run(&full, &["export", "bob"]);
    assert!(unrecorded.code == Some(1) && unrecorded.stderr.contains("audit log"), "{}", unrecorded.stderr);

    let text = fs::read_to_string(environment.folder().join("audit.jsonl")).unwrap();
    assert!(!text.contains("canary"), "{text}");
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (requests, commands): (Vec<&Value>, Vec<&Value>) =
        records.iter().partition(|record| record["command"].is_null());
    assert_eq!(requests.len(), 2, "the service appends to the same file");
    let members = ["command", "user", "from_user", "tasks", "result"];
    let lines: Vec<Value> =
        commands.iter().map(|record| members.map(|member| &record[member])).map(|line| json!(line)).collect();
    assert_eq!(
        lines,
        [
            json!(["owner export", "zoë", null, 1, "applied"]),
            json!(["owner import", "zoë", null, null, "rejected"]),
            json!(["owner import", "zoë", null, 1, "applied"]),
            json!(["owner move", "bob", "zoë", 1, "applied"]),
            json!(["owner delete", "bob", null, null, "rejected"]),
            json!(["owner delete", "bob", null, 2, "applied"]),
        ]
    );
    let uid = fs::metadata(environment.folder()).unwrap().uid();
    assert!(commands.iter().all(|record| record["uid"] == uid && record["time"].is_string()), "{text}");
}
