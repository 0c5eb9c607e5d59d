//! One user sends as fast as 200 connections can, beside ten others.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{Client, Environment, Service, SetOnDrop, short_or_soak};

use crate::database::{Database, on_both_databases};

on_both_databases! {
    a_greedy_user_is_limited_and_others_are_not
    a_greedy_user_slows_others_by_a_factor_of_2_at_most
}

const GREEDY_CONNECTIONS: usize = 200;
const OTHERS: usize = 10;
/// Between two requests of the others, which thus stay below the default limit of 50 per second.
const PAUSE: Duration = Duration::from_millis(30);

/// What clients do in a loop.
#[derive(Debug, Clone, Copy)]
enum Load {
    ReadOne,
    Create,
    List,
}

impl Load {
    /// Lists before creates, which make them long: those count as more requests.
    const ALL: [Self; 3] = [Self::ReadOne, Self::List, Self::Create];

    fn send(self, client: &Client, task: &str) -> tasknook_tests::Response {
        match self {
            Self::ReadOne => client.get(task),
            Self::Create => client.post("/api/tasks", &json!({"title": "x"})),
            Self::List => client.get("/api/tasks"),
        }
    }
}

/// A user with a token and a task.
struct User {
    token: String,
    task: String,
}

impl User {
    fn new(environment: &Environment, service: &Service, name: &str, tasks: usize) -> Self {
        let token = environment.token(name);
        let client = service.client().with_token(&token);
        let create = || client.post("/api/tasks", &json!({"title": name})).expect(201);
        let task = create().header("location").unwrap().to_owned();
        (1..tasks).for_each(|_| drop(create()));
        Self { token, task }
    }

    /// A client with a connection of its own.
    fn client(&self, service: &Service) -> Client {
        service.client().with_token(&self.token)
    }
}

/// Users in a new database, and the environment of a service that is not running yet.
fn users(database: Database, tasks: usize) -> (Environment, User, Vec<User>) {
    // Each list is read: one that is kept costs too little to slow others down.
    let environment = database.with_secret().set("TASKNOOK_TASKS__LIST_CACHE_BYTES", "0");
    let service = environment.serve();
    let greedy = User::new(&environment, &service, "greedy", tasks);
    let others = (0..OTHERS).map(|number| User::new(&environment, &service, &format!("other-{number}"), 50));
    let others = others.collect();
    service.terminate();
    assert!(service.ended().success());
    (environment, greedy, others)
}

/// Statuses and codes, with how many responses had them.
type Counts = BTreeMap<String, usize>;

fn count(counts: &Mutex<Counts>, response: &tasknook_tests::Response) {
    let key = match response.status {
        429 => format!("429 {} {}", response.json()["code"], response.header("retry-after").unwrap_or("")),
        status => status.to_string(),
    };
    *counts.lock().unwrap().entry(key).or_default() += 1;
}

/// Runs the greedy user's connections while `beside` runs; each sends at least `least` requests.
fn with_greedy<T>(
    service: &Service,
    user: &User,
    load: Load,
    least: usize,
    beside: impl FnOnce() -> T,
) -> (Counts, T) {
    let (counts, done) = (Mutex::new(Counts::new()), AtomicBool::new(false));
    let result = thread::scope(|scope| {
        let _done = SetOnDrop(&done);
        for _ in 0..GREEDY_CONNECTIONS {
            scope.spawn(|| {
                let client = user.client(service);
                let mut sent = 0;
                while sent < least || !done.load(Ordering::Relaxed) {
                    count(&counts, &load.send(&client, &user.task));
                    sent += 1;
                }
            });
        }
        beside()
    });
    (counts.into_inner().unwrap(), result)
}

/// Sends requests of all others until each has sent `least` and the time is over; returns the durations.
fn others_send(service: &Service, users: &[User], load: Load, least: usize, time: Duration) -> Vec<Duration> {
    let (durations, started) = (Mutex::new(Vec::new()), Instant::now());
    thread::scope(|scope| {
        for user in users {
            let durations = &durations;
            scope.spawn(move || {
                let client = user.client(service);
                let mut own = Vec::new();
                while own.len() < least || started.elapsed() < time {
                    let begin = Instant::now();
                    let response = load.send(&client, &user.task);
                    own.push(begin.elapsed());
                    assert!(response.status < 300, "{load:?}: {}", response.text());
                    thread::sleep(PAUSE);
                }
                durations.lock().unwrap().extend(own);
            });
        }
    });
    durations.into_inner().unwrap()
}

