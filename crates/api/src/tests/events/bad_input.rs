use auth::ClaimRules;
use domain::{FeedPosition, Owner, OwnerRevision, Revision};

use super::{by, call, events, streaming};
use crate::http::position;

/// Texts that are no position that a stream of alice can begin at.
fn unusable(own: &str) -> Vec<String> {
    let of = |user: &str, epoch, revision| {
        let at = OwnerRevision { epoch, revision: Revision::new(revision) };
        position::encode(FeedPosition::At(at), &Owner::for_test(user))
    };
    let mut texts = vec![
        // Of another user, of another epoch, from the future.
        of("bob", 1, 1),
        of("alice", 2, 1),
        of("alice", -1, 1),
        of("alice", i64::MAX, 1),
        of("alice", 1, 1_000_000),
        of("alice", 1, i64::MAX),
        of("alice", 0, 5),
        format!("{own}A"),
        format!("{own}="),
        format!("{own}{own}"),
        own[1..].to_owned(),
        own[..own.len() - 1].to_owned(),
        own.to_lowercase(),
        own.replace('A', "B"),
    ];
    let others = [
        "0",
        "1",
        "-1",
        "x",
        "null",
        "undefined",
        "*",
        "\"\"",
        "a b",
        "true",
        "NaN",
        "1e3",
        "../..",
        "now",
        "latest",
        "ready",
        "AAAA",
        "____",
        "%00",
        "{}",
        "[1]",
        "1,2",
        "W/\"3\"",
        "2026-11-21T09:15:17Z",
    ];
    texts.extend(others.map(str::to_owned));
    texts.push("A".repeat(129));
    texts.push("A".repeat(8000));
    texts
}

#[actix_web::test]
async fn unusable_positions_give_resync_and_the_end() {
    let (app, _) = streaming(&[], ClaimRules::default()).await;
    for title in ["one", "two", "three"] {
        app.add(title).await;
    }
    let (_, own) = app.open(events("")).await.until_ready().await;
    let snapshot = app.send(by("alice", call("GET", "/api/tasks/changes?limit=1"))).await.json();
    assert_eq!(snapshot["more"], true);
    let inside = snapshot["next"].as_str().unwrap().to_owned();
    let encoded = |text: &str| {
        percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    for text in unusable(&own).into_iter().chain([inside]) {
        app.open(events("").header("last-event-id", &text)).await.expect_last("resync").await;
        app.open(events(&format!("?since={}", encoded(&text)))).await.expect_last("resync").await;
        // The header counts, whatever else there is.
        let both = events(&format!("?since={own}")).header("last-event-id", &text);
        app.open(both).await.expect_last("resync").await;
        let good = events(&format!("?since={}", encoded(&text))).header("last-event-id", &own);
        app.open(good).await.expect("ready").await;
    }
    let mut bytes = events("");
    bytes.headers.push((
        "last-event-id".parse().unwrap(),
        actix_web::http::header::HeaderValue::from_bytes(b"\xff\x80").unwrap(),
    ));
    app.open(bytes).await.expect_last("resync").await;
    let two = events("").header("last-event-id", &own).header("last-event-id", "x");
    app.open(two).await.expect_last("resync").await;
}

#[actix_web::test]
async fn queries_that_cannot_be_read_are_422() {
    let (app, _) = streaming(&[], ClaimRules::default()).await;
    for query in ["?since=%ff", "?since=%c3%28", "?since=a&since=b", "?since=&since=b"] {
        let response = app.send(events(query).header("accept", "text/event-stream")).await;
        assert_eq!((response.status.as_u16(), response.code()), (422, "validation".into()), "{query}");
        assert_eq!(response.header("content-type"), "application/problem+json");
    }
    for query in ["?limit=0", "?limit=x&tz=nowhere", "?status=what", "?&&&", "?=x", "?since"] {
        app.open(events(query)).await.expect("ready").await;
    }
}

#[actix_web::test]
async fn errors_are_problems_whatever_accept_has() {
    let (app, _) = streaming(&[], ClaimRules::default()).await;
    for accept in
        ["text/event-stream", "text/*", "*/*", "text/event-stream;q=0.1, application/json;q=0", "garbage", ""]
    {
        let anonymous = call("GET", "/api/tasks/events").header("accept", accept);
        let response = app.send(anonymous).await;
        assert_eq!((response.status.as_u16(), response.code()), (401, "missing_token".into()), "{accept}");
        let foreign = by("alice", call("GET", "/api/bob/tasks/events")).header("accept", accept);
        let response = app.send(foreign).await;
        assert_eq!((response.status.as_u16(), response.code()), (403, "other_user".into()), "{accept}");
        assert_eq!(response.header("content-type"), "application/problem+json");
        app.open(events("").header("accept", accept)).await.expect("ready").await;
    }
    for accept in
        ["application/json", "text/html", "text/event-stream;q=0", "text/event-stream;q=0, */*", "*/*;q=0"]
    {
        let response = app.send(events("").header("accept", accept)).await;
        assert_eq!((response.status.as_u16(), response.code()), (406, "not_acceptable".into()), "{accept}");
        assert!(response.json()["detail"].as_str().unwrap().contains("text/event-stream"));
    }
}
