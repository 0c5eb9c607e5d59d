//! Several operations in one request, on the real binary.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, Response, eventually, short_or_soak};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    operations_of_two_users_are_executed_in_sequence
    repeated_lists_of_two_processes_have_one_response
    kills_neither_split_nor_double_a_list
}

fn id(number: u32) -> String {
    format!("{number:08x}-0000-4000-8000-000000000000")
}

fn creation(number: u32) -> Value {
    json!({"op": "create", "id": id(number), "task": {"title": format!("task {number}"), "tags": ["bulk"]}})
}

fn send(client: &Client, body: &Value) -> Response {
    client.post("/api/tasks/bulk", body)
}

fn send_with_key(client: &Client, key: &str, body: &Value) -> Response {
    client.request("POST", "/api/tasks/bulk").header("Idempotency-Key", key).json(body).send()
}

fn statuses(response: &Response) -> Vec<u64> {
    let json = response.json();
    json["results"].as_array().unwrap().iter().map(|result| result["status"].as_u64().unwrap()).collect()
}

/// The tasks of a user, by id.
fn tasks(client: &Client, path: &str) -> BTreeMap<String, Value> {
    let tasks = client.get(path).expect(200).json();
    let by_id = |task: &Value| (task["id"].as_str().unwrap().to_owned(), task.clone());
    tasks.as_array().unwrap().iter().map(by_id).collect()
}

fn operations_of_two_users_are_executed_in_sequence(database: Database) {
    let environment = database.with_secret().set("TASKNOOK_LIMITS__MAX_BODY_BYTES", "1024");
    let service = environment.serve();
    let [alice, bob] = ["alice", "bob"].map(|user| caller(&environment, &service, user));
    let created: Vec<Value> = (0..500).map(creation).collect();
    let response = send(&alice, &json!({ "operations": created })).expect(200);
    assert_eq!(statuses(&response), [201; 500]);
    let results = response.json()["results"].clone();
    let hers = tasks(&alice, "/api/tasks");
    assert_eq!(hers.len(), 500);
    for result in results.as_array().unwrap() {
        assert_eq!(hers[result["task"]["id"].as_str().unwrap()], result["task"], "as it is stored");
    }

    let list = json!([
        {"op": "update", "id": id(1), "task": {"title": "new", "tags": null}, "if_match": 2},
        {"op": "complete", "id": id(1), "if_match": {"operation": 0}},
        {"op": "delete", "id": id(2)},
        {"op": "delete", "id": id(2)},
        creation(2),
        {"op": "restore", "id": id(2)},
        {"op": "delete", "id": id(3), "if_match": 1},
        {"op": "restore", "id": id(3), "if_match": {"operation": 6}},
        {"op": "update", "id": "3", "task": {}},
    ]);
    let response = send(&alice, &json!({"atomic": false, "operations": list})).expect(200);
    assert_eq!(statuses(&response), [200, 200, 204, 404, 409, 200, 412, 424, 422]);
    let result = |index: usize| response.json()["results"][index].clone();
    assert_eq!(result(5)["task"]["revision"], 504);
    assert!(result(4)["problem"]["task"]["deleted_at"].is_string(), "{response}");
    assert_eq!(result(6)["problem"]["task"], hers[&id(3)]);
    let now = tasks(&alice, "/api/tasks");
    assert_eq!((&now[&id(1)], &now[&id(2)]), (&result(1)["task"], &result(5)["task"]));
    assert_eq!((&now[&id(1)]["title"], &now[&id(1)]["tags"]), (&json!("new"), &json!([])));

    // Nothing of hers can be seen or changed by him, and her ids are free for him.
    let whole = json!({"operations": [creation(9), {"op": "delete", "id": id(1)}]});
    let failed = send(&bob, &whole).expect(404);
    assert_eq!(
        (failed.json()["index"].as_u64(), failed.json()["code"].as_str()),
        (Some(1), Some("task_not_found"))
    );
    assert!(tasks(&bob, "/api/tasks").is_empty());
    let list = json!([
        {"op": "complete", "id": id(1)}, {"op": "restore", "id": id(2)}, creation(1), {"op": "delete", "id": id(1)},
    ]);
    let response = send(&bob, &json!({"atomic": false, "operations": list})).expect(200);
    assert_eq!(statuses(&response), [404, 404, 201, 204]);
    assert_eq!(tasks(&bob, "/api/tasks/trash").len(), 1);
    assert_eq!(tasks(&alice, "/api/tasks"), now);
    let _ = bob.post("/api/alice/tasks/bulk", &json!({"operations": []})).expect(403);

    let deleted: Vec<Value> = (0..500).map(|number| json!({"op": "delete", "id": id(number)})).collect();
    assert_eq!(statuses(&send(&alice, &json!({ "operations": deleted })).expect(200)), [204; 500]);
    assert_eq!((tasks(&alice, "/api/tasks").len(), tasks(&alice, "/api/tasks/trash").len()), (0, 500));
    service.stop();
    let _ = environment.run(&["doctor"]).success();
}

