use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::{Call, app, call};

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
