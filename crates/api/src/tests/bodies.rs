use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Call, app, call};

const UNKNOWN: [&str; 2] = ["7", "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b99"];

fn post() -> Call {
    call("POST", "/api/tasks").by("alice")
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

#[actix_web::test]
async fn other_media_types_are_415() {
    let app = app(&[]).await;
    let types = [
        "text/plain",
        "json",
        "application/json; charset=utf-16",
        "application/vnd.evil+json",
        "application/merge-patch+json",
    ];
    for kind in types {
        let response = app.send(post().header("content-type", kind).body(br#"{"title":"x"}"#)).await;
        assert_eq!(
            (response.status.as_u16(), response.header("accept")),
            (415, "application/json"),
            "{kind}"
        );
    }
    assert_eq!(app.send(post().body(br#"{"title":"x"}"#)).await.status, 415);
    for kind in ["Application/JSON", "application/json;charset=\"UTF-8\""] {
        let response = app.send(post().header("content-type", kind).body(br#"{"title":"x"}"#)).await;
        assert_eq!(response.status, 201, "{kind}");
    }
    let twice = post().header("content-type", "application/json").json(r#"{"title":"x"}"#);
    assert_eq!(app.send(twice).await.status, 400);
}

#[actix_web::test]
async fn body_limit_applies_before_and_after_decompression() {
    let app = app(&[]).await;
    let padded = |length: usize| {
        let frame = r#"{"title":"x","pad":""}"#.len();
        format!(r#"{{"title":"x","pad":"{}"}}"#, "p".repeat(length - frame))
    };
    assert_eq!(app.send(post().json(&padded(65_536))).await.status, 201);
    assert_eq!(app.send(post().json(&padded(65_537))).await.code(), "body_too_large");
    let compressed =
        |text: &str| post().json("").header("content-encoding", "gzip").body(&gzip(text.as_bytes()));
    assert_eq!(app.send(compressed(&padded(65_536))).await.status, 201);
    assert_eq!(app.send(compressed(&padded(10_000_000))).await.code(), "body_too_large");
}

#[actix_web::test]
async fn other_content_encodings_are_415() {
    let app = app(&[]).await;
    for encoding in ["snappy", "gzip, gzip", "br"] {
        let response = app.send(post().json(r#"{"title":"x"}"#).header("content-encoding", encoding)).await;
        assert_eq!(
            (response.status.as_u16(), response.header("accept-encoding")),
            (415, "gzip"),
            "{encoding}"
        );
    }
    let garbage = post().json("xxxx").header("content-encoding", "gzip");
    assert_eq!(app.send(garbage).await.code(), "malformed_request");
}

#[actix_web::test]
async fn unacceptable_media_types_are_406() {
    let app = app(&[]).await;
    let get = |accept: &str| call("GET", "/api/tasks").by("alice").header("accept", accept);
    for accept in ["application/xml", "application/json;q=0", "*/*, application/json;q=0"] {
        assert_eq!(app.send(get(accept)).await.code(), "not_acceptable", "{accept}");
    }
    for accept in ["*/*", "text/html, application/*;q=0.1", "application/json", ";;;", ""] {
        assert_eq!(app.send(get(accept)).await.status, 200, "{accept}");
    }
}

#[actix_web::test]
async fn bodies_and_headers_are_checked_before_ids() {
    let app = app(&[]).await;
    let invalid = [
        ("PUT", "tasks/ID", r#"{"title":7}"#),
        ("PUT", "tasks/ID", r#"{"title":""}"#),
        ("PATCH", "tasks/ID", r#"{"title":null}"#),
        ("PATCH", "tasks/ID", r#"{"due_date":"soon"}"#),
        ("PATCH", "tasks/ID/complete", r#"{"completed":null}"#),
        ("POST", "tasks/ID/move", r#"{"to":"end"}"#),
        ("POST", "tasks/ID/move", r#"{"before":"x"}"#),
        ("PUT", "lists/ID", r#"{"name":""}"#),
        ("PATCH", "lists/ID", r#"{"color":"red"}"#),
        ("POST", "lists/ID/move", "{}"),
        ("DELETE", "lists/ID?tasks=all", "{}"),
    ];
    for (method, path, body) in invalid {
        for id in UNKNOWN {
            let path = format!("/api/{}", path.replace("ID", id));
            let response = app.send(call(method, &path).by("alice").json(body)).await;
            assert_eq!(
                (response.status.as_u16(), response.code()),
                (422, "validation".into()),
                "{path} {body}"
            );
            let chosen = call(method, &path).by("alice").json(body).header("if-none-match", "*");
            let chosen = app.send(chosen).await;
            assert_eq!(chosen.status, 422, "If-None-Match: {method} {path} {body}");
        }
    }
    let valid = [
        ("PATCH", "tasks/ID", r#"{"title":"x"}"#),
        ("PATCH", "tasks/ID/complete", "{}"),
        ("POST", "tasks/ID/move", r#"{"to":"first"}"#),
        ("POST", "tasks/ID/restore", ""),
        ("DELETE", "tasks/ID", ""),
        ("DELETE", "tasks/trash/ID", ""),
        ("PATCH", "lists/ID", r#"{"name":"x"}"#),
        ("POST", "lists/ID/move", r#"{"to":"first"}"#),
        ("DELETE", "lists/ID", ""),
    ];
    for (method, path, body) in valid {
        for id in UNKNOWN {
            let path = format!("/api/{}", path.replace("ID", id));
            let request = || call(method, &path).by("alice").json(body);
            assert_eq!(app.send(request()).await.status, 404, "{method} {path}");
            let malformed = app.send(request().header("if-match", "7")).await;
            assert_eq!(malformed.code(), "malformed_request", "{method} {path}");
        }
    }
}

#[actix_web::test]
async fn all_invalid_members_are_listed() {
    let app = app(&[]).await;
    let errors = async |method: &str, path: &str, body: &str| {
        let response = app.send(call(method, path).by("alice").json(body)).await;
        assert_eq!(response.status, 422, "{body}");
        response.json()["detail"].as_str().unwrap().to_owned()
    };
    let body = r#"{"title":7,"description":true,"priority":"later","due_date":"soon"}"#;
    let both = "title: must be a string; description: must be a string; priority: must be low, medium, high or urgent; ";
    for (method, path) in [("POST", "/api/tasks"), ("PATCH", "/api/tasks/7"), ("PUT", "/api/tasks/7")] {
        let detail = errors(method, path, body).await;
        assert!(detail.starts_with(both) && detail.contains("due_date: "), "{detail}");
    }
    let detail = errors("POST", "/api/tasks", r#"{"completed":"yes"}"#).await;
    assert_eq!(detail, "completed: must be true or false; title: is required");
    let detail = errors("POST", "/api/lists", r#"{"name":7,"color":"red"}"#).await;
    assert_eq!(detail, "name: must be a string; color: must be a color like #1e90ff");
    let operation = r#"{"operations":[{"op":"create","task":{"title":7,"tags":["a,b"]}}]}"#;
    let detail = errors("POST", "/api/tasks/bulk", operation).await;
    assert!(
        detail.starts_with("operations[0].task.title: must be a string; operations[0].task.tags: "),
        "{detail}"
    );
}
