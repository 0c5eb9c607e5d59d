//! Users who create, change, delete and read through the balancer, and know what must be stored.

use std::collections::BTreeMap;
use std::io;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, RawConnection, RawResponse, Service, SetOnDrop, eventually};

use super::balancer::{Balancer, Turn};

const USERS: usize = 6;
const LIMIT: Duration = Duration::from_mins(1);
/// Requests between two steps of an upgrade.
const REQUESTS: usize = 200;

/// What all users share.
#[derive(Default)]
pub(super) struct Traffic {
    balancer: Balancer,
    responses: AtomicUsize,
    failures: Mutex<Vec<String>>,
    over: AtomicBool,
}

impl Traffic {
    pub(super) fn balancer(&self) -> &Balancer {
        &self.balancer
    }

    #[track_caller]
    fn fails_no_request(&self) {
        let failures = self.failures.lock().unwrap().clone();
        assert!(failures.is_empty(), "requests failed: {failures:#?}");
    }

    /// Waits until the users received some more responses.
    #[track_caller]
    pub(super) fn goes_on(&self) {
        let reached = self.responses.load(Ordering::SeqCst) + REQUESTS;
        let goes_on = || {
            self.fails_no_request();
            (self.responses.load(Ordering::SeqCst) >= reached).then_some(())
        };
        assert!(eventually(LIMIT, goes_on).is_some(), "the traffic does not go on");
    }
}

/// Runs `steps` under traffic, which begins at the first services. No request may fail, and everything acknowledged is
/// there once. Returns the last services and the number of responses.
pub(super) fn under_traffic(
    environment: &Environment,
    first: Vec<Service>,
    steps: impl FnOnce(&Traffic, Vec<Service>) -> Vec<Service>,
) -> (Vec<Service>, usize) {
    let traffic = Traffic::default();
    let (last, users) = thread::scope(|scope| {
        let over = SetOnDrop(&traffic.over);
        scope.spawn(|| traffic.balancer.probe_until(&traffic.over));
        for service in &first {
            traffic.balancer.add(service);
        }
        let users: Vec<_> = (0..USERS)
            .map(|number| {
                let user = User::new(number, environment.token(&format!("user-{number}")), &traffic);
                scope.spawn(|| user.runs())
            })
            .collect();
        let last = steps(&traffic, first);
        drop(over);
        (last, users.into_iter().map(|user| user.join().unwrap()).collect::<Vec<_>>())
    });
    traffic.fails_no_request();
    for user in users {
        let client = last[0].client().with_token(&user.token);
        let expected: BTreeMap<_, _> =
            user.tasks.iter().map(|(id, task)| (id.clone(), of_0_1_0(task))).collect();
        assert_eq!(stored(&client), expected, "each acknowledged write is there once");
    }
    (last, traffic.responses.into_inner())
}

/// The members that a task has in version 0.1.0, too: either version may have responded.
fn of_0_1_0(task: &Value) -> Value {
    let members = ["id", "user_id", "title", "description", "completed", "created_at", "updated_at"];
    members.iter().map(|member| ((*member).to_owned(), task[*member].clone())).collect()
}

/// All tasks of a user.
fn stored(client: &Client) -> BTreeMap<String, Value> {
    let mut tasks = BTreeMap::new();
    let mut path = "/api/tasks?limit=1000".to_owned();
    loop {
        let page = client.get(&path).expect(200);
        for task in page.json().as_array().unwrap() {
            let twice = tasks.insert(task["id"].as_str().unwrap().to_owned(), of_0_1_0(task));
            assert_eq!(twice, None, "a task is there twice");
        }
        let Some(cursor) = page.header("x-next-cursor") else { return tasks };
        path = format!("/api/tasks?limit=1000&cursor={cursor}");
    }
}

struct User<'a> {
    token: String,
    traffic: &'a Traffic,
    connections: BTreeMap<usize, RawConnection>,
    /// As the responses had them, by id.
    tasks: BTreeMap<String, Value>,
    dice: u64,
}

