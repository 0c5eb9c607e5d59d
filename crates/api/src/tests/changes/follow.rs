//! Arbitrary writes, and clients that follow them: each ends with the tasks and lists that there are.

use std::collections::{BTreeMap, BTreeSet};

use actix_http::Request;
use actix_web::body::BoxBody;
use actix_web::dev::{Service, ServiceResponse};
use domain::testing::Numbers;
use serde_json::{Value, json};

use super::super::{App, Call, app, call, token};

/// The objects of a user, by type and id.
type Objects = BTreeMap<(String, String), Value>;

/// What a client knows.
#[derive(Default)]
struct Client {
    since: String,
    objects: Objects,
    /// The objects of the snapshot that is being read.
    in_snapshot: Option<BTreeSet<(String, String)>>,
    last_revision: i64,
}

impl Client {
    /// Applies a page, and returns whether more follow.
    fn apply(&mut self, page: &Value) -> bool {
        if self.since.is_empty() {
            self.in_snapshot = Some(BTreeSet::new());
        }
        let mut on_page = BTreeSet::new();
        for change in page["changes"].as_array().unwrap() {
            let text = |name: &str| change[name].as_str().unwrap().to_owned();
            let (key, revision) = ((text("type"), text("id")), change["revision"].as_i64().unwrap());
            if let Some(seen) = &mut self.in_snapshot {
                assert!(seen.insert(key.clone()), "{key:?} is twice in a snapshot");
            } else {
                assert!(on_page.insert(key.clone()), "{key:?} is twice on a page");
                assert!(revision > self.last_revision, "{revision} after {}", self.last_revision);
                self.last_revision = revision;
            }
            match change["kind"].as_str().unwrap() {
                "put" => {
                    let object = change[&key.0].clone();
                    assert_eq!((&object["revision"], &object["id"]), (&json!(revision), &json!(key.1)));
                    self.objects.insert(key, object);
                }
                "deleted" => {
                    assert!(self.in_snapshot.is_none(), "a snapshot has live objects");
                    self.objects.remove(&key);
                }
                other => panic!("{other}"),
            }
        }
        page["next"].as_str().unwrap().clone_into(&mut self.since);
        let more = page["more"].as_bool().unwrap();
        if !more {
            self.in_snapshot = None;
        }
        more
    }
}

struct Run<S> {
    app: App<S>,
    bearer: String,
    numbers: Numbers,
    tasks: Vec<String>,
    lists: Vec<String>,
}

