//! The manual order: moves over HTTP, after a restart, of several clients at once, and of rows that have no key.

use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, eventually, run_to_exit};

use crate::database::{Database, caller, execute, on_both_databases};

on_both_databases! {
    moved_tasks_keep_their_place
    concurrent_moves_keep_positions_unique
    rows_without_a_key_are_in_the_order_of_creation
    exports_keep_the_order
}

const LIMIT: Duration = Duration::from_mins(1);

fn make(client: &Client, titles: &str) -> Vec<String> {
    let create = |title: char| {
        let task = client.post("/api/tasks", &json!({ "title": title.to_string() })).expect(201).json();
        task["id"].as_str().unwrap().to_owned()
    };
    titles.chars().map(create).collect()
}

fn ordered(client: &Client) -> Vec<Value> {
    client.get("/api/tasks?sort=position").expect(200).json().as_array().unwrap().clone()
}

fn titles(client: &Client) -> String {
    ordered(client).iter().map(|task| task["title"].as_str().unwrap().to_owned()).collect()
}

fn move_to(client: &Client, id: &str, place: &Value) -> Value {
    client.post(&format!("/api/tasks/{id}/move"), place).expect(200).json()
}

fn moved_tasks_keep_their_place(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (alice, bob) = (caller(&environment, &service, "alice"), caller(&environment, &service, "bob"));
    let ids = make(&alice, "abcd");
    let his = make(&bob, "x");
    assert_eq!(titles(&alice), "dcba");
    move_to(&alice, &ids[0], &json!({"to": "first"}));
    move_to(&alice, &ids[3], &json!({"after": ids[1]}));
    assert_eq!(titles(&alice), "acbd");
    let unchanged = move_to(&alice, &ids[3], &json!({"to": "last"}));
    assert_eq!(unchanged["revision"], 6);
    let foreign = alice.post(&format!("/api/tasks/{}/move", ids[0]), &json!({"before": his[0]}));
    assert_eq!(foreign.expect(422).json()["errors"][0]["loc"], json!(["body", "before"]));
    let _ = bob.post(&format!("/api/tasks/{}/move", ids[0]), &json!({"to": "first"})).expect(404);
    let stale = alice.request("POST", &format!("/api/tasks/{}/move", ids[0])).header("If-Match", "\"1\"");
    let _ = stale.json(&json!({"to": "last"})).send().expect(412);
    let _ = alice.delete(&format!("/api/tasks/{}", ids[2])).expect(204);
    move_to(&alice, &ids[1], &json!({"to": "first"}));
    service.stop();

    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    assert_eq!(titles(&alice), "bad");
    let _ = alice.post(&format!("/api/tasks/{}/restore", ids[2]), &json!({})).expect(200);
    assert_eq!(titles(&alice), "bacd");
    let _ = run_to_exit(&mut environment.command(&["doctor"]), LIMIT).success();
    service.stop();
}

fn concurrent_moves_keep_positions_unique(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let ids = make(&alice, "abcdefgh");
    thread::scope(|scope| {
        for (number, id) in ids.iter().enumerate().skip(1) {
            let (client, anchor) = (caller(&environment, &service, "alice"), &ids[0]);
            scope.spawn(move || {
                for turn in 0..20 {
                    let place = if (number + turn) % 2 == 0 { "before" } else { "after" };
                    move_to(&client, id, &json!({ (place): anchor }));
                }
            });
        }
    });
    let tasks = ordered(&alice);
    let positions: Vec<&str> = tasks.iter().map(|task| task["position"].as_str().unwrap()).collect();
    assert!(positions.is_sorted_by(|one, next| one < next), "{positions:?}");
    // Each was moved to the other side in turn, the last time by its number.
    let place = tasks.iter().position(|task| task["id"] == *ids[0]).unwrap();
    assert_eq!((tasks.len(), place), (8, 4));
    let _ = run_to_exit(&mut environment.command(&["doctor"]), LIMIT).success();
    service.stop();
}

fn rows_without_a_key_are_in_the_order_of_creation(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let ids = make(&caller(&environment, &service, "alice"), "abc");
    service.stop();
    execute(database, &environment, "update tasks set position = null");
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let created = alice.get("/api/tasks").expect(200).json();
    assert_eq!(json!(ordered(&alice)), created);
    move_to(&alice, &ids[0], &json!({"before": ids[1]}));
    assert_eq!(titles(&alice), "cab");
    make(&alice, "d");
    assert_eq!(titles(&alice), "dcab");
    let stored = || {
        let metrics = alice.get("/metrics").expect(200).text();
        let counted = |line: &str| line.contains("store_positions") && !line.ends_with(" 0");
        metrics.lines().any(counted).then_some(())
    };
    assert_eq!(eventually(LIMIT, stored), Some(()), "the job stores the keys");
    assert_eq!(titles(&alice), "dcab");
    service.stop();
}

fn exports_keep_the_order(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (alice, bob) = (caller(&environment, &service, "alice"), caller(&environment, &service, "bob"));
    let ids = make(&alice, "abc");
    move_to(&alice, &ids[2], &json!({"after": ids[1]}));
    move_to(&alice, &ids[0], &json!({"to": "first"}));
    make(&bob, "x");
    let file = environment.folder().join("alice.jsonl");
    let file = file.to_str().unwrap();
    let _ = run_to_exit(&mut environment.command(&["owner", "export", "alice", "--output", file]), LIMIT)
        .success();
    for owner in ["bob", "carol"] {
        let _ = run_to_exit(&mut environment.command(&["owner", "import", owner, file]), LIMIT).success();
    }
    assert_eq!((titles(&alice), titles(&bob)), ("abc".to_owned(), "abcx".to_owned()));
    let positions = |client: &Client| -> Vec<Value> {
        ordered(client).iter().map(|task| task["position"].clone()).collect()
    };
    assert_eq!(positions(&caller(&environment, &service, "carol")), positions(&alice));
    let _ = run_to_exit(&mut environment.command(&["doctor"]), LIMIT).success();
    service.stop();
}
