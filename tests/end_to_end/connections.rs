//! Connections of clients that are slow, malformed, or at their end.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tasknook_tests::{Environment, RawConnection, Service, eventually};

use crate::database::{Database, caller};

const LIMIT: Duration = Duration::from_secs(30);

fn open(service: &Service) -> RawConnection {
    RawConnection::open(service.address()).unwrap()
}

fn with_header_timeout() -> Environment {
    Database::Sqlite.with_secret().set("TASKNOOK_SERVER__HEADER_TIMEOUT_SECONDS", "1")
}

/// Sends a byte whenever nothing has come for a moment, until something comes.
fn trickle(connection: &mut RawConnection) {
    let mut bytes = b"GET /livez HTTP/1.1\r\nX-Long: ".iter().chain(std::iter::repeat(&b'x'));
    let sent = eventually(LIMIT, || {
        let byte = *bytes.next()?;
        (connection.has_news() || connection.send([byte]).is_err()).then_some(())
    });
    assert!(sent.is_some(), "the trickle never ends");
}

#[test]
fn slow_headers_of_a_first_request_are_408() {
    let service = with_header_timeout().serve();
    let mut connection = open(&service);
    trickle(&mut connection);
    let response = connection.response().unwrap().unwrap();
    assert_eq!((response.status, response.announces_end()), (408, true));
    let mut silent = open(&service);
    assert_eq!(silent.response().unwrap().unwrap().status, 408);
}

#[test]
fn slow_headers_of_a_later_request_are_408() {
    let service = with_header_timeout().serve();
    let mut connection = open(&service);
    for _ in 0..2 {
        connection.send(connection.request("GET", "/livez", &[], "")).unwrap();
        assert_eq!(connection.response().unwrap().unwrap().status, 200);
    }
    let began = Instant::now();
    trickle(&mut connection);
    assert!(began.elapsed() > Duration::from_millis(900), "after {:?}", began.elapsed());
    assert_eq!(connection.response().unwrap().unwrap().status, 408);
}

#[test]
fn idle_connection_outlives_the_header_timeout() {
    let service = with_header_timeout().serve();
    let (mut idle, mut silent) = (open(&service), open(&service));
    idle.send(idle.request("GET", "/livez", &[], "")).unwrap();
    assert_eq!(idle.response().unwrap().unwrap().status, 200);
    for _ in 0..2 {
        // Each connection that never sends anything lives for one header timeout.
        assert_eq!(silent.response().unwrap().unwrap().status, 408);
        silent = open(&service);
    }
    idle.send(idle.request("GET", "/livez", &[], "")).unwrap();
    assert_eq!(idle.response().unwrap().unwrap().status, 200);
}

#[test]
fn nothing_is_served_after_connection_close() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let bearer = format!("Bearer {}", environment.token("alice"));
    let (token, close) = (("Authorization", bearer.as_str()), ("Connection", "close"));
    let task = |title: &str| json!({"title": title}).to_string();
    let shape = open(&service);
    let firsts = [
        (201, shape.request("POST", "/api/tasks", &[token, close], &task("first"))),
        (200, shape.request("GET", "/api/tasks", &[token, close], "")),
        (401, shape.request("GET", "/api/tasks", &[close], "")),
        (401, shape.request("POST", "/api/tasks", &[close], &task("no token"))),
        (403, shape.request("GET", "/api/bob/tasks", &[token, close], "")),
        (404, shape.request("GET", "/no/such/route", &[close], "")),
        (405, shape.request("PUT", "/api/tasks", &[token, close], &task("wrong method"))),
        (415, shape.request("POST", "/api/tasks", &[token, close], &task("x")).replace("/json", "/xml")),
        (200, "GET /livez HTTP/1.0\r\n\r\n".to_owned()),
    ];
    for (status, first) in firsts {
        let mut connection = open(&service);
        let after = connection.request("POST", "/api/tasks", &[token], &task("after the end"));
        connection.send(format!("{first}{after}{after}")).unwrap();
        let response = connection.response().unwrap().unwrap();
        assert_eq!((response.status, response.announces_end()), (status, true), "{first}");
        assert_eq!(connection.response().unwrap(), None, "{first}");
    }
    let tasks = caller(&environment, &service, "alice").get("/api/tasks").expect(200).json();
    let titles: Vec<_> = tasks.as_array().unwrap().iter().map(|task| &task["title"]).collect();
    assert_eq!(titles, ["first"]);
}

#[test]
fn pipelined_requests_are_served_in_order() {
    let service = Database::Sqlite.with_secret().serve();
    let mut connection = open(&service);
    let paths = ["/livez", "/no/such/route", "/api/tasks", "/docs/swagger-ui-bundle.js", "/livez"];
    let requests: Vec<_> = paths.iter().map(|path| connection.request("GET", path, &[], "")).collect();
    connection.send(requests.concat()).unwrap();
    let statuses = paths.map(|_| connection.response().unwrap().unwrap().status);
    assert_eq!(statuses, [200, 404, 401, 200, 200]);
}

#[test]
fn malformed_requests_are_not_logged_as_errors() {
    let service = Database::Sqlite.with_secret().serve();
    for bytes in [
        "GET /livez HTTP/1.1\r\n\r\n",
        "nonsense\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    ] {
        let mut connection = open(&service);
        connection.send(bytes).unwrap();
        assert_eq!(connection.response().unwrap().unwrap().status, 400, "{bytes}");
    }
    let log = service.log().clone();
    service.stop();
    assert!(!log.text().contains("\"ERROR\""), "{log}");
}

#[test]
fn method_is_bounded_in_log_and_metrics() {
    let service = Database::Sqlite.with_secret().serve();
    for method in ["X".repeat(60_000), "Y".repeat(100), "BREW".to_owned()] {
        let mut connection = open(&service);
        connection.send(connection.request(&method, "/livez", &[], "")).unwrap();
        assert_eq!(connection.response().unwrap().unwrap().status, 405);
    }
    let metrics = service.client().get("/metrics").expect(200).text();
    assert!(
        metrics.contains("tasknook_http_requests_total{method=\"other\",route=\"/livez\",status=\"405\"} 3"),
        "{metrics}"
    );
    let log = service.log().clone();
    service.stop();
    let text = log.text();
    let events = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    assert_eq!(events.filter(|event| event["method"] == "other").count(), 3, "{log}");
    assert!(text.lines().all(|line| line.len() < 1000), "{log}");
}
