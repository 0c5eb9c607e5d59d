//! The trash: deleted tasks are listed, restored, and deleted for good.

use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, eventually, run_to_exit};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    deleted_tasks_are_restored_or_deleted_for_good
    trashes_are_emptied_at_once
    trashes_survive_a_restart_and_end_with_the_setting
    without_a_trash_tasks_are_deleted_at_once
}

const LIMIT: Duration = Duration::from_mins(1);

fn trashed(client: &Client, title: &str) -> Value {
    let task = client.post("/api/tasks", &json!({ "title": title })).expect(201).json();
    let _ = client.delete(&format!("/api/tasks/{}", id(&task))).expect(204);
    client.get(&format!("/api/tasks/trash/{}", id(&task))).expect(200).json()
}

fn id(task: &Value) -> &str {
    task["id"].as_str().unwrap()
}

fn deleted_tasks_are_restored_or_deleted_for_good(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (alice, bob) = (caller(&environment, &service, "alice"), caller(&environment, &service, "bob"));
    let tasks = ["back", "gone", "kept"].map(|title| trashed(&alice, title));
    let [back, gone, kept] = &tasks;
    assert!(tasks.iter().all(|task| task["deleted_at"] == task["updated_at"]));
    let list = alice.get("/api/alice/tasks/trash").expect(200).json();
    assert_eq!(list, json!([kept, gone, back]), "the newest deletion first");
    let page = alice.get("/api/tasks/trash?limit=2&count=true").expect(200);
    assert_eq!((page.json(), page.header("x-total-count")), (json!([kept, gone]), Some("3")));
    let cursor = page.header("x-next-cursor").unwrap();
    let rest = alice.get(&format!("/api/tasks/trash?cursor={cursor}")).expect(200);
    assert_eq!(rest.json(), json!([back]));

    for task in &tasks {
        let _ = bob.get(&format!("/api/tasks/trash/{}", id(task))).expect(404);
        let _ = bob.delete(&format!("/api/tasks/trash/{}", id(task))).expect(404);
        let _ = bob.post(&format!("/api/tasks/{}/restore", id(task)), &json!({})).expect(404);
        let _ = alice.get(&format!("/api/tasks/{}", id(task))).expect(404);
    }
    assert_eq!(bob.get("/api/tasks/trash").expect(200).json(), json!([]));
    let restored = alice.post(&format!("/api/tasks/{}/restore", id(back)), &json!({})).expect(200);
    assert_eq!((restored.json()["title"].clone(), restored.header("etag")), (json!("back"), Some("\"7\"")));
    assert_eq!(alice.get("/api/tasks").expect(200).json(), json!([restored.json()]));
    let path = format!("/api/tasks/trash/{}", id(gone));
    let _ = alice.request("DELETE", &path).header("If-Match", "\"1\"").send().expect(412);
    let _ = alice.request("DELETE", &path).header("If-Match", "\"4\"").send().expect(204);
    let _ = alice.delete(&path).expect(404);
    assert_eq!(alice.get("/api/tasks/trash").expect(200).json(), json!([kept]));
    let _ = run_to_exit(&mut environment.command(&["doctor"]), LIMIT).success();
    service.stop();
}

fn trashes_are_emptied_at_once(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (alice, bob) = (caller(&environment, &service, "alice"), caller(&environment, &service, "bob"));
    for number in 0..20 {
        trashed(&alice, &format!("{number}"));
    }
    let his = trashed(&bob, "his");
    let _ = alice.delete("/api/alice/tasks/trash?search=1").expect(422);
    let _ = alice.delete("/api/alice/tasks/trash").expect(204);
    let _ = alice.delete("/api/tasks/trash").expect(204);
    assert_eq!(alice.get("/api/tasks/trash").expect(200).json(), json!([]));
    assert_eq!(bob.get("/api/tasks/trash").expect(200).json(), json!([his]));
    // Each deletion, and each task that was deleted for good, has a revision.
    let next = alice.post("/api/tasks", &json!({"title": "next"})).expect(201);
    assert_eq!(next.header("etag"), Some("\"61\""));
    let _ = run_to_exit(&mut environment.command(&["doctor"]), LIMIT).success();
    service.stop();
}

fn trashes_survive_a_restart_and_end_with_the_setting(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let task = trashed(&caller(&environment, &service, "alice"), "gone");
    service.stop();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    assert_eq!(alice.get("/api/tasks/trash").expect(200).json(), json!([task]));
    service.stop();
    // The background job begins at the start.
    let environment = environment.set("TASKNOOK_TASKS__TRASH_DAYS", "0");
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let is_empty = || (alice.get("/api/tasks/trash").expect(200).json() == json!([])).then_some(());
    assert_eq!(eventually(LIMIT, is_empty), Some(()), "the job empties the trash");
    service.stop();
}

fn without_a_trash_tasks_are_deleted_at_once(database: Database) {
    let environment = database.with_secret().set("TASKNOOK_TASKS__TRASH_DAYS", "0");
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let task = alice.post("/api/tasks", &json!({"title": "gone"})).expect(201).json();
    let _ = alice.delete(&format!("/api/tasks/{}", id(&task))).expect(204);
    let _ = alice.get(&format!("/api/tasks/trash/{}", id(&task))).expect(404);
    let _ = alice.post(&format!("/api/tasks/{}/restore", id(&task)), &json!({})).expect(404);
    service.stop();
}
