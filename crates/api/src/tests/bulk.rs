mod limits;
mod malformed;

use std::fmt::Write as _;
use std::num::NonZeroU64;
use std::sync::Arc;

use actix_web::dev::{Service, ServiceResponse};
use domain::WriteLimits;
use domain::testing::MemoryTasks;
use serde_json::{Value, json};

use super::{App, Call, TestResponse, app, app_over, call, settings, state};

const UNKNOWN: &str = "00000000-0000-7000-8000-00000000ffff";

/// The id of a task that a test creates.
fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012x}")
}

fn request(user: &str, body: &Value) -> Call {
    call("POST", "/api/tasks/bulk").by(user).json(&body.to_string())
}

fn each(operations: &Value) -> Value {
    json!({"atomic": false, "operations": operations})
}

fn creation(number: u32) -> Value {
    json!({"op": "create", "id": id(number), "task": {"title": format!("task {number}")}})
}

/// The status of each result.
fn statuses(response: &TestResponse) -> Vec<u64> {
    assert_eq!(response.status, 200, "{:?}", response.body);
    let json = response.json();
    json["results"].as_array().unwrap().iter().map(|result| result["status"].as_u64().unwrap()).collect()
}

impl<S> App<S>
where
    S: Service<
            actix_http::Request,
            Response = ServiceResponse<actix_web::body::BoxBody>,
            Error = actix_web::Error,
        >,
{
    async fn bulk(&self, body: &Value) -> TestResponse {
        self.send(request("alice", body)).await
    }

    /// The ids and revisions of the live tasks of a user, by id.
    async fn revisions(&self, user: &str) -> Vec<(String, u64)> {
        let tasks = self.send(call("GET", "/api/tasks").by(user)).await.json();
        let revision =
            |task: &Value| (task["id"].as_str().unwrap().to_owned(), task["revision"].as_u64().unwrap());
        let mut revisions: Vec<_> = tasks.as_array().unwrap().iter().map(revision).collect();
        revisions.sort();
        revisions
    }
}

#[actix_web::test]
async fn operations_apply_in_sequence() {
    let app = app(&[]).await;
    let response = app
        .bulk(&json!({"operations": [
            creation(1),
            {"op": "create", "task": {"title": " second ", "priority": "HIGH"}},
            {"op": "update", "id": id(1), "task": {"title": "new", "tags": ["a"]}},
            {"op": "complete", "id": id(1)},
            {"op": "complete", "id": id(1), "completed": true},
            {"op": "complete", "id": id(1), "status": "pending"},
            {"op": "delete", "id": id(1)},
            {"op": "restore", "id": id(1)},
        ]}))
        .await;
    assert_eq!(statuses(&response), [201, 201, 200, 200, 200, 200, 204, 200]);
    let results = response.json()["results"].clone();
    let revisions: Vec<_> =
        results.as_array().unwrap().iter().map(|result| result["task"]["revision"].as_u64()).collect();
    assert_eq!(
        revisions,
        [Some(1), Some(2), Some(3), Some(4), Some(4), Some(5), None, Some(7)],
        "each that changes something takes a revision"
    );
    assert_eq!(results[6], json!({"status": 204}));
    assert_eq!(
        (&results[1]["task"]["title"], &results[1]["task"]["priority"]),
        (&json!("second"), &json!("high"))
    );
    for name in ["etag", "location", "idempotency-replayed"] {
        assert_eq!(response.header(name), "", "{name}");
    }
    let task = app.send(call("GET", &format!("/api/tasks/{}", id(1))).by("alice")).await;
    assert_eq!((task.header("etag"), task.json()), ("\"7\"", results[7]["task"].clone()));
}

