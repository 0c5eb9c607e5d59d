//! The changes of a user, on the repository in memory.

mod bad_input;
mod follow;
mod pages;

use actix_http::Request;
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::{Value, json};

use super::{App, Call, app, call, token};

/// An id that a client chooses.
fn id(number: u64) -> String {
    format!("019aa4c0-6d1e-7c33-9d0a-{number:012}")
}

impl<S> App<S>
where
    S: Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    /// A page of changes.
    async fn changes(&self, user: &str, query: &str) -> Value {
        let response = self.send(call("GET", &format!("/api/tasks/changes{query}")).by(user)).await;
        assert_eq!(response.status, 200, "{query}: {:?}", response.body);
        response.json()
    }

    /// The position at which everything of a user is known.
    async fn present(&self, user: &str) -> String {
        let page = self.changes(user, "?limit=1000").await;
        assert_eq!(page["more"], false);
        page["next"].as_str().unwrap().to_owned()
    }

    /// What changed since a position, which is advanced.
    async fn news(&self, user: &str, since: &mut String) -> Vec<Value> {
        let page = self.changes(user, &format!("?since={since}")).await;
        assert_eq!(page["more"], false);
        page["next"].as_str().unwrap().clone_into(since);
        page["changes"].as_array().unwrap().clone()
    }

    /// Verifies that a change has the object as it is read alone, or nothing but its id.
    async fn assert_present(&self, user: &str, change: &Value) {
        let (kind, id) = (change["type"].as_str().unwrap(), change["id"].as_str().unwrap());
        let read = self.send(call("GET", &format!("/api/{kind}s/{id}")).by(user)).await;
        let expected = if read.status == 404 {
            json!({"revision": change["revision"], "type": kind, "kind": "deleted", "id": id})
        } else {
            let object = read.json();
            json!({"revision": object["revision"], "type": kind, "kind": "put", "id": id, (kind): object})
        };
        assert_eq!(*change, expected);
    }
}

/// A write, and the changes that it makes.
type Step = (Call, Vec<(&'static str, &'static str, u64)>);

/// A change in short: its type, its kind, and the number of its id.
fn short(change: &Value) -> (String, String, u64) {
    let text = |name: &str| change[name].as_str().unwrap().to_owned();
    let id = text("id");
    let (_, number) = id.rsplit_once('-').unwrap();
    (text("type"), text("kind"), number.parse().unwrap())
}

