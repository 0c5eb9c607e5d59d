//! Compressed lists on real connections.

use std::io::Read;

use flate2::read::GzDecoder;
use serde_json::json;
use tasknook_tests::Client;

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    compressed_lists_have_their_length
}

fn compressed_lists_have_their_length(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for number in 0..300_u64 {
        // Numbers without a pattern, so that the compressed list is sent in pieces.
        let digits = |n: u64| format!("{:x}", (number * 40 + n).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let noise = (1..40).map(digits).collect::<Vec<_>>().concat();
        let _ = alice
            .post("/api/tasks", &json!({"title": format!("{number}"), "description": noise}))
            .expect(201);
    }
    let plain = alice.get("/api/tasks?limit=200").expect(200);
    let send = |alice: &Client, method: &str| {
        alice.request(method, "/api/tasks?limit=200").header("Accept-Encoding", "gzip").send().expect(200)
    };
    let compressed = send(&alice, "GET");
    let length = compressed.body.len().to_string();
    assert!(compressed.body.len() > 32 * 1024 && compressed.body.len() < plain.body.len(), "{length}");
    let mut body = Vec::new();
    GzDecoder::new(compressed.body.as_slice()).read_to_end(&mut body).unwrap();
    assert_eq!(body, plain.body);
    // The length that is announced is that of the compressed body, as for HEAD.
    for response in [&compressed, &send(&alice, "HEAD")] {
        assert_eq!(response.header("content-length"), Some(length.as_str()));
        assert_eq!(response.header("content-encoding"), Some("gzip"));
        assert_eq!(response.header("transfer-encoding"), None);
    }
}
