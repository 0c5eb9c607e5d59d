use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::Value;

use super::{App, TestResponse, app, call};

/// Creates a task and moves it to the trash; returns its id and the entity tag of the deletion.
async fn trashed<S>(app: &App<S>, user: &str, title: &str) -> (String, String)
where
    S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    let (id, _) = app.create(user, &format!(r#"{{"title":"{title}"}}"#)).await;
    let deleted = app.send(call("DELETE", &format!("/api/tasks/{id}")).by(user)).await;
    assert_eq!((deleted.status.as_u16(), deleted.body.len()), (204, 0));
    let task = app.send(call("GET", &format!("/api/tasks/trash/{id}")).by(user)).await;
    assert_eq!(task.status, 200);
    (id, task.header("etag").to_owned())
}

fn titles(response: &TestResponse) -> Vec<String> {
    let text = |task: &Value| task["title"].as_str().unwrap().to_owned();
    response.json().as_array().unwrap().iter().map(text).collect()
}

#[actix_web::test]
async fn deleted_tasks_are_in_the_trash_only() {
    let app = app(&[]).await;
    let (id, etag) = trashed(&app, "alice", "gone").await;
    assert_eq!(etag, "\"2\"");
    for (method, path, body) in [
        ("GET", "", ""),
        ("PUT", "", "{}"),
        ("PATCH", "", r#"{"title":"x"}"#),
        ("PATCH", "/complete", ""),
        ("DELETE", "", ""),
    ] {
        let response = app.send(call(method, &format!("/api/tasks/{id}{path}")).by("alice").json(body)).await;
        assert_eq!(
            (response.status.as_u16(), response.code()),
            (404, "task_not_found".into()),
            "{method}{path}"
        );
    }
    assert_eq!(app.send(call("GET", "/api/tasks").by("alice")).await.body.as_ref(), b"[]");
    let list = app.send(call("GET", "/api/alice/tasks/trash/?count=true").by("alice")).await;
    assert_eq!((list.header("x-total-count"), list.header("cache-control")), ("1", "private, no-cache"));
    let task = &list.json()[0];
    assert_eq!(
        (&task["id"], &task["title"], &task["user_id"]),
        (&id.into(), &"gone".into(), &"alice".into())
    );
    assert_eq!(task["deleted_at"], "2026-11-21T09:15:17.465Z");
    assert_eq!(task["updated_at"], task["deleted_at"]);
}

#[actix_web::test]
async fn live_tasks_are_not_in_the_trash() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"live"}"#).await;
    for method in ["GET", "DELETE"] {
        let response = app.send(call(method, &format!("/api/tasks/trash/{id}")).by("alice")).await;
        assert_eq!((response.status.as_u16(), response.code()), (404, "task_not_found".into()), "{method}");
    }
    let task = app.send(call("GET", &format!("/api/tasks/{id}")).by("alice")).await;
    assert!(task.json().get("deleted_at").is_none());
}

#[actix_web::test]
async fn the_newest_deletion_is_listed_first() {
    let app = app(&[]).await;
    for title in ["b", "c", "a"] {
        trashed(&app, "alice", title).await;
    }
    for (query, expected) in [
        ("", ["a", "c", "b"]),
        ("?order=asc", ["b", "c", "a"]),
        ("?sort=title", ["a", "b", "c"]),
        ("?sort=-deleted_at", ["a", "c", "b"]),
    ] {
        let list = app.send(call("GET", &format!("/api/tasks/trash{query}")).by("alice")).await;
        assert_eq!(titles(&list), expected, "{query}");
    }
    let first = app.send(call("GET", "/api/tasks/trash?limit=2").by("alice")).await;
    let (next, _) = first.header("link").split_once(">; rel=\"next\"").unwrap();
    assert!(next.starts_with("</api/tasks/trash?cursor="), "{next}");
    let second = app.send(call("GET", next.trim_start_matches('<')).by("alice")).await;
    assert_eq!((titles(&first), titles(&second)), (vec!["a".into(), "c".into()], vec!["b".into()]));
    let cursor = first.header("x-next-cursor");
    let elsewhere = app.send(call("GET", &format!("/api/tasks?cursor={cursor}")).by("alice")).await;
    assert_eq!(elsewhere.status, 422);
    assert_eq!(app.send(call("GET", "/api/tasks?sort=deleted").by("alice")).await.status, 422);
    assert_eq!(titles(&app.send(call("GET", "/api/tasks/trash?search=C").by("alice")).await), ["c"]);
}