#[actix_web::test]
async fn moves_are_operations() {
    let app = app(&[]).await;
    let response = app
        .bulk(&each(&json!([
            creation(1),
            creation(2),
            creation(3),
            {"op": "move", "id": id(1), "to": "first", "if_match": {"operation": 0}},
            {"op": "move", "id": id(3), "after": id(2), "before": null},
            {"op": "move", "id": id(3), "before": UNKNOWN},
            {"op": "move", "id": UNKNOWN, "before": id(3)},
            {"op": "move", "id": id(2), "to": "last", "if_match": 1},
            {"op": "move", "id": id(3), "after": id(2)},
        ])))
        .await;
    assert_eq!(statuses(&response), [201, 201, 201, 200, 200, 422, 404, 412, 200]);
    let results = response.json()["results"].clone();
    assert_eq!(results[5]["problem"]["errors"][0]["loc"], json!(["body", "operations", 5, "before"]));
    assert_eq!(results[8]["task"], results[4]["task"], "it is there");
    let tasks = app.send(call("GET", "/api/tasks?sort=position").by("alice")).await.json();
    let order: Vec<&str> =
        tasks.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect();
    assert_eq!(order, [id(1), id(2), id(3)]);
}

#[actix_web::test]
async fn the_last_task_created_comes_first() {
    let app = app(&[]).await;
    app.bulk(&json!({"operations": [creation(1), creation(2), creation(3)]})).await;
    let tasks = app.send(call("GET", "/api/tasks?sort=position").by("alice")).await.json();
    let order: Vec<&str> =
        tasks.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap()).collect();
    assert_eq!(order, [id(3), id(2), id(1)]);
}

