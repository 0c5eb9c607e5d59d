use std::collections::BTreeSet;

use insta::assert_json_snapshot;
use serde_json::Value;

use super::{app, call, token};
use crate::http::members::MEMBERS;

#[actix_web::test]
async fn urls_begin_with_the_public_url() {
    let app = app(&[("server.public_url", "https://app.example/backend")]).await;
    let created = app.send(call("POST", "/api/tasks").by("alice").json(r#"{"title":"x"}"#)).await;
    let id = created.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(created.header("location"), format!("https://app.example/backend/api/tasks/{id}"));
    app.create("alice", r#"{"title":"y"}"#).await;
    let page = app.send(call("GET", "/api/tasks?limit=1").by("alice")).await;
    assert!(page.header("link").starts_with("<https://app.example/backend/api/tasks?cursor="));
    let document = app.send(call("GET", "/openapi.json")).await.json();
    assert_eq!(document["servers"][0]["url"], "https://app.example/backend");
    let docs = app.send(call("GET", "/docs")).await;
    assert_eq!(docs.header("location"), "https://app.example/backend/docs/index.html");
    let root = app.send(call("GET", "/").header("accept", "application/json")).await;
    assert_eq!(root.json()["openapi"], "https://app.example/backend/openapi.json");
}

#[actix_web::test]
async fn created_task_is_at_its_location() {
    let app = app(&[]).await;
    let body = r#"{"title":"  Buy milk ","description":""}"#;
    let response = app.send(call("POST", "/api/alice/tasks/").by("alice").json(body)).await;
    assert_eq!(response.status, 201);
    assert_eq!(response.header("location"), "/api/alice/tasks/00000000-0000-7000-8000-000000000001");
    assert_eq!((response.header("etag"), response.header("content-type")), ("\"1\"", "application/json"));
    let task = response.json();
    let names: BTreeSet<&str> = task.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, MEMBERS.all().map(|member| member.name).collect());
    for (name, value) in [
        ("id", "00000000-0000-7000-8000-000000000001".into()),
        ("user_id", "alice".into()),
        ("title", "Buy milk".into()),
        ("description", Value::Null),
        ("completed", false.into()),
        ("created_at", "2026-11-21T09:15:17.465Z".into()),
        ("updated_at", "2026-11-21T09:15:17.465Z".into()),
    ] {
        assert_eq!(task[name], value, "{name}");
    }
    let found = app.send(call("GET", response.header("location")).by("alice")).await;
    assert_eq!((found.status.as_u16(), &found.body), (200, &response.body));
    assert_eq!(found.header("cache-control"), "private, no-cache");
}

#[actix_web::test]
async fn put_ignores_nulls_and_patch_rejects_them() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"a","description":"b","completed":true}"#).await;
    let uri = format!("/api/tasks/{id}");
    let nulls = r#"{"title":null,"description":null,"completed":null}"#;
    let put = app.send(call("PUT", &uri).by("alice").json(nulls)).await.json();
    assert_eq!(
        (&put["title"], &put["description"], &put["completed"]),
        (&"a".into(), &().into(), &true.into())
    );
    let patch = app.send(call("PATCH", &uri).by("alice").json(nulls)).await;
    assert_eq!(patch.status, 422);
    assert_eq!(patch.json()["detail"], "title: must not be null; completed: must not be null");
    let merge = call("PATCH", &uri).by("alice").header("content-type", "application/merge-patch+json");
    assert_eq!(app.send(merge.body(br#"{"is_completed":false}"#)).await.json()["completed"], false);
}

#[actix_web::test]
async fn empty_objects_change_nothing() {
    let app = app(&[]).await;
    let (id, etag) = app.create("alice", r#"{"title":"a"}"#).await;
    for method in ["PUT", "PATCH"] {
        let response = app.send(call(method, &format!("/api/tasks/{id}")).by("alice").json("{}")).await;
        assert_eq!((response.status.as_u16(), response.header("etag")), (200, etag.as_str()));
        let other =
            app.send(call(method, &format!("/api/tasks/{id}")).by("alice").json(r#"{"due":1}"#)).await;
        assert_eq!(other.header("etag"), etag);
    }
}

#[actix_web::test]
async fn complete_toggles_or_sets() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let uri = format!("/api/alice/tasks/{id}/complete");
    let complete = || call("PATCH", &uri).by("alice");
    for (request, expected) in [
        (complete(), true),
        (complete().json(""), false),
        (complete().json("{}"), true),
        (complete().json(r#"{"completed":true}"#), true),
        (complete().json(r#"{"is_completed":false}"#), false),
        (call("PATCH", &format!("{uri}?completed=true")).by("alice"), true),
    ] {
        let response = app.send(request).await;
        assert_eq!((response.status.as_u16(), &response.json()["completed"]), (200, &expected.into()));
    }
    let contradiction =
        call("PATCH", &format!("{uri}?completed=true")).by("alice").json(r#"{"completed":false}"#);
    assert_eq!(app.send(contradiction).await.status, 422);
    assert_eq!(app.send(complete().body(b"x=1")).await.status, 415);
}

#[actix_web::test]
async fn delete_is_204_then_404() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let uri = format!("/api/tasks/{id}");
    let response = app.send(call("DELETE", &uri).by("alice")).await;
    assert_eq!((response.status.as_u16(), response.body.len()), (204, 0));
    assert_eq!(app.send(call("DELETE", &uri).by("alice")).await.status, 404);
    assert_eq!(app.send(call("GET", &uri).by("alice")).await.status, 404);
}

#[actix_web::test]
async fn delete_returns_a_body_on_request_or_by_setting() {
    let app = app(&[("tasks.delete_returns_body", "true")]).await;
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let configured = app.send(call("DELETE", &format!("/api/tasks/{id}")).by("alice")).await;
    assert_eq!(configured.status, 200);
    assert_json_snapshot!(configured.json(), @r#"
    {
      "deleted": true,
      "id": "00000000-0000-7000-8000-000000000001",
      "message": "Task deleted",
      "task_id": "00000000-0000-7000-8000-000000000001"
    }
    "#);
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let minimal = call("DELETE", &format!("/api/tasks/{id}")).by("alice").header("prefer", "return=minimal");
    assert_eq!(app.send(minimal).await.status, 204);
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    let asked =
        call("DELETE", &format!("/api/tasks/{id}")).by("alice").header("prefer", "return=representation");
    assert_eq!(app.send(asked).await.header("preference-applied"), "return=representation");
}

#[actix_web::test]
async fn errors_have_one_format() {
    let app = app(&[]).await;
    let invalid = app.send(call("POST", "/api/tasks").by("alice").json(r#"{"title":" "}"#)).await;
    assert_eq!((invalid.status.as_u16(), invalid.header("content-type")), (422, "application/problem+json"));
    assert_json_snapshot!(invalid.json(), @r#"
    {
      "code": "validation",
      "detail": "title: must not be empty",
      "errors": [
        {
          "loc": [
            "body",
            "title"
          ],
          "msg": "must not be empty",
          "type": "string_too_short"
        }
      ],
      "request_id": "test",
      "status": 422,
      "title": "Invalid request",
      "type": "https://tasknook.dev/problems/validation"
    }
    "#);
    let route = app.send(call("GET", "/nope")).await;
    assert_json_snapshot!(route.json(), @r#"
    {
      "code": "route_not_found",
      "detail": "Route not found. Tasks are at /api/{user_id}/tasks and /api/tasks; /docs has all routes.",
      "request_id": "test",
      "status": 404,
      "title": "Route not found",
      "type": "https://tasknook.dev/problems/route_not_found"
    }
    "#);
}

#[actix_web::test]
async fn other_methods_are_405_with_allow() {
    let app = app(&[]).await;
    for (method, uri, allow) in [
        ("DELETE", "/api/tasks", "GET, HEAD, POST, OPTIONS"),
        ("FROB", "/api/alice/tasks/", "GET, HEAD, POST, OPTIONS"),
        ("POST", "/api/tasks/x", "GET, HEAD, PUT, PATCH, DELETE, OPTIONS"),
        ("GET", "/api/tasks/x/complete", "PATCH, OPTIONS"),
        ("POST", "/livez", "GET, HEAD, OPTIONS"),
    ] {
        let response = app.send(call(method, uri)).await;
        assert_eq!((response.status.as_u16(), response.header("allow")), (405, allow), "{method} {uri}");
        assert_eq!(response.code(), "method_not_allowed");
        let options = app.send(call("OPTIONS", uri)).await;
        assert_eq!((options.status.as_u16(), options.header("allow")), (204, allow));
    }
}

#[actix_web::test]
async fn head_is_get_and_paths_are_literal() {
    let app = app(&[]).await;
    assert_eq!(app.send(call("HEAD", "/api/tasks").by("alice")).await.status, 200);
    for uri in ["//api/tasks", "/API/tasks", "/api/alice/Tasks", "/api/tasks//"] {
        assert_eq!(app.send(call("GET", uri).by("alice")).await.status, 404, "{uri}");
    }
}

#[actix_web::test]
async fn probes_need_no_token_and_metrics_count_responses() {
    let app = app(&[]).await;
    for uri in ["/livez", "/readyz", "/health"] {
        let response = app.send(call("GET", uri)).await;
        assert_eq!((response.status.as_u16(), &response.json()["status"]), (200, &"ok".into()), "{uri}");
    }
    app.send(call("GET", "/api/alice/tasks").by("alice")).await;
    let metrics = app.send(call("GET", "/metrics")).await;
    let text = String::from_utf8(metrics.body.to_vec()).unwrap();
    let line = r#"tasknook_http_requests_total{method="GET",route="/api/{user_id}/tasks",status="200"} 1"#;
    assert!(text.contains(line), "{text}");
}

#[actix_web::test]
async fn metrics_count_tokens_by_result() {
    let app = app(&[]).await;
    let good = format!("Bearer {}", token("alice"));
    let wrong = format!("{good}x");
    for authorization in [&good, &good, &wrong, "Bearer a.b", "Basic abc"] {
        app.send(call("GET", "/api/tasks").header("authorization", authorization)).await;
    }
    let text = String::from_utf8(app.send(call("GET", "/metrics")).await.body.to_vec()).unwrap();
    for line in [
        r#"tasknook_tokens_verified_total{source="signature"} 1"#,
        r#"tasknook_tokens_verified_total{source="cache"} 1"#,
        r#"tasknook_tokens_rejected_total{reason="invalid_signature"} 1"#,
        r#"tasknook_tokens_rejected_total{reason="not_three_parts"} 1"#,
        r#"tasknook_tokens_rejected_total{reason="missing_credentials"} 1"#,
    ] {
        assert!(text.contains(line), "{line} is not in\n{text}");
    }
}