impl<S> Run<S>
where
    S: Service<Request, Response = ServiceResponse<BoxBody>, Error = actix_web::Error>,
{
    async fn send(&self, call: Call) -> super::super::TestResponse {
        self.app.send(call.header("authorization", &self.bearer)).await
    }

    /// One of the tasks, of which some are deleted.
    fn task(&mut self) -> String {
        if self.tasks.is_empty() { super::id(0) } else { self.numbers.one_of(&self.tasks) }
    }

    fn list(&mut self) -> String {
        if self.lists.is_empty() { super::id(0) } else { self.numbers.one_of(&self.lists) }
    }

    fn new_task(&mut self) -> Value {
        let list = self.list();
        let list = self.numbers.one_of(&[Value::Null, Value::Null, json!(list)]);
        json!({
            "title": self.numbers.one_of(&["a", "b"]),
            "tags": self.numbers.one_of(&[json!([]), json!(["home"])]),
            "list_id": if self.lists.is_empty() { Value::Null } else { list },
        })
    }

    fn any_write(&mut self) -> Call {
        let (task, list, body) = (self.task(), self.list(), self.new_task());
        let place =
            if self.numbers.is_one_in(2) { json!({"to": "first"}) } else { json!({"after": self.task()}) };
        let (of_task, of_list) = (format!("/api/tasks/{task}"), format!("/api/lists/{list}"));
        match self.numbers.below(32) {
            0..7 => {
                self.tasks.push(super::id(self.tasks.len() as u64 + 1));
                let created = format!("/api/tasks/{}", self.tasks.last().unwrap());
                call("PUT", &created).header("if-none-match", "*").json(&body.to_string())
            }
            7..11 => call("PATCH", &of_task).json(&body.to_string()),
            11..13 => call("PATCH", &format!("{of_task}/complete")),
            13..16 => call("POST", &format!("{of_task}/move")).json(&place.to_string()),
            16..20 => call("DELETE", &of_task),
            20..22 => call("POST", &format!("{of_task}/restore")),
            22 => call("DELETE", &format!("/api/tasks/trash/{task}")),
            23 => call("DELETE", "/api/tasks/trash"),
            24..26 => {
                self.lists.push(super::id(self.lists.len() as u64 + 1));
                let name = json!({"name": self.lists.len().to_string()});
                let created = format!("/api/lists/{}", self.lists.last().unwrap());
                call("PUT", &created).header("if-none-match", "*").json(&name.to_string())
            }
            26 => {
                let color = self.numbers.one_of(&["#00ff00", "#ff0000"]);
                call("PATCH", &of_list).json(&json!({"color": color}).to_string())
            }
            27 => call("POST", &format!("{of_list}/move")).json(r#"{"to":"first"}"#),
            28 => call("DELETE", &of_list),
            29 => call("DELETE", &format!("{of_list}?tasks=trash")),
            30 if self.numbers.is_one_in(8) => {
                call("DELETE", "/api/alice").header("x-confirm-delete", "alice")
            }
            _ => {
                let operations = json!({"atomic": false, "operations": [
                    {"op": "update", "id": task, "task": body},
                    {"op": "complete", "id": self.task()},
                    {"op": "delete", "id": self.task()},
                    {"op": "restore", "id": self.task()},
                    {"op": "move", "id": self.task(), "to": "last"},
                ]});
                call("POST", "/api/tasks/bulk").json(&operations.to_string())
            }
        }
    }

    /// Reads the next page of a client, which begins again if it must. Returns whether more follow, or none.
    async fn read(&mut self, client: &mut Client) -> Option<bool> {
        let limit = self.numbers.one_of(&["", "&limit=1", "&limit=2", "&limit=5"]);
        let response =
            self.send(call("GET", &format!("/api/tasks/changes?since={}{limit}", client.since))).await;
        if response.status == 410 {
            *client = Client::default();
            return None;
        }
        assert_eq!(response.status, 200, "{:?}", response.body);
        Some(client.apply(&response.json()))
    }

    /// All tasks and lists, as other routes have them.
    async fn present(&self) -> Objects {
        let mut objects = Objects::new();
        for kind in ["task", "list"] {
            let all = self.send(call("GET", &format!("/api/{kind}s"))).await.json();
            for mut object in all.as_array().unwrap().iter().cloned() {
                if kind == "list" {
                    let members = object.as_object_mut().unwrap();
                    assert!(members.remove("open").is_some() && members.remove("completed").is_some());
                }
                objects.insert((kind.to_owned(), object["id"].as_str().unwrap().to_owned()), object);
            }
        }
        objects
    }
}

#[actix_web::test]
async fn clients_that_follow_have_what_is_listed() {
    // Signed once: signing takes longer than a request.
    let bearer = format!("Bearer {}", token("alice"));
    let (mut resyncs, mut within_snapshots, mut objects) = (0, 0, 0);
    for seed in 0..12 {
        let app = app(&[("limits.requests_per_second", "0")]).await;
        let numbers = Numbers::new(seed);
        let mut run = Run { app, bearer: bearer.clone(), numbers, tasks: vec![], lists: vec![] };
        let mut clients = [(); 4].map(|()| Client::default());
        for _ in 0..150 {
            let write = run.any_write();
            let response = run.send(write).await;
            assert!(response.status.as_u16() < 500, "{:?}", response.body);
            for client in &mut clients {
                if run.numbers.is_one_in(4) {
                    within_snapshots += u32::from(client.in_snapshot.is_some());
                    resyncs += u32::from(run.read(client).await.is_none());
                }
            }
            if run.numbers.is_one_in(40) {
                clients[0] = Client::default();
            }
        }
        let present = run.present().await;
        objects += present.len();
        for mut client in clients {
            // After a snapshot, what changed since it began.
            for last in ["the snapshot", "the changes"] {
                while run.read(&mut client).await != Some(false) {}
                assert!(client.in_snapshot.is_none(), "{last}");
            }
            assert_eq!(client.objects, present, "seed {seed}");
        }
    }
    assert!(resyncs > 5 && within_snapshots > 20 && objects > 50, "{resyncs} {within_snapshots} {objects}");
}
