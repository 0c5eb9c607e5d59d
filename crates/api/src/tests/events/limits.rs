use auth::ClaimRules;

use super::{App, BoxBody, Service, ServiceResponse, Stream, by, call, events, streaming};

/// The value of a series.
async fn metric<S>(app: &App<S>, series: &str) -> Option<f64>
where
    S: Service<actix_http::Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    let text = app.send(call("GET", "/metrics")).await.body;
    let text = String::from_utf8(text.to_vec()).unwrap();
    let value = text.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '));
    value.map(|value| value.parse().unwrap())
}

#[actix_web::test]
async fn the_eleventh_stream_of_an_owner_is_429() {
    let (app, _) = streaming(&[], ClaimRules::default()).await;
    let mut streams = Vec::new();
    for _ in 0..10 {
        streams.push(app.open(events("")).await);
    }
    for request in [events(""), events("?since=x"), by("alice", call("HEAD", "/api/tasks/events"))] {
        let response = app.send(request).await;
        assert_eq!(response.status, 429);
        assert_eq!(response.header("retry-after"), "1");
        assert_eq!(response.header("ratelimit-policy"), "\"streams\";q=10;qu=\"concurrent-requests\"");
    }
    assert_eq!(app.send(events("")).await.code(), "too_many_streams");
    let limited = "tasknook_http_requests_limited_total{reason=\"owner_streams\"}";
    assert_eq!(metric(&app, limited).await, Some(4.0));
    // Of all streams, those of others included.
    assert_eq!(metric(&app, "tasknook_event_streams").await, Some(10.0));
    app.open(by("bob", call("GET", "/api/tasks/events"))).await.expect("ready").await;
    drop(streams.pop());
    streams.push(app.open(events("")).await);
    assert_eq!(app.send(events("")).await.status, 429);
}

#[actix_web::test]
async fn streams_beyond_those_of_the_process_are_503() {
    let settings = [("events.max_streams", "2"), ("events.max_streams_per_owner", "2")];
    let (app, _) = streaming(&settings, ClaimRules::default()).await;
    let stream = async |user: &str| app.open(by(user, call("GET", "/api/tasks/events"))).await;
    let streams = [stream("alice").await, stream("bob").await];
    let response = app.send(by("carol", call("GET", "/api/tasks/events"))).await;
    assert_eq!((response.status.as_u16(), response.code()), (503, "overloaded".into()));
    assert_eq!(response.header("retry-after"), "10");
    drop(streams);
    stream("carol").await.expect("ready").await;
}

#[actix_web::test]
async fn a_flood_of_opens_and_closes_leaves_nothing() {
    let set = [("limits.requests_per_second", "0"), ("events.max_streams_per_owner", "3")];
    let (app, _) = streaming(&set, ClaimRules::default()).await;
    let (_, position) = app.open(events("")).await.until_ready().await;
    app.add("a task").await;
    let mut open: Vec<Stream> = Vec::new();
    for round in 0..1000 {
        if round % 3 == 2 {
            open.clear();
        }
        // Read in part, to the end, and not at all.
        let query = match round % 4 {
            0 => format!("?since={position}"),
            1 => "?since=x".to_owned(),
            _ => String::new(),
        };
        let mut stream = app.open(events(&query)).await;
        if round % 2 == 0 {
            let _ = stream.event().await;
        }
        open.push(stream);
    }
    drop(open);
    assert_eq!(metric(&app, "tasknook_event_streams").await, Some(0.0));
    let streams = [app.open(events("")).await, app.open(events("")).await, app.open(events("")).await];
    assert_eq!(metric(&app, "tasknook_event_streams").await, Some(3.0));
    drop(streams);
}

#[actix_web::test]
async fn streams_do_not_count_as_concurrent_requests() {
    let set = [("limits.concurrent_requests_per_owner", "1")];
    let (app, _) = streaming(&set, ClaimRules::default()).await;
    let mut streams = [app.open(events("")).await, app.open(events("")).await];
    for stream in &mut streams {
        stream.expect("ready").await;
    }
    app.add("while two streams are open").await;
    for stream in &mut streams {
        stream.expect("change").await;
    }
}

#[actix_web::test]
async fn metrics_count_events_and_ends() {
    let (app, outside) = streaming(&[], ClaimRules::default()).await;
    let mut stream = app.open(events("")).await;
    stream.expect("ready").await;
    for title in ["one", "two"] {
        app.add(title).await;
        stream.expect("change").await;
    }
    app.open(events("?since=x")).await.expect_last("resync").await;
    drop(stream);
    let mut last = app.open(events("")).await;
    last.expect("ready").await;
    outside.draining.begin();
    assert!(last.lines().await.unwrap().starts_with("retry: "));
    drop(last);
    for (series, value) in [
        ("tasknook_events_delivered_total{event=\"change\"}", 2.0),
        ("tasknook_events_delivered_total{event=\"ready\"}", 2.0),
        ("tasknook_events_delivered_total{event=\"resync\"}", 1.0),
        ("tasknook_event_streams_ended_total{reason=\"closed\"}", 1.0),
        ("tasknook_event_streams_ended_total{reason=\"resync\"}", 1.0),
        ("tasknook_event_streams_ended_total{reason=\"shutdown\"}", 1.0),
        ("tasknook_event_delay_seconds_count", 2.0),
        ("tasknook_event_streams", 0.0),
    ] {
        assert_eq!(metric(&app, series).await, Some(value), "{series}");
    }
}
