//! What the clients that were already written against this API are used to doing, one test a habit.

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, Service};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    completes_with_an_empty_body_and_a_json_content_type
    sends_the_whole_object_back
    writes_is_completed
    sends_null_for_what_a_form_leaves_empty
    reads_json_after_a_delete_without_looking_at_the_status
    asks_one_delete_for_a_body
    throws_the_detail_of_an_error
    takes_the_list_for_an_array_of_everything
    puts_a_slash_at_the_end
    filters_and_sorts_in_words_of_its_own
}

/// A service, and alice who calls it under her own path.
fn alice(environment: &Environment) -> (Service, Client) {
    let service = environment.serve();
    let alice = caller(environment, &service, "alice");
    (service, alice)
}

fn created(alice: &Client, body: &Value) -> Value {
    alice.post("/api/alice/tasks", body).expect(201).json()
}

fn path(task: &Value) -> String {
    format!("/api/alice/tasks/{}", task["id"].as_str().unwrap())
}

fn completes_with_an_empty_body_and_a_json_content_type(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a"}));
    let complete = format!("{}/complete", path(&task));
    for expected in [true, false] {
        let flip = alice.request("PATCH", &complete).header("Content-Type", "application/json").body("");
        assert_eq!(flip.send().expect(200).json()["completed"], expected);
    }
}

fn sends_the_whole_object_back(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a", "description": "b"}));
    let mut whole = task.clone();
    whole["title"] = json!("changed");
    whole["completed"] = json!(true);
    // A client may hold what is long untrue, or not its own to say.
    whole["user_id"] = json!("mallory");
    whole["created_at"] = json!("1970-01-01T00:00:00Z");
    whole["priority"] = json!("high");
    let answer = alice.put(&path(&task), &whole).expect(200).json();
    assert_eq!((&answer["title"], &answer["completed"]), (&json!("changed"), &json!(true)));
    for member in ["id", "user_id", "created_at", "description"] {
        assert_eq!(answer[member], task[member], "{member}");
    }
    assert_eq!(answer.get("priority"), None);
}

fn writes_is_completed(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a", "is_completed": true}));
    assert_eq!(task["completed"], true);
    assert_eq!(
        alice.put(&path(&task), &json!({"is_completed": false})).expect(200).json()["completed"],
        false
    );
    assert_eq!(
        alice.patch(&path(&task), &json!({"is_completed": true})).expect(200).json()["completed"],
        true
    );
    let complete = format!("{}/complete", path(&task));
    assert_eq!(
        alice.patch(&complete, &json!({"is_completed": false})).expect(200).json()["completed"],
        false
    );
}

fn sends_null_for_what_a_form_leaves_empty(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a", "description": "b", "completed": true}));
    let nulls = json!({"title": null, "description": null, "completed": null});
    let answer = alice.put(&path(&task), &nulls).expect(200).json();
    assert_eq!(
        (&answer["title"], &answer["description"], &answer["completed"]),
        (&json!("a"), &Value::Null, &json!(true))
    );
}

fn reads_json_after_a_delete_without_looking_at_the_status(database: Database) {
    let (_service, alice) = alice(&database.with_secret().set("TASKNOOK_TASKS__DELETE_RETURNS_BODY", "true"));
    let task = created(&alice, &json!({"title": "a"}));
    let id = &task["id"];
    // `await response.json()`: on an answer without a body it throws.
    let answer = alice.delete(&path(&task)).json();
    assert_eq!(answer, json!({"message": "Task deleted", "id": id, "task_id": id, "deleted": true}));
    assert!(alice.delete(&path(&task)).expect(404).json()["detail"].is_string());
}

fn asks_one_delete_for_a_body(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let [asked, silent] = ["a", "b"].map(|title| created(&alice, &json!({"title": title})));
    let answer = alice.request("DELETE", &path(&asked)).header("Prefer", "return=representation").send();
    assert_eq!(answer.expect(200).json()["task_id"], asked["id"]);
    assert!(alice.delete(&path(&silent)).expect(204).body.is_empty());
}

fn throws_the_detail_of_an_error(database: Database) {
    let (service, alice) = alice(&database.with_secret());
    let nobody = service.client();
    for (answer, status, word) in [
        (nobody.get("/api/alice/tasks"), 401, "token"),
        (nobody.with_token("a.b.c").get("/api/alice/tasks"), 401, "token"),
        (alice.get("/api/bob/tasks"), 403, "user"),
        (alice.get("/api/alice/tasks/1"), 404, "Task"),
        (alice.post("/api/alice/tasks", &json!({"title": ""})), 422, "title"),
        (alice.post("/api/alice/tasks", &json!([])), 422, "object"),
        (alice.get("/api/alice/tasks?limit=x"), 422, "limit"),
        (alice.get("/api/nowhere"), 404, "Route"),
    ] {
        // `throw new Error(body.detail)`: anything but text reads as `[object Object]`.
        let detail = answer.expect(status).json()["detail"].as_str().map(str::to_owned);
        assert!(detail.as_ref().is_some_and(|detail| detail.contains(word)), "{status}: {detail:?}");
    }
}

fn takes_the_list_for_an_array_of_everything(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    assert_eq!(alice.get("/api/alice/tasks").expect(200).json(), json!([]));
    let made: Vec<Value> = (0..60).map(|n| created(&alice, &json!({"title": format!("{n}")}))).collect();
    let listed = alice.get("/api/alice/tasks").expect(200).json();
    let newest_first: Vec<Value> = made.into_iter().rev().collect();
    assert_eq!(listed, Value::Array(newest_first));
}

fn puts_a_slash_at_the_end(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = alice.post("/api/alice/tasks/", &json!({"title": "a"})).expect(201).json();
    let one = format!("{}/", path(&task));
    assert_eq!(alice.get("/api/alice/tasks/").expect(200).json(), json!([task]));
    assert_eq!(alice.get(&one).expect(200).json(), task);
    let _ = alice.patch(&format!("{one}complete/"), &json!({})).expect(200);
    let _ = alice.put(&one, &json!({"title": "b"})).expect(200);
    let _ = alice.delete(&one).expect(204);
}

fn filters_and_sorts_in_words_of_its_own(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let [done, open] = [("done", true), ("open", false)]
        .map(|(title, completed)| created(&alice, &json!({"title": title, "completed": completed})));
    for (query, expected) in [
        ("status=completed", json!([done])),
        ("status=Active", json!([open])),
        ("status=pending&page=1", json!([open])),
        ("completed=true", json!([done])),
        ("status=ALL&sort_by=created_at&order=asc", json!([done, open])),
        ("sort=title&order=desc", json!([open, done])),
        ("sort=-updated_at", json!([open, done])),
        ("search=DON", json!([done])),
        ("limit=1&offset=1", json!([done])),
    ] {
        assert_eq!(alice.get(&format!("/api/alice/tasks?{query}")).expect(200).json(), expected, "{query}");
    }
}
