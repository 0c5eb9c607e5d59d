//! PostgreSQL is stopped, or unresponsive: requests that need it are rejected soon, all others are unaffected.

use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{BetterAuth, Client, Environment, Postgres, Response, Service, eventually};

use crate::database::caller;

/// The limit is two seconds; a busy machine gets more before a test fails.
const SOON: Duration = Duration::from_secs(4);
const RECOVERY: Duration = Duration::from_secs(10);

#[test]
fn stopped_database_is_503_until_it_is_back() {
    is_503_until_restored(Postgres::stop, Postgres::start_again);
}

#[test]
fn unresponsive_database_is_503_until_it_is_back() {
    is_503_until_restored(Postgres::freeze, Postgres::thaw);
}

fn is_503_until_restored(interrupt: impl Fn(&Postgres), restore: impl Fn(&Postgres)) {
    let server = Postgres::start();
    let environment = Environment::new()
        .set("DATABASE_URL", server.create_database())
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let made = alice.post("/api/tasks", &json!({"title": "before"})).expect(201).json();
    let path = format!("/api/tasks/{}", made["id"].as_str().unwrap());

    interrupt(&server);
    for _ in 0..2 {
        unavailable(&alice, "GET", "/api/tasks");
        unavailable(&alice, "GET", &path);
        unavailable(&alice, "GET", "/api/tasks/events");
        unavailable(&alice, "HEAD", "/api/tasks/events");
        unavailable(&alice, "POST", "/api/tasks");
        unavailable(&alice, "DELETE", &path);
        other_requests_are_unaffected(&service, &alice);
    }
    restore(&server);

    let recovered = eventually(RECOVERY, || {
        let response = alice.get(&path);
        (response.status != 503).then_some(response)
    });
    let Some(response) = recovered else { panic!("it does not recover\n{}", service.log()) };
    assert_eq!(response.expect(200).json(), made);
    let _ = alice.post("/api/tasks", &json!({"title": "after"})).expect(201);
    let ready = eventually(RECOVERY, || (service.client().get("/readyz").status == 200).then_some(()));
    assert!(ready.is_some(), "/readyz does not recover");
}

fn unavailable(alice: &Client, method: &str, path: &str) {
    let request = alice.request(method, path);
    let request = if method == "POST" { request.json(&json!({"title": "meanwhile"})) } else { request };
    let response = within(SOON, || request.send()).expect(503);
    assert!(response.header("retry-after").is_some(), "{response}");
    assert_eq!(response.header("content-type"), Some("application/problem+json"), "{response}");
    for internal in ["postgres", "connection", "127.0.0.1"] {
        assert!(!response.text().to_lowercase().contains(internal), "{response}");
    }
}

fn other_requests_are_unaffected(service: &Service, alice: &Client) {
    let at_once = Duration::from_secs(1);
    let _ = within(at_once, || service.client().get("/livez")).expect(200);
    let _ = within(at_once, || service.client().get("/api/tasks")).expect(401);
    let _ = within(at_once, || alice.get("/api/bob/tasks")).expect(403);
    let _ = within(at_once, || alice.get("/no/such/route")).expect(404);
    let _ = within(at_once, || alice.request("PUT", "/api/tasks").json(&json!({})).send()).expect(405);
    let _ = within(at_once, || alice.post("/api/tasks", &json!({"title": ""}))).expect(422);
    let _ = within(SOON, || service.client().get("/readyz")).expect(503);
    let _ = within(at_once, || service.client().get("/health")).expect(200);
    let health = service.client().get("/health").expect(200).json();
    assert_eq!(health["database"], "unavailable", "as the check for /readyz found");
}

fn within(limit: Duration, send: impl FnOnce() -> Response) -> Response {
    let asked = Instant::now();
    let response = send();
    assert!(asked.elapsed() < limit, "after {:?}:\n{response}", asked.elapsed());
    response
}
