//! Event streams of the real binary.

mod clients;
mod documented_client;
mod ends;
mod framing;
mod outages;

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, Event, EventStream, Service, eventually};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    changes_are_delivered
    changes_of_another_process_are_delivered
    a_follower_survives_restarts_and_kills
}

const LIMIT: Duration = Duration::from_mins(1);

/// The number of open streams.
const OPEN: &str = "tasknook_event_streams";

/// Opens a stream of alice, at a position if there is one.
fn open(environment: &Environment, service: &Service, position: Option<&str>) -> EventStream {
    open_with(&environment.token("alice"), service, position)
}

fn open_with(token: &str, service: &Service, position: Option<&str>) -> EventStream {
    let bearer = format!("Bearer {token}");
    let mut headers = vec![("Authorization", bearer.as_str()), ("Accept", "text/event-stream")];
    headers.extend(position.map(|position| ("Last-Event-ID", position)));
    EventStream::open(service.address(), "/api/alice/tasks/events", &headers).unwrap()
}

/// The next event, which has this name.
#[track_caller]
fn expect(stream: &mut EventStream, name: &str) -> Event {
    let event = stream.event().unwrap().unwrap_or_else(|| panic!("the stream ends before {name}"));
    assert_eq!(event.name, name, "{event:?}");
    event
}

fn add(client: &Client, title: &str) -> Value {
    client.post("/api/tasks", &json!({"title": title})).expect(201).json()
}

/// The value of a series.
fn metric(service: &Service, series: &str) -> Option<u64> {
    let text = service.client().get("/metrics").expect(200).text();
    let value = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    value.parse().ok()
}

/// Waits until so many streams are open.
#[track_caller]
fn await_open(service: &Service, streams: u64) {
    let open = || metric(service, OPEN);
    let reached = eventually(LIMIT, || (open() == Some(streams)).then_some(()));
    assert!(reached.is_some(), "{:?} streams are open\n{}", open(), service.log());
}

/// The open sockets of the process.
fn sockets(service: &Service) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", service.id())).unwrap();
    let targets = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

fn changes_are_delivered(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let list = alice.post("/api/lists", &json!({"name": "Home"})).expect(201).json();
    let mut stream = open(&environment, &service, None);
    assert!(stream.head.contains("\r\ncontent-type: text/event-stream\r\n"), "{}", stream.head);
    assert!(stream.head.contains("\r\ncache-control: no-store, no-transform\r\n"), "{}", stream.head);
    assert!(stream.head.contains("\r\nx-accel-buffering: no\r\n"), "{}", stream.head);
    let ready = expect(&mut stream, "ready");
    let task = alice.post("/api/tasks", &json!({"title": "läuft", "list_id": list["id"]})).expect(201).json();
    let put = expect(&mut stream, "change");
    assert_eq!(put.data["task"], task);
    let _ = alice.delete(&format!("/api/tasks/{}", task["id"].as_str().unwrap())).expect(204);
    let deleted = expect(&mut stream, "change");
    assert_eq!((&deleted.data["kind"], &deleted.data["id"]), (&json!("deleted"), &task["id"]));
    let _ = alice.delete(&format!("/api/lists/{}", list["id"].as_str().unwrap())).expect(204);
    let of_list = expect(&mut stream, "change");
    assert_eq!((&of_list.data["type"], &of_list.data["id"]), (&json!("list"), &list["id"]));
    let feed = alice.get(&format!("/api/tasks/changes?since={}", ready.id.unwrap())).expect(200).json();
    assert_eq!(feed["changes"], json!([deleted.data, of_list.data]));
    assert_eq!(feed["next"], json!(of_list.id));
    // Of others nothing is seen.
    let _ = add(&caller(&environment, &service, "bob"), "his");
    let _ = add(&alice, "hers");
    assert_eq!(expect(&mut stream, "change").data["task"]["title"], "hers");
    drop(stream);
    await_open(&service, 0);
    let log = service.log().clone();
    service.stop();
    let line = log.text().lines().find(|line| line.contains("/tasks/events")).map(str::to_owned);
    let line: Value = serde_json::from_str(&line.unwrap()).unwrap();
    assert_eq!((&line["message"], &line["status"]), (&json!("request completed"), &json!(200)), "{line}");
    assert!(line["bytes"].as_u64().unwrap() > 500 && line["duration_ms"].is_u64(), "{line}");
}

