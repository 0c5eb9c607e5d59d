//! A service with `database.read_only`, on a hot standby and on the file of another service.

use std::fs;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, EventStream, Postgres, Service, eventually};

use crate::database::{Database, caller, url_of};

const LIMIT: Duration = Duration::from_secs(20);

/// The same environment, which only reads.
fn reading(environment: &Environment) -> Environment {
    environment.clone().set("TASKNOOK_DATABASE__READ_ONLY", "true").set("TASKNOOK_EVENTS__POLL_SECONDS", "1")
}

fn is_ready(service: &Service) -> bool {
    service.client().get("/readyz").status == 200
}

/// Waits until a list has this many tasks.
#[track_caller]
fn await_tasks(reader: &Client, number: usize) -> Vec<Value> {
    let all = eventually(LIMIT, || {
        let tasks = reader.get("/api/tasks").expect(200).json().as_array().unwrap().clone();
        (tasks.len() == number).then_some(tasks)
    });
    all.unwrap_or_else(|| panic!("never {number} tasks"))
}

#[test]
fn hot_standby_is_served_read_only() {
    let primary = Postgres::start();
    let environment = Database::Postgres.with_secret().set("DATABASE_URL", primary.create_database());
    let writer = environment.serve();
    let alice = caller(&environment, &writer, "alice");
    let task = alice.post("/api/tasks", &json!({"title": "of the primary"})).expect(201).json();
    let standby = primary.start_standby();
    let standby_url = url_of(&environment).replace(&primary.address(), &standby.address());
    let environment_of_reader = reading(&environment).set("DATABASE_URL", &standby_url);
    let service = environment_of_reader.serve();
    let reader = caller(&environment_of_reader, &service, "alice");

    assert_eq!(await_tasks(&reader, 1), std::slice::from_ref(&task));
    let path = format!("/api/tasks/{}", task["id"].as_str().unwrap());
    assert_eq!(reader.get(&path).expect(200).json(), task);
    for path in ["/api/tasks?search=primary&sort=title&count=true", "/api/lists", "/api/tasks/tags"] {
        let _ = reader.get(path).expect(200);
    }
    assert!(is_ready(&service), "{}", service.log());
    rejects_every_write(&service, &reader, &path);
    follows(&service, &environment_of_reader, || {
        let _ = alice.post("/api/tasks", &json!({"title": "replicated"})).expect(201);
    });
    await_tasks(&reader, 2);

    // What the commands do: nothing.
    let _ = environment_of_reader.run(&["doctor"]).success();
    let _ = environment_of_reader.run(&["migrate"]).success();
    let erased = environment_of_reader.run(&["owner", "delete", "alice", "--yes"]);
    assert_ne!(erased.code, Some(0), "{}", erased.stdout);
    // A promotion does not make it a writer.
    drop(writer);
    standby.promote();
    let _ = reader.post("/api/tasks", &json!({"title": "x"})).expect(503);
    assert_eq!(standby.query(&standby_url, "select count(*) from tasks"), "2");
    assert!(is_ready(&service), "{}", service.log());

    let log = service.log().clone();
    service.stop();
    for event in ["the database is unavailable", "lacks migrations", "changes are not exchanged"] {
        assert!(!log.text().contains(event), "{event}: {log}");
    }
}

/// Sends a valid request to each operation of the document that may write.
fn rejects_every_write(service: &Service, reader: &Client, task: &str) {
    let id = task.rsplit('/').next().unwrap();
    let other = json!({"token": "x"});
    let document = service.client().get("/openapi.json").expect(200).json();
    let mut writes = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in ["post", "put", "patch", "delete"] {
            if !path.starts_with("/api/") || operations[method].is_null() || path.ends_with("/transfer") {
                continue;
            }
            writes += 1;
            let body = match (method, path.rsplit('/').next().unwrap()) {
                ("delete", _) | ("patch", "complete") | (_, "restore") => None,
                (_, "bulk") => Some(json!({"operations": [{"op": "delete", "id": id}]})),
                (_, "move") => Some(json!({"to": "first"})),
                _ if path.contains("/lists") => Some(json!({"name": "Home"})),
                _ => Some(json!({"title": "x"})),
            };
            let path = path.replace("{user_id}", "alice").replace("{id}", id);
            let mut request = reader.request(&method.to_uppercase(), &path);
            if path == "/api/alice" {
                request = request.header("X-Confirm-Delete", "alice");
            }
            if let Some(body) = body {
                request = request.json(&body);
            }
            let response = request.send().expect(503);
            assert_eq!(response.json()["code"], "read_only", "{response}");
            assert_eq!(response.header("retry-after"), Some("60"), "{response}");
        }
    }
    assert!(writes >= 16, "{writes} operations");
    // The same on every route: what is invalid is still rejected for that.
    let _ = reader.post("/api/tasks", &json!({})).expect(422);
    let _ = reader.post("/api/tasks/transfer", &other).expect(422);
}

