//! Many users at once, each with a mark in every text: no byte of one in an answer to another.

use std::collections::BTreeMap;
use std::sync::{Barrier, Mutex};
use std::thread;

use serde_json::{Value, json};
use tasknook_tests::{Answer, Client};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    no_byte_of_one_user_is_in_an_answer_to_another
}

const USERS: usize = 12;
const STEPS: usize = 80;

/// What users could learn of each other by guessing: ids, user names, cursors.
#[derive(Default)]
struct Leaks {
    ids: Vec<String>,
    cursors: Vec<String>,
}

fn no_byte_of_one_user_is_in_an_answer_to_another(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let callers: Vec<Client> = (0..USERS).map(|user| caller(&environment, &service, &name(user))).collect();
    let (leaks, start) = (Mutex::new(Leaks::default()), Barrier::new(USERS));
    thread::scope(|scope| {
        for (number, client) in callers.into_iter().enumerate() {
            let (leaks, start) = (&leaks, &start);
            scope.spawn(move || {
                let mut user =
                    User { number, client, leaks, tasks: BTreeMap::new(), dice: 7919 + number as u64 };
                start.wait();
                (0..STEPS).for_each(|_| user.step());
                user.has_exactly_their_own();
            });
        }
    });
}

fn name(user: usize) -> String {
    format!("user-{user:02}")
}

/// In every text of the user's, and in nobody else's.
fn mark(user: usize) -> String {
    format!("canary-{user:02}-")
}

struct User<'a> {
    number: usize,
    client: Client,
    leaks: &'a Mutex<Leaks>,
    /// What is there, by id.
    tasks: BTreeMap<String, Value>,
    dice: u64,
}

impl User<'_> {
    /// Any number below the limit: xorshift, the same in every run.
    fn any(&mut self, limit: usize) -> usize {
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        usize::try_from(self.dice % limit as u64).unwrap()
    }

    fn step(&mut self) {
        let root = if self.any(2) == 0 {
            "/api/tasks".to_owned()
        } else {
            format!("/api/{}/tasks", name(self.number))
        };
        match self.any(8) {
            0 | 1 => self.creates(&root),
            2 | 3 => self.lists(&root),
            4 => self.tries_another(),
            _ => self.uses_an_id(&root),
        }
    }

    fn creates(&mut self, root: &str) {
        let title = format!("{}{}", mark(self.number), self.any(1000));
        let body = json!({"title": title, "description": format!("of {}", mark(self.number))});
        let task = self.seen(self.client.post(root, &body)).expect(201).json();
        let id = task["id"].as_str().unwrap().to_owned();
        self.leaks.lock().unwrap().ids.push(id.clone());
        self.tasks.insert(id, task);
    }

    fn lists(&mut self, root: &str) {
        let cursors = self.leaks.lock().unwrap().cursors.clone();
        let query = match self.any(4) {
            0 if !cursors.is_empty() => format!("?limit=3&cursor={}", cursors[self.any(cursors.len())]),
            1 => "?search=CANARY&count=true".to_owned(),
            2 => "?sort=title&status=pending".to_owned(),
            _ => "?limit=3".to_owned(),
        };
        let answer = self.seen(self.client.get(&format!("{root}{query}")));
        assert!(answer.status == 200 || query.contains("cursor") && answer.status == 422, "{answer}");
        if let Some(cursor) = answer.header("x-next-cursor") {
            self.leaks.lock().unwrap().cursors.push(cursor.to_owned());
        }
    }

    fn tries_another(&mut self) {
        let other = (self.number + 1 + self.any(USERS - 1)) % USERS;
        let root = format!("/api/{}/tasks", name(other));
        let _ = self.seen(self.client.get(&root)).expect(403);
        let _ = self.seen(self.client.post(&root, &json!({"title": mark(self.number)}))).expect(403);
    }

    /// Any id that anybody was given: the user's own, one they deleted, or another's.
    fn uses_an_id(&mut self, root: &str) {
        let ids = self.leaks.lock().unwrap().ids.clone();
        if ids.is_empty() {
            return;
        }
        let id = &ids[self.any(ids.len())];
        let path = format!("{root}/{id}");
        let title = format!("{}{}", mark(self.number), self.any(1000));
        let (method, answer) = match self.any(5) {
            0 => ("GET", self.client.get(&path)),
            1 => ("PUT", self.client.put(&path, &json!({"title": title}))),
            2 => ("PATCH", self.client.patch(&path, &json!({"description": title}))),
            3 => ("PATCH", self.client.request("PATCH", &format!("{path}/complete")).send()),
            _ => ("DELETE", self.client.delete(&path)),
        };
        let answer = self.seen(answer);
        let mine = self.tasks.contains_key(id);
        let answer = answer.expect(if !mine {
            404
        } else if method == "DELETE" {
            204
        } else {
            200
        });
        if mine && method == "DELETE" {
            self.tasks.remove(id);
        } else if mine {
            self.tasks.insert(id.clone(), answer.json());
        }
    }

    /// Looks through the whole answer for anybody else's mark.
    fn seen(&self, answer: Answer) -> Answer {
        let whole = answer.to_string();
        for other in (0..USERS).filter(|&other| other != self.number) {
            assert!(!whole.contains(&mark(other)), "{} sees {}'s:\n{whole}", name(self.number), name(other));
        }
        answer
    }

    fn has_exactly_their_own(&self) {
        let list = self.client.get("/api/tasks").expect(200).json();
        let listed: BTreeMap<String, Value> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|task| (task["id"].as_str().unwrap().to_owned(), task.clone()))
            .collect();
        assert_eq!(listed, self.tasks, "{} has what they made, and nothing else", name(self.number));
    }
}
