use super::{Call, app, call};

const ID: &str = "5f0c3b1e-8a55-4c7e-bb1c-0d9f1f8e2a10";

/// A PUT that creates the task, of this user.
fn put(user: &str, id: &str, body: &str) -> Call {
    call("PUT", &format!("/api/tasks/{id}")).by(user).header("if-none-match", "*").json(body)
}

#[actix_web::test]
async fn put_creates_a_task_with_the_id_of_the_path() {
    let app = app(&[]).await;
    for (path, id) in [
        ("/api/tasks/", ID),
        ("/api/alice/tasks/", "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11"),
        ("/api/tasks/", "019AA4C0-6D1E-7C33-9D0A-3A6A5F3F7BFF/"),
    ] {
        let request = call("PUT", &format!("{path}{id}")).by("alice").header("if-none-match", "*");
        let created = app.send(request.json(r#"{"title":" new ","completed":true,"id":"x"}"#)).await;
        let id = id.trim_end_matches('/').to_lowercase();
        assert_eq!((created.status.as_u16(), created.json()["id"].as_str()), (201, Some(id.as_str())));
        assert_eq!(created.header("location"), format!("{path}{id}"));
        assert_eq!(created.json()["title"], "new");
        let read = app.send(call("GET", created.header("location")).by("alice")).await;
        assert_eq!((read.body, read.headers.get("etag")), (created.body, created.headers.get("etag")));
    }
}

#[actix_web::test]
async fn a_repeated_put_is_412_with_the_current_tag() {
    let app = app(&[]).await;
    assert_eq!(app.send(put("alice", ID, r#"{"title":"new"}"#)).await.header("etag"), "\"1\"");
    let patch = call("PATCH", &format!("/api/tasks/{ID}")).by("alice").json(r#"{"title":"changed"}"#);
    assert_eq!(app.send(patch).await.header("etag"), "\"2\"");
    let again = app.send(put("alice", ID, r#"{"title":"new"}"#)).await;
    assert_eq!((again.status.as_u16(), again.code()), (412, "precondition_failed".into()));
    assert_eq!((again.header("etag"), again.header("location")), ("\"2\"", ""));
    let read = app.send(call("GET", &format!("/api/tasks/{ID}")).by("alice")).await;
    assert_eq!(read.json()["title"], "changed");
}

#[actix_web::test]
async fn only_if_none_match_star_alone_creates() {
    let app = app(&[]).await;
    let update = || call("PUT", &format!("/api/tasks/{ID}")).by("alice").json(r#"{"title":"x"}"#);
    for request in [
        update(),
        update().header("if-match", "*"),
        update().header("if-none-match", "\"7\""),
        update().header("if-none-match", "*").header("if-match", "*"),
        update().header("if-none-match", "*").header("if-match", "\"1\""),
    ] {
        assert_eq!(app.send(request).await.code(), "task_not_found");
    }
    assert_eq!(app.send(update().header("if-none-match", "x")).await.code(), "malformed_request");
    let patch = call("PATCH", &format!("/api/tasks/{ID}")).by("alice").header("if-none-match", "*");
    assert_eq!(app.send(patch.json(r#"{"title":"x"}"#)).await.code(), "task_not_found");
    assert_eq!(app.send(put("alice", ID, r#"{"title":"x"}"#)).await.status, 201);
    for request in
        [update().header("if-none-match", "*"), update().header("if-none-match", "*").header("if-match", "*")]
    {
        let response = app.send(request).await;
        assert_eq!((response.status.as_u16(), response.header("etag")), (412, "\"1\""));
    }
}

#[actix_web::test]
async fn bodies_and_ids_are_checked_before_existence() {
    let app = app(&[]).await;
    let of_other_versions = [
        "00000000-0000-0000-0000-000000000000",
        "c232ab00-9414-11ec-b3c8-9f6bdeced846",
        "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0",
    ];
    let loc = async |id: &str, body: &str| {
        let response = app.send(put("alice", id, body)).await;
        assert_eq!((response.status.as_u16(), response.code()), (422, "validation".into()), "{id} {body}");
        response.json()["errors"][0]["loc"].clone()
    };
    for id in of_other_versions {
        assert_eq!(loc(id, r#"{"title":"x"}"#).await, serde_json::json!(["path", "id"]));
        assert_eq!(loc(id, "{}").await, serde_json::json!(["body", "title"]));
    }
    assert_eq!(app.send(put("alice", ID, r#"{"title":"x"}"#)).await.status, 201);
    for body in ["{}", r#"{"completed":true}"#, r#"{"title":null}"#, r#"{"title":"x","completed":null}"#] {
        assert_eq!(loc(ID, body).await[0], "body");
    }
    for id in ["1", "019aa4c06d1e7c339d0a3a6a5f3f7b11", "x"] {
        assert_eq!(app.send(put("alice", id, r#"{"title":"x"}"#)).await.code(), "task_not_found");
    }
    let text = put("alice", ID, "").header("content-type", "text/plain");
    assert_eq!(app.send(text).await.status, 400, "two content types");
}

#[actix_web::test]
async fn ids_of_other_users_and_deleted_tasks_are_free() {
    let app = app(&[]).await;
    let [hers, his] = [("alice", r#"{"title":"hers"}"#), ("bob", r#"{"title":"his"}"#)];
    let first = app.send(put(hers.0, ID, hers.1)).await;
    let second = app.send(put(his.0, ID, his.1)).await;
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!((first.header("etag"), second.header("etag")), ("\"1\"", "\"1\""));
    let delete = call("DELETE", &format!("/api/tasks/{ID}")).by("bob");
    assert_eq!(app.send(delete).await.status, 204);
    let trashed = app.send(put("bob", ID, r#"{"title":"again"}"#)).await;
    assert_eq!((trashed.status.as_u16(), trashed.header("etag")), (412, ""));
    assert_eq!(trashed.json()["trashed"], true);
    let live = app.send(put("alice", ID, r#"{"title":"again"}"#)).await;
    assert_eq!((live.status.as_u16(), live.json().get("trashed")), (412, None));
    let purge = call("DELETE", &format!("/api/tasks/trash/{ID}")).by("bob");
    assert_eq!(app.send(purge).await.status, 204);
    let read = |user: &str| call("GET", &format!("/api/tasks/{ID}")).by(user);
    assert_eq!(app.send(read("alice")).await.json()["title"], "hers");
    assert_eq!(app.send(read("bob")).await.status, 404);
    let again = app.send(put("bob", ID, r#"{"title":"again"}"#)).await;
    assert_eq!((again.status.as_u16(), again.header("etag")), (201, "\"4\""));
}
