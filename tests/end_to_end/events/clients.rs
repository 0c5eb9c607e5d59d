//! Clients that leave, or do not read.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{Environment, EventStream, Service, eventually, short_or_soak};

use super::{LIMIT, OPEN, add, await_open, expect, metric, open, open_with, sockets};
use crate::database::{Database, caller};

/// Tasks with long texts, more than the kernel keeps for a client; and the position before them.
fn fill(environment: &Environment, service: &Service) -> String {
    let position = expect(&mut open(environment, service, None), "ready").id.unwrap();
    let alice = caller(environment, service, "alice");
    let task = json!({"title": "one of many", "description": "läuft ".repeat(166)});
    let operations = vec![json!({"op": "create", "task": task}); 100];
    for _ in 0..short_or_soak(10, 50) {
        let _ = alice.post("/api/tasks/bulk", &json!({"operations": operations})).expect(200);
    }
    position
}

/// Waits until the service has ended a stream because it was not read.
#[track_caller]
fn await_unread(service: &Service) {
    let ended = "tasknook_event_streams_ended_total{reason=\"unread\"}";
    let ended = eventually(LIMIT, || (metric(service, ended) == Some(1)).then_some(()));
    assert!(ended.is_some(), "the stream does not end\n{}", service.log());
}

#[test]
fn a_client_that_never_reads_is_ended() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__WRITE_TIMEOUT_SECONDS", "2");
    let service = environment.serve();
    let position = fill(&environment, &service);
    let unread = open(&environment, &service, Some(&position));
    await_unread(&service);
    await_open(&service, 0);
    drop(unread);
    // Another one has everything.
    let mut read = open(&environment, &service, Some(&position));
    let changes = std::iter::from_fn(|| read.event().unwrap()).take_while(|event| event.name == "change");
    assert_eq!(changes.count(), short_or_soak(1000, 5000));
}

#[test]
fn a_client_that_reads_a_byte_at_a_time_is_ended() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__WRITE_TIMEOUT_SECONDS", "2");
    let service = environment.serve();
    let position = fill(&environment, &service);
    let mut slow = open(&environment, &service, Some(&position));
    thread::scope(|scope| {
        scope.spawn(|| {
            while slow.byte().is_ok_and(|byte| byte.is_some()) && metric(&service, OPEN) == Some(1) {
                thread::sleep(Duration::from_millis(100));
            }
        });
        await_unread(&service);
        await_open(&service, 0);
    });
}

#[test]
fn a_stream_is_silent_for_longer_than_every_timeout() {
    let environment = Database::Sqlite
        .with_secret()
        .set("TASKNOOK_SERVER__WRITE_TIMEOUT_SECONDS", "1")
        .set("TASKNOOK_SERVER__HEADER_TIMEOUT_SECONDS", "1")
        .set("TASKNOOK_EVENTS__HEARTBEAT_SECONDS", "2");
    let service = environment.serve();
    let mut stream = open(&environment, &service, None);
    expect(&mut stream, "ready");
    // A request ends after 15 s, an idle connection after 75 s.
    for _ in 0..short_or_soak(9, 45) {
        assert_eq!(stream.lines().unwrap().as_deref(), Some(":"));
    }
    let _ = add(&caller(&environment, &service, "alice"), "after the silence");
    assert_eq!(expect(&mut stream, "change").data["task"]["title"], "after the silence");
}

#[test]
fn a_client_that_closes_its_half_gets_the_end() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let mut stream = open(&environment, &service, None);
    expect(&mut stream, "ready");
    stream.close_half().unwrap();
    assert_eq!(stream.event().unwrap(), None);
    await_open(&service, 0);
}

/// The time that the process has used.
fn cpu_ticks(service: &Service) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{}/stat", service.id())).unwrap();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn requests_behind_a_stream_end_it() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let token = environment.token("alice");
    let mut few = open_with(&token, &service, None);
    expect(&mut few, "ready");
    few.send(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let _ = add(&caller(&environment, &service, "alice"), "beside a request that waits");
    expect(&mut few, "change");
    let mut many = open_with(&token, &service, None);
    expect(&mut many, "ready");
    // The connection ends when the service has read enough of them.
    let _ = many.send(&b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(10_000));
    while many.event().is_ok_and(|event| event.is_some()) {}
    await_open(&service, 1);
    drop(few);
    await_open(&service, 0);
    // No task polls without a pause.
    let idle = eventually(LIMIT, || {
        let before = cpu_ticks(&service);
        thread::sleep(Duration::from_secs(1));
        (cpu_ticks(&service) - before < 50).then_some(())
    });
    assert!(idle.is_some(), "the service is busy without a request");
}

#[test]
fn a_flood_of_opens_and_closes_leaves_no_files() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let token = environment.token("alice");
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str())];
    // What remains open in any case.
    drop(open_with(&token, &service, None));
    await_open(&service, 0);
    let before = sockets(&service);
    let mut open = Vec::new();
    for number in 0..short_or_soak(1000, 20_000) {
        let opened = EventStream::open(service.address(), "/api/tasks/events", &headers);
        match opened {
            Ok(stream) => open.push(stream),
            // Streams that were closed shortly before still count.
            Err(rejected) => assert!(rejected.to_string().contains("too_many_streams"), "{rejected}"),
        }
        if number % 5 == 4 {
            open.clear();
        }
    }
    drop(open);
    await_open(&service, 0);
    let left = eventually(LIMIT, || (sockets(&service) <= before).then_some(()));
    assert!(left.is_some(), "{} sockets, {before} before", sockets(&service));
    let mut stream = open_with(&token, &service, None);
    expect(&mut stream, "ready");
}

#[test]
fn open_streams_cost_little_memory() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_EVENTS__MAX_STREAMS_PER_OWNER", "10000");
    let service = environment.serve();
    let token = environment.token("alice");
    let open = |count: usize| -> Vec<EventStream> {
        let open = |_| {
            let mut stream = open_with(&token, &service, None);
            expect(&mut stream, "ready");
            stream
        };
        (0..count).map(open).collect()
    };
    // The first time warms up allocations that remain.
    drop(open(50));
    await_open(&service, 0);
    let before = service.resident_bytes();
    let count = short_or_soak(500, 5000);
    let mut streams = open(count);
    let each = service.resident_bytes().saturating_sub(before) / count;
    assert!(each < 20 << 10, "{each} bytes for each of {count} streams");
    let _ = add(&caller(&environment, &service, "alice"), "for all");
    for stream in &mut streams {
        expect(stream, "change");
    }
}