#[actix_web::test]
async fn an_empty_list_has_no_results() {
    let app = app(&[]).await;
    for body in [json!({"operations": []}), json!({"operations": [], "atomic": null}), each(&json!([]))] {
        let response = app.bulk(&body).await;
        assert_eq!((response.status.as_u16(), response.json()), (200, json!({"results": []})), "{body}");
    }
    assert_eq!(app.create("alice", r#"{"title":"first"}"#).await.1, "\"1\"");
}

#[actix_web::test]
async fn an_atomic_list_that_fails_shows_the_stored_task() {
    let app = app(&[]).await;
    app.create("alice", r#"{"title":"other"}"#).await;
    app.bulk(&json!({"operations": [creation(1)]})).await;
    let update = json!({"op": "update", "id": id(1), "task": {"title": "undone"}});
    let stale = json!({"op": "complete", "id": id(1), "if_match": 2});
    let response = app.bulk(&json!({"operations": [update, stale]})).await;
    assert_eq!((response.status.as_u16(), response.header("etag")), (412, "\"2\""));
    assert_eq!(response.json()["task"]["title"], "task 1");
    let of_new = json!({"op": "complete", "id": id(2), "if_match": 2});
    let response = app.bulk(&json!({"operations": [creation(2), of_new]})).await;
    assert_eq!((response.status.as_u16(), response.header("etag")), (412, ""));
    assert_eq!(response.json().get("task"), None);
}

#[actix_web::test]
async fn the_first_failure_of_an_atomic_list_is_the_response() {
    let app = app(&[]).await;
    app.bulk(&json!({"operations": [creation(1), creation(2), {"op": "delete", "id": id(2)}]})).await;
    let missing = json!({"op": "delete", "id": UNKNOWN});
    let cases = [
        (missing.clone(), 404, "task_not_found"),
        (json!({"op": "restore", "id": UNKNOWN}), 404, "task_not_found"),
        (json!({"op": "complete", "id": id(2)}), 404, "task_not_found"),
        (json!({"op": "update", "id": id(1), "task": {"title": ""}}), 422, "validation"),
        (json!({"op": "delete", "id": id(1), "if_match": 9}), 412, "precondition_failed"),
        (creation(1), 409, "already_exists"),
        (creation(2), 409, "already_exists"),
        (json!({"op": "delete", "id": id(1), "if_match": {"operation": 5}}), 422, "validation"),
    ];
    for (failing, status, code) in cases {
        let body = json!({"operations": [creation(3), {"op": "complete", "id": id(1)}, failing, missing]});
        let response = app.bulk(&body).await;
        assert_eq!((response.status.as_u16(), response.code()), (status, code.into()), "{failing}");
        let problem = response.json();
        assert_eq!((&problem["index"], &problem["status"]), (&json!(2), &json!(status)), "{problem}");
        assert_eq!(response.header("content-type"), "application/problem+json");
        if let Some(error) = problem["errors"].get(0) {
            assert_eq!(error["loc"].as_array().unwrap()[..3], [json!("body"), json!("operations"), json!(2)]);
        }
    }
    assert_eq!(app.revisions("alice").await, [(id(1), 1)], "nothing is written");
    assert_eq!(app.create("alice", r#"{"title":"next"}"#).await.1, "\"4\"", "no revision is taken");
}

#[actix_web::test]
async fn operations_that_are_not_atomic_fail_alone() {
    let app = app(&[]).await;
    let response = app
        .bulk(&each(&json!([
            creation(1),
            {"op": "delete", "id": UNKNOWN},
            creation(1),
            {"op": "flip", "id": id(1)},
            {"op": "update", "id": id(1), "task": {"title": "", "tags": 1}},
            {"op": "update", "id": id(1), "task": {"title": "new"}, "if_match": 7},
            {"op": "update", "id": id(1), "task": {"title": "new"}, "if_match": 1},
        ])))
        .await;
    assert_eq!(statuses(&response), [201, 404, 409, 422, 422, 412, 200]);
    let results = response.json()["results"].clone();
    assert_eq!(results[6]["task"]["revision"], 2, "what fails takes no revision");
    let problem = &results[1]["problem"];
    assert_eq!(
        (&problem["status"], &problem["code"], &problem["request_id"]),
        (&json!(404), &json!("task_not_found"), &json!("test"))
    );
    assert!(problem.get("index").is_none() && results[1].get("task").is_none());
    for conflict in [2, 5] {
        assert_eq!(results[conflict]["problem"]["task"], results[0]["task"], "the current task");
    }
    let locations: Vec<_> =
        (3..5).flat_map(|index| results[index]["problem"]["errors"].as_array().unwrap()).collect();
    let locations: Vec<_> = locations.into_iter().map(|error| error["loc"].clone()).collect();
    assert_eq!(
        locations,
        [
            json!(["body", "operations", 3, "op"]),
            json!(["body", "operations", 4, "task", "tags"]),
            json!(["body", "operations", 4, "task", "title"]),
        ]
    );
}

#[actix_web::test]
async fn trashed_tasks_occupy_their_ids() {
    let app = app(&[]).await;
    let list = json!([creation(1), {"op": "delete", "id": id(1)}, creation(1), {"op": "restore", "id": id(1), "if_match": 1}]);
    let response = app.bulk(&each(&list)).await;
    assert_eq!(statuses(&response), [201, 204, 409, 412]);
    for conflict in [2, 3] {
        let problem = response.json()["results"][conflict]["problem"].clone();
        assert_eq!(problem["task"]["revision"], 2);
        assert!(problem["task"]["deleted_at"].is_string(), "{problem}");
    }
}

#[actix_web::test]
async fn without_a_trash_deleted_ids_are_free() {
    let app = app(&[("tasks.trash_days", "0")]).await;
    let list =
        json!([creation(1), {"op": "delete", "id": id(1)}, {"op": "restore", "id": id(1)}, creation(1)]);
    let response = app.bulk(&each(&list)).await;
    assert_eq!(statuses(&response), [201, 204, 404, 201]);
    assert_eq!(app.revisions("alice").await, [(id(1), 3)]);
}

#[actix_web::test]
async fn conditions_refer_to_earlier_operations() {
    let app = app(&[]).await;
    let since = |index: i64| json!({"operation": index});
    let response = app
        .bulk(&each(&json!([
            creation(1),
            {"op": "update", "id": id(1), "task": {"title": "new"}, "if_match": since(0)},
            {"op": "delete", "id": id(1), "if_match": since(0)},
            {"op": "complete", "id": id(1), "if_match": since(2)},
            {"op": "delete", "id": id(1), "if_match": since(3)},
            {"op": "delete", "id": id(1), "if_match": since(1)},
            {"op": "restore", "id": id(1), "if_match": since(5)},
            {"op": "delete", "id": UNKNOWN, "if_match": since(0)},
            {"op": "delete", "id": id(1), "if_match": since(8)},
            {"op": "delete", "id": id(1), "if_match": since(10)},
            {"op": "delete", "id": id(1), "if_match": since(6)},
        ])))
        .await;
    assert_eq!(statuses(&response), [201, 200, 412, 424, 424, 204, 200, 422, 422, 422, 204]);
    let problem = |index: usize| response.json()["results"][index]["problem"].clone();
    assert_eq!(
        (&problem(3)["code"], problem(2)["task"]["revision"].as_u64()),
        (&json!("dependency_failed"), Some(2))
    );
    for invalid in [7, 8, 9] {
        assert_eq!(problem(invalid)["errors"][0]["loc"], json!(["body", "operations", invalid, "if_match"]));
    }
}

#[actix_web::test]
async fn malformed_operations_are_failed_dependencies() {
    let app = app(&[]).await;
    let response = app
        .bulk(&each(&json!([
            {"op": "create", "id": id(1), "task": {}},
            {"op": "delete", "id": id(1), "if_match": {"operation": 0}},
        ])))
        .await;
    assert_eq!(statuses(&response), [422, 424]);
}

#[actix_web::test]
async fn tasks_of_others_are_not_found() {
    let app = app(&[]).await;
    app.bulk(&json!({"operations": [creation(1)]})).await;
    let list = json!([
        {"op": "update", "id": id(1), "task": {"title": "mine"}}, {"op": "complete", "id": id(1), "if_match": 1},
        {"op": "delete", "id": id(1)}, {"op": "restore", "id": id(1)}, creation(1), {"op": "delete", "id": id(1)},
    ]);
    let response = app.send(request("bob", &each(&list))).await;
    assert_eq!(statuses(&response), [404, 404, 404, 404, 201, 204]);
    assert_eq!(app.revisions("alice").await, [(id(1), 1)]);
}

#[actix_web::test]
async fn bulk_is_no_id() {
    let app = app(&[]).await;
    for path in ["/api/tasks/bulk", "/api/alice/tasks/bulk", "/api/tasks/bulk/"] {
        for method in ["GET", "PUT", "PATCH", "DELETE"] {
            let response = app.send(call(method, path).by("alice").json("{}")).await;
            assert_eq!(
                (response.status.as_u16(), response.header("allow")),
                (405, "POST, OPTIONS"),
                "{method} {path}"
            );
        }
        let response = app.send(call("POST", path).by("alice").json(r#"{"operations":[]}"#)).await;
        assert_eq!(response.status, 200, "{path}");
    }
    let other = app.send(call("POST", "/api/bob/tasks/bulk").by("alice").json(r#"{"operations":[]}"#)).await;
    assert_eq!(other.status, 403);
}

#[actix_web::test]
async fn repeated_lists_have_the_same_response() {
    let app = app(&[]).await;
    let send =
        |key: &'static str, body: &Value| app.send(request("alice", body).header("idempotency-key", key));
    let partly = each(
        &json!([creation(1), {"op": "delete", "id": UNKNOWN}, {"op": "flip"}, {"op": "create", "task": {"title": "new"}}]),
    );
    let first = send("partly", &partly).await;
    assert_eq!(statuses(&first), [201, 404, 422, 201]);
    assert_eq!(send("other", &json!({"operations": [{"op": "delete", "id": id(1)}]})).await.status, 200);
    let second = send("partly", &partly).await;
    assert_eq!((second.status, &second.body), (first.status, &first.body), "byte for byte");
    assert_eq!(second.header("idempotency-replayed"), "true");
    assert_eq!(app.revisions("alice").await.len(), 1);
    let failing = json!({"operations": [creation(3), {"op": "delete", "id": UNKNOWN}]});
    for _ in 0..2 {
        let response = send("failing", &failing).await;
        assert_eq!((response.status.as_u16(), response.header("idempotency-replayed")), (404, ""));
    }
    assert_eq!(
        statuses(&send("failing", &json!({"operations": [creation(3)]})).await),
        [201],
        "a failure leaves the key"
    );
    for body in [json!({"operations": []}), json!({"operations": 7}), json!({})] {
        assert_eq!(send("partly", &body).await.code(), "idempotency_key_reused", "{body}");
    }
}
