//! Event streams over the repository in memory, with a manual clock.

mod bad_input;
mod ends;
mod limits;

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Service, ServiceResponse};
use actix_web::test::TestRequest;
use auth::{AnyVerifier, ClaimRules, Secret, SharedSecretVerifier, VerifierOptions};
use domain::testing::{ManualClock, MemoryTasks, SequentialIds};
use domain::{Clock, Tasks, TextLimits};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::{App, Call, NOW_MILLIS, SECRET, app_over, call, settings, state};
use crate::state::{AppState, Draining};

/// The second at which the tests begin.
const NOW: i64 = NOW_MILLIS / 1000;

/// The clock of the verifier and of the service.
struct SharedClock(Arc<ManualClock>);

impl auth::Clock for SharedClock {
    fn unix_seconds(&self) -> i64 {
        self.0.now().unix_millis() / 1000
    }
}

/// What tests act on beside the application.
struct Outside {
    clock: Arc<ManualClock>,
    repository: Arc<MemoryTasks>,
    draining: Draining,
}

impl Outside {
    /// Lets the time pass, for the clock and for timers.
    async fn pass(&self, seconds: u64) {
        self.clock.advance_millis(i64::try_from(seconds * 1000).unwrap());
        tokio::time::advance(std::time::Duration::from_secs(seconds)).await;
    }
}

/// An application in which time passes when tests wait, and when they let it.
async fn streaming(
    set: &[(&str, &str)],
    rules: ClaimRules,
) -> (
    App<
        impl Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error> + use<>,
    >,
    Outside,
) {
    tokio::time::pause();
    let settings = settings(set);
    let (clock, repository) =
        (Arc::new(ManualClock::at_unix_millis(NOW_MILLIS)), Arc::new(MemoryTasks::default()));
    let options = VerifierOptions::new().clock(Arc::new(SharedClock(Arc::clone(&clock))));
    let shared = SharedSecretVerifier::with_options(vec![Secret::new(SECRET)], rules, options).unwrap();
    let of_app = state(Arc::clone(&repository) as _, &settings);
    let ids = Arc::new(SequentialIds::default());
    let tasks = Tasks::new(Arc::clone(&repository) as _, Arc::clone(&clock) as _, ids, TextLimits::default());
    let state = AppState {
        tasks: tasks.with_trash(crate::server::trash(&settings)),
        notifier: Arc::clone(&repository) as _,
        verifier: Arc::new(AnyVerifier::new(Some(shared), None).unwrap()),
        ..of_app
    };
    let outside = Outside { clock, repository, draining: state.draining.clone() };
    (app_over(state, &settings).await, outside)
}

fn bearer(user: &str, expires_in: i64) -> String {
    let claims = json!({"sub": user, "iat": NOW, "exp": NOW + expires_in});
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    format!("Bearer {}", encode(&Header::new(Algorithm::HS256), &claims, &key).unwrap())
}

fn by(user: &str, call: Call) -> Call {
    call.header("authorization", &bearer(user, 600))
}

fn events(query: &str) -> Call {
    by("alice", call("GET", &format!("/api/tasks/events{query}")))
}

/// An open stream.
struct Stream {
    body: BoxBody,
    text: String,
}

#[derive(Debug, Clone, PartialEq)]
struct Event {
    name: String,
    id: Option<String>,
    data: Value,
}

impl Event {
    fn id(&self) -> &str {
        self.id.as_deref().unwrap()
    }
}

