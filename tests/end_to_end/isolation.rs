//! Many concurrent users, each with a mark in every text: no response contains the mark of another user.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Barrier, Mutex};
use std::thread;

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, Response, short_or_soak};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    responses_contain_no_data_of_other_users
}

const STEPS: usize = 80;

/// What users could guess of each other: ids, user names, cursors, positions.
#[derive(Default)]
struct Leaks {
    ids: Vec<String>,
    lists: Vec<String>,
    cursors: Vec<String>,
    positions: Vec<String>,
}

fn responses_contain_no_data_of_other_users(database: Database) {
    check_isolation(database.with_secret());
}

pub(crate) fn check_isolation(environment: Environment) {
    let users = short_or_soak(12, 64);
    let environment = environment.set("TASKNOOK_LOG__LEVEL", "trace");
    let service = environment.serve();
    let callers: Vec<Client> = (0..users).map(|user| caller(&environment, &service, &name(user))).collect();
    let (leaks, start) = (Mutex::new(Leaks::default()), Barrier::new(users));
    thread::scope(|scope| {
        for (number, client) in callers.into_iter().enumerate() {
            let (leaks, start) = (&leaks, &start);
            scope.spawn(move || {
                let mut user = User {
                    users,
                    number,
                    client,
                    leaks,
                    tasks: BTreeMap::new(),
                    trash: BTreeSet::new(),
                    lists: BTreeMap::new(),
                    dice: 7919 + number as u64,
                };
                start.wait();
                (0..STEPS).for_each(|_| user.step());
                user.expect_exactly_own_tasks();
            });
        }
    });
    let log = service.log().clone();
    service.stop();
    assert!(!log.text().contains("canary-"), "the log contains texts of tasks");
}

fn name(user: usize) -> String {
    format!("user-{user:02}")
}

/// A mark in every text of this user, and in no other.
fn mark(user: usize) -> String {
    format!("canary-{user:02}-")
}

