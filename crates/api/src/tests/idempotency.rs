use std::sync::Arc;

use actix_web::dev::{Service, ServiceResponse};
use domain::testing::{ManualClock, MemoryTasks, SequentialIds};
use domain::{Tasks, TextLimits};

use super::{App, Call, NOW_MILLIS, TestResponse, app, app_over, call, settings, state, token};
use crate::state::AppState;

fn post(user: &str, key: &str, body: &str) -> Call {
    call("POST", "/api/tasks").by(user).header("idempotency-key", key).json(body)
}

/// What a repeated request has in common with the first one.
fn repeated(response: &TestResponse) -> (u16, &str, &str, &[u8]) {
    (response.status.as_u16(), response.header("etag"), response.header("location"), &response.body)
}

fn assert_replayed(first: &TestResponse, second: &TestResponse) {
    assert_eq!(repeated(first), repeated(second));
    for name in ["content-type", "cache-control", "vary"] {
        assert_eq!(first.header(name), second.header(name), "{name}");
    }
    assert_eq!((first.header("idempotency-replayed"), second.header("idempotency-replayed")), ("", "true"));
}

async fn count<S>(app: &App<S>, user: &str) -> usize
where
    S: Service<
            actix_http::Request,
            Response = ServiceResponse<actix_web::body::BoxBody>,
            Error = actix_web::Error,
        >,
{
    app.send(call("GET", "/api/tasks").by(user)).await.json().as_array().unwrap().len()
}

