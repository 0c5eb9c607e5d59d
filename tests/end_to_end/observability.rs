//! What operators see of a request: its trace and the events of the database workers.

use std::fs;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{BetterAuth, Environment, Postgres, Service, eventually};

use crate::database::{Database, caller, url_of};

const LIMIT: Duration = Duration::from_secs(20);
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const PARENT: &str = "b7ad6b7169203331";

/// The first event with this message that belongs to the request.
fn event_of(service: &Service, request_id: &str, message: &str) -> Value {
    let find = |line: &str| {
        let event: Value = serde_json::from_str(line).ok()?;
        let matches = event["span"]["request_id"] == request_id && event["message"] == message;
        matches.then_some(event)
    };
    match service.log().wait_for(LIMIT, find) {
        Ok(event) => event,
        Err(why) => panic!("no {message:?} of {request_id} ({why:?})\n{}", service.log()),
    }
}

#[test]
fn traceparent_reaches_the_log_and_an_invalid_one_does_not() {
    let service = Database::Sqlite.with_secret().serve();
    let client = service.client();
    let send = |id: &str, traceparent: &str| {
        let request = client.request("GET", "/livez").header("x-request-id", id);
        let _ = request.header("traceparent", traceparent).send().expect(200);
        event_of(&service, id, "request completed")["span"].clone()
    };
    let span = send("valid", &format!("00-{TRACE}-{PARENT}-01"));
    assert_eq!((&span["trace_id"], &span["parent_id"]), (&TRACE.into(), &PARENT.into()));
    let span = send("invalid", &format!("00-{TRACE}-{PARENT}-01-more"));
    let new = span["trace_id"].as_str().unwrap();
    assert!(new.len() == 32 && new != TRACE && span.get("parent_id").is_none(), "{span}");
    assert_ne!(send("another", "")["trace_id"], new);
}

#[test]
fn events_of_database_workers_have_request_and_trace() {
    let server = Postgres::start();
    let environment = Environment::new()
        .set("DATABASE_URL", server.create_database())
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
        // Each list is read.
        .set("TASKNOOK_TASKS__LIST_CACHE_BYTES", "0")
        // Warnings have the ids of their request where information is not logged.
        .set("TASKNOOK_LOG__LEVEL", "warn,tasknook::server=info,tasknook::server::access_log=warn")
        .set("TASKNOOK_DATABASE__SLOW_STATEMENT_MS", "100");
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let read = |id: &str| {
        let request = alice.request("GET", "/api/tasks").header("x-request-id", id);
        request.header("traceparent", &format!("00-{TRACE}-{PARENT}-01")).send().status
    };
    assert_eq!(read("fast"), 200);

    thread::scope(|scope| {
        // Statements wait for the lock until their time is up, which is more than 100 ms.
        let lock = "begin; lock table tasks in access exclusive mode; select pg_sleep(60)";
        let locked = scope.spawn(|| server.client("psql", &["-c", lock, &url_of(&environment)]));
        assert!(eventually(LIMIT, || (read("slow") == 503).then_some(())).is_some(), "{}", service.log());
        let unlock = "select pg_terminate_backend(pid) from pg_stat_activity where query like 'begin; lock%'";
        let _ = server.query(&url_of(&environment), unlock);
        let _ = locked.join();
    });
    let slow = event_of(&service, "slow", "slow statement");
    assert_eq!(
        (&slow["kind"], &slow["calls"], &slow["result"]),
        (&"page".into(), &1.into(), &"failed".into())
    );
    assert!(slow["duration_ms"].as_u64().unwrap() >= 100, "{slow}");
    assert_eq!(slow["span"]["trace_id"], TRACE);
    for secret in ["alice", "select"] {
        assert!(!slow.to_string().contains(secret), "{slow}");
    }

    server.freeze();
    assert_eq!(read("hangs"), 503);
    let replaced = event_of(&service, "hangs", "replaced a worker whose connection hangs");
    assert_eq!(replaced["span"]["trace_id"], TRACE);
    server.thaw();
}

#[test]
fn log_has_the_documented_fields_of_a_request() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let client = caller(&environment, &service, "alice");
    let request = client.request("POST", "/api/alice/tasks?q=canary").header("x-request-id", "logged");
    let request =
        request.header("user-agent", "curl/8").header("traceparent", &format!("00-{TRACE}-{PARENT}-01"));
    let created = request.json(&json!({"title": "canary"})).send().expect(201);
    let event = event_of(&service, "logged", "request completed");
    let own = ["timestamp", "level", "message", "target", "span"];
    let mut fields: Vec<_> = event.as_object().unwrap().keys().map(String::as_str).collect();
    fields.retain(|field| !own.contains(field));
    assert_eq!(sorted(fields), sorted(documented("## Requests")));
    let span = event["span"].as_object().unwrap();
    assert_eq!(sorted(span.keys().map(String::as_str).collect()), sorted(documented("## Ids of a request")));
    assert_eq!(
        (&event["method"], &event["route"], &event["status"], &event["bytes"]),
        (&"POST".into(), &"/api/{user_id}/tasks".into(), &201.into(), &created.body.len().into())
    );
    assert_eq!((&event["client_address"], &event["user_agent"]), (&"127.0.0.1".into(), &"curl/8".into()));
    assert!(!service.log().text().contains("canary"), "{}", service.log());
    service.terminate();
    assert!(service.ended().success());

    let silent = environment.set("TASKNOOK_LOG__REQUESTS", "false").serve();
    let _ = silent.client().get("/livez").expect(200);
    silent.terminate();
    let log = silent.log().clone();
    assert!(silent.ended().success() && log.ends_within(LIMIT));
    assert!(log.text().contains("\"stopped\"") && !log.text().contains("request completed"), "{log}");
}

