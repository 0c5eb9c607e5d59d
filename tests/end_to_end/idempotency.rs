//! Requests with an `Idempotency-Key` on the real binary.

use std::collections::BTreeSet;
use std::sync::{Barrier, mpsc};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, RawConnection, Response, eventually, short_or_soak};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    concurrent_requests_with_one_key_create_one_task
    repeated_requests_have_the_first_response
    kills_lose_and_double_no_request_with_a_key
}

const CONCURRENT: usize = 20;

fn post(client: &Client, key: &str, body: &Value) -> Response {
    client.request("POST", "/api/tasks").header("Idempotency-Key", key).json(body).send()
}

fn is_replayed(response: &Response) -> bool {
    response.header("idempotency-replayed") == Some("true")
}

/// What a repeated request has in common with the first one.
fn repeated(response: &Response) -> (u16, Option<&str>, Option<&str>, &[u8]) {
    (response.status, response.header("etag"), response.header("location"), &response.body)
}

#[track_caller]
fn assert_replayed(first: &Response, second: &Response) {
    assert_eq!(repeated(first), repeated(second), "{first}\n{second}");
    assert!(is_replayed(second) && !is_replayed(first), "{first}\n{second}");
}

/// Two processes, of which each serves half of the requests.
fn concurrent_requests_with_one_key_create_one_task(database: Database) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let clients = services.each_ref().map(|service| caller(&environment, service, "alice"));
    for round in 0..short_or_soak(5, 100) {
        let (key, together) = (format!("round-{round}"), Barrier::new(CONCURRENT));
        let send = |number: usize| {
            together.wait();
            post(&clients[number % 2], &key, &json!({"title": key})).expect(201)
        };
        let responses: Vec<Response> = thread::scope(|scope| {
            let send = &send;
            let threads: Vec<_> = (0..CONCURRENT).map(|number| scope.spawn(move || send(number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let first: Vec<&Response> = responses.iter().filter(|response| !is_replayed(response)).collect();
        let [first] = first[..] else { panic!("{} requests were executed", first.len()) };
        for other in responses.iter().filter(|response| is_replayed(response)) {
            assert_replayed(first, other);
        }
        let tasks = clients[1].get("/api/tasks").expect(200).json();
        assert_eq!(tasks.as_array().unwrap().len(), round + 1);
    }
}

fn repeated_requests_have_the_first_response(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let [alice, bob] = ["alice", "bob"].map(|user| caller(&environment, &service, user));
    let invalid = post(&alice, "k", &json!({"title": " "})).expect(422);
    assert_eq!(invalid.json()["code"], "validation");
    let body = json!({"title": "läuft", "description": "two\nlines"});
    let first = post(&alice, "k", &body).expect(201);
    assert_replayed(&first, &post(&alice, "k", &body));
    let other = post(&alice, "k", &json!({"title": "another"})).expect(422);
    assert_eq!(other.json()["code"], "idempotency_key_reused");
    let of_bob = post(&bob, "k", &json!({"title": "another"})).expect(201);
    assert_eq!((is_replayed(&of_bob), of_bob.json()["user_id"].as_str()), (false, Some("bob")));
    let _ = alice.delete(first.header("location").unwrap()).expect(204);
    service.stop();

    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    assert_replayed(&first, &post(&alice, "k", &body));
    assert_eq!(alice.get("/api/tasks").expect(200).json(), json!([]));
    let erase = alice.request("DELETE", "/api/alice").header("X-Confirm-Delete", "alice");
    let _ = erase.send().expect(204);
    let again = post(&alice, "k", &body).expect(201);
    assert_eq!((is_replayed(&again), again.header("etag")), (false, Some("\"1\"")));
}

const WRITERS: usize = 4;
const ACKNOWLEDGED_BEFORE_KILL: usize = 20;

/// Clients that repeat each request until it has a response, while the service is killed.
fn kills_lose_and_double_no_request_with_a_key(database: Database) {
    let environment = database.with_secret();
    let mut sent = 0;
    let mut unanswered: Vec<String> = Vec::new();
    for round in 0..short_or_soak(10, 200) {
        let service = environment.serve();
        let client = caller(&environment, &service, "alice");
        for key in unanswered.drain(..) {
            let response = post(&client, &key, &json!({"title": key})).expect(201);
            // Its task was there before the kill, and the response was not read.
            assert!(is_replayed(&response) || !key.starts_with("unread"), "{response}");
            assert_replayed_again(&client, &key, &response);
        }
        let unread = format!("unread {round}").replace(' ', "-");
        let _connection = send_without_reading(&environment, service.url(), &unread);
        let (acknowledge, acknowledged) = mpsc::channel();
        unanswered = thread::scope(|scope| {
            let writers: Vec<_> = (0..WRITERS)
                .map(|writer| {
                    let (client, acknowledge) = (client.clone(), acknowledge.clone());
                    scope.spawn(move || {
                        write_until_killed(&format!("{round}-{writer}"), &client, &acknowledge)
                    })
                })
                .collect();
            drop(acknowledge);
            wait_for_task(&client, &unread);
            sent += acknowledged.iter().take(ACKNOWLEDGED_BEFORE_KILL).count();
            service.kill();
            sent += acknowledged.iter().count();
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        });
        unanswered.push(unread);
        sent += unanswered.len();
    }
    let service = environment.serve();
    let client = caller(&environment, &service, "alice");
    for key in unanswered {
        let _ = post(&client, &key, &json!({"title": key})).expect(201);
    }
    let titles = all_titles(&client);
    let distinct: BTreeSet<&String> = titles.iter().collect();
    assert_eq!((titles.len(), distinct.len()), (sent, sent));
    service.stop();
    let _ = environment.run(&["doctor"]).success();
}

fn assert_replayed_again(client: &Client, key: &str, response: &Response) {
    let again = post(client, key, &json!({"title": key}));
    assert!(is_replayed(&again), "{again}");
    assert_eq!(repeated(response), repeated(&again));
}

/// Sends a request whose response is not read.
fn send_without_reading(environment: &Environment, url: &str, key: &str) -> RawConnection {
    let mut connection = RawConnection::open(url.trim_start_matches("http://")).unwrap();
    let authorization = format!("Bearer {}", environment.token("alice"));
    let headers = [("Authorization", authorization.as_str()), ("Idempotency-Key", key)];
    let body = json!({"title": key}).to_string();
    let request = connection.request("POST", "/api/tasks", &headers, &body);
    connection.send(request).unwrap();
    connection
}

fn wait_for_task(client: &Client, title: &str) {
    let found = || {
        let tasks = client.get(&format!("/api/tasks?search={title}")).expect(200).json();
        (!tasks.as_array().unwrap().is_empty()).then_some(())
    };
    eventually(Duration::from_secs(30), found).unwrap_or_else(|| panic!("{title} is not created"));
}

/// Creates tasks until the service is killed, and returns the key of the request without a response.
fn write_until_killed(writer: &str, client: &Client, acknowledge: &mpsc::Sender<()>) -> String {
    for attempt in 0.. {
        let key = format!("writer-{writer}-{attempt}");
        let request = client.request("POST", "/api/tasks").header("Idempotency-Key", &key);
        let Ok(response) = request.json(&json!({"title": key})).try_send() else { return key };
        let _ = response.expect(201);
        acknowledge.send(()).unwrap();
    }
    unreachable!()
}

fn all_titles(client: &Client) -> Vec<String> {
    let (mut titles, mut target) = (Vec::new(), "/api/tasks".to_owned());
    loop {
        let page = client.get(&target).expect(200);
        let tasks = page.json();
        titles
            .extend(tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap().to_owned()));
        let Some(cursor) = page.header("x-next-cursor") else { return titles };
        target = format!("/api/tasks?cursor={cursor}");
    }
}
