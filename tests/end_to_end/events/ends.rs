//! Streams that the service ends.

use std::time::Instant;

use tasknook_tests::{Client, EventStream};

use super::{LIMIT, add, await_open, expect, metric, open, open_with};
use crate::database::{Database, caller};

#[test]
fn a_token_that_expires_ends_a_silent_stream() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let token = environment.run(&["token", "--user", "alice", "--expires-in", "8"]).success().stdout;
    let mut stream = open_with(token.trim(), &service, None);
    let position = expect(&mut stream, "ready").id;
    let expired = expect(&mut stream, "expired");
    assert_eq!((expired.id, expired.data.to_string()), (None, "{}".to_owned()));
    assert_eq!(stream.event().unwrap(), None);
    // Requests have the leeway, streams get the event at once.
    let alice = service.client().with_token(token.trim());
    let _ = add(&alice, "within the leeway");
    let mut late = open_with(token.trim(), &service, position.as_deref());
    expect(&mut late, "expired");
    assert_eq!(late.event().unwrap(), None);
    let mut renewed = open(&environment, &service, position.as_deref());
    assert_eq!(expect(&mut renewed, "change").data["task"]["title"], "within the leeway");
    drop(renewed);
    await_open(&service, 0);
    assert_eq!(metric(&service, "tasknook_event_streams_ended_total{reason=\"expired\"}"), Some(2));
}

#[test]
fn streams_end_at_the_begin_of_the_drain_delay() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__DRAIN_DELAY_SECONDS", "3600");
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let mut streams = [(); 3].map(|()| open(&environment, &service, None));
    for stream in &mut streams {
        expect(stream, "ready");
    }
    service.terminate();
    let mut delays = Vec::new();
    for stream in &mut streams {
        let retry = expect(stream, "retry").data.as_u64().unwrap();
        assert!((1000..=5000).contains(&retry), "{retry}");
        delays.push(retry);
        assert_eq!(stream.event().unwrap(), None);
    }
    delays.dedup();
    assert!(delays.len() > 1, "all come back at once");
    let rejected = alice.get("/api/tasks/events").expect(503);
    assert_eq!((rejected.header("retry-after"), &rejected.json()["code"]), (Some("1"), &"overloaded".into()));
    let _ = add(&alice, "everything else is served");
    service.terminate();
    assert_eq!(service.ended().code(), Some(1), "the second signal ends it at once");
}

#[test]
fn open_streams_do_not_delay_a_shutdown() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let mut streams = [(); 3].map(|()| open(&environment, &service, None));
    for stream in &mut streams {
        expect(stream, "ready");
    }
    let begin = Instant::now();
    service.stop();
    assert!(begin.elapsed() < LIMIT / 2, "the timeout of the shutdown is 30 s");
    for stream in &mut streams {
        expect(stream, "retry");
        assert_eq!(stream.event().unwrap(), None);
    }
}

#[test]
fn the_eleventh_stream_is_rejected() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_EVENTS__MAX_STREAMS", "12");
    let service = environment.serve();
    let mut streams: Vec<EventStream> = (0..10).map(|_| open(&environment, &service, None)).collect();
    for stream in &mut streams {
        expect(stream, "ready");
    }
    let alice = caller(&environment, &service, "alice");
    let rejected = alice.get("/api/tasks/events").expect(429);
    assert_eq!(
        (rejected.header("retry-after"), &rejected.json()["code"]),
        (Some("1"), &"too_many_streams".into())
    );
    let status = |client: &Client| client.request("HEAD", "/api/tasks/events").send().status;
    assert_eq!(status(&alice), 429);
    let bob = caller(&environment, &service, "bob");
    assert_eq!(status(&bob), 200);
    drop(streams.pop());
    await_open(&service, 9);
    streams.push(open(&environment, &service, None));
    let _ = alice.get("/api/tasks/events").expect(429);
    let of_bob = format!("Bearer {}", environment.token("bob"));
    let headers = [("Authorization", of_bob.as_str())];
    let of_bob =
        [(); 2].map(|()| EventStream::open(service.address(), "/api/tasks/events", &headers).unwrap());
    let rejected = caller(&environment, &service, "carol").get("/api/tasks/events").expect(503);
    assert_eq!(rejected.header("retry-after"), Some("10"));
    drop((streams, of_bob));
    await_open(&service, 0);
}
