use std::io::Read;

use actix_web::http::StatusCode;
use flate2::read::GzDecoder;

use super::{TestResponse, app, call};

/// Decodes the body by its content coding.
pub(super) fn decoded(response: &TestResponse) -> Vec<u8> {
    let (mut plain, body) = (Vec::new(), &response.body[..]);
    match response.header("content-encoding") {
        "gzip" => GzDecoder::new(body).read_to_end(&mut plain).unwrap(),
        "br" => brotli::Decompressor::new(body, 4096).read_to_end(&mut plain).unwrap(),
        "" => return body.to_vec(),
        other => panic!("{other}"),
    };
    plain
}

#[actix_web::test]
async fn long_lists_are_compressed_for_clients_that_accept_it() {
    let app = app(&[]).await;
    for number in 0..150 {
        app.create("alice", &format!(r#"{{"title":"Zoë {number}","description":"{}"}}"#, number * 7919))
            .await;
    }
    for uri in ["/api/tasks?limit=5", "/api/alice/tasks?limit=64", "/api/tasks/?count=true"] {
        let plain = app.send(call("GET", uri).by("alice")).await;
        assert_eq!(plain.header("content-encoding"), "");
        assert!(plain.header("etag").starts_with("W/\""));
        assert!(plain.header("vary").starts_with("Authorization, Accept-Encoding"));
        for coding in ["gzip", "br"] {
            let response = app.send(call("GET", uri).by("alice").header("accept-encoding", coding)).await;
            assert_eq!(response.header("content-encoding"), coding, "{uri}");
            assert_eq!(decoded(&response), plain.body, "{uri} {coding}");
            assert!(response.body.len() < plain.body.len() / 2, "{uri} {coding}");
            for name in ["vary", "content-type", "cache-control", "link", "x-total-count", "etag"] {
                assert_eq!(response.header(name), plain.header(name), "{name}");
            }
        }
    }
}

#[actix_web::test]
async fn short_lists_single_tasks_and_problems_are_not_compressed() {
    let app = app(&[]).await;
    let body = format!(r#"{{"title":"x","description":"{}"}}"#, "ä".repeat(1000));
    let (id, tag) = app.create("alice", &body).await;
    app.create("bob", r#"{"title":"x"}"#).await;
    for (user, uri, status) in [
        ("alice", format!("/api/tasks/{id}"), StatusCode::OK),
        ("bob", "/api/tasks".into(), StatusCode::OK),
        ("carol", "/api/tasks".into(), StatusCode::OK),
        ("alice", format!("/api/tasks?limit=x&{}", "sort=x&".repeat(500)), StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let response = app.send(call("GET", &uri).by(user).header("accept-encoding", "gzip, br")).await;
        assert_eq!((response.status, response.header("content-encoding")), (status, ""), "{uri}");
    }
    let read = call("GET", &format!("/api/tasks/{id}")).by("alice").header("accept-encoding", "gzip");
    assert_eq!(app.send(read).await.header("etag"), tag);
    let empty = app.send(call("GET", "/api/tasks").by("carol").header("accept-encoding", "gzip")).await;
    assert_eq!(empty.body, "[]");
}
