use std::sync::Arc;

use domain::testing::MemoryTasks;
use domain::testing::contract::{QUOTA, quota_limits};

use super::{app_over, call, settings, state};

const CHOSEN: &str = "5f0c3b1e-8a55-4c7e-bb1c-0d9f1f8e2a10";

#[actix_web::test]
async fn creates_beyond_the_quota_are_409_with_the_limit() {
    let settings = settings(&[]);
    let repository = Arc::new(MemoryTasks::with_limits(quota_limits()));
    let app = app_over(state(repository, &settings), &settings).await;
    let mut last = String::new();
    for _ in 0..QUOTA {
        (last, _) = app.create("alice", r#"{"title":"one of many"}"#).await;
    }
    let post = || call("POST", "/api/tasks").by("alice").json(r#"{"title":"too many"}"#);
    let put = |id: &str| {
        let put = call("PUT", &format!("/api/alice/tasks/{id}")).by("alice").header("if-none-match", "*");
        put.json(r#"{"title":"too many"}"#)
    };
    for request in [post(), put(CHOSEN)] {
        let response = app.send(request).await;
        assert_eq!((response.status.as_u16(), response.code()), (409, "quota_exceeded".into()));
        assert_eq!(response.json()["limit"], QUOTA);
        assert!(response.header("etag").is_empty() && response.header("location").is_empty());
    }
    let invalid = app.send(post().body(br#"{"title":""}"#)).await;
    assert_eq!((invalid.status.as_u16(), invalid.json().get("limit")), (422, None));
    assert_eq!(app.send(put(&last)).await.status, 412, "existence is checked before the quota");
    app.create("bob", r#"{"title":"has room"}"#).await;
    let delete = call("DELETE", &format!("/api/tasks/{last}")).by("alice");
    assert_eq!(app.send(delete).await.status, 204);
    let restore = || call("POST", &format!("/api/tasks/{last}/restore")).by("alice");
    assert_eq!(app.send(put(CHOSEN)).await.status, 201);
    let full = app.send(restore()).await;
    assert_eq!((full.code(), full.json()["limit"].as_u64()), ("quota_exceeded".into(), Some(QUOTA as u64)));
    let delete = call("DELETE", &format!("/api/tasks/{CHOSEN}")).by("alice");
    assert_eq!(app.send(delete).await.status, 204);
    assert_eq!(app.send(restore()).await.status, 200);
}
