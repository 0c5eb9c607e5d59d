//! Requests of clients that already exist for this API, one test for each of their habits.

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, Service};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    completion_accepts_an_empty_json_body
    update_accepts_the_whole_object
    is_completed_is_accepted
    status_is_accepted
    priority_is_accepted_in_any_case
    empty_due_date_is_accepted
    sorting_by_due_date_is_accepted
    null_is_accepted_for_empty_form_fields
    delete_can_be_configured_to_return_json
    delete_returns_a_body_on_request
    error_detail_is_text
    list_is_an_array_of_all_tasks
    trailing_slashes_are_accepted
    filter_and_sort_aliases_are_accepted
    searches_find_texts_as_they_are_typed
}

/// A service, and a client for alice.
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

fn completion_accepts_an_empty_json_body(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a"}));
    let complete = format!("{}/complete", path(&task));
    for expected in [true, false] {
        let flip = alice.request("PATCH", &complete).header("Content-Type", "application/json").body("");
        assert_eq!(flip.send().expect(200).json()["completed"], expected);
    }
}

fn update_accepts_the_whole_object(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a", "description": "b"}));
    let mut whole = task.clone();
    whole["title"] = json!("changed");
    whole["completed"] = json!(true);
    // A client may send outdated members, or members that it cannot change.
    whole["user_id"] = json!("mallory");
    whole["created_at"] = json!("1970-01-01T00:00:00Z");
    whole["priority"] = json!("high");
    let response = alice.put(&path(&task), &whole).expect(200).json();
    assert_eq!((&response["title"], &response["completed"]), (&json!("changed"), &json!(true)));
    for member in ["id", "user_id", "created_at", "description"] {
        assert_eq!(response[member], task[member], "{member}");
    }
    assert_eq!(response["priority"], "high");
}

fn is_completed_is_accepted(database: Database) {
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

fn status_is_accepted(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a"}));
    let completed = alice.put(&path(&task), &json!({"status": "completed"})).expect(200).json();
    assert_eq!(completed["completed"], true);
    assert!(completed["completed_at"].is_string());
}

fn priority_is_accepted_in_any_case(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a", "priority": "High"}));
    assert_eq!(alice.get(&path(&task)).expect(200).json()["priority"], "high");
}

fn empty_due_date_is_accepted(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a", "due_date": ""}));
    assert_eq!(task["due_date"], Value::Null);
    let due = alice.put(&path(&task), &json!({"due_date": "2026-12-24T18:00"})).expect(200).json();
    assert_eq!(due["due_date"], "2026-12-24T18:00:00.000Z");
    assert_eq!(alice.put(&path(&task), &json!({"due_date": ""})).expect(200).json()["due_date"], Value::Null);
}

fn sorting_by_due_date_is_accepted(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    for (title, due) in [("a", json!("2026-12-24")), ("b", Value::Null), ("c", json!("2026-12-25"))] {
        created(&alice, &json!({"title": title, "due_date": due}));
    }
    for (query, expected) in
        [("sort_by=due_date&order=desc", ["c", "a", "b"]), ("sort=due_date", ["a", "c", "b"])]
    {
        let list = alice.get(&format!("/api/alice/tasks?{query}")).expect(200).json();
        let titles: Vec<&str> =
            list.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect();
        assert_eq!(titles, expected);
    }
}

fn null_is_accepted_for_empty_form_fields(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "a", "description": "b", "completed": true}));
    let nulls = json!({"title": null, "description": null, "completed": null});
    let response = alice.put(&path(&task), &nulls).expect(200).json();
    assert_eq!(
        (&response["title"], &response["description"], &response["completed"]),
        (&json!("a"), &Value::Null, &json!(true))
    );
}

fn delete_can_be_configured_to_return_json(database: Database) {
    let (_service, alice) = alice(&database.with_secret().set("TASKNOOK_TASKS__DELETE_RETURNS_BODY", "true"));
    let task = created(&alice, &json!({"title": "a"}));
    let id = &task["id"];
    // `await response.json()`: on a response without a body it throws.
    let response = alice.delete(&path(&task)).json();
    assert_eq!(response, json!({"message": "Task deleted", "id": id, "task_id": id, "deleted": true}));
    assert!(alice.delete(&path(&task)).expect(404).json()["detail"].is_string());
}

