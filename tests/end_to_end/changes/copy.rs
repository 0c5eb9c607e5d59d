use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tasknook_tests::Client;

/// The tasks and lists of a user, by type and id.
pub(super) type Objects = BTreeMap<(String, String), Value>;

/// What a client knows that follows the changes.
#[derive(Default)]
pub(super) struct Copy {
    /// The position.
    pub since: String,
    /// What it has.
    pub known: Objects,
    /// The snapshots that it has begun.
    pub snapshots: usize,
    /// The objects of the snapshot that it reads.
    in_snapshot: Option<BTreeSet<(String, String)>>,
    revision: u64,
}

impl Copy {
    /// At the position of a user who never had anything, after which a snapshot begins.
    pub(super) fn with_nothing(position: &str) -> Self {
        Self { since: position.to_owned(), in_snapshot: Some(BTreeSet::new()), ..Self::default() }
    }

    /// Reads a page, and returns whether more follow.
    pub(super) fn read(&mut self, client: &Client, limit: usize) -> bool {
        let path = format!("/api/tasks/changes?since={}&limit={limit}", self.since);
        let page = client.get(&path).expect(200).json();
        if self.since.is_empty() {
            self.snapshots += 1;
            self.in_snapshot = Some(BTreeSet::new());
        }
        for change in page["changes"].as_array().unwrap() {
            self.apply(change);
        }
        page["next"].as_str().unwrap().clone_into(&mut self.since);
        let more = page["more"].as_bool().unwrap();
        if !more {
            self.in_snapshot = None;
        }
        more
    }

    /// Reads until nothing follows, after a snapshot also what changed while it was read.
    pub(super) fn catch_up(&mut self, client: &Client) {
        loop {
            let was_in_snapshot = self.since.is_empty() || self.in_snapshot.is_some();
            if !self.read(client, 500) && !was_in_snapshot {
                break;
            }
        }
    }

    fn apply(&mut self, change: &Value) {
        let text = |name: &str| change[name].as_str().unwrap().to_owned();
        let (key, revision) = ((text("type"), text("id")), change["revision"].as_u64().unwrap());
        if let Some(seen) = &mut self.in_snapshot {
            assert!(seen.insert(key.clone()), "{key:?} is twice in a snapshot");
        } else {
            assert!(revision > self.revision, "revision {revision} after {}", self.revision);
            self.revision = revision;
        }
        match change["kind"].as_str().unwrap() {
            "put" => {
                let object = change[&key.0].clone();
                assert_eq!(object["revision"], revision, "{change}");
                self.known.insert(key, object);
            }
            "deleted" => {
                assert!(self.in_snapshot.is_none(), "{change} in a snapshot");
                self.known.remove(&key);
            }
            kind => panic!("{kind}"),
        }
    }
}

/// What there is, as other routes have it.
pub(super) fn present(client: &Client) -> Objects {
    let tasks = listed(client, "tasks").into_iter().map(|task| ("task", task));
    let lists = listed(client, "lists").into_iter().map(|mut list| {
        let members = list.as_object_mut().unwrap();
        assert!(members.remove("open").is_some() && members.remove("completed").is_some());
        ("list", list)
    });
    let key = |kind: &str, object: &Value| (kind.to_owned(), object["id"].as_str().unwrap().to_owned());
    tasks.chain(lists).map(|(kind, object)| (key(kind, &object), object)).collect()
}

/// All pages of a list.
fn listed(client: &Client, list: &str) -> Vec<Value> {
    let (mut objects, mut path) = (Vec::new(), format!("/api/{list}"));
    loop {
        let page = client.get(&path).expect(200);
        objects.extend(page.json().as_array().unwrap().iter().cloned());
        let Some(next) = page.header("x-next-cursor") else { return objects };
        path = format!("/api/{list}?cursor={next}");
    }
}