impl<'a> User<'a> {
    fn new(number: usize, token: String, traffic: &'a Traffic) -> Self {
        let dice = 7919 + number as u64;
        Self { token, traffic, connections: BTreeMap::new(), tasks: BTreeMap::new(), dice }
    }

    /// Any number below the limit: xorshift, the same in every run.
    fn any(&mut self, limit: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        usize::try_from(self.dice % limit as u64).unwrap()
    }

    /// Sends requests until it is over, or until one fails.
    fn runs(mut self) -> Self {
        while !self.traffic.over.load(Ordering::SeqCst) {
            if let Err(failure) = self.step() {
                self.traffic.failures.lock().unwrap().push(failure);
                break;
            }
        }
        self.connections.clear();
        self
    }

    fn step(&mut self) -> Result<(), String> {
        let kind = self.any(10);
        if kind < 2 || self.tasks.is_empty() {
            let body = json!({"title": format!("task {}", self.any(1_000_000)), "description": "läuft"});
            let made = self.send("POST", "/api/tasks", &body.to_string(), 201)?;
            let Some(id) = made["id"].as_str() else { return Err(format!("no task: {made}")) };
            self.tasks.insert(id.to_owned(), made.clone());
            return Ok(());
        }
        let chosen = self.any(self.tasks.len());
        let (id, before) =
            self.tasks.iter().nth(chosen).map(|(id, task)| (id.clone(), task.clone())).unwrap();
        let path = format!("/api/tasks/{id}");
        let mut expected = before.clone();
        let after = match kind {
            2 | 3 => {
                let title = format!("changed {}", self.any(1_000_000));
                expected["title"] = json!(title);
                self.send("PATCH", &path, &json!({"title": title}).to_string(), 200)?
            }
            4 => {
                expected["completed"] = json!(before["completed"] == false);
                self.send("PATCH", &format!("{path}/complete"), "", 200)?
            }
            5 => {
                let _ = self.send("DELETE", &path, "", 204)?;
                self.tasks.remove(&id);
                return Ok(());
            }
            6 => {
                let newest = self.send("GET", "/api/tasks?limit=1", "", 200)?;
                return if newest.as_array().is_some_and(|tasks| tasks.len() == 1) {
                    Ok(())
                } else {
                    Err(format!("no list: {newest}"))
                };
            }
            _ => self.send("GET", &path, "", 200)?,
        };
        let changes = expected != before;
        if changes {
            expected["updated_at"] = after["updated_at"].clone();
        }
        // Version 0.1.0 has no such member.
        let revisions = before["revision"].as_i64().zip(after["revision"].as_i64());
        let is_next = revisions.is_none_or(|(one, next)| if changes { next > one } else { next == one });
        if of_0_1_0(&after) != of_0_1_0(&expected) || !is_next {
            return Err(format!("{after}\ninstead of {expected}"));
        }
        self.tasks.insert(id, after);
        Ok(())
    }

    fn send(&mut self, method: &str, path: &str, body: &str, status: u16) -> Result<Value, String> {
        let turn = self.traffic.balancer.choose()?;
        let response = self
            .exchange(&turn, method, path, body)
            .map_err(|error| format!("{method} {path} failed: {error}"))?;
        self.traffic.responses.fetch_add(1, Ordering::SeqCst);
        let text = String::from_utf8_lossy(&response.body);
        if response.status != status {
            return Err(format!("{method} {path}\n{}\n{text}", response.head));
        }
        Ok(serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    /// One request on the kept connection to the instance, or on a new one.
    fn exchange(&mut self, turn: &Turn, method: &str, path: &str, body: &str) -> io::Result<RawResponse> {
        let mut connection = match self.connections.remove(&turn.number()) {
            Some(kept) => kept,
            None => RawConnection::open(turn.address())?,
        };
        let bearer = format!("Bearer {}", self.token);
        connection.send(connection.request(method, path, &[("Authorization", &bearer)], body))?;
        let response = connection.response()?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if !response.announces_end() {
            self.connections.insert(turn.number(), connection);
        }
        Ok(response)
    }
}