fn delete_returns_a_body_on_request(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let [asked, silent] = ["a", "b"].map(|title| created(&alice, &json!({"title": title})));
    let response = alice.request("DELETE", &path(&asked)).header("Prefer", "return=representation").send();
    assert_eq!(response.expect(200).json()["task_id"], asked["id"]);
    assert!(alice.delete(&path(&silent)).expect(204).body.is_empty());
}

fn error_detail_is_text(database: Database) {
    let (service, alice) = alice(&database.with_secret());
    let anonymous = service.client();
    for (response, status, word) in [
        (anonymous.get("/api/alice/tasks"), 401, "token"),
        (anonymous.with_token("a.b.c").get("/api/alice/tasks"), 401, "token"),
        (alice.get("/api/bob/tasks"), 403, "user"),
        (alice.get("/api/alice/tasks/1"), 404, "Task"),
        (alice.post("/api/alice/tasks", &json!({"title": ""})), 422, "title"),
        (alice.post("/api/alice/tasks", &json!([])), 422, "object"),
        (alice.get("/api/alice/tasks?limit=x"), 422, "limit"),
        (alice.get("/api/alice/nowhere"), 404, "Route"),
        (alice.get("/api/alice"), 405, "DELETE"),
    ] {
        // `throw new Error(body.detail)`: anything but a string is shown as `[object Object]`.
        let detail = response.expect(status).json()["detail"].as_str().map(str::to_owned);
        assert!(detail.as_ref().is_some_and(|detail| detail.contains(word)), "{status}: {detail:?}");
    }
}

fn list_is_an_array_of_all_tasks(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    assert_eq!(alice.get("/api/alice/tasks").expect(200).json(), json!([]));
    let made: Vec<Value> = (0..60).map(|n| created(&alice, &json!({"title": format!("{n}")}))).collect();
    let listed = alice.get("/api/alice/tasks").expect(200).json();
    let newest_first: Vec<Value> = made.into_iter().rev().collect();
    assert_eq!(listed, Value::Array(newest_first));
}

fn trailing_slashes_are_accepted(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = alice.post("/api/alice/tasks/", &json!({"title": "a"})).expect(201).json();
    let one = format!("{}/", path(&task));
    assert_eq!(alice.get("/api/alice/tasks/").expect(200).json(), json!([task]));
    assert_eq!(alice.get(&one).expect(200).json(), task);
    let _ = alice.patch(&format!("{one}complete/"), &json!({})).expect(200);
    let _ = alice.put(&one, &json!({"title": "b"})).expect(200);
    let _ = alice.delete(&one).expect(204);
}

fn filter_and_sort_aliases_are_accepted(database: Database) {
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
        ("limit=1&skip=1", json!([done])),
        ("limit=1&page=2&sort_by=title&sort_order=DESC", json!([done])),
        ("limit=1&page=9223372036854775807", json!([])),
        ("limit=1000&page=9223372036854775807&count=true", json!([])),
    ] {
        assert_eq!(alice.get(&format!("/api/alice/tasks?{query}")).expect(200).json(), expected, "{query}");
    }
}

/// Phones and browsers send composed letters, macOS file names have decomposed ones, Japanese keyboards both widths.
fn searches_find_texts_as_they_are_typed(database: Database) {
    let (_service, alice) = alice(&database.with_secret());
    let task = created(&alice, &json!({"title": "Cafe\u{301} ＷｉＦｉ", "description": "Straße"}));
    for (search, expected) in [
        ("caf%C3%A9", json!([task])),
        ("CAFE%CC%81%20wifi", json!([task])),
        ("%EF%BC%B7IFI", json!([task])),
        ("STRASSE", json!([task])),
        ("cafe", json!([])),
    ] {
        let listed = alice.get(&format!("/api/alice/tasks?search={search}&count=true")).expect(200);
        assert_eq!(listed.json(), expected, "{search}");
        assert_eq!(listed.header("etag"), None);
    }
}
