use super::{app, call};

#[actix_web::test]
async fn reads_of_the_current_revision_are_304() {
    let app = app(&[]).await;
    let (id, etag) = app.create("alice", r#"{"title":"a"}"#).await;
    let read =
        |tags: &str| call("GET", &format!("/api/tasks/{id}")).by("alice").header("if-none-match", tags);
    for tags in [etag.clone(), format!("\"x\", W/{etag}"), "*".into()] {
        let response = app.send(read(&tags)).await;
        assert_eq!(
            (response.status.as_u16(), response.header("etag"), response.body.len()),
            (304, etag.as_str(), 0)
        );
        assert!(response.header("vary").starts_with("Authorization"));
        assert_eq!(response.header("cache-control"), "private, no-cache");
    }
    assert_eq!(app.send(read("\"99\"")).await.status, 200);
}

#[actix_web::test]
async fn writes_require_the_revision_of_if_match() {
    let app = app(&[]).await;
    let (id, etag) = app.create("alice", r#"{"title":"a"}"#).await;
    let uri = format!("/api/tasks/{id}");
    for stale in ["\"stale\"", "\"99\"", &format!("W/{etag}")] {
        for (method, body) in [("PUT", r#"{"title":"x"}"#), ("PATCH", "{}"), ("DELETE", "")] {
            let request = call(method, &uri).by("alice").header("if-match", stale).json(body);
            let response = app.send(request).await;
            assert_eq!(
                (response.status.as_u16(), response.header("etag")),
                (412, etag.as_str()),
                "{method} {stale}"
            );
            assert_eq!(response.code(), "precondition_failed");
        }
    }
    let put = call("PUT", &uri).by("alice").header("if-match", &etag).json(r#"{"title":"x"}"#);
    assert_eq!(app.send(put).await.header("etag"), "\"2\"");
    let delete = call("DELETE", &uri).by("alice").header("if-match", "*");
    assert_eq!(app.send(delete).await.status, 204);
}

#[actix_web::test]
async fn reads_can_require_a_revision() {
    let app = app(&[]).await;
    let (id, etag) = app.create("alice", r#"{"title":"a"}"#).await;
    let read = |tags: &str| call("GET", &format!("/api/tasks/{id}")).by("alice").header("if-match", tags);
    assert_eq!(app.send(read(&etag)).await.status, 200);
    let other = app.send(read("\"99\"")).await;
    assert_eq!((other.status.as_u16(), other.header("etag")), (412, etag.as_str()));
}

#[actix_web::test]
async fn preconditions_do_not_reveal_tasks_of_others() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    for tags in ["\"x\"", "*"] {
        let put = call("PUT", &format!("/api/tasks/{id}"))
            .by("bob")
            .header("if-match", tags)
            .json("{\"title\":\"x\"}");
        assert_eq!(app.send(put).await.status, 404);
    }
}

#[actix_web::test]
async fn malformed_preconditions_are_400() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let put = call("PUT", &format!("/api/tasks/{id}")).by("alice").header("if-match", "abc").json("{}");
    assert_eq!(app.send(put).await.code(), "malformed_request");
}
