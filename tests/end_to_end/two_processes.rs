//! Two processes of the API on one PostgreSQL: a change acknowledged by one is visible in the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::thread;

use serde_json::json;
use tasknook_tests::{Client, Environment, Postgres, Response, Service};

use crate::database::{Database, caller, url_of};

const USER: &str = "owner";
const CALLERS: usize = 8;
const ROUNDS: usize = 24;
const TASKS: usize = 4;

#[test]
fn two_processes_lose_no_update() {
    let environment = Database::Postgres.with_secret();
    lose_no_update(&environment, &url_of(&environment));
}

#[test]
fn two_processes_behind_a_pooler_lose_no_update() {
    let url = Postgres::shared().create_database();
    let pooler = Postgres::shared().pool(4);
    let environment = Database::Postgres
        .with_secret()
        .set("DATABASE_URL", pooler.url(&url))
        .set("TASKNOOK_DATABASE__TRANSACTION_POOLER", "true");
    lose_no_update(&environment, &url);
}

fn lose_no_update(environment: &Environment, url: &str) {
    let services = [environment.serve(), environment.serve()];
    let clients: Vec<Client> = services.iter().map(|service| caller(environment, service, USER)).collect();
    let tasks: Vec<String> = (0..TASKS).map(|number| create(&clients[number % 2])).collect();
    let written = race(&clients, &tasks);
    let changes = written.iter().map(|write| write.revision).collect::<BTreeSet<_>>();
    assert_eq!(changes.len(), written.len(), "each change has a revision of its own");
    let of_tasks = 1..=TASKS as u64;
    assert!(of_tasks.chain(changes).eq(1..=(TASKS + written.len()) as u64), "without a gap");
    expect_one_chain_for_each_task(&written);
    let kept = Postgres::shared().query(url, "select revision, live_tasks from owners");
    assert_eq!(kept, format!("{}|{TASKS}", TASKS + written.len()));
    services.into_iter().for_each(Service::stop);
}

/// An acknowledged change: the revision it was based on, if sent, and its result.
struct Written {
    task: usize,
    of: Option<u64>,
    revision: u64,
    completed: bool,
}

/// Callers of both processes flip the tasks; half of the changes have a precondition.
fn race(clients: &[Client], tasks: &[String]) -> Vec<Written> {
    let together = Barrier::new(CALLERS);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CALLERS)
            .map(|number| {
                let (client, together) = (clients[number % 2].clone(), &together);
                scope.spawn(move || {
                    together.wait();
                    let flip = |round: usize| {
                        flip(&client, tasks, (number + round) % TASKS, round.is_multiple_of(2))
                    };
                    (0..ROUNDS).filter_map(flip).collect::<Vec<_>>()
                })
            })
            .collect();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}

fn flip(client: &Client, tasks: &[String], task: usize, with_precondition: bool) -> Option<Written> {
    let path = &tasks[task];
    let of = with_precondition.then(|| revision(&client.get(path).expect(200)));
    let mut request = client.request("PATCH", &format!("{path}/complete"));
    if let Some(of) = of {
        request = request.header("If-Match", &format!("\"{of}\""));
    }
    let response = request.send();
    if response.status == 412 {
        assert!(of.is_some_and(|of| revision(&response) > of), "{response}");
        return None;
    }
    let response = response.expect(200);
    let completed = response.json()["completed"].as_bool().unwrap();
    Some(Written { task, of, revision: revision(&response), completed })
}

/// Each change of a task is based on the one before it, and flips its result.
fn expect_one_chain_for_each_task(written: &[Written]) {
    let mut chains: BTreeMap<usize, BTreeMap<u64, &Written>> = BTreeMap::new();
    for write in written {
        chains.entry(write.task).or_default().insert(write.revision, write);
    }
    for (task, chain) in chains {
        let mut before = (task as u64 + 1, false);
        for write in chain.values() {
            assert!(
                write.of.is_none_or(|of| of == before.0),
                "{} is based on another revision",
                write.revision
            );
            assert_eq!(write.completed, !before.1, "{} flips the state before it", write.revision);
            before = (write.revision, write.completed);
        }
    }
}

fn create(client: &Client) -> String {
    let response = client.post("/api/tasks", &json!({ "title": "task" })).expect(201);
    format!("/api/tasks/{}", response.json()["id"].as_str().unwrap())
}

fn revision(response: &Response) -> u64 {
    let tag = response.header("etag").unwrap_or_else(|| panic!("{response}\nhas no ETag"));
    tag.trim_matches('"').parse().unwrap()
}
