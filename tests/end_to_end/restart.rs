//! Acknowledged tasks survive a restart and a kill.

use std::collections::BTreeSet;
use std::sync::mpsc;
use std::thread;

use serde_json::json;
use tasknook_tests::{Client, short_or_soak};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    tasks_survive_a_restart
    acknowledged_tasks_survive_a_kill_under_load
}

const WRITERS: usize = 4;
const ACKNOWLEDGED_BEFORE_KILL: usize = 100;

fn tasks_survive_a_restart(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for title in ["one", "two", "three"] {
        let _ = alice.post("/api/tasks", &json!({"title": title, "description": "läuft"})).expect(201);
    }
    let before = alice.get("/api/tasks").expect(200).json();
    let path = format!("/api/tasks/{}", before[0]["id"].as_str().unwrap());
    let tag = alice.get(&path).expect(200).header("etag").map(str::to_owned);
    service.stop();

    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    assert_eq!(alice.get("/api/tasks").expect(200).json(), before);
    assert_eq!(alice.get(&path).expect(200).header("etag").map(str::to_owned), tag);
}

fn acknowledged_tasks_survive_a_kill_under_load(database: Database) {
    for _ in 0..short_or_soak(1, 25) {
        kill_under_load(database);
    }
}

fn kill_under_load(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let (acknowledge, acknowledged) = mpsc::channel();
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (alice, acknowledge) = (alice.clone(), acknowledge.clone());
            thread::spawn(move || write_until_killed(writer, &alice, &acknowledge))
        })
        .collect();
    drop(acknowledge);
    let mut titles: BTreeSet<String> = acknowledged.iter().take(ACKNOWLEDGED_BEFORE_KILL).collect();
    service.kill();
    titles.extend(acknowledged);
    let attempted: usize = writers.into_iter().map(|writer| writer.join().unwrap()).sum();

    let service = environment.serve();
    let tasks = caller(&environment, &service, "alice").get("/api/tasks").expect(200).json();
    let listed: Vec<_> =
        tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect();
    let distinct: BTreeSet<_> = listed.iter().map(|&title| title.to_owned()).collect();
    assert_eq!(distinct.len(), listed.len(), "no task is there twice");
    let lost: Vec<_> = titles.difference(&distinct).collect();
    assert!(lost.is_empty(), "{} of {} are lost, as {:?}", lost.len(), titles.len(), lost.first());
    assert!(distinct.len() <= attempted, "{} tasks of {attempted} attempts", distinct.len());
    service.stop();
    let _ = environment.run(&["doctor"]).success();
}

/// Creates tasks until the service is killed, at most a page, and returns the number of attempts.
fn write_until_killed(writer: usize, alice: &Client, acknowledge: &mpsc::Sender<String>) -> usize {
    for attempt in 0..1000 / WRITERS {
        let title = format!("writer {writer} attempt {attempt}");
        match alice.request("POST", "/api/tasks").json(&json!({"title": title})).try_send() {
            Ok(response) => {
                let _ = response.expect(201);
                acknowledge.send(title).unwrap();
            }
            Err(_) => return attempt + 1,
        }
    }
    panic!("the service was not killed in time");
}
