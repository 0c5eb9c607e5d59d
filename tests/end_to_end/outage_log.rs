//! An outage in the log: one event when it begins and one when it ends.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{BetterAuth, Environment, Output, Postgres, eventually};

use crate::database::{Database, caller, url_of};

const LIMIT: Duration = Duration::from_secs(20);

/// The events of the log with this message.
fn events(log: &Output, message: &str) -> Vec<Value> {
    let lines = log.text();
    let events = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    events.filter(|event| event["message"] == message).collect()
}

fn errors(log: &Output) -> usize {
    log.text().lines().filter(|line| line.contains("\"level\":\"ERROR\"")).count()
}

#[test]
fn outage_of_the_database_is_two_events() {
    let server = Postgres::start();
    let environment = Environment::new()
        .set("DATABASE_URL", server.create_database())
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let task = json!({"title": "x"});
    let _ = alice.post("/api/tasks", &task).expect(201);
    server.stop();
    let mut failed = 0;
    for _ in 0..4 {
        failed += u64::from(alice.get("/api/tasks").status == 503);
        failed += u64::from(alice.post("/api/tasks", &task).status == 503);
        let _ = service.client().get("/readyz").expect(503);
    }
    server.start_again();
    let log = service.log();
    let over = eventually(LIMIT, || {
        let (read, written) = (alice.get("/api/tasks").status, alice.post("/api/tasks", &task).status);
        failed += u64::from(read == 503) + u64::from(written == 503);
        let _ = service.client().get("/readyz");
        events(log, "the database is available again").pop()
    });
    let over = over.unwrap();
    assert_eq!(over["failed_calls"].as_u64(), Some(failed), "{log}");
    assert!(over["duration_ms"].as_u64().unwrap() > 0, "{over}");
    assert_eq!(events(log, "the database is unavailable").len(), 1, "{log}");
    assert_eq!(errors(log), 1, "{log}");
}

#[test]
fn locked_owner_is_no_outage() {
    let environment = Database::Postgres.with_secret();
    let service = environment.serve();
    let (alice, bob) = (caller(&environment, &service, "alice"), caller(&environment, &service, "bob"));
    let task = json!({"title": "x"});
    let _ = alice.post("/api/tasks", &task).expect(201);
    let url = url_of(&environment);
    let hold = "begin; select 1 from owners where owner_id = 'alice' for update; select pg_sleep(60)";
    thread::scope(|scope| {
        scope.spawn(|| Postgres::shared().client("psql", &["-c", hold, &url]));
        let sleeping =
            "select pid from pg_stat_activity where datname = current_database() and wait_event = 'PgSleep'";
        let holder = eventually(LIMIT, || {
            Some(Postgres::shared().query(&url, sleeping)).filter(|holder| !holder.is_empty())
        });
        for _ in 0..10 {
            let _ = alice.post("/api/tasks", &task).expect(503);
            let _ = bob.post("/api/tasks", &task).expect(201);
        }
        assert_eq!(service.client().get("/readyz").status, 200);
        let _ = Postgres::shared().query(&url, &format!("select pg_terminate_backend({})", holder.unwrap()));
    });
    let log = service.log();
    let written = eventually(LIMIT, || (alice.post("/api/tasks", &task).status == 201).then_some(()));
    assert!(written.is_some(), "{log}");
    assert_eq!(events(log, "calls wait too long for locks or statements").len(), 1, "{log}");
    assert_eq!((events(log, "the database is unavailable").len(), errors(log)), (0, 0), "{log}");
}

#[test]
fn unavailable_key_set_is_two_events_and_not_ready() {
    // Bound, and not accepted from: a fetch times out only if it is closed.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let environment = Database::Sqlite.environment().set("BETTER_AUTH_URL", format!("http://{address}"));
    let service = environment.serve();
    let log = &service.log().clone();
    let failures = || {
        let metrics = service.client().get("/metrics").expect(200).text();
        let counts = metrics.lines().filter(|line| line.starts_with("tasknook_jwks_fetch_failures_total{"));
        counts.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok()).sum::<u64>()
    };
    assert!(eventually(LIMIT, || (failures() >= 3).then_some(())).is_some(), "{log}");
    let response = service.client().get("/readyz").expect(503).json();
    assert_eq!((&response["database"], &response["tokens"]), (&"ok".into(), &"unavailable".into()));
    let begin = "cannot fetch the key set; the last good one, if any, stays in use";
    assert_eq!(events(log, begin).len(), 1, "{log}");

    let issuer = TcpListener::bind(address).unwrap();
    thread::spawn(move || issuer.incoming().for_each(|connection| serve_key_set(connection.unwrap())));
    let ready = || (service.client().get("/readyz").status == 200).then_some(());
    assert!(eventually(LIMIT, ready).is_some(), "{log}");
    // A line is written a moment after its event; all are when the service has ended.
    service.stop();
    assert_eq!(
        (events(log, begin).len(), events(log, "the key set is fetched again").len()),
        (1, 1),
        "{log}"
    );
}

/// The example key of RFC 7517, appendix A.1.
const KEY_SET: &str = r#"{"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","kid":"1",
    "x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#;

fn serve_key_set(mut connection: TcpStream) {
    let mut request = [0; 4096];
    let _ = connection.read(&mut request).unwrap();
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close";
    write!(connection, "{head}\r\nContent-Length: {}\r\n\r\n{KEY_SET}", KEY_SET.len()).unwrap();
}
