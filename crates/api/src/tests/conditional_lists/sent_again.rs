//! Lists that are sent again from memory: when they are, and that they are the same.

use std::sync::Arc;

use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use actix_web::http::Method;
use domain::testing::ManualClock;

use super::watched::Watched;
use super::{App, Call, Request, TestResponse, app_at, app_with, call, filled, read, unless};
use crate::tests::NOW_MILLIS;

/// The numbers of look-ups of the revision and of reads of lists that a request needs, and its response.
async fn reads<S>(app: &App<S>, repository: &Watched, request: Call) -> ((usize, usize), TestResponse)
where
    S: Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    repository.take_calls();
    let response = app.send(request).await;
    (repository.take_calls(), response)
}

const READ: (usize, usize) = (0, 1);
const SENT_AGAIN: (usize, usize) = (1, 0);
/// It is in memory, and has changed.
const CHANGED: (usize, usize) = (1, 1);

fn setup() -> (Arc<Watched>, Arc<ManualClock>) {
    (Arc::new(Watched::default()), Arc::new(ManualClock::at_unix_millis(NOW_MILLIS)))
}

#[actix_web::test]
async fn unchanged_lists_are_sent_again_after_one_look_up() {
    let (repository, clock) = setup();
    let app = app_at(Arc::clone(&repository) as _, &clock, "1000000").await;
    filled(&app).await;
    for uri in [
        "/api/tasks",
        "/api/alice/tasks?limit=1&count=true",
        "/api/tasks/trash?limit=1",
        "/api/tasks?limit=2",
    ] {
        let (calls, first) = reads(&app, &repository, read(uri)).await;
        assert_eq!((first.status.as_u16(), calls), (200, READ), "{uri}");
        let (calls, again) = reads(&app, &repository, read(uri)).await;
        assert_eq!((again.status.as_u16(), calls), (200, SENT_AGAIN), "{uri}");
        assert_eq!(again.body, first.body);
        for name in first.headers.keys().filter(|name| *name != "x-request-id" && *name != "ratelimit") {
            let name = name.as_str();
            assert_eq!(again.header(name), first.header(name), "{uri} {name}");
        }
        // A tag that does not match and the list that is kept share one look-up.
        let other = first.header("etag").replace(['0', '1', '2'], "3");
        let (calls, other) = reads(&app, &repository, unless(uri, &other)).await;
        assert_eq!((other.status.as_u16(), calls), (200, SENT_AGAIN), "{uri}");
        let (calls, head) = reads(&app, &repository, Call { method: Method::HEAD, ..read(uri) }).await;
        assert_eq!((head.status.as_u16(), calls), (200, SENT_AGAIN), "{uri}");
    }
    let metrics = app.send(call("GET", "/metrics")).await;
    let text = String::from_utf8(metrics.body.to_vec()).unwrap();
    for line in
        ["tasknook_lists_sent_total{source=\"database\"} 4", "tasknook_lists_sent_total{source=\"cache\"} 12"]
    {
        assert!(text.lines().any(|one| one == line), "{text}");
    }
}

