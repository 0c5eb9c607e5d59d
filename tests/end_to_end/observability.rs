//! What operators see of a request: its trace and the events of the database workers.

use std::thread;
use std::time::Duration;

use serde_json::Value;
use tasknook_tests::{BetterAuth, Environment, Postgres, Service, eventually};

use crate::database::{Database, caller, url_of};

const LIMIT: Duration = Duration::from_secs(20);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// The first event with this message that belongs to the request.
fn event_of(service: &Service, request_id: &str, message: &str) -> Value {
    let find = |line: &str| {
        let event: Value = serde_json::from_str(line).ok()?;
        let matches = event["span"]["request_id"] == request_id && event["message"] == message;
        matches.then_some(event)
    };
    match service.log().wait_for(LIMIT, find) {
        Ok(event) => event,
        Err(why) => panic!("no {message:?} of {request_id} ({why:?})\n{}", service.log()),
    }
}

#[test]
fn traceparent_reaches_the_log_and_an_invalid_one_does_not() {
    let service = Database::Sqlite.with_secret().serve();
    let client = service.client();
    let send = |id: &str, traceparent: &str| {
        let request = client.request("GET", "/livez").header("x-request-id", id);
        let _ = request.header("traceparent", traceparent).send().expect(200);
        event_of(&service, id, "request completed")["span"].clone()
    };
    let span = send("valid", &format!("00-{TRACE}-{PARENT}-01"));
    assert_eq!((&span["trace_id"], &span["parent_id"]), (&TRACE.into(), &PARENT.into()));
    let span = send("invalid", &format!("00-{TRACE}-{PARENT}-01-more"));
    let new = span["trace_id"].as_str().unwrap();
    assert!(new.len() == 32 && new != TRACE && span.get("parent_id").is_none(), "{span}");
    assert_ne!(send("another", "")["trace_id"], new);
}

#[test]
fn events_of_database_workers_have_request_and_trace() {
    let server = Postgres::start();
    let environment = Environment::new()
        .set("DATABASE_URL", server.create_database())
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
        // Warnings have the ids of their request where information is not logged.
        .set("TASKNOOK_LOG__LEVEL", "warn,tasknook::server=info,tasknook::server::request_context=warn")
        .set("TASKNOOK_DATABASE__SLOW_STATEMENT_MS", "100");
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let read = |id: &str| {
        let request = alice.request("GET", "/api/tasks").header("x-request-id", id);
        request.header("traceparent", &format!("00-{TRACE}-{PARENT}-01")).send().status
    };
    assert_eq!(read("fast"), 200);

    thread::scope(|scope| {
        // Statements wait for the lock until their time is up, which is more than 100 ms.
        let lock = "begin; lock table tasks in access exclusive mode; select pg_sleep(60)";
        let locked = scope.spawn(|| server.client("psql", &["-c", lock, &url_of(&environment)]));
        assert!(eventually(LIMIT, || (read("slow") == 503).then_some(())).is_some(), "{}", service.log());
        let unlock = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'begin; lock%'";
        let _ = server.query(&url_of(&environment), unlock);
        let _ = locked.join();
    });
    let slow = event_of(&service, "slow", "slow statement");
    assert_eq!(
        (&slow["kind"], &slow["calls"], &slow["result"]),
        (&"page".into(), &1.into(), &"failed".into())
    );
    assert!(slow["duration_ms"].as_u64().unwrap() >= 100, "{slow}");
    assert_eq!(slow["span"]["trace_id"], TRACE);
    for secret in ["alice", "select"] {
        assert!(!slow.to_string().contains(secret), "{slow}");
    }

    server.freeze();
    assert_eq!(read("hangs"), 503);
    let replaced = event_of(&service, "hangs", "replaced a worker whose connection hangs");
    assert_eq!(replaced["span"]["trace_id"], TRACE);
    let unavailable = event_of(&service, "hangs", "the database is unavailable");
    assert_eq!(unavailable["span"]["trace_id"], TRACE);
    server.thaw();
}
