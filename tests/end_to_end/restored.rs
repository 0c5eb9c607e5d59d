//! Clients of a restored backup that have seen a later state.

use std::fs::File;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{Client, Response, eventually};

use crate::backup::backed_up_and_restored;
use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    nothing_of_a_lost_state_fits_after_a_restore
}

const LIMIT: Duration = Duration::from_secs(40);
const RAISE: u64 = 1 << 32;

fn header(response: &Response, name: &str) -> String {
    response.header(name).unwrap_or_else(|| panic!("{response}\nhas no {name}")).to_owned()
}

fn revision(tag: &str) -> u64 {
    tag.trim_matches('"').parse().unwrap()
}

fn position(client: &Client) -> String {
    let changes = client.get("/api/tasks/changes").expect(200).json();
    changes["next"].as_str().unwrap().to_owned()
}

fn rename(client: &Client, task: &str, title: &str, tag: Option<&str>) -> Response {
    let request = client.request("PATCH", task);
    let request = if let Some(tag) = tag { request.header("If-Match", tag) } else { request };
    request.json(&json!({ "title": title })).send()
}

fn nothing_of_a_lost_state_fits_after_a_restore(database: Database) {
    const PAGE: &str = "/api/tasks?sort=title&limit=1";
    let original = database.with_secret();
    let service = original.serve();
    let alice = caller(&original, &service, "alice");
    let mut tasks = Vec::new();
    for title in ["one", "two"] {
        let task = alice.post("/api/tasks", &json!({ "title": title })).expect(201);
        tasks.push(format!("/api/tasks/{}", task.json()["id"].as_str().unwrap()));
    }
    let kept = header(&alice.get(&tasks[1]).expect(200), "etag");
    let copy = backed_up_and_restored(database, &original);
    let (mut lists, mut positions) = (vec![header(&alice.get("/api/tasks").expect(200), "etag")], vec![]);
    positions.push(position(&alice));
    let lost = header(&rename(&alice, &tasks[0], "lost", None).expect(200), "etag");
    lists.push(header(&alice.get("/api/tasks").expect(200), "etag"));
    positions.push(position(&alice));
    let cursor = header(&alice.get(PAGE).expect(200), "x-next-cursor");
    service.stop();

    let service = copy.serve();
    let refused = copy.run(&["restored"]);
    assert_eq!(refused.code, Some(1), "{}", refused.stdout);
    assert!(refused.stderr.contains("nothing was changed"), "{}", refused.stderr);
    assert!(refused.stderr.contains("stop every service process"), "{}", refused.stderr);
    service.kill();
    let renewed = eventually(LIMIT, || Some(copy.run(&["restored"])).filter(|exit| exit.code == Some(0)));
    let renewed = renewed.unwrap().stdout;
    assert!(renewed.trim_end().ends_with("revision: 1"), "{renewed}");

    let service = copy.serve();
    let alice = caller(&copy, &service, "alice");
    for list in &lists {
        let _ = alice.request("GET", "/api/tasks").header("If-None-Match", list).send().expect(200);
    }
    for position in &positions {
        let changes = alice.get(&format!("/api/tasks/changes?since={position}")).expect(410);
        assert_eq!(changes.json()["code"], "resync_required");
    }
    let page = alice.get(&format!("{PAGE}&cursor={cursor}")).expect(200);
    assert_eq!(header(&page, "x-changed-since"), "true");
    // Without the raise, the first write would get the revision of the lost one.
    let new = header(&rename(&alice, &tasks[0], "another", None).expect(200), "etag");
    assert_eq!(revision(&new), revision(&lost) + RAISE);
    let _ = rename(&alice, &tasks[0], "wrong", Some(&lost)).expect(412);
    assert_eq!(alice.get(&tasks[0]).expect(200).json()["title"], "another");
    // A task that did not change after the backup has its tag.
    let _ = rename(&alice, &tasks[1], "kept", Some(&kept)).expect(200);
    service.stop();
    let _ = copy.run(&["doctor"]).success();
}

#[test]
fn service_names_the_command_that_it_waited_for() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_DATABASE__STARTUP_TIMEOUT_SECONDS", "0");
    let lock = File::create(environment.folder().join("tasks.db-lock")).unwrap();
    lock.lock().unwrap();
    let exit = environment.run(&["serve"]);
    assert_eq!(exit.code, Some(1), "{}", exit.stderr);
    assert!(exit.stderr.contains("tasknook restored"), "{}", exit.stderr);
    drop(lock);
    environment.serve().stop();
}

#[test]
fn restored_refuses_a_missing_database_and_an_old_schema() {
    let environment = Database::Sqlite.with_secret();
    let exit = environment.run(&["restored"]);
    assert_eq!(exit.code, Some(1), "{}", exit.stderr);
    assert!(!environment.folder().join("tasks.db").exists());
    drop(File::create(environment.folder().join("tasks.db")).unwrap());
    let exit = environment.run(&["restored"]);
    assert_eq!(exit.code, Some(1), "{}", exit.stderr);
    assert!(exit.stderr.contains("tasknook migrate"), "{}", exit.stderr);
}
