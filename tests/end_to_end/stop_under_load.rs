//! A shutdown loses no request that was received.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{Environment, RawConnection, Service, eventually, short_or_soak, signal};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    requests_that_were_received_are_completed
}

const LIMIT: Duration = Duration::from_secs(20);
/// Longer than a closing connection waits for a request.
const IDLE: Duration = Duration::from_millis(1500);

fn create(connection: &RawConnection, token: &str, title: &str) -> String {
    let bearer = format!("Bearer {token}");
    let body = json!({"title": title}).to_string();
    connection.request("POST", "/api/tasks", &[("Authorization", &bearer)], &body)
}

fn list(connection: &RawConnection, token: &str) -> String {
    connection.request("GET", "/api/tasks?limit=1", &[("Authorization", &format!("Bearer {token}"))], "")
}

/// Requests that arrive while the process is stopped: on kept connections, pipelined, and on connections that were not
/// accepted yet. The process finds the signal together with them.
fn requests_that_were_received_are_completed(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    // One user may not fill the queue of writes.
    let users: Vec<_> = (0..16).map(|number| format!("user{number}")).collect();
    let tokens: Vec<_> = users.iter().map(|user| environment.token(user)).collect();
    let count = short_or_soak(64, 768);
    let mut kept: Vec<_> = (0..count).map(|_| RawConnection::open(service.address()).unwrap()).collect();
    for connection in &mut kept {
        connection.send(connection.request("GET", "/livez", &[], "")).unwrap();
        assert_eq!(connection.response().unwrap().unwrap().status, 200);
    }
    let used = Instant::now();
    signal(service.id(), "STOP");
    let new = (0..count).map(|_| RawConnection::open(service.address()).unwrap());
    let mut all: Vec<_> = kept.into_iter().chain(new).collect();
    for (number, connection) in all.iter_mut().enumerate() {
        let token = &tokens[number % tokens.len()];
        let pair = create(connection, token, &format!("{number}")) + &list(connection, token);
        connection.send(pair).unwrap();
    }
    service.terminate();
    // Connections that were idle for a second close at once, unless something has arrived on them.
    assert!(eventually(LIMIT, || (used.elapsed() > IDLE).then_some(())).is_some());
    signal(service.id(), "CONT");
    for (number, connection) in all.iter_mut().enumerate() {
        let statuses = [201, 200].map(|_| {
            let response = connection.response();
            response.unwrap_or_else(|error| panic!("connection {number}: {error}")).map(|one| one.status)
        });
        assert_eq!(
            statuses,
            [Some(201), Some(200)],
            "connection {number} of {count} kept ones and as many new ones"
        );
        assert_eq!(connection.response().unwrap(), None);
    }
    let status = service.ended();
    assert!(status.success(), "{status}");
    let service = environment.serve();
    let tasks = users.iter().map(|user| {
        let counted = caller(&environment, &service, user).get("/api/tasks?limit=1&count=true").expect(200);
        counted.header("x-total-count").unwrap().parse::<usize>().unwrap()
    });
    assert_eq!(tasks.sum::<usize>(), 2 * count);
}

#[test]
fn stopping_under_load_loses_no_request() {
    for _ in 0..short_or_soak(5, 55) {
        let environment = Database::Sqlite.with_secret();
        let service = environment.serve();
        let done = Arc::new(AtomicUsize::new(0));
        let clients: Vec<_> = (0..16).map(|_| client(&environment, &service, &done)).collect();
        assert!(eventually(LIMIT, || (done.load(Ordering::Relaxed) > 100).then_some(())).is_some());
        service.terminate();
        for client in clients {
            client.join().unwrap();
        }
        let status = service.ended();
        assert!(status.success(), "{status}");
        let service = environment.serve();
        let counted =
            caller(&environment, &service, "alice").get("/api/tasks?limit=1&count=true").expect(200);
        let acknowledged = done.load(Ordering::Relaxed).to_string();
        assert_eq!(counted.header("x-total-count"), Some(acknowledged.as_str()));
    }
}

/// Creates tasks until the service accepts no connection. Every request that was sent gets its response.
fn client(environment: &Environment, service: &Service, done: &Arc<AtomicUsize>) -> thread::JoinHandle<()> {
    let (token, address, done) = (environment.token("alice"), service.address().to_owned(), Arc::clone(done));
    let requests = move || -> io::Result<()> {
        loop {
            let Ok(mut connection) = RawConnection::open(&address) else { return Ok(()) };
            loop {
                connection.send(create(&connection, &token, "under load"))?;
                let response = connection.response()?.ok_or(io::ErrorKind::UnexpectedEof)?;
                assert_eq!(response.status, 201);
                done.fetch_add(1, Ordering::Relaxed);
                if response.announces_end() {
                    break;
                }
            }
        }
    };
    thread::spawn(move || requests().unwrap())
}