#[actix_web::test]
async fn the_same_request_has_the_same_response() {
    let app = app(&[]).await;
    let first = app.send(post("alice", "k", r#"{"title":"once"}"#)).await;
    assert_eq!((first.status.as_u16(), first.header("etag")), (201, "\"1\""));
    let id = first.json()["id"].as_str().unwrap().to_owned();
    assert_replayed(&first, &app.send(post("alice", "k", r#"{"title":"once"}"#)).await);
    let change = call("PATCH", &format!("/api/tasks/{id}")).by("alice").json(r#"{"title":"other"}"#);
    assert_eq!(app.send(change).await.status, 200);
    assert_replayed(&first, &app.send(post("alice", "\"k\"", r#"{"title":"once"}"#)).await);
    assert_eq!(app.send(call("DELETE", &format!("/api/tasks/{id}")).by("alice")).await.status, 204);
    assert_replayed(&first, &app.send(post("alice", "k", r#"{"title":"once"}"#)).await);
    assert_eq!(count(&app, "alice").await, 0);
}

#[actix_web::test]
async fn both_path_styles_are_the_same_route() {
    let app = app(&[("server.public_url", "https://tasks.example")]).await;
    let path = |path: &str| {
        let request = call("POST", path).by("zoë/1").header("idempotency-key", "k");
        request.json(r#"{"title":"once"}"#)
    };
    let first = app.send(path("/api/zo%C3%AB%2F1/tasks")).await;
    assert!(first.header("location").starts_with("https://tasks.example/api/zo%C3%AB%2F1/tasks/"));
    for other in
        ["/api/zo%C3%AB%2F1/tasks/", "/api/zo%c3%ab%2f1/tasks", "/api/tasks", "/api/tasks/", "/api/tasks?"]
    {
        assert_replayed(&first, &app.send(path(other)).await);
    }
    assert_eq!(app.send(path("/api/tasks?x=1")).await.code(), "idempotency_key_reused");
}

#[actix_web::test]
async fn keys_of_other_requests_are_422() {
    let app = app(&[]).await;
    app.send(post("alice", "k", r#"{"title":"once"}"#)).await;
    let bodies = [r#"{"title":"other"}"#, r#"{"title": "once"}"#, r#"{"title":""}"#, "{", "", "[]"];
    for body in bodies {
        let response = app.send(post("alice", "k", body)).await;
        assert_eq!(
            (response.status.as_u16(), response.code()),
            (422, "idempotency_key_reused".into()),
            "{body}"
        );
        assert!(response.json().get("errors").is_none());
    }
    let from = format!(r#"{{"from_token":"{}"}}"#, token("bob"));
    let other_route =
        call("POST", "/api/tasks/transfer").by("alice").header("idempotency-key", "k").json(&from);
    assert_eq!(app.send(other_route).await.code(), "idempotency_key_reused");
    assert_eq!(count(&app, "alice").await, 1);
}

#[actix_web::test]
async fn keys_are_read_after_the_user_and_before_the_body() {
    let app = app(&[]).await;
    let first = app.send(post("alice", "k", r#"{"title":"once"}"#)).await;
    let without_token =
        call("POST", "/api/alice/tasks").header("idempotency-key", "").json(r#"{"title":"once"}"#);
    assert_eq!(app.send(without_token).await.code(), "missing_token");
    let of_another =
        call("POST", "/api/bob/tasks").by("alice").header("idempotency-key", "").json(r#"{"title":"once"}"#);
    assert_eq!(app.send(of_another).await.code(), "other_user");
    let large = "x".repeat(65_537);
    for key in ["", "\"\"", "a b", &"k".repeat(256)] {
        let response = app.send(post("alice", key, &large)).await;
        assert_eq!((response.status.as_u16(), response.code()), (400, "malformed_request".into()), "{key}");
        assert!(response.json()["detail"].as_str().unwrap().contains("Idempotency-Key"));
    }
    let twice = post("alice", "k", r#"{"title":"once"}"#).header("idempotency-key", "k");
    assert_eq!(app.send(twice).await.code(), "malformed_request");
    assert_eq!(app.send(post("alice", "k", &large)).await.code(), "body_too_large");
    // The media type belongs to the body.
    let mut other_type = post("alice", "k", r#"{"title":"once"}"#);
    other_type.headers.retain(|(name, _)| name != "content-type");
    assert_replayed(&first, &app.send(other_type).await);
}

#[actix_web::test]
async fn every_post_route_reads_its_key() {
    let app = app(&[]).await;
    let mut routes = 0;
    for endpoint in crate::routes::api_and_metrics() {
        if !endpoint.methods().any(|method| method == "POST") {
            continue;
        }
        routes += 1;
        let path = endpoint.path().replace("{user_id}", "alice").replace("{id}", "x");
        let response =
            app.send(call("POST", &path).by("alice").header("idempotency-key", "").json("{")).await;
        assert_eq!((response.status.as_u16(), response.code()), (400, "malformed_request".into()), "{path}");
        let response =
            app.send(call("POST", &path).by("alice").header("idempotency-key", "k").json("{")).await;
        assert_ne!(response.status, 201, "{path}");
    }
    assert!(routes >= 4);
}

#[actix_web::test]
async fn other_methods_ignore_the_key() {
    let app = app(&[]).await;
    let (id, _) = app.create("alice", r#"{"title":"a"}"#).await;
    for (method, status) in [("GET", 200), ("PATCH", 200), ("PUT", 200), ("DELETE", 204)] {
        let request = call(method, &format!("/api/tasks/{id}")).by("alice").header("idempotency-key", "");
        let response = app.send(request.json(r#"{"completed":true}"#)).await;
        assert_eq!((response.status.as_u16(), response.header("idempotency-replayed")), (status, ""));
    }
}

#[actix_web::test]
async fn rejected_requests_leave_the_key() {
    let app = app(&[]).await;
    for body in ["{", "[]", r#"{"title":""}"#] {
        assert_ne!(app.send(post("alice", "k", body)).await.status, 201);
    }
    let fixed = app.send(post("alice", "k", r#"{"title":"fixed"}"#)).await;
    assert_eq!(fixed.status, 201);
    assert_replayed(&fixed, &app.send(post("alice", "k", r#"{"title":"fixed"}"#)).await);
}

#[actix_web::test]
async fn users_share_no_keys() {
    let app = app(&[]).await;
    let first = app.send(post("alice", "k", r#"{"title":"hers"}"#)).await;
    let second = app.send(post("bob", "k", r#"{"title":"his"}"#)).await;
    assert_eq!((second.status.as_u16(), second.json()["user_id"].as_str()), (201, Some("bob")));
    assert_replayed(&second, &app.send(post("bob", "k", r#"{"title":"his"}"#)).await);
    assert_replayed(&first, &app.send(post("alice", "k", r#"{"title":"hers"}"#)).await);
}

#[actix_web::test]
async fn transfers_are_repeated_without_effect() {
    let app = app(&[]).await;
    app.create("anonymous", r#"{"title":"typed before the sign-up"}"#).await;
    let body = format!(r#"{{"from_token":"{}"}}"#, token("anonymous"));
    let transfer =
        || call("POST", "/api/tasks/transfer").by("alice").header("idempotency-key", "k").json(&body);
    let first = app.send(transfer()).await;
    assert_eq!((first.status.as_u16(), first.body.len()), (204, 0));
    app.create("anonymous", r#"{"title":"typed after it"}"#).await;
    assert_replayed(&first, &app.send(transfer()).await);
    assert_eq!((count(&app, "alice").await, count(&app, "anonymous").await), (1, 1));
}

#[actix_web::test]
async fn keys_expire_after_their_hours() {
    let settings = settings(&[("limits.idempotency_hours", "2")]);
    let clock = Arc::new(ManualClock::at_unix_millis(NOW_MILLIS));
    let (repository, ids) = (Arc::new(MemoryTasks::default()), Arc::new(SequentialIds::default()));
    let tasks = Tasks::new(Arc::clone(&repository) as _, Arc::clone(&clock) as _, ids, TextLimits::default());
    let app = app_over(AppState { tasks, ..state(repository, &settings) }, &settings).await;
    let first = app.send(post("alice", "k", r#"{"title":"a"}"#)).await;
    clock.advance_millis(2 * 60 * 60 * 1000 - 1);
    assert_replayed(&first, &app.send(post("alice", "k", r#"{"title":"a"}"#)).await);
    clock.advance_millis(1);
    let second = app.send(post("alice", "k", r#"{"title":"b"}"#)).await;
    assert_eq!((second.status.as_u16(), second.header("idempotency-replayed")), (201, ""));
}

#[actix_web::test]
async fn the_oldest_keys_are_dropped_beyond_the_setting() {
    let app = app(&[("limits.idempotency_keys", "2")]).await;
    for key in ["a", "b", "c"] {
        assert_eq!(app.send(post("alice", key, r#"{"title":"x"}"#)).await.status, 201);
    }
    for (key, replayed) in [("c", "true"), ("b", "true"), ("a", "")] {
        let response = app.send(post("alice", key, r#"{"title":"x"}"#)).await;
        assert_eq!((response.status.as_u16(), response.header("idempotency-replayed")), (201, replayed));
    }
}
