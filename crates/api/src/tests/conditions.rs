use super::{app, call};

#[actix_web::test]
async fn a_read_of_what_the_caller_has_is_304() {
    let app = app(&[]).await;
    let (id, etag) = app.create("alice", r#"{"title":"a"}"#).await;
    let read =
        |tags: &str| call("GET", &format!("/api/tasks/{id}")).by("alice").header("if-none-match", tags);
    for tags in [etag.clone(), format!("\"x\", W/{etag}"), "*".into()] {
        let answer = app.send(read(&tags)).await;
        assert_eq!(
            (answer.status.as_u16(), answer.header("etag"), answer.body.len()),
            (304, etag.as_str(), 0)
        );
        assert!(answer.header("vary").starts_with("Authorization"));
        assert_eq!(answer.header("cache-control"), "private, no-cache");
    }
    assert_eq!(app.send(read("\"99\"")).await.status, 200);
}

#[actix_web::test]
async fn a_write_needs_the_revision_that_it_names() {
    let app = app(&[]).await;
    let (id, etag) = app.create("alice", r#"{"title":"a"}"#).await;
    let uri = format!("/api/tasks/{id}");
    for stale in ["\"stale\"", "\"99\"", &format!("W/{etag}")] {
        for (method, body) in [("PUT", r#"{"title":"x"}"#), ("PATCH", "{}"), ("DELETE", "")] {
            let request = call(method, &uri).by("alice").header("if-match", stale).json(body);
            let answer = app.send(request).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("etag")),
                (412, etag.as_str()),
                "{method} {stale}"
            );
            assert_eq!(answer.code(), "precondition_failed");
        }
    }
    let put = call("PUT", &uri).by("alice").header("if-match", &etag).json(r#"{"title":"x"}"#);
    assert_eq!(app.send(put).await.header("etag"), "\"2\"");
    let delete = call("DELETE", &uri).by("alice").header("if-match", "*");
    assert_eq!(app.send(delete).await.status, 204);
}

#[actix_web::test]
async fn a_read_may_demand_a_revision_too() {
    let app = app(&[]).await;
    let (id, etag) = app.create("alice", r#"{"title":"a"}"#).await;
    let read = |tags: &str| call("GET", &format!("/api/tasks/{id}")).by("alice").header("if-match", tags);
    assert_eq!(app.send(read(&etag)).await.status, 200);
    let other = app.send(read("\"99\"")).await;
    assert_eq!((other.status.as_u16(), other.header("etag")), (412, etag.as_str()));
}

#[actix_web::test]
async fn a_precondition_does_not_reveal_that_a_task_is_there() {
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
async fn a_condition_that_cannot_be_read_is_400() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let put = call("PUT", &format!("/api/tasks/{id}")).by("alice").header("if-match", "abc").json("{}");
    assert_eq!(app.send(put).await.code(), "malformed_request");
}