fn repeated_lists_of_two_processes_have_one_response(database: Database) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let clients = services.each_ref().map(|service| caller(&environment, service, "alice"));
    for round in 0..5_u32 {
        let list = json!({"atomic": false, "operations": [
            {"op": "create", "task": {"title": "läuft"}}, {"op": "delete", "id": id(99)}, creation(round), {"op": "?"},
        ]});
        let key = format!("round-{round}");
        let send = |number: usize| send_with_key(&clients[number % 2], &key, &list).expect(200);
        let responses: Vec<Response> = thread::scope(|scope| {
            let send = &send;
            let threads: Vec<_> = (0..8).map(|number| scope.spawn(move || send(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let is_replayed = |response: &&Response| response.header("idempotency-replayed") == Some("true");
        assert_eq!(responses.iter().filter(is_replayed).count(), 7);
        assert!(responses.iter().all(|response| response.body == responses[0].body), "byte for byte");
        assert_eq!(statuses(&responses[0]), [201, 404, 201, 422]);
        assert_eq!(tasks(&clients[0], "/api/tasks").len(), 2 * (round as usize + 1));
    }
}

const WRITERS: u32 = 4;
/// The tasks of each list.
const TASKS: u32 = 20;

/// Clients that repeat each list until it has a response, while the service is killed.
fn kills_neither_split_nor_double_a_list(database: Database) {
    let environment = database.with_secret();
    let mut unanswered: Vec<String> = Vec::new();
    let mut sent = 0;
    for round in 0..short_or_soak(6, 100) {
        let service = environment.serve();
        let client = caller(&environment, &service, "alice");
        create_again(&client, std::mem::take(&mut unanswered));
        let before = count(&client, "");
        thread::scope(|scope| {
            let create = |writer: u32| {
                let client = client.clone();
                let keys = (0_u32..).map(move |list| format!("{round}-{writer}-{list}"));
                scope.spawn(move || {
                    let keys = keys.zip(1..);
                    keys.into_iter().find(|(key, _)| create(&client, key).is_none()).unwrap()
                })
            };
            let writers: Vec<_> = (0..WRITERS).map(create).collect();
            let some = || (count(&client, "") >= before + WRITERS * TASKS).then_some(());
            eventually(Duration::from_mins(1), some).unwrap();
            service.kill();
            for writer in writers {
                let (key, lists) = writer.join().unwrap();
                unanswered.push(key);
                sent += lists;
            }
        });
    }
    let service = environment.serve();
    let client = caller(&environment, &service, "alice");
    create_again(&client, unanswered);
    assert_eq!(count(&client, ""), sent * TASKS);
    service.stop();
    let _ = environment.run(&["doctor"]).success();
}

/// Creates the tasks of a list; `None` without a response.
fn create(client: &Client, key: &str) -> Option<Response> {
    let creation = json!({"op": "create", "task": {"title": "task", "tags": [key]}});
    let list = json!({"operations": vec![creation; TASKS as usize]});
    let request = client.request("POST", "/api/tasks/bulk").header("Idempotency-Key", key);
    Some(request.json(&list).try_send().ok()?.expect(200))
}

fn create_again(client: &Client, keys: Vec<String>) {
    for key in keys {
        let stored = count(client, &format!("&tag={key}"));
        assert!(stored == 0 || stored == TASKS, "{stored} tasks of {key} are stored");
        let response = create(client, &key).unwrap();
        let is_replayed = response.header("idempotency-replayed") == Some("true");
        assert_eq!((statuses(&response).len(), is_replayed), (TASKS as usize, stored == TASKS));
        assert_eq!(count(client, &format!("&tag={key}")), TASKS);
    }
}

/// The number of tasks that match.
fn count(client: &Client, filter: &str) -> u32 {
    let page = client.get(&format!("/api/tasks?limit=1&count=true{filter}")).expect(200);
    page.header("x-total-count").unwrap().parse().unwrap()
}
