//! How the service ends: what was begun is finished.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{Client, Service, eventually};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    a_request_that_was_begun_is_answered_after_the_signal
}

const LIMIT: Duration = Duration::from_secs(20);

fn a_request_that_was_begun_is_answered_after_the_signal(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let body = json!({"title": "begun before the signal"}).to_string();
    let (first, rest) = body.split_at(5);
    let mut connection = begun(&service, &environment.token("alice"), body.len());
    connection.write_all(first.as_bytes()).unwrap();

    service.terminate();
    assert!(eventually(LIMIT, || is_draining(&service).then_some(())).is_some(), "{}", service.log());
    connection.write_all(rest.as_bytes()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let log = service.log().clone();
    let status = service.ended();
    assert!(status.success(), "{status}\n{log}");

    let service = environment.serve();
    let list = caller(&environment, &service, "alice").get("/api/tasks").expect(200).json();
    assert_eq!(list[0]["title"], "begun before the signal");
}

/// A POST whose headers the service has read, and whose body it waits for.
fn begun(service: &Service, token: &str, length: usize) -> TcpStream {
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

/// It takes nobody new, or says that it is not ready.
fn is_draining(service: &Service) -> bool {
    let ready = Client::new(service.url()).request("GET", "/readyz").try_send();
    ready.is_err() || ready.is_ok_and(|answer| answer.status == 503)
}

#[test]
fn an_idle_connection_does_not_hold_up_the_end() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let mut connection = TcpStream::connect(service.address()).unwrap();
    write!(connection, "GET /livez HTTP/1.1\r\nHost: {}\r\n\r\n", service.address()).unwrap();
    let mut answer = [0; 12];
    connection.read_exact(&mut answer).unwrap();
    assert_eq!(String::from_utf8_lossy(&answer), "HTTP/1.1 200");

    let asked = Instant::now();
    service.stop();
    assert!(asked.elapsed() < Duration::from_secs(10), "it took {:?}", asked.elapsed());
}

#[test]
fn an_interrupt_ends_it_as_a_termination_does() {
    let service = Database::Sqlite.with_secret().serve();
    tasknook_tests::signal(service.id(), "INT");
    let status = service.ended();
    assert!(status.success(), "{status}");
}

#[test]
fn an_answer_that_is_being_read_is_finished_after_the_signal() {
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
    let mut answer = vec![0; 1000];
    connection.read_exact(&mut answer).unwrap();
    service.terminate();
    assert!(eventually(LIMIT, || is_draining(&service).then_some(())).is_some(), "{}", service.log());
    connection.read_to_end(&mut answer).unwrap();
    assert!(String::from_utf8(answer).unwrap().ends_with(&whole), "the answer was cut off");
    let status = service.ended();
    assert!(status.success(), "{status}");
}
