//! Spans, received by a collector of the test's own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::eventually;

use crate::database::{Database, caller};

const LIMIT: Duration = Duration::from_secs(20);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// Receives requests, responds with this status, and passes the spans on.
fn collector(listener: TcpListener, status: &'static str) -> Receiver<Value> {
    let (sender, spans) = channel();
    thread::spawn(move || {
        for connection in listener.incoming() {
            receive(&connection.unwrap(), status, &sender);
        }
    });
    spans
}

fn receive(mut connection: &TcpStream, status: &str, spans: &Sender<Value>) {
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    while reader.read_line(&mut head).unwrap() > 2 {}
    let head = head.to_lowercase();
    assert!(head.starts_with("post /base/v1/traces http/1.1\r\n"), "{head}");
    assert!(head.contains("content-type: application/json\r\n"), "{head}");
    let length = head.split_once("content-length: ").unwrap().1.lines().next().unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).unwrap();
    let body: Value = serde_json::from_slice(&body).unwrap();
    let resource = &body["resourceSpans"][0];
    assert_eq!(attribute(&resource["resource"], "service.name"), &json!({"stringValue": "tasknook"}));
    for span in resource["scopeSpans"][0]["spans"].as_array().unwrap() {
        let _ = spans.send(span.clone());
    }
    let response = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
    connection.write_all(response.as_bytes()).unwrap();
}

fn attribute<'a>(of: &'a Value, key: &str) -> &'a Value {
    let attributes = of["attributes"].as_array().unwrap();
    &attributes.iter().find(|attribute| attribute["key"] == key).unwrap()["value"]
}

#[test]
fn sampled_requests_are_exported_to_the_collector() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/base", listener.local_addr().unwrap());
    let spans = collector(listener, "200 OK");
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_TRACING__OTLP_ENDPOINT", endpoint);
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let send = |id: &str, flags: &str| {
        let request = alice.request("GET", "/api/alice/tasks").header("x-request-id", id);
        let request = request.header("traceparent", &format!("00-{TRACE}-{PARENT}-{flags}"));
        let _ = request.header("tracestate", "a=1").header("tracestate", "b=2").send().expect(200);
    };
    send("unsampled", "00");
    send("sampled", "01");
    let _ = alice.get("/api/alice/tasks/none").expect(404);

    let span = spans.recv_timeout(LIMIT).unwrap();
    assert_eq!(attribute(&span, "tasknook.request_id"), &json!({"stringValue": "sampled"}));
    assert_eq!((&span["traceId"], &span["parentSpanId"]), (&TRACE.into(), &PARENT.into()));
    assert_eq!((&span["traceState"], &span["kind"]), (&"a=1,b=2".into(), &2.into()));
    assert_eq!(span["name"], "GET /api/{user_id}/tasks");
    assert_eq!(attribute(&span, "http.response.status_code"), &json!({"intValue": "200"}));
    let nanoseconds = |name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
    assert!(nanoseconds("startTimeUnixNano") < nanoseconds("endTimeUnixNano"), "{span}");
    assert!(!span.to_string().contains("alice"), "{span}");

    let begun_here = spans.recv_timeout(LIMIT).unwrap();
    assert_eq!(
        (begun_here["parentSpanId"].as_str(), begun_here["traceId"].as_str().map(str::len)),
        (Some(""), Some(32))
    );
    assert_ne!(begun_here["spanId"], span["spanId"]);

    // The last spans are sent before the end.
    send("last", "01");
    service.terminate();
    assert!(service.ended().success());
    let last = spans.recv_timeout(LIMIT).unwrap();
    assert_eq!(attribute(&last, "tasknook.request_id"), &json!({"stringValue": "last"}));
}

#[test]
fn failing_collector_affects_no_request_and_is_counted() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/base", listener.local_addr().unwrap());
    let _spans = collector(listener, "503 Service Unavailable");
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_TRACING__OTLP_ENDPOINT", endpoint);
    let service = environment.serve();
    let client = service.client();
    let _ = client.get("/livez").expect(200);
    let dropped = || {
        let metrics = client.get("/metrics").expect(200).text();
        let count = metrics.lines().find_map(|line| line.strip_prefix("tasknook_trace_dropped_spans_total "));
        (count != Some("0")).then_some(())
    };
    assert!(eventually(LIMIT, dropped).is_some(), "{}", service.log());
    let warned = |line: &str| line.contains("cannot export traces; spans are dropped").then_some(());
    assert!(service.log().wait_for(LIMIT, warned).is_ok(), "{}", service.log());
}