#[actix_web::test]
async fn tasks_are_restored() {
    let app = app(&[]).await;
    let (id, etag) = trashed(&app, "alice", "back").await;
    let restore = || call("POST", &format!("/api/alice/tasks/{id}/restore/")).by("alice");
    let stale = app.send(restore().header("if-match", "\"1\"")).await;
    assert_eq!((stale.status.as_u16(), stale.header("etag")), (412, etag.as_str()));
    let restored = app.send(restore().header("if-match", &etag)).await;
    assert_eq!((restored.status.as_u16(), restored.header("etag")), (200, "\"3\""));
    assert!(restored.json()["title"] == "back" && restored.json().get("deleted_at").is_none());
    let again = app.send(restore().json("{}")).await;
    assert_eq!((again.status.as_u16(), &again.body, again.header("etag")), (200, &restored.body, "\"3\""));
    let read = app.send(call("GET", &format!("/api/tasks/{id}")).by("alice")).await;
    assert_eq!(read.body, restored.body);
    assert_eq!(app.send(call("GET", "/api/tasks/trash").by("alice")).await.body.as_ref(), b"[]");
    let unknown = "/api/tasks/00000000-0000-7000-8000-0000000000ff/restore";
    assert_eq!(app.send(call("POST", unknown).by("alice")).await.code(), "task_not_found");
}

#[actix_web::test]
async fn single_tasks_are_deleted_for_good() {
    let app = app(&[]).await;
    let (id, etag) = trashed(&app, "alice", "gone").await;
    let purge = || call("DELETE", &format!("/api/tasks/trash/{id}")).by("alice");
    let stale = app.send(purge().header("if-match", "\"1\"")).await;
    assert_eq!((stale.status.as_u16(), stale.header("etag")), (412, etag.as_str()));
    let purged = app.send(purge().header("if-match", &etag).header("prefer", "return=representation")).await;
    assert_eq!((purged.status.as_u16(), purged.body.len()), (204, 0));
    assert_eq!(app.send(purge()).await.code(), "task_not_found");
    let restore = call("POST", &format!("/api/tasks/{id}/restore")).by("alice");
    assert_eq!(app.send(restore).await.code(), "task_not_found");
}

#[actix_web::test]
async fn the_trash_is_emptied_without_a_query() {
    let app = app(&[]).await;
    for title in ["a", "b"] {
        trashed(&app, "alice", title).await;
    }
    trashed(&app, "bob", "his").await;
    let filtered = app.send(call("DELETE", "/api/tasks/trash?search=a").by("alice")).await;
    assert_eq!((filtered.status.as_u16(), filtered.code()), (422, "validation".into()));
    assert_eq!(filtered.json()["errors"][0]["loc"], serde_json::json!(["query"]));
    assert_eq!(titles(&app.send(call("GET", "/api/tasks/trash").by("alice")).await).len(), 2);
    for _ in 0..2 {
        assert_eq!(app.send(call("DELETE", "/api/alice/tasks/trash").by("alice")).await.status, 204);
        assert_eq!(app.send(call("GET", "/api/tasks/trash").by("alice")).await.body.as_ref(), b"[]");
    }
    assert_eq!(titles(&app.send(call("GET", "/api/tasks/trash").by("bob")).await), ["his"]);
}

#[actix_web::test]
async fn reads_of_the_trash_are_conditional() {
    let app = app(&[]).await;
    let (id, etag) = trashed(&app, "alice", "gone").await;
    let read = || call("GET", &format!("/api/tasks/trash/{id}")).by("alice");
    let unchanged = app.send(read().header("if-none-match", &etag)).await;
    assert_eq!((unchanged.status.as_u16(), unchanged.header("etag")), (304, etag.as_str()));
    assert_eq!(app.send(read().header("if-match", "\"1\"")).await.status, 412);
}

#[actix_web::test]
async fn trash_is_no_id() {
    let app = app(&[]).await;
    for tasks in ["/api/tasks", "/api/alice/tasks"] {
        for (method, path, allow) in [
            ("PUT", "trash", "GET, HEAD, DELETE, OPTIONS"),
            ("PATCH", "trash", "GET, HEAD, DELETE, OPTIONS"),
            ("POST", "trash", "GET, HEAD, DELETE, OPTIONS"),
            ("PATCH", "trash/complete", "GET, HEAD, DELETE, OPTIONS"),
            ("GET", "00000000-0000-7000-8000-000000000001/restore", "POST, OPTIONS"),
        ] {
            let response = app.send(call(method, &format!("{tasks}/{path}")).by("alice").json("{}")).await;
            assert_eq!((response.status.as_u16(), response.header("allow")), (405, allow), "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn without_a_trash_tasks_are_deleted_at_once() {
    let app = app(&[("tasks.trash_days", "0"), ("tasks.delete_returns_body", "true")]).await;
    let (id, _) = app.create("alice", r#"{"title":"gone"}"#).await;
    let deleted = app.send(call("DELETE", &format!("/api/tasks/{id}")).by("alice")).await;
    assert_eq!((deleted.status.as_u16(), &deleted.json()["id"]), (200, &id.as_str().into()));
    assert_eq!(app.send(call("GET", "/api/tasks/trash").by("alice")).await.body.as_ref(), b"[]");
    let restore = call("POST", &format!("/api/tasks/{id}/restore")).by("alice");
    assert_eq!(app.send(restore).await.status, 404);
}
