//! Clients that do not read their responses.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{End, Environment, RawConnection, Service, eventually, short_or_soak};

use crate::database::{Database, caller};

const LIMIT: Duration = Duration::from_mins(3);
/// The promise for the whole of them, in bytes.
const MEMORY: usize = 60 << 20;

/// A page of tasks with the longest texts: 1.4 MB.
fn fill(environment: &Environment, service: &Service, user: &str) {
    let alice = caller(environment, service, user);
    for number in 0..short_or_soak(300, 1000) {
        let task = json!({"title": format!("task {number}"), "description": "läuft ".repeat(166)});
        let _ = alice.post("/api/tasks", &task).expect(201);
    }
}

/// The open sockets of the process.
fn sockets(service: &Service) -> usize {
    let files = fs::read_dir(format!("/proc/{}/fd", service.id())).unwrap();
    let targets = files.filter_map(|file| fs::read_link(file.unwrap().path()).ok());
    targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
}

fn never_read(
    service: &Service,
    count: usize,
    path: &str,
    pipelined: usize,
    tokens: &[String],
) -> Vec<RawConnection> {
    let open = |number: usize| {
        let mut connection = RawConnection::open(service.address()).unwrap();
        let bearer = format!("Bearer {}", tokens[number % tokens.len()]);
        let request = connection.request("GET", path, &[("Authorization", &bearer)], "");
        connection.send(request.repeat(pipelined)).unwrap();
        connection
    };
    (0..count).map(open).collect()
}

#[test]
fn the_last_piece_of_a_response_does_not_wait() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let description = "x".repeat(200);
    for _ in 0..100 {
        let _ = alice.post("/api/tasks", &json!({"title": "task", "description": description})).expect(201);
    }
    let length = |limit| alice.get(&format!("/api/tasks?limit={limit}")).expect(200).body.len();
    assert!((length(20)..length(100)).contains(&(32 * 1024)));
    let median = |limit: usize| {
        let mut times: Vec<Duration> = (0..21)
            .map(|_| {
                let begin = Instant::now();
                let _ = alice.get(&format!("/api/tasks?limit={limit}")).expect(200);
                begin.elapsed()
            })
            .collect();
        times.sort();
        times[times.len() / 2]
    };
    // Of one piece, and of two, of which the second would wait 40 ms for the acknowledgement of the first.
    let (one, two) = (median(20), median(100));
    assert!(two < 10 * one, "{one:?} for one piece, {two:?} for two");
}

#[test]
fn clients_that_never_read_cost_little_and_are_ended() {
    let seconds = short_or_soak("3", "30");
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__WRITE_TIMEOUT_SECONDS", seconds);
    let service = environment.serve();
    let owners = ["alice", "bob"];
    for owner in owners {
        fill(&environment, &service, owner);
    }
    let tokens = owners.map(|owner| environment.token(owner));
    // Twice: the first time warms up allocations that remain.
    for path in ["/docs/swagger-ui-bundle.js", "/api/tasks"] {
        let (memory, before) = (service.resident_bytes(), sockets(&service));
        let mut clients = never_read(&service, 300, path, 1, &tokens);
        let mut most = 0;
        let ended = eventually(LIMIT, || {
            most = most.max(service.resident_bytes());
            (clients.iter().all(RawConnection::has_news) && sockets(&service) <= before).then_some(())
        });
        assert!(ended.is_some(), "{} of {before} sockets are open", sockets(&service));
        assert!(most - memory < MEMORY, "{path}: {} MiB", (most - memory) >> 20);
        assert!(clients.iter_mut().any(|client| client.end() == End::Reset), "{path}: none was ended");
    }
    // Others are served.
    let carol = caller(&environment, &service, "carol");
    assert_eq!(carol.get("/api/tasks").expect(200).text(), "[]");
}

#[test]
fn unread_lists_of_one_user_do_not_block_others() {
    let environment = Database::Sqlite
        .with_secret()
        .set("TASKNOOK_LIMITS__MAX_UNSENT_BYTES", short_or_soak("1000000", "4000000"))
        .set("TASKNOOK_SERVER__WRITE_TIMEOUT_SECONDS", "3600");
    let service = environment.serve();
    fill(&environment, &service, "alice");
    let [alice, bob] = ["alice", "bob"].map(|user| caller(&environment, &service, user));
    let _ = bob.post("/api/tasks", &json!({"title": "mine"})).expect(201);
    for path in ["/api/tasks", "/api/tasks/changes"] {
        // More than the buffers of the kernel take.
        let clients = never_read(&service, 20, path, 50, &[environment.token("alice")]);
        let rejected = eventually(LIMIT, || {
            let response = alice.get(path);
            (response.status == 503).then_some(response)
        });
        let rejected = rejected.unwrap();
        assert_eq!(rejected.header("retry-after"), Some("1"));
        assert_eq!(rejected.json()["code"], "overloaded");
        assert!(bob.get(path).expect(200).text().contains("mine"));
        drop(clients);
        let served = eventually(LIMIT, || (alice.get(path).status == 200).then_some(()));
        assert!(served.is_some(), "{path}: the memory is not released\n{}", service.log());
    }
}

#[test]
fn pipelined_requests_wait_until_responses_are_read() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__WRITE_TIMEOUT_SECONDS", "5");
    let service = environment.serve();
    let mut connection = RawConnection::open(service.address()).unwrap();
    let requests = connection.request("OPTIONS", "/api/tasks", &[], "").repeat(1000);
    let sent = (0..500).take_while(|_| connection.send(&requests).is_ok()).count();
    assert!(sent < 500, "the service reads all requests, although their responses are not read");
    let metrics = service.client().get("/metrics").expect(200).text();
    let series = "tasknook_http_requests_total{method=\"OPTIONS\",route=\"/api/tasks\",status=\"204\"} ";
    let served = metrics.lines().find_map(|line| line.strip_prefix(series)).unwrap();
    // Their responses fill the buffers of the kernel.
    assert!(served.parse::<usize>().unwrap() < 10_000, "{served} requests were served");
}