fn a_greedy_user_is_limited_and_others_are_not(database: Database) {
    // 70 tasks are a long list, which waits for its turn.
    let (environment, greedy, others) = users(database, 70);
    // So slow that no machine can serve this test without reaching the limit.
    let environment = environment
        .with_default_limits()
        .set("TASKNOOK_LIMITS__REQUESTS_PER_SECOND", "1")
        .set("TASKNOOK_LIMITS__BURST", "60");
    let service = environment.serve();
    for load in Load::ALL {
        let (counts, _) = with_greedy(&service, &greedy, load, 2, || {
            others_send(&service, &others, load, 10, Duration::ZERO)
        });
        let limited = counts.get("429 \"too_many_requests\" 1").copied().unwrap_or(0);
        let known = |key: &&String| key.starts_with('2') || key.starts_with("429 \"too_many_");
        assert!(limited > 0 && counts.keys().all(|key| known(&key)), "{load:?}: {counts:?}");
    }
    // `Retry-After` is true for a client that obeys it.
    let client = greedy.client(&service);
    let mut response = client.get(&greedy.task);
    if response.status == 429 {
        thread::sleep(Duration::from_secs(response.header("retry-after").unwrap().parse().unwrap()));
        response = client.get(&greedy.task);
    }
    assert_eq!(response.expect(200).header("ratelimit-policy"), Some("\"owner\";q=60;w=60"));
    let metrics = service.client().get("/metrics").expect(200).text();
    assert!(metrics.contains("tasknook_http_requests_limited_total{reason=\"owner_rate\"}"), "{metrics}");
}

/// With `TASKNOOK_SOAK=1` measured for long enough to compare medians, on a machine with no other work; otherwise the
/// same load for a moment, without the comparison.
#[expect(clippy::print_stdout, reason = "shows the measured medians")]
fn a_greedy_user_slows_others_by_a_factor_of_2_at_most(database: Database) {
    let (tasks, time, limit) =
        short_or_soak((70, Duration::ZERO, f64::INFINITY), (1000, Duration::from_secs(8), 2.0));
    let (environment, greedy, others) = users(database, tasks);
    let service = environment.with_default_limits().serve();
    let median = |mut durations: Vec<Duration>| {
        durations.sort_unstable();
        durations[durations.len() / 2]
    };
    for load in Load::ALL {
        let send = || others_send(&service, &others, load, 10, time);
        send();
        let alone = median(send());
        let (counts, beside) = with_greedy(&service, &greedy, load, 1, || {
            // In the meantime the greedy user spends its burst.
            send();
            send()
        });
        let beside = median(beside);
        let ratio = beside.as_secs_f64() / alone.as_secs_f64();
        println!("{load:?}: {alone:?} alone, {beside:?} beside the greedy user ({ratio:.2}), {counts:?}");
        assert!(ratio <= limit, "{load:?}: {alone:?} alone, {beside:?} beside the greedy user");
    }
}

#[test]
fn trusted_proxies_name_the_address_that_is_limited() {
    let environment = Database::Sqlite
        .with_secret()
        .set("TASKNOOK_SERVER__TRUSTED_PROXIES", "127.0.0.0/8,::1")
        .set("TASKNOOK_LIMITS__ADDRESS_REQUESTS_PER_SECOND", "1")
        .set("TASKNOOK_LIMITS__ADDRESS_BURST", "20");
    let service = environment.serve();
    let client = service.client();
    let from = |address: &str| client.request("GET", "/").header("X-Forwarded-For", address).send().status;
    let statuses: Vec<u16> = thread::scope(|scope| {
        let threads: Vec<_> = (0..200).map(|_| scope.spawn(|| from("198.51.100.1, 203.0.113.9"))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(statuses.contains(&429) && statuses.iter().filter(|status| **status == 200).count() >= 20);
    assert_eq!((from("203.0.113.9, 198.51.100.1"), from("203.0.113.8")), (200, 200));
    assert_eq!(client.get("/livez").status, 200);
}
