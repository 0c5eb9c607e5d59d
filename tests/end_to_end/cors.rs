//! A browser on another origin.

use serde_json::json;
use tasknook_tests::Response;

use crate::database::{Database, caller};

const EXPOSED: [&str; 9] = [
    "etag",
    "location",
    "link",
    "x-next-cursor",
    "x-total-count",
    "x-changed-since",
    "idempotency-replayed",
    "retry-after",
    "x-request-id",
];

#[test]
fn cors_allows_only_listed_origins() {
    let (listed, other) = ("https://app.example", "https://app.example.evil");
    let environment = Database::Sqlite.with_secret();
    let environment = environment.set("TASKNOOK_CORS__ORIGINS", format!("http://localhost:3000,{listed}"));
    let service = environment.serve();
    let anonymous = service.client();
    let preflight = |origin: &str, method: &str| {
        let request = anonymous.request("OPTIONS", "/api/alice/tasks").header("Origin", origin);
        let headers =
            "authorization,content-type,if-match,if-none-match,idempotency-key,last-event-id,prefer";
        request
            .header("Access-Control-Request-Method", method)
            .header("Access-Control-Request-Headers", headers)
            .send()
    };
    for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
        let response = preflight(listed, method);
        assert!((200..300).contains(&response.status), "{response}");
        let granted = response.header("access-control-allow-headers").unwrap_or_default().to_lowercase();
        let requested = ["if-match", "if-none-match", "idempotency-key", "last-event-id"];
        assert!(requested.iter().all(|name| granted.contains(name)), "{response}");
        allowed(&response, listed);
        assert!(response.header("access-control-allow-methods").unwrap().contains(method), "{response}");
        assert!(response.header("access-control-max-age").is_some(), "{response}");
        assert_eq!(preflight(other, method).header("access-control-allow-origin"), None);
    }

    let alice = caller(&environment, &service, "alice");
    let from = |origin: &str, target: &str| alice.request("GET", target).header("Origin", origin).send();
    for (target, status) in
        [("/api/tasks", 200), ("/api/bob/tasks", 403), ("/api/tasks/1", 404), ("/nowhere", 404)]
    {
        let response = from(listed, target).expect(status);
        allowed(&response, listed);
        let exposed = response.header("access-control-expose-headers").unwrap_or_default().to_lowercase();
        assert!(EXPOSED.iter().all(|name| exposed.contains(name)), "{response}");
        assert_eq!(from(other, target).header("access-control-allow-origin"), None);
    }
    let unknown =
        service.client().request("POST", "/api/tasks").header("Origin", listed).json(&json!({})).send();
    allowed(&unknown.expect(401), listed);
}

fn allowed(response: &Response, origin: &str) {
    assert_eq!(response.header("access-control-allow-origin"), Some(origin), "{response}");
    assert_eq!(response.header("access-control-allow-credentials"), Some("true"), "{response}");
    assert!(response.header("vary").unwrap_or_default().to_lowercase().contains("origin"), "{response}");
}