/// An event stream has what another service writes.
fn follows(service: &Service, environment: &Environment, write: impl FnOnce()) {
    let authorization = format!("Bearer {}", environment.token("alice"));
    let headers = [("Authorization", authorization.as_str())];
    let mut stream = EventStream::open(service.address(), "/api/tasks/events", &headers).unwrap();
    let next = |stream: &mut EventStream, name: &str| loop {
        let event = stream.event().unwrap().unwrap();
        if event.name == name {
            return event;
        }
    };
    next(&mut stream, "ready");
    write();
    let change = next(&mut stream, "change");
    assert_eq!(change.data["task"]["title"], "replicated", "{change:?}");
}

#[test]
fn standby_without_the_schema_is_not_ready_until_it_has_it() {
    let primary = Postgres::start();
    let environment = Database::Postgres.with_secret().set("DATABASE_URL", primary.create_database());
    let standby = primary.start_standby();
    let standby_url = url_of(&environment).replace(&primary.address(), &standby.address());
    let of_reader = reading(&environment).set("DATABASE_URL", &standby_url);
    let service = of_reader.serve();
    assert!(service.log().text().contains("the read-only database lacks migrations"), "{}", service.log());
    assert!(!is_ready(&service));
    let refused = of_reader.run(&["migrate"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("database.read_only"), "{}", refused.stderr);
    let _ = environment.run(&["migrate"]).success();
    let ready = eventually(LIMIT, || is_ready(&service).then_some(()));
    assert!(ready.is_some(), "{}", service.log());
}

#[test]
fn file_of_another_service_is_served_read_only() {
    let environment = Database::Sqlite.with_secret();
    let writer = environment.serve();
    let alice = caller(&environment, &writer, "alice");
    let task = alice.post("/api/tasks", &json!({"title": "of the writer"})).expect(201).json();
    let of_reader = reading(&environment);
    let service = of_reader.serve();
    let reader = caller(&of_reader, &service, "alice");
    assert_eq!(await_tasks(&reader, 1), std::slice::from_ref(&task));
    assert!(is_ready(&service), "{}", service.log());
    rejects_every_write(&service, &reader, &format!("/api/tasks/{}", task["id"].as_str().unwrap()));
    follows(&service, &of_reader, || {
        let _ = alice.post("/api/tasks", &json!({"title": "replicated"})).expect(201);
    });
    service.stop();
    writer.stop();
}

#[test]
fn copied_file_is_served_and_left_as_it_is() {
    let environment = Database::Sqlite.with_secret();
    let writer = environment.serve();
    let alice = caller(&environment, &writer, "alice");
    let _ = alice.post("/api/tasks", &json!({"title": "in the copy"})).expect(201);
    writer.stop();
    let copy = environment.folder().join("copy 100%.db");
    let _ = environment.run(&["backup", copy.to_str().unwrap()]).success();
    let content = fs::read(&copy).unwrap();
    let of_reader = reading(&environment).set("DATABASE_URL", format!("sqlite://{}", copy.display()));
    let service = of_reader.serve();
    let reader = caller(&of_reader, &service, "alice");
    await_tasks(&reader, 1);
    assert!(is_ready(&service), "{}", service.log());
    let _ = reader.post("/api/tasks", &json!({"title": "x"})).expect(503);
    service.stop();
    assert_eq!(fs::read(&copy).unwrap(), content);

    // What is not there is not created.
    let missing = environment.folder().join("missing.db");
    let of_missing = reading(&environment).set("DATABASE_URL", format!("sqlite://{}", missing.display()));
    for command in ["serve", "check-config"] {
        let refused = of_missing.run(&[command]);
        assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    }
    assert!(!missing.exists());
}