fn sorted(mut names: Vec<&str>) -> Vec<&str> {
    names.sort_unstable();
    names
}

/// The first column of the table under a heading of the page.
fn documented(heading: &str) -> Vec<&'static str> {
    let page = include_str!("../../docs/reference/log.md");
    let section = page.split_once(&format!("{heading}\n")).unwrap().1.split("\n## ").next().unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" |"));
    rows.flat_map(|(names, _)| names.trim_end_matches('`').split("`, `")).collect()
}

#[test]
fn audit_log_records_each_write_of_a_user() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_LOG__AUDIT_FILE", "audit.jsonl");
    let missing = environment.clone().set("TASKNOOK_LOG__AUDIT_FILE", "no-such-folder/audit.jsonl");
    let rejected = missing.run(&["serve"]);
    assert!(rejected.code == Some(2) && rejected.stderr.contains("log.audit_file"), "{}", rejected.stderr);
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let created = alice.post("/api/tasks", &json!({"title": "text of alice"})).expect(201).json();
    let id = created["id"].as_str().unwrap();
    let task = format!("/api/alice/tasks/{id}");
    let _ = alice.get(&task).expect(200);
    let _ = alice.post("/api/tasks", &json!({"title": ""})).expect(422);
    let complete = alice.request("PATCH", &format!("{task}/complete")).header("x-request-id", "completion");
    let _ = complete.header("traceparent", &format!("00-{TRACE}-{PARENT}-01")).send().expect(200);
    let _ = alice.delete(&format!("/api/b%C3%B6b/tasks/{id}")).expect(403);
    let _ = alice.delete("/api/tasks/text-of-bob").expect(404);
    let _ = alice.request("DELETE", &task).header("if-match", "\"0\"").send().expect(412);
    let _ = alice.delete(&task).expect(204);
    let list = alice.post("/api/lists", &json!({"name": "text of a list"})).expect(201).json();
    let list = list["id"].as_str().unwrap();
    let chosen = alice.request("PUT", &format!("/api/lists/{list}")).header("if-none-match", "*");
    let _ = chosen.json(&json!({"name": "text"})).send().expect(412);
    let _ = alice.delete(&format!("/api/alice/lists/{list}")).expect(204);
    let transfer = json!({ "from_token": environment.token("bob") });
    let _ = alice.post("/api/tasks/transfer", &transfer).expect(204);
    let _ = service.client().post("/api/tasks", &json!({"title": "text"})).expect(401);
    service.terminate();
    assert!(service.ended().success());
    let _ = environment.run(&["owner", "delete", "alice", "--yes"]).success();

    let text = fs::read_to_string(environment.folder().join("audit.jsonl")).unwrap();
    assert!(!text.contains("text"), "{text}");
    let all: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let (command, records) = all.split_last().unwrap();
    assert_eq!(command["command"], "owner delete");
    let line = |record: &Value| {
        let subject = match (record["task_id"].as_str(), record["list_id"].as_str()) {
            (None, None) => "-",
            (Some(task), None) if task == id => "task",
            (None, Some(of)) if of == list => "list",
            _ => panic!("{record}"),
        };
        let text = |name: &str| record[name].as_str().unwrap_or("-").to_owned();
        let route = text("route").replace("/api", "");
        [&text("method"), &*route, subject, &record["status"].to_string(), &text("code"), &text("result")]
            .join(" ")
    };
    let lines: Vec<String> = records.iter().map(line).collect();
    assert_eq!(
        lines,
        [
            "POST /tasks task 201 - applied",
            "POST /tasks - 422 validation rejected",
            "PATCH /{user_id}/tasks/{id}/complete task 200 - applied",
            "DELETE /{user_id}/tasks/{id} task 403 other_user rejected",
            "DELETE /tasks/{id} - 404 task_not_found rejected",
            "DELETE /{user_id}/tasks/{id} task 412 precondition_failed rejected",
            "DELETE /{user_id}/tasks/{id} task 204 - applied",
            "POST /lists list 201 - applied",
            "PUT /lists/{id} list 412 precondition_failed rejected",
            "DELETE /{user_id}/lists/{id} list 204 - applied",
            "POST /tasks/transfer - 204 - applied",
        ]
    );
    assert!(
        records.iter().all(|record| record["user"] == "alice" && record["client_address"] == "127.0.0.1")
    );
    let completed = &records[2];
    assert_eq!((&completed["request_id"], &completed["trace_id"]), (&"completion".into(), &TRACE.into()));
    assert_eq!(records[3]["path_user"], "böb");
    assert_eq!(records[10]["from_user"], "bob");
    let members = all.iter().flat_map(|record| record.as_object().unwrap().keys());
    let mut members = sorted(members.map(String::as_str).collect());
    members.dedup();
    assert_eq!(members, sorted(documented("## Audit log")));
}