impl Stream {
    /// The next lines until an empty one; none at the end.
    async fn lines(&mut self) -> Option<String> {
        loop {
            if let Some((lines, rest)) = self.text.split_once("\n\n") {
                let (lines, rest) = (lines.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(lines);
            }
            let chunk = poll_fn(|context| Pin::new(&mut self.body).poll_next(context)).await;
            let Some(chunk) = chunk else {
                assert_eq!(self.text, "");
                return None;
            };
            self.text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }

    /// The next event; heartbeats are skipped.
    async fn event(&mut self) -> Option<Event> {
        loop {
            let lines = self.lines().await?;
            let value = |name: &str| lines.lines().find_map(|line| line.strip_prefix(name));
            let Some(name) = value("event: ") else {
                assert_eq!(lines, ":");
                continue;
            };
            let data = serde_json::from_str(value("data: ").unwrap()).unwrap();
            return Some(Event { name: name.to_owned(), id: value("id: ").map(str::to_owned), data });
        }
    }

    async fn expect(&mut self, name: &str) -> Event {
        let event = self.event().await.unwrap_or_else(|| panic!("the stream ends before {name}"));
        assert_eq!(event.name, name, "{event:?}");
        assert_eq!(event.id.is_some(), ["change", "ready"].contains(&name), "{event:?}");
        event
    }

    /// Expects the last event.
    async fn expect_last(&mut self, name: &str) {
        assert_eq!(self.expect(name).await.data, json!({}));
        assert_eq!(self.lines().await, None);
    }

    /// The titles of the tasks that follow until `ready`, and its id.
    async fn until_ready(&mut self) -> (Vec<String>, String) {
        let mut titles = Vec::new();
        loop {
            let event = self.event().await.unwrap();
            if event.name == "ready" {
                return (titles, event.id().to_owned());
            }
            titles.push(event.data["task"]["title"].as_str().unwrap_or("deleted").to_owned());
        }
    }
}

impl<S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>> App<S> {
    async fn open(&self, call: Call) -> Stream {
        let mut request = TestRequest::default().method(call.method).uri(&call.uri);
        for header in call.headers {
            request = request.append_header(header);
        }
        let response = self.0.call(request.to_request()).await.unwrap();
        assert_eq!(response.status(), 200);
        Stream { body: response.into_body(), text: String::new() }
    }

    async fn add(&self, title: &str) -> Value {
        let body = json!({"title": title}).to_string();
        let response = self.send(by("alice", call("POST", "/api/tasks")).json(&body)).await;
        assert_eq!(response.status, 201);
        response.json()
    }
}

#[actix_web::test]
async fn a_stream_has_what_changes_from_now_on() {
    let (app, _) = streaming(&[], ClaimRules::default()).await;
    app.add("before").await;
    let mut stream = app.open(events("")).await;
    let ready = stream.expect("ready").await;
    assert_eq!(ready.data, json!({}));
    let task = app.add("after").await;
    let change = stream.expect("change").await;
    let id = task["id"].as_str().unwrap();
    let expected = json!({"revision": 2, "type": "task", "kind": "put", "id": id, "task": task});
    assert_eq!(change.data, expected);
    assert_eq!(app.send(by("alice", call("DELETE", &format!("/api/tasks/{id}")))).await.status, 204);
    let deleted = stream.expect("change").await;
    assert_eq!(deleted.data, json!({"revision": 3, "type": "task", "kind": "deleted", "id": id}));
    // An event is an entry of the feed, and its id a position there.
    let since = |id: &str| by("alice", call("GET", &format!("/api/tasks/changes?since={id}")));
    let feed = app.send(since(change.id())).await.json();
    assert_eq!(feed["changes"], json!([deleted.data]));
    assert_eq!(feed["next"], deleted.id());
    assert_eq!(app.send(since(ready.id())).await.json()["changes"], json!([deleted.data]));
}

#[actix_web::test]
async fn a_stream_resumes_without_gap_or_repeat() {
    let (app, _) = streaming(&[], ClaimRules::default()).await;
    // Of an owner of whom nothing is stored.
    let (none, nothing) = app.open(events("")).await.until_ready().await;
    assert_eq!(none, Vec::<String>::new());
    let titles: Vec<String> = (0..120).map(|number| format!("task {number}")).collect();
    for title in &titles {
        app.add(title).await;
    }
    let mut stream = app.open(events(&format!("?since={nothing}"))).await;
    let mut ids = Vec::new();
    for title in &titles {
        let change = stream.expect("change").await;
        assert_eq!(change.data["task"]["title"], *title);
        ids.push(change.id().to_owned());
    }
    let ready = stream.expect("ready").await;
    assert_eq!(ready.id(), ids[119]);
    // After each event, also within a page.
    for (number, id) in ids.iter().enumerate().step_by(7) {
        let resumed = events("").header("last-event-id", id);
        assert_eq!(app.open(resumed).await.until_ready().await.0, titles[number + 1..], "{number}");
    }
    let both = events(&format!("?since={nothing}")).header("last-event-id", &ids[118]);
    assert_eq!(app.open(both).await.until_ready().await.0, titles[119..]);
    let empty = events(&format!("?since={}", ids[118])).header("last-event-id", "");
    assert_eq!(app.open(empty).await.until_ready().await.0, titles[119..]);
    assert_eq!(app.open(events("?since=")).await.until_ready().await, (vec![], ids[119].clone()));
}

#[actix_web::test]
async fn a_change_during_the_catching_up_follows() {
    let (app, _) = streaming(&[], ClaimRules::default()).await;
    let (_, nothing) = app.open(events("")).await.until_ready().await;
    for number in 0..60 {
        app.add(&number.to_string()).await;
    }
    let mut stream = app.open(events(&format!("?since={nothing}"))).await;
    stream.expect("change").await;
    app.add("late").await;
    let (titles, _) = stream.until_ready().await;
    let rest: Vec<String> = (1..60).map(|number| number.to_string()).collect();
    let expected: Vec<String> = rest.into_iter().chain(["late".into()]).collect();
    if titles.len() == expected.len() {
        assert_eq!(titles, expected);
    } else {
        assert_eq!(stream.expect("change").await.data["task"]["title"], "late");
    }
}

#[actix_web::test]
async fn others_do_not_see_a_change() {
    let (app, outside) = streaming(&[], ClaimRules::default()).await;
    let mut stream = app.open(by("bob", call("GET", "/api/bob/tasks/events/"))).await;
    stream.expect("ready").await;
    app.add("hers").await;
    // Woken without a change, it is silent until the heartbeat.
    assert_eq!(stream.lines().await.unwrap(), ":");
    outside.pass(19).await;
    let body = r#"{"title":"his"}"#;
    app.send(by("bob", call("POST", "/api/tasks")).json(body)).await;
    assert_eq!(stream.expect("change").await.data["task"]["title"], "his");
}

#[actix_web::test]
async fn heartbeats_follow_silence() {
    let (app, outside) = streaming(&[], ClaimRules::default()).await;
    let mut stream = app.open(events("")).await;
    stream.expect("ready").await;
    for _ in 0..3 {
        let silent_since = tokio::time::Instant::now();
        assert_eq!(stream.lines().await.unwrap(), ":");
        assert_eq!(silent_since.elapsed().as_secs(), 20);
    }
    outside.pass(15).await;
    app.add("speaks").await;
    stream.expect("change").await;
    let silent_since = tokio::time::Instant::now();
    assert_eq!(stream.lines().await.unwrap(), ":");
    assert_eq!(silent_since.elapsed().as_secs(), 20);
}

#[actix_web::test]
async fn responses_are_not_stored_compressed_or_buffered() {
    let (app, _) = streaming(&[("cors.origins", "https://app.example")], ClaimRules::default()).await;
    for path in ["/api/tasks/events", "/api/alice/tasks/events/"] {
        let request = by("alice", call("HEAD", path)).header("accept-encoding", "gzip, br");
        let response = app.send(request.header("origin", "https://app.example")).await;
        assert_eq!((response.status.as_u16(), response.body.len()), (200, 0));
        assert_eq!(response.header("content-type"), "text/event-stream");
        assert_eq!(response.header("cache-control"), "no-store, no-transform");
        assert_eq!(response.header("x-accel-buffering"), "no");
        assert_eq!(response.header("content-encoding"), "");
        assert_eq!(response.header("access-control-allow-origin"), "https://app.example");
        assert!(response.header("ratelimit").starts_with("\"owner\""));
    }
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let response = app.send(by("alice", call(method, "/api/tasks/events"))).await;
        let result = (response.status.as_u16(), response.header("allow"));
        assert_eq!(result, (405, "GET, HEAD, OPTIONS"), "{method}");
    }
}