#[actix_web::test]
async fn each_kind_of_write_is_in_the_feed() {
    let app = app(&[]).await;
    for (path, body) in [("tasks", r#"{"title":"his"}"#), ("lists", r#"{"name":"his"}"#)] {
        let number = if path == "tasks" { 8 } else { 9 };
        let put = call("PUT", &format!("/api/{path}/{}", id(number))).by("bob").header("if-none-match", "*");
        assert_eq!(app.send(put.json(body)).await.status, 201);
    }
    let task = |number: u64| format!("/api/tasks/{}", id(number));
    let list = |number: u64| format!("/api/lists/{}", id(number));
    let new = |path: String| call("PUT", &path).header("if-none-match", "*");
    let in_list = |number: u64| json!({"list_id": id(number)}).to_string();
    let operations = json!({"operations": [
        {"op": "create", "id": id(3), "task": {"title": "c"}},
        {"op": "create", "id": id(4), "task": {"title": "d"}},
        {"op": "update", "id": id(3), "task": {"priority": "high"}},
        {"op": "delete", "id": id(4)},
    ]});
    let transfer = json!({"from_token": token("bob")});
    let steps: Vec<Step> = vec![
        (new(task(1)).json(r#"{"title":"a"}"#), vec![("task", "put", 1)]),
        (new(task(2)).json(r#"{"title":"b"}"#), vec![("task", "put", 2)]),
        (call("PUT", &task(1)).json(r#"{"title":"A"}"#), vec![("task", "put", 1)]),
        (call("PATCH", &task(1)).json(r#"{"tags":["home"]}"#), vec![("task", "put", 1)]),
        (call("PATCH", &task(1)).json(r#"{"tags":["home"]}"#), vec![]),
        (call("PATCH", &task(1)).json(r#"{"title":""}"#), vec![]),
        (call("PATCH", &format!("{}/complete", task(1))), vec![("task", "put", 1)]),
        (call("POST", &format!("{}/move", task(1))).json(r#"{"to":"first"}"#), vec![("task", "put", 1)]),
        (call("DELETE", &task(1)), vec![("task", "deleted", 1)]),
        (call("POST", &format!("{}/restore", task(1))), vec![("task", "put", 1)]),
        (call("DELETE", &task(1)), vec![("task", "deleted", 1)]),
        (call("DELETE", &format!("/api/tasks/trash/{}", id(1))), vec![("task", "deleted", 1)]),
        (new(list(5)).json(r#"{"name":"Home"}"#), vec![("list", "put", 5)]),
        (call("PATCH", &list(5)).json(r##"{"color":"#00ff00"}"##), vec![("list", "put", 5)]),
        (new(list(6)).json(r#"{"name":"Work"}"#), vec![("list", "put", 6)]),
        (call("POST", &format!("{}/move", list(6))).json(r#"{"to":"first"}"#), vec![("list", "put", 6)]),
        (call("PATCH", &task(2)).json(&in_list(5)), vec![("task", "put", 2)]),
        (call("DELETE", &list(5)), vec![("list", "deleted", 5), ("task", "put", 2)]),
        (call("PATCH", &task(2)).json(&in_list(6)), vec![("task", "put", 2)]),
        (
            call("DELETE", &format!("{}?tasks=trash", list(6))),
            vec![("list", "deleted", 6), ("task", "deleted", 2)],
        ),
        (call("DELETE", "/api/tasks/trash"), vec![("task", "deleted", 2)]),
        (
            call("POST", "/api/tasks/bulk").json(&operations.to_string()),
            vec![("task", "deleted", 4), ("task", "put", 3)],
        ),
        (
            call("POST", "/api/tasks/transfer").json(&transfer.to_string()),
            vec![("list", "put", 9), ("task", "put", 8)],
        ),
    ];
    let mut since = app.present("alice").await;
    for (request, expected) in steps {
        let name = format!("{} {}", request.method, request.uri);
        let response = app.send(request.by("alice")).await;
        assert!(response.status.is_success() || expected.is_empty(), "{name}: {:?}", response.body);
        let (before, changes) = (since.clone(), app.news("alice", &mut since).await);
        let mut found: Vec<_> = changes.iter().map(short).collect();
        found.sort();
        let found: Vec<_> =
            found.iter().map(|(kind, change, number)| (kind.as_str(), change.as_str(), *number)).collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(since == before, expected.is_empty(), "{name}: the position of a change is another one");
        assert!(changes.is_sorted_by_key(|change| change["revision"].as_i64()), "{name}");
        for change in &changes {
            app.assert_present("alice", change).await;
        }
    }
}

#[actix_web::test]
async fn deletions_without_a_trash_are_in_the_feed() {
    let app = app(&[("tasks.trash_days", "0")]).await;
    let (task, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let mut since = app.present("alice").await;
    assert_eq!(app.send(call("DELETE", &format!("/api/tasks/{task}")).by("alice")).await.status, 204);
    let changes = app.news("alice", &mut since).await;
    assert_eq!(changes, [json!({"revision": 2, "type": "task", "kind": "deleted", "id": task})]);
}

#[actix_web::test]
async fn positions_before_an_erasure_are_unusable() {
    let app = app(&[]).await;
    let nothing_yet = app.present("alice").await;
    for number in 0..3 {
        app.create("alice", &format!(r#"{{"title":"{number}"}}"#)).await;
    }
    let in_snapshot = app.changes("alice", "?limit=1").await["next"].as_str().unwrap().to_owned();
    let present = app.present("alice").await;
    let erase = call("DELETE", "/api/alice").by("alice").header("x-confirm-delete", "alice");
    assert_eq!(app.send(erase).await.status, 204);
    for _ in 0..2 {
        for since in [&in_snapshot, &present] {
            let request = call("GET", &format!("/api/tasks/changes?since={since}")).by("alice");
            let response = app.send(request).await;
            assert_eq!((response.status.as_u16(), response.code()), (410, "resync_required".into()));
            assert_eq!(response.header("cache-control"), "no-store");
        }
        // Nothing was known at this position, so it has nothing that could be wrong.
        let changes = app.news("alice", &mut nothing_yet.clone()).await;
        assert_eq!(changes, app.changes("alice", "").await["changes"].as_array().unwrap().clone());
        // As many changes as before, of another epoch.
        for number in 0..3 {
            app.create("alice", &format!(r#"{{"title":"{number}"}}"#)).await;
        }
    }
}

#[actix_web::test]
async fn users_see_their_own_changes_and_positions_alone() {
    let app = app(&[]).await;
    let users = ["alice", "bob"];
    for user in users {
        for number in 0..3 {
            app.create(user, &format!(r#"{{"title":"{user} {number}"}}"#)).await;
        }
    }
    for (user, other) in [("alice", "bob"), ("bob", "alice")] {
        let in_snapshot = app.changes(other, "?limit=2").await["next"].clone();
        let present = app.present(other).await;
        for since in [in_snapshot.as_str().unwrap(), &present] {
            let path = format!("/api/{user}/tasks/changes?since={since}");
            let response = app.send(call("GET", &path).by(user)).await;
            assert_eq!((response.status.as_u16(), response.code()), (410, "resync_required".into()));
            let foreign = app.send(call("GET", &path).by(other)).await;
            assert_eq!((foreign.status.as_u16(), foreign.code()), (403, "other_user".into()));
        }
        let own = app.changes(user, "").await;
        let own = own["changes"].as_array().unwrap();
        assert!(own.len() >= 3 && own.iter().all(|change| change["task"]["user_id"] == user), "{own:?}");
        let mut since = app.present(user).await;
        app.create(other, r#"{"title":"more"}"#).await;
        assert!(app.news(user, &mut since).await.is_empty());
    }
}
