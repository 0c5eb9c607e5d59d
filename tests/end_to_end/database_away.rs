//! PostgreSQL is stopped, or answers nothing: who needs it is told so soon, nobody else notices.

use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{Answer, BetterAuth, Client, Environment, Postgres, Service, eventually};

use crate::database::caller;

/// Two seconds are promised; a busy machine gets more before a test fails.
const SOON: Duration = Duration::from_secs(4);
const RECOVERY: Duration = Duration::from_secs(10);

#[test]
fn a_database_that_is_stopped_is_503_and_comes_back() {
    goes_and_comes_back(Postgres::stop, Postgres::start_again);
}

#[test]
fn a_database_that_answers_nothing_is_503_and_comes_back() {
    goes_and_comes_back(Postgres::freeze, Postgres::thaw);
}

fn goes_and_comes_back(go: impl Fn(&Postgres), come_back: impl Fn(&Postgres)) {
    let server = Postgres::start();
    let environment = Environment::new()
        .set("DATABASE_URL", server.create_database())
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let made = alice.post("/api/tasks", &json!({"title": "before"})).expect(201).json();
    let path = format!("/api/tasks/{}", made["id"].as_str().unwrap());

    go(&server);
    for _ in 0..2 {
        unavailable(&alice, "GET", "/api/tasks");
        unavailable(&alice, "GET", &path);
        unavailable(&alice, "POST", "/api/tasks");
        unavailable(&alice, "DELETE", &path);
        the_rest_is_as_ever(&service, &alice);
    }
    come_back(&server);

    let recovered = eventually(RECOVERY, || {
        let answer = alice.get(&path);
        (answer.status != 503).then_some(answer)
    });
    let Some(answer) = recovered else { panic!("it does not recover\n{}", service.log()) };
    assert_eq!(answer.expect(200).json(), made);
    let _ = alice.post("/api/tasks", &json!({"title": "after"})).expect(201);
    let ready = eventually(RECOVERY, || (service.client().get("/readyz").status == 200).then_some(()));
    assert!(ready.is_some(), "it does not say that it has recovered");
}

fn unavailable(alice: &Client, method: &str, path: &str) {
    let request = alice.request(method, path);
    let request = if method == "POST" { request.json(&json!({"title": "meanwhile"})) } else { request };
    let answer = within(SOON, || request.send()).expect(503);
    assert!(answer.header("retry-after").is_some(), "{answer}");
    assert_eq!(answer.header("content-type"), Some("application/problem+json"), "{answer}");
    for internal in ["postgres", "connection", "127.0.0.1"] {
        assert!(!answer.text().to_lowercase().contains(internal), "{answer}");
    }
}

fn the_rest_is_as_ever(service: &Service, alice: &Client) {
    let at_once = Duration::from_secs(1);
    let _ = within(at_once, || service.client().get("/livez")).expect(200);
    let _ = within(at_once, || service.client().get("/api/tasks")).expect(401);
    let _ = within(at_once, || alice.get("/api/bob/tasks")).expect(403);
    let _ = within(at_once, || alice.get("/no/such/route")).expect(404);
    let _ = within(at_once, || alice.request("PUT", "/api/tasks").json(&json!({})).send()).expect(405);
    let _ = within(at_once, || alice.post("/api/tasks", &json!({"title": ""}))).expect(422);
    let _ = within(SOON, || service.client().get("/readyz")).expect(503);
    let _ = within(SOON, || service.client().get("/health")).expect(200);
}

fn within(limit: Duration, send: impl FnOnce() -> Answer) -> Answer {
    let asked = Instant::now();
    let answer = send();
    assert!(asked.elapsed() < limit, "after {:?}:\n{answer}", asked.elapsed());
    answer
}
