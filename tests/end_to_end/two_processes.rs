//! Two processes of the API on one PostgreSQL: what a caller of one is told holds at the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Barrier;
use std::thread;

use serde_json::json;
use tasknook_tests::{Answer, Client, Environment, Postgres, Service};

use crate::database::{Database, caller, url_of};

const USER: &str = "owner";
const CALLERS: usize = 8;
const ROUNDS: usize = 24;
const TASKS: usize = 4;

#[test]
fn no_update_is_lost_between_two_processes() {
    let environment = Database::Postgres.with_secret();
    holds(&environment, &url_of(&environment));
}

#[test]
fn no_update_is_lost_between_two_processes_behind_a_pooler() {
    let url = Postgres::shared().create_database();
    let pooler = Postgres::shared().pool(4);
    let environment = Database::Postgres
        .with_secret()
        .set("DATABASE_URL", pooler.url(&url))
        .set("TASKNOOK_DATABASE__TRANSACTION_POOLER", "true");
    holds(&environment, &url);
}

fn holds(environment: &Environment, url: &str) {
    let services = [environment.serve(), environment.serve()];
    let clients: Vec<Client> = services.iter().map(|service| caller(environment, service, USER)).collect();
    let tasks: Vec<String> = (0..TASKS).map(|number| create(&clients[number % 2])).collect();
    let written = race(&clients, &tasks);
    let changes = written.iter().map(|write| write.revision).collect::<BTreeSet<_>>();
    assert_eq!(changes.len(), written.len(), "each change has a revision of its own");
    let of_tasks = 1..=TASKS as u64;
    assert!(of_tasks.chain(changes).eq(1..=(TASKS + written.len()) as u64), "without a gap");
    one_chain_for_each_task(&written);
    let kept = Postgres::shared().query(url, "select revision, live_tasks from owners");
    assert_eq!(kept, format!("{}|{TASKS}", TASKS + written.len()));
    services.into_iter().for_each(Service::stop);
}

/// A change that was answered: what it was made of, when it said so, and what it made.
struct Written {
    task: usize,
    of: Option<u64>,
    revision: u64,
    completed: bool,
}

/// Callers of both processes flip the tasks, half of them only as they know them.
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

fn flip(client: &Client, tasks: &[String], task: usize, as_known: bool) -> Option<Written> {
    let path = &tasks[task];
    let of = as_known.then(|| revision(&client.get(path).expect(200)));
    let mut request = client.request("PATCH", &format!("{path}/complete"));
    if let Some(of) = of {
        request = request.header("If-Match", &format!("\"{of}\""));
    }
    let answer = request.send();
    if answer.status == 412 {
        assert!(of.is_some_and(|of| revision(&answer) > of), "{answer}");
        return None;
    }
    let answer = answer.expect(200);
    let completed = answer.json()["completed"].as_bool().unwrap();
    Some(Written { task, of, revision: revision(&answer), completed })
}

/// Each change of a task was made on what the one before it left, and flipped that.
fn one_chain_for_each_task(written: &[Written]) {
    let mut chains: BTreeMap<usize, BTreeMap<u64, &Written>> = BTreeMap::new();
    for write in written {
        chains.entry(write.task).or_default().insert(write.revision, write);
    }
    for (task, chain) in chains {
        let mut before = (task as u64 + 1, false);
        for write in chain.values() {
            assert!(write.of.is_none_or(|of| of == before.0), "{} was made on another", write.revision);
            assert_eq!(write.completed, !before.1, "{} flips what was there", write.revision);
            before = (write.revision, write.completed);
        }
    }
}

fn create(client: &Client) -> String {
    let answer = client.post("/api/tasks", &json!({ "title": "task" })).expect(201);
    format!("/api/tasks/{}", answer.json()["id"].as_str().unwrap())
}

fn revision(answer: &Answer) -> u64 {
    let tag = answer.header("etag").unwrap_or_else(|| panic!("{answer}\nhas no ETag"));
    tag.trim_matches('"').parse().unwrap()
}
