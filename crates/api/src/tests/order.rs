use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use serde_json::{Value, json};

use super::{App, TestResponse, app, call};

const UNKNOWN: &str = "00000000-0000-7000-8000-0000000000ff";

/// Tasks with these titles; the last one comes first.
async fn made<S, const N: usize>(app: &App<S>, user: &str, titles: [&str; N]) -> [String; N]
where
    S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    let mut ids = Vec::new();
    for title in titles {
        ids.push(app.create(user, &json!({ "title": title }).to_string()).await.0);
    }
    ids.try_into().unwrap()
}

async fn titles<S>(app: &App<S>, query: &str) -> String
where
    S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    let list = app.send(call("GET", &format!("/api/tasks?{query}")).by("alice")).await;
    assert_eq!(list.status, 200, "{query}");
    list.json().as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect()
}

async fn moved<S>(app: &App<S>, id: &str, body: &Value) -> TestResponse
where
    S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    app.send(call("POST", &format!("/api/tasks/{id}/move")).by("alice").json(&body.to_string())).await
}

#[actix_web::test]
async fn tasks_are_moved() {
    let app = app(&[]).await;
    let [a, b, c] = made(&app, "alice", ["a", "b", "c"]).await;
    assert_eq!(titles(&app, "sort=position").await, "cba");
    for (id, body, expected) in [
        (&a, json!({"to": "first"}), "acb"),
        (&a, json!({"to": "last", "before": null}), "cba"),
        (&b, json!({"before": c}), "bca"),
        (&b, json!({"after": a.to_uppercase(), "x": 1}), "cab"),
        (&c, json!({"after": a, "to": null}), "acb"),
    ] {
        let response = moved(&app, id, &body).await;
        assert_eq!(response.status, 200, "{body}: {:?}", response.body);
        let etag = format!("\"{}\"", response.json()["revision"]);
        assert_eq!(
            (response.header("etag"), response.header("cache-control")),
            (&*etag, "private, no-cache")
        );
        let read = app.send(call("GET", &format!("/api/tasks/{id}")).by("alice")).await;
        assert_eq!(read.body, response.body);
        assert_eq!(titles(&app, "sort=position").await, expected, "{body}");
    }
    assert_eq!(titles(&app, "sort=-position").await, "bca");
    assert_eq!(titles(&app, "sort_by=Position&order=DESC").await, "bca");
    assert_eq!(titles(&app, "sort=position&offset=1&limit=1").await, "c");
}

#[actix_web::test]
async fn pages_follow_the_manual_order() {
    let app = app(&[]).await;
    let [a, ..] = made(&app, "alice", ["a", "b", "c", "d"]).await;
    moved(&app, &a, &json!({"to": "first"})).await;
    let first = app.send(call("GET", "/api/tasks?sort=position&limit=3").by("alice")).await;
    let cursor = first.header("x-next-cursor");
    assert_eq!(titles(&app, &format!("cursor={cursor}")).await, "b");
    let same = app.send(call("GET", &format!("/api/tasks?cursor={cursor}")).by("alice")).await;
    assert_eq!(same.header("x-changed-since"), "");
    moved(&app, &a, &json!({"to": "last"})).await;
    let later = app.send(call("GET", &format!("/api/tasks?cursor={cursor}")).by("alice")).await;
    assert_eq!((later.header("x-changed-since"), later.json().as_array().unwrap().len()), ("true", 2));
}

#[actix_web::test]
async fn moves_in_place_change_nothing() {
    let app = app(&[]).await;
    let [a, b] = made(&app, "alice", ["a", "b"]).await;
    for (id, body, etag) in [
        (&b, json!({"to": "first"}), "\"2\""),
        (&a, json!({"to": "last"}), "\"1\""),
        (&b, json!({"before": a}), "\"2\""),
        (&a, json!({"after": b}), "\"1\""),
        (&a, json!({"before": a}), "\"1\""),
    ] {
        let response = moved(&app, id, &body).await;
        assert_eq!((response.status.as_u16(), response.header("etag")), (200, etag), "{body}");
        assert_eq!(response.json()["updated_at"], "2026-11-21T09:15:17.465Z");
    }
}

