//! Shutdown: requests in progress are completed.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{Client, RawConnection, Service, eventually};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    request_in_progress_is_completed_after_the_signal
}

const LIMIT: Duration = Duration::from_secs(20);

fn request_in_progress_is_completed_after_the_signal(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let body = json!({"title": "sent before the signal"}).to_string();
    let (first, rest) = body.split_at(5);
    let mut connection = request_in_progress(&service, &environment.token("alice"), body.len());
    connection.write_all(first.as_bytes()).unwrap();

    service.terminate();
    assert!(eventually(LIMIT, || is_draining(&service).then_some(())).is_some(), "{}", service.log());
    connection.write_all(rest.as_bytes()).unwrap();
    let mut response = String::new();
    connection.read_to_string(&mut response).unwrap();
    assert!(response.starts_with("HTTP/1.1 201 "), "{response}");
    let log = service.log().clone();
    let status = service.ended();
    assert!(status.success(), "{status}\n{log}");

    let service = environment.serve();
    let list = caller(&environment, &service, "alice").get("/api/tasks").expect(200).json();
    assert_eq!(list[0]["title"], "sent before the signal");
}

/// A POST whose headers the service has read, and whose body it waits for.
fn request_in_progress(service: &Service, token: &str, length: usize) -> TcpStream {
    let mut connection = TcpStream::connect(service.address()).unwrap();
    connection.set_read_timeout(Some(LIMIT)).unwrap();
    let head = format!(
        "POST /api/tasks HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        service.address(),
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut go_on = [0; 25];
    connection.read_exact(&mut go_on).unwrap();
    assert_eq!(String::from_utf8_lossy(&go_on), "HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

/// It accepts no connections, or is not ready.
fn is_draining(service: &Service) -> bool {
    let ready = Client::new(service.url()).request("GET", "/readyz").try_send();
    ready.is_err() || ready.is_ok_and(|response| response.status == 503)
}

#[test]
fn idle_connection_does_not_delay_the_shutdown() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let mut connection = TcpStream::connect(service.address()).unwrap();
    write!(connection, "GET /livez HTTP/1.1\r\nHost: {}\r\n\r\n", service.address()).unwrap();
    let mut response = [0; 12];
    connection.read_exact(&mut response).unwrap();
    assert_eq!(String::from_utf8_lossy(&response), "HTTP/1.1 200");

    let asked = Instant::now();
    service.stop();
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
}

#[test]
fn sigint_and_sighup_stop_it_like_sigterm() {
    for name in ["INT", "HUP"] {
        let environment = Database::Sqlite.with_secret();
        // These tests may have been started by `nohup`.
        let service = environment.serve_through_env("--default-signal=HUP");
        let body = json!({"title": "sent before the signal"}).to_string();
        let (first, rest) = body.split_at(5);
        let mut connection = request_in_progress(&service, &environment.token("alice"), body.len());
        connection.write_all(first.as_bytes()).unwrap();
        tasknook_tests::signal(service.id(), name);
        assert!(eventually(LIMIT, || is_draining(&service).then_some(())).is_some(), "{}", service.log());
        connection.write_all(rest.as_bytes()).unwrap();
        let mut response = String::new();
        connection.read_to_string(&mut response).unwrap();
        assert!(response.starts_with("HTTP/1.1 201 "), "{response}");
        let status = service.ended();
        assert!(status.success(), "{status}");
    }
}

#[test]
fn a_service_that_nohup_started_ignores_sighup() {
    let service = Database::Sqlite.with_secret().serve_through_env("--ignore-signal=HUP");
    let status = fs::read_to_string(format!("/proc/{}/status", service.id())).unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    let ignored = u64::from_str_radix(ignored.trim(), 16).unwrap();
    assert_eq!(ignored & 1, 1, "{status}");
    tasknook_tests::signal(service.id(), "HUP");
    assert_eq!(Client::new(service.url()).get("/readyz").status, 200);
}

#[test]
fn requests_are_served_during_the_drain_delay() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__DRAIN_DELAY_SECONDS", "3600");
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let mut kept = RawConnection::open(service.address()).unwrap();
    service.terminate();
    let status = || Client::new(service.url()).get("/readyz").status;
    assert!(eventually(LIMIT, || (status() == 503).then_some(())).is_some(), "{}", service.log());
    for _ in 0..2 {
        let _ = alice.post("/api/tasks", &json!({"title": "during the delay"})).expect(201);
        kept.send(kept.request("GET", "/livez", &[], "")).unwrap();
        let response = kept.response().unwrap().unwrap();
        assert_eq!((response.status, response.announces_end()), (200, false));
    }
    assert_eq!(Client::new(service.url()).get("/health").json()["status"], "draining");
    service.terminate();
    assert_eq!(service.ended().code(), Some(1), "the second signal ends it at once");
}

#[test]
fn listener_closes_after_the_drain_delay() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__DRAIN_DELAY_SECONDS", "1");
    let service = environment.serve();
    let mut kept = RawConnection::open(service.address()).unwrap();
    kept.send(kept.request("GET", "/livez", &[], "")).unwrap();
    assert_eq!(kept.response().unwrap().unwrap().status, 200);
    service.stop();
    assert_eq!(kept.response().unwrap(), None, "an idle connection closes in order");
}

#[test]
fn response_in_progress_is_completed_after_the_signal() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let token = environment.token("alice");
    let alice = service.client().with_token(&token);
    let long = "long ".repeat(200);
    for number in 0..1000 {
        let task = json!({"title": format!("task {number}"), "description": long});
        let _ = alice.post("/api/tasks", &task).expect(201);
    }
    let whole = alice.get("/api/tasks").text();

    let mut connection = TcpStream::connect(service.address()).unwrap();
    let head = format!(
        "GET /api/tasks HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n",
        service.address(),
    );
    connection.write_all(head.as_bytes()).unwrap();
    let mut response = vec![0; 1000];
    connection.read_exact(&mut response).unwrap();
    service.terminate();
    assert!(eventually(LIMIT, || is_draining(&service).then_some(())).is_some(), "{}", service.log());
    connection.read_to_end(&mut response).unwrap();
    assert!(String::from_utf8(response).unwrap().ends_with(&whole), "the response is incomplete");
    let status = service.ended();
    assert!(status.success(), "{status}");
}