struct User<'a> {
    users: usize,
    number: usize,
    client: Client,
    leaks: &'a Mutex<Leaks>,
    /// The current tasks, by id.
    tasks: BTreeMap<String, Value>,
    /// The ids in the trash.
    trash: BTreeSet<String>,
    /// The lists, by id.
    lists: BTreeMap<String, Value>,
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
        match self.any(12) {
            0 | 1 => self.creates(&root),
            2 | 3 => self.lists(&root),
            4 => self.requests_another_path(),
            5 => self.creates_a_list(&root.replace("/tasks", "/lists")),
            6..9 => self.uses_a_list(&root),
            _ => self.uses_an_id(&root),
        }
    }

    fn creates(&mut self, root: &str) {
        let title = format!("{}{}", mark(self.number), self.any(1000));
        let (description, tags) = (format!("of {}", mark(self.number)), [mark(self.number)]);
        let body = json!({"title": title, "description": description, "tags": tags});
        let task = self.checked(self.client.post(root, &body)).expect(201).json();
        let id = task["id"].as_str().unwrap().to_owned();
        self.leaks.lock().unwrap().ids.push(id.clone());
        self.tasks.insert(id, task);
    }

    fn lists(&mut self, root: &str) {
        let cursors = self.leaks.lock().unwrap().cursors.clone();
        let root = match self.any(5) {
            0 => format!("{root}/trash"),
            1 => {
                let _ = self.checked(self.client.get(&format!("{root}/tags"))).expect(200);
                return;
            }
            2 => return self.follows(root),
            _ => root.to_owned(),
        };
        let query = match self.any(4) {
            0 if !cursors.is_empty() => format!("?limit=3&cursor={}", cursors[self.any(cursors.len())]),
            1 => "?search=CANARY&count=true".to_owned(),
            2 => "?sort=title&status=pending".to_owned(),
            _ => "?limit=3".to_owned(),
        };
        let response = self.checked(self.client.get(&format!("{root}{query}")));
        assert!(response.status == 200 || query.contains("cursor") && response.status == 422, "{response}");
        if let Some(cursor) = response.header("x-next-cursor") {
            self.leaks.lock().unwrap().cursors.push(cursor.to_owned());
        }
    }

    /// From the start, or from any position: the user's own, or another user's.
    fn follows(&mut self, root: &str) {
        let positions = self.leaks.lock().unwrap().positions.clone();
        let known = !positions.is_empty() && self.any(3) > 0;
        let since = if known { positions[self.any(positions.len())].clone() } else { String::new() };
        let response = self.checked(self.client.get(&format!("{root}/changes?limit=3&since={since}")));
        assert!(response.status == 200 || known && response.status == 410, "{response}");
        if response.status == 200 {
            let next = response.json()["next"].as_str().unwrap().to_owned();
            self.leaks.lock().unwrap().positions.push(next);
        }
    }

    fn requests_another_path(&mut self) {
        let other = (self.number + 1 + self.any(self.users - 1)) % self.users;
        let root = format!("/api/{}/tasks", name(other));
        let _ = self.checked(self.client.get(&root)).expect(403);
        let _ = self.checked(self.client.post(&root, &json!({"title": mark(self.number)}))).expect(403);
        let lists = format!("/api/{}/lists", name(other));
        let _ = self.checked(self.client.get(&lists)).expect(403);
        let _ = self.checked(self.client.post(&lists, &json!({"name": mark(self.number)}))).expect(403);
    }

    /// Any id: the user's own, one they deleted, or another user's.
    fn uses_an_id(&mut self, root: &str) {
        let ids = self.leaks.lock().unwrap().ids.clone();
        if ids.is_empty() {
            return;
        }
        let id = &ids[self.any(ids.len())];
        let path = format!("{root}/{id}");
        let title = format!("{}{}", mark(self.number), self.any(1000));
        let (live, trashed) = (self.tasks.contains_key(id), self.trash.contains(id));
        let in_trash = format!("{root}/trash/{id}");
        // Whether it is found, and the response for whom it is.
        let (found, success, response) = match self.any(11) {
            0 => (live, 200, self.client.get(&path)),
            1 => (live, 200, self.client.put(&path, &json!({"title": title}))),
            2 => (live, 200, self.client.patch(&path, &json!({"description": title}))),
            3 => (live, 200, self.client.request("PATCH", &format!("{path}/complete")).send()),
            4 => (live, 204, self.client.delete(&path)),
            5 => (live || trashed, 200, self.client.post(&format!("{path}/restore"), &json!({}))),
            6 => {
                let _ = self.checked(self.client.get(&in_trash)).expect(if trashed { 200 } else { 404 });
                return;
            }
            7 => {
                let to = if self.any(2) == 0 { "first" } else { "last" };
                (live, 200, self.client.post(&format!("{path}/move"), &json!({ "to": to })))
            }
            8 => return self.creates_with(id, &path, &title),
            9 => return self.sends_operations(id, root, &title),
            _ => (trashed, 204, self.client.delete(&in_trash)),
        };
        let response = self.checked(response).expect(if found { success } else { 404 });
        if !found {
            return;
        }
        if success == 200 {
            self.tasks.insert(id.clone(), response.json());
        } else if live {
            self.tasks.remove(id);
            self.trash.insert(id.clone());
        }
        if trashed {
            self.trash.remove(id);
        }
    }

    /// Without a case in it: names are unique.
    fn list_name(&mut self) -> Value {
        json!(format!("{}{}", mark(self.number), self.any(1_000_000)))
    }

    fn creates_a_list(&mut self, root: &str) {
        let body = json!({ "name": self.list_name() });
        let list = self.checked(self.client.post(root, &body)).expect(201).json();
        let id = list["id"].as_str().unwrap().to_owned();
        self.leaks.lock().unwrap().lists.push(id.clone());
        self.lists.insert(id, list);
    }

    /// Any id: that of the user's own list, of one they deleted, or of another user's.
    fn uses_a_list(&mut self, tasks: &str) {
        let ids = self.leaks.lock().unwrap().lists.clone();
        if ids.is_empty() {
            return;
        }
        let (id, other) = (&ids[self.any(ids.len())], &ids[self.any(ids.len())]);
        let own = self.lists.contains_key(id);
        let path = format!("{}/{id}", tasks.replace("/tasks", "/lists"));
        let name = json!({ "name": self.list_name() });
        let response = match self.any(8) {
            0 => self.client.get(&path),
            1 => self.client.put(&path, &name),
            2 => self.client.patch(&path, &name),
            3 => {
                let response = self.client.post(&format!("{path}/move"), &json!({ "after": other }));
                if own && !self.lists.contains_key(other) {
                    let _ = self.checked(response).expect(422);
                    return;
                }
                response
            }
            4 => {
                let _ = self.checked(self.client.delete(&path)).expect(if own { 204 } else { 404 });
                self.lists.remove(id);
                return self.reads_tasks_of(id, tasks);
            }
            5 => return self.puts_a_task_into(id, tasks),
            6 => {
                let listed =
                    self.checked(self.client.get(&format!("{tasks}?list_id={id}"))).expect(200).json();
                let listed = listed.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap());
                let expected = self.tasks.iter().filter(|(_, task)| task["list_id"] == **id);
                let expected: BTreeSet<&str> = expected.map(|(id, _)| id.as_str()).collect();
                assert_eq!(listed.collect::<BTreeSet<_>>(), expected);
                return;
            }
            _ => {
                let request = self.client.request("PUT", &path).header("If-None-Match", "*");
                let response = self.checked(request.json(&name).send());
                let created = response.expect(if own { 412 } else { 201 }).json();
                if !own {
                    self.lists.insert(id.clone(), created);
                }
                return;
            }
        };
        let response = self.checked(response).expect(if own { 200 } else { 404 });
        if own {
            self.lists.insert(id.clone(), response.json());
        }
    }

    /// The list is deleted: its tasks have none.
    fn reads_tasks_of(&mut self, list: &str, root: &str) {
        for (id, task) in self.tasks.iter_mut().filter(|(_, task)| task["list_id"] == list) {
            *task = self.client.get(&format!("{root}/{id}")).expect(200).json();
            assert_eq!(task["list_id"], Value::Null);
        }
    }

    /// With a request of its own or as an operation. The list of another user and one that does not exist are the same.
    fn puts_a_task_into(&mut self, list: &str, tasks: &str) {
        let Some(id) = self.tasks.keys().next().cloned() else { return };
        let change = json!({ "list_id": list });
        let own = self.lists.contains_key(list);
        let task = if self.any(2) == 0 {
            let response = self.checked(self.client.patch(&format!("{tasks}/{id}"), &change));
            response.expect(if own { 200 } else { 422 }).json()
        } else {
            let body = json!({"operations": [{"op": "update", "id": id, "task": change}]});
            let response = self.checked(self.client.post(&format!("{tasks}/bulk"), &body));
            response.expect(if own { 200 } else { 422 }).json()["results"][0]["task"].clone()
        };
        if own {
            self.tasks.insert(id, task);
        }
    }

    /// Changes the task of any id and creates it, in one request.
    fn sends_operations(&mut self, id: &String, root: &str, title: &str) {
        let task = json!({"title": title, "tags": [mark(self.number)]});
        let operations = json!([
            {"op": "update", "id": id, "task": {"title": title}},
            {"op": "create", "id": id, "task": task},
            {"op": "complete", "id": id, "if_match": {"operation": 0}},
        ]);
        let body = json!({"atomic": false, "operations": operations});
        let results = self.checked(self.client.post(&format!("{root}/bulk"), &body)).expect(200).json();
        let statuses: Vec<u64> =
            (0..3).map(|index| results["results"][index]["status"].as_u64().unwrap()).collect();
        if self.tasks.contains_key(id) {
            assert_eq!(statuses, [200, 409, 200]);
            self.tasks.insert(id.clone(), results["results"][2]["task"].clone());
        } else if self.trash.contains(id) {
            assert_eq!(statuses, [404, 409, 424]);
        } else {
            assert_eq!(statuses, [404, 201, 424]);
            self.tasks.insert(id.clone(), results["results"][1]["task"].clone());
        }
    }

    /// Creates a task with the id of another user's task, or of one that is deleted for good; the user's own are in use.
    fn creates_with(&mut self, id: &str, path: &str, title: &str) {
        let request = self.client.request("PUT", path).header("If-None-Match", "*");
        let body = json!({"title": title, "tags": [mark(self.number)]});
        let response = self.checked(request.json(&body).send());
        if self.tasks.contains_key(id) || self.trash.contains(id) {
            let _ = response.expect(412);
        } else {
            self.tasks.insert(id.to_owned(), response.expect(201).json());
        }
    }

    /// Checks that the response has no mark of another user.
    fn checked(&self, response: Response) -> Response {
        let whole = response.to_string();
        for other in (0..self.users).filter(|&other| other != self.number) {
            assert!(
                !whole.contains(&mark(other)),
                "{} received data of {}:\n{whole}",
                name(self.number),
                name(other)
            );
        }
        response
    }

    fn expect_exactly_own_tasks(&self) {
        let list = self.client.get("/api/tasks").expect(200).json();
        let listed: BTreeMap<String, Value> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|task| (task["id"].as_str().unwrap().to_owned(), task.clone()))
            .collect();
        assert_eq!(listed, self.tasks, "{} has exactly their own tasks", name(self.number));
        let changes = self.client.get("/api/tasks/changes?limit=1000").expect(200).json();
        let followed = |kind: &str| -> BTreeMap<String, Value> {
            let changes =
                changes["changes"].as_array().unwrap().iter().filter(|change| change["type"] == kind);
            changes.map(|change| (change["id"].as_str().unwrap().to_owned(), change[kind].clone())).collect()
        };
        assert_eq!(followed("task"), self.tasks, "{} follows exactly their own tasks", name(self.number));
        assert_eq!(followed("list"), self.lists, "{} follows exactly their own lists", name(self.number));
        let lists = self.client.get("/api/lists").expect(200).json();
        let lists: BTreeSet<&str> =
            lists.as_array().unwrap().iter().map(|list| list["id"].as_str().unwrap()).collect();
        let own: BTreeSet<&str> = self.lists.keys().map(String::as_str).collect();
        assert_eq!(lists, own, "{} has exactly their own lists", name(self.number));
        let tags = self.client.get("/api/tasks/tags").expect(200).json();
        let own = json!([{"name": mark(self.number), "count": self.tasks.len()}]);
        assert_eq!(
            tags,
            if self.tasks.is_empty() { json!([]) } else { own },
            "tags of {}",
            name(self.number)
        );
        let trash = self.client.get("/api/tasks/trash").expect(200).json();
        let trash: BTreeSet<String> =
            trash.as_array().unwrap().iter().map(|task| task["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(trash, self.trash, "{} has exactly their own trash", name(self.number));
    }
}