#[actix_web::test]
async fn each_change_ends_the_lists_of_its_user_alone() {
    let (repository, clock) = setup();
    let app = app_at(Arc::clone(&repository) as _, &clock, "1000000").await;
    let other_process = app_at(Arc::clone(&repository) as _, &clock, "0").await;
    let id = filled(&app).await;
    app.create("bob", r#"{"title":"of Bob"}"#).await;
    let of_bob = || call("GET", "/api/tasks").by("bob");
    for request in [read("/api/tasks"), read("/api/tasks?limit=1"), of_bob()] {
        app.send(request).await;
    }

    // The process that writes need not look up the revision of a list that it knows to be old.
    app.create("alice", r#"{"title":"new"}"#).await;
    for uri in ["/api/tasks", "/api/tasks?limit=1"] {
        assert_eq!(reads(&app, &repository, read(uri)).await.0, READ);
    }
    assert_eq!(reads(&app, &repository, of_bob()).await.0, SENT_AGAIN);

    let renamed = call("PATCH", &format!("/api/tasks/{id}")).by("alice").json(r#"{"title":"renamed"}"#);
    let renamed = other_process.send(renamed).await;
    assert_eq!(renamed.status, 200);
    let kept_at = renamed.json()["revision"].as_u64().unwrap();
    let (calls, list) = reads(&app, &repository, read("/api/tasks")).await;
    assert_eq!((calls, list.json()[1]["title"].as_str()), (CHANGED, Some("renamed")));
    assert_eq!(reads(&app, &repository, read("/api/tasks")).await.0, SENT_AGAIN);
    // The other list was dropped with the old revision.
    assert_eq!(reads(&app, &repository, read("/api/tasks?limit=1")).await.0, READ);
    assert_eq!(reads(&app, &repository, of_bob()).await.0, SENT_AGAIN);

    // After an erasure, the same number of a revision is another revision.
    let erased = call("DELETE", "/api/alice").by("alice").header("x-confirm-delete", "alice");
    assert_eq!(other_process.send(erased).await.status, 204);
    let number = |etag: &str| etag.trim_matches('"').parse::<u64>().unwrap();
    while number(&other_process.create("alice", r#"{"title":"after"}"#).await.1) < kept_at {}
    let (calls, list) = reads(&app, &repository, read("/api/tasks")).await;
    assert_eq!((calls, list.json()[0]["title"].as_str()), (CHANGED, Some("after")));
}

#[actix_web::test]
async fn each_coding_is_kept_and_searches_and_long_lists_are_not() {
    let (repository, clock) = setup();
    let app = app_at(Arc::clone(&repository) as _, &clock, "1000000").await;
    let long = "x".repeat(1000);
    for _ in 0..70 {
        app.create("alice", &format!(r#"{{"title":"a","description":"{long}"}}"#)).await;
    }
    for coding in ["identity", "gzip", "br"] {
        let request = || read("/api/tasks?limit=5").header("accept-encoding", coding);
        let (calls, first) = reads(&app, &repository, request()).await;
        assert_eq!(calls, READ, "{coding}");
        assert_eq!(first.header("content-encoding"), coding.trim_start_matches("identity"));
        let (calls, again) = reads(&app, &repository, request()).await;
        assert_eq!((calls, &again.body), (SENT_AGAIN, &first.body), "{coding}");
        assert_eq!(again.header("content-encoding"), first.header("content-encoding"));
    }
    for uri in ["/api/tasks?search=a&limit=1", "/api/tasks"] {
        for _ in 0..2 {
            assert_eq!(reads(&app, &repository, read(uri)).await.0, READ, "{uri}");
        }
    }
    // Compressed, the long list is short.
    let compressed = || read("/api/tasks").header("accept-encoding", "br");
    assert_eq!(reads(&app, &repository, compressed()).await.0, READ);
    assert_eq!(reads(&app, &repository, compressed()).await.0, SENT_AGAIN);
}

#[actix_web::test]
async fn old_lists_are_of_a_replica_if_there_is_one() {
    let replica = ("database.replica_urls", "postgres://replica/tasknook");
    let old = || read("/api/tasks").header("prefer", "max-age=5");
    let mut calls = Vec::new();
    for set in [&[replica][..], &[]] {
        let (repository, clock) = setup();
        let app = app_with(Arc::clone(&repository) as _, &clock, set).await;
        filled(&app).await;
        for request in [old(), read("/api/tasks"), old()] {
            calls.push(reads(&app, &repository, request).await.0);
        }
    }
    assert_eq!(
        calls[..3],
        [READ; 3],
        "with a replica, the old one is not kept, and the kept one is not sent"
    );
    assert_eq!(calls[3..], [READ, SENT_AGAIN, SENT_AGAIN], "without a replica");
}

#[actix_web::test]
async fn the_time_ends_a_list_of_overdue_tasks() {
    let (repository, clock) = setup();
    let app = app_at(Arc::clone(&repository) as _, &clock, "1000000").await;
    app.create("alice", r#"{"title":"moment","due_date":"2026-11-21T09:15:18.465Z"}"#).await;
    let uri = "/api/tasks?overdue=true";
    for (advance, expected, count) in [(0, READ, 0), (1000, SENT_AGAIN, 0), (1, READ, 1), (1, SENT_AGAIN, 1)]
    {
        clock.advance_millis(advance);
        let (calls, list) = reads(&app, &repository, read(uri)).await;
        assert_eq!((calls, list.json().as_array().unwrap().len()), (expected, count));
    }
}

#[actix_web::test]
async fn a_list_is_kept_for_a_minute() {
    let (repository, clock) = setup();
    let app = app_at(Arc::clone(&repository) as _, &clock, "1000000").await;
    filled(&app).await;
    let mut calls = Vec::new();
    for advance in [0, 59_999, 1, 0, -1, 0] {
        clock.advance_millis(advance);
        calls.push(reads(&app, &repository, read("/api/tasks")).await.0);
    }
    assert_eq!(
        calls,
        [READ, SENT_AGAIN, READ, SENT_AGAIN, READ, SENT_AGAIN],
        "a clock set back ends it, too"
    );
}

#[actix_web::test]
async fn little_memory_keeps_few_lists() {
    let (repository, clock) = setup();
    let nothing = app_at(Arc::clone(&repository) as _, &clock, "0").await;
    filled(&nothing).await;
    for _ in 0..2 {
        assert_eq!(reads(&nothing, &repository, read("/api/tasks")).await.0, READ);
    }
    let little = app_at(Arc::clone(&repository) as _, &clock, "60000").await;
    let users: Vec<String> = (0..100).map(|number| format!("user-{number}")).collect();
    let mut kept = 0;
    for _ in 0..2 {
        kept = 0;
        for user in &users {
            let (calls, list) = reads(&little, &repository, call("GET", "/api/tasks").by(user)).await;
            assert_eq!(list.body, "[]");
            kept += usize::from(calls == SENT_AGAIN);
        }
    }
    assert!((1..100).contains(&kept), "{kept} lists take 700 bytes each");
}