#[actix_web::test]
async fn other_bodies_of_a_move_are_rejected() {
    let app = app(&[]).await;
    let [a, b, gone] = made(&app, "alice", ["a", "b", "gone"]).await;
    let [foreign] = made(&app, "bob", ["his"]).await;
    app.send(call("DELETE", &format!("/api/tasks/{gone}")).by("alice")).await;
    let before = app.send(call("GET", "/api/tasks?sort=position").by("alice")).await;
    let bodies = [
        (json!({}), "to"),
        (json!({"before": null, "after": null, "to": null}), "to"),
        (json!({"position": "A"}), "to"),
        (json!({"before": b, "after": b}), "after"),
        (json!({"before": b, "to": "first"}), "to"),
        (json!({"after": b, "to": "x"}), "to"),
        (json!({"before": UNKNOWN}), "before"),
        (json!({"after": gone}), "after"),
        (json!({"before": foreign}), "before"),
        (json!({"before": ""}), "before"),
        (json!({"before": "1"}), "before"),
        (json!({"before": b.replace('-', "")}), "before"),
        (json!({"before": format!("{{{b}}}")}), "before"),
        (json!({"before": format!(" {b}")}), "before"),
        (json!({"before": 1}), "before"),
        (json!({"before": [b]}), "before"),
        (json!({"before": {"id": b}}), "before"),
        (json!({"after": true}), "after"),
        (json!({"after": "first"}), "after"),
        (json!({"to": "First"}), "to"),
        (json!({"to": "top"}), "to"),
        (json!({"to": ""}), "to"),
        (json!({"to": 0}), "to"),
        (json!({"to": {}}), "to"),
        (json!({"to": b}), "to"),
    ];
    for (body, member) in bodies {
        let response = moved(&app, &a, &body).await;
        let problem = response.json();
        assert_eq!((response.status.as_u16(), response.code()), (422, "validation".into()), "{body}");
        assert_eq!(problem["errors"][0]["loc"], json!(["body", member]), "{body}: {problem}");
        // The task is found first only if the body could be right.
        let of_none =
            app.send(call("POST", &format!("/api/tasks/{UNKNOWN}/move")).by("alice").json(&body.to_string()));
        assert!([404, 422].contains(&of_none.await.status.as_u16()));
    }
    for (body, status) in [("", 400), ("{", 400), ("[]", 422), ("\"first\"", 422)] {
        let request = call("POST", &format!("/api/tasks/{a}/move")).by("alice").json(body);
        assert_eq!(app.send(request).await.status, status, "{body}");
    }
    let after = app.send(call("GET", "/api/tasks?sort=position").by("alice")).await;
    assert_eq!(after.body, before.body, "nothing was written");
}

#[actix_web::test]
async fn neighbours_are_judged_between_task_and_condition() {
    let app = app(&[]).await;
    let [a, b] = made(&app, "alice", ["a", "b"]).await;
    let ask = async |id: &str, neighbour: &str, tag: &str| {
        let body = json!({ "before": neighbour }).to_string();
        let request = call("POST", &format!("/api/alice/tasks/{id}/move/")).by("alice").json(&body);
        app.send(request.header("if-match", tag)).await.status.as_u16()
    };
    assert_eq!(ask(UNKNOWN, UNKNOWN, "\"9\"").await, 404);
    assert_eq!(ask(&a, UNKNOWN, "\"9\"").await, 422);
    assert_eq!(ask(&a, &b, "\"9\"").await, 412);
    assert_eq!(ask(&a, &b, "\"1\"").await, 200);
}

#[actix_web::test]
async fn positions_are_read_only() {
    let app = app(&[]).await;
    let created =
        app.send(call("POST", "/api/tasks").by("alice").json(r#"{"title":"a","position":"0"}"#)).await;
    assert_eq!(created.json()["position"], "AfFgnDxSe6");
    let id = created.json()["id"].as_str().unwrap().to_owned();
    for method in ["PUT", "PATCH"] {
        let request = call(method, &format!("/api/tasks/{id}")).by("alice").json(r#"{"position":"0"}"#);
        let changed = app.send(request).await;
        assert_eq!((changed.status.as_u16(), &changed.body), (200, &created.body), "{method}");
    }
}

#[actix_web::test]
async fn restored_tasks_keep_their_place() {
    let app = app(&[]).await;
    let [_, b, _] = made(&app, "alice", ["a", "b", "c"]).await;
    app.send(call("DELETE", &format!("/api/tasks/{b}")).by("alice")).await;
    let trash = app.send(call("GET", "/api/tasks/trash?sort=position").by("alice")).await;
    assert_eq!(trash.json()[0]["position"], "AfFgnDxSe5");
    let move_it = moved(&app, &b, &json!({"to": "first"})).await;
    assert_eq!((move_it.status.as_u16(), move_it.code()), (404, "task_not_found".into()));
    let restored = app.send(call("POST", &format!("/api/tasks/{b}/restore")).by("alice")).await;
    assert_eq!(restored.json()["position"], "AfFgnDxSe5");
    assert_eq!(titles(&app, "sort=position").await, "cba");
}

#[actix_web::test]
async fn moves_are_executed_once_for_their_key() {
    let app = app(&[]).await;
    let [a, b] = made(&app, "alice", ["a", "b"]).await;
    let request = || {
        let call =
            call("POST", &format!("/api/tasks/{a}/move")).by("alice").header("idempotency-key", "move-1");
        call.json(&json!({ "before": b }).to_string())
    };
    let first = app.send(request()).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (200, ""));
    moved(&app, &a, &json!({"to": "last"})).await;
    app.send(call("DELETE", &format!("/api/tasks/{b}")).by("alice")).await;
    let again = app.send(request()).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (200, "true"));
    assert_eq!((&again.body, again.header("etag")), (&first.body, first.header("etag")));
}