fn changes_of_another_process_are_delivered(database: Database) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let mut streams = [&services[0], &services[1]].map(|service| open(&environment, service, None));
    for stream in &mut streams {
        expect(stream, "ready");
    }
    for (number, service) in services.iter().cycle().take(20).enumerate() {
        let task = add(&caller(&environment, service, "alice"), &format!("task {number}"));
        for stream in &mut streams {
            assert_eq!(expect(stream, "change").data["task"], task);
        }
    }
}

/// Events that were received, and the position after them.
#[derive(Default)]
struct Received {
    revisions: Vec<u64>,
    titles: Vec<String>,
    position: Option<String>,
}

impl Received {
    fn take(&mut self, event: Event) {
        if event.name == "change" {
            self.revisions.push(event.data["revision"].as_u64().unwrap());
            self.titles.push(event.data["task"]["title"].as_str().unwrap().to_owned());
        }
        self.position = event.id.or(self.position.take());
    }

    /// Follows an open stream to its next heartbeat.
    #[track_caller]
    fn follow_to_heartbeat(&mut self, stream: &mut EventStream) {
        loop {
            match stream.event_or_comment().unwrap() {
                Some(Some(event)) => self.take(event),
                Some(None) => return,
                None => panic!("the stream has ended"),
            }
        }
    }

    /// Follows until the stream ends, or has an event of this title.
    fn follow(&mut self, stream: &mut EventStream, until: Option<&str>) {
        while let Ok(Some(event)) = stream.event() {
            self.take(event);
            if until.is_some_and(|title| self.titles.last().is_some_and(|last| last == title)) {
                break;
            }
        }
    }
}

fn a_follower_survives_restarts_and_kills(database: Database) {
    let environment = database.with_secret();
    let token = environment.token("alice");
    let mut received = Received::default();
    let mut acknowledged = Vec::new();
    for round in 0..4 {
        let service = environment.serve();
        let mut stream = open_with(&token, &service, received.position.as_deref());
        let alice = service.client().with_token(&token);
        if round == 0 {
            received.position = expect(&mut stream, "ready").id;
        }
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| write_until_the_end(round, &alice));
            // Some are received before the end, and others written that are not.
            received.follow(&mut stream, Some(&format!("{round} 20")));
            if round % 2 == 0 {
                service.kill();
            } else {
                service.stop();
            }
            received.follow(&mut stream, None);
            acknowledged.extend(writer.join().unwrap());
        });
    }
    let service = environment.serve();
    let alice = service.client().with_token(&token);
    let mut stream = open_with(&token, &service, received.position.as_deref());
    let _ = add(&alice, "the last one");
    received.follow(&mut stream, Some("the last one"));
    assert!(received.revisions.is_sorted_by(|one, other| one < other), "{:?}", received.revisions);
    // A write whose response was lost may be stored.
    let stored: Value = alice.get("/api/tasks?sort=created_at").expect(200).json();
    let stored: Vec<&str> =
        stored.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect();
    assert_eq!(received.titles, stored);
    assert!(acknowledged.iter().all(|title| stored.contains(&title.as_str())));
    assert!(acknowledged.len() >= 80, "{}", acknowledged.len());
}

/// The titles of the tasks that were acknowledged before the service ended.
fn write_until_the_end(round: usize, alice: &Client) -> Vec<String> {
    let titles = (0..).map(|number| format!("{round} {number}"));
    let is_stored = |title: &String| {
        let response = alice.request("POST", "/api/tasks").json(&json!({"title": title})).try_send();
        response.is_ok_and(|response| response.status == 201)
    };
    titles.take_while(is_stored).collect()
}
