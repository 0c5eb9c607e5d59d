//! Lists, with two processes on one database.

use std::fs;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use tasknook_tests::{Client, Environment, Exit, Response, run_to_exit};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    lists_are_the_same_for_both_processes
    one_of_concurrent_lists_gets_a_name
    concurrent_creates_end_at_the_quota
    no_task_is_in_a_list_that_is_deleted_meanwhile
    lists_survive_export_import_and_transfer
}

const LIMIT: Duration = Duration::from_mins(1);
const CALLERS: usize = 8;
const LISTS_MAX: usize = 200;

fn lists(client: &Client) -> Vec<Value> {
    client.get("/api/lists").expect(200).json().as_array().unwrap().clone()
}

fn create(client: &Client, name: &str) -> Value {
    client.post("/api/lists", &json!({ "name": name })).expect(201).json()
}

fn lists_are_the_same_for_both_processes(database: Database) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let [one, other] = services.each_ref().map(|service| caller(&environment, service, "alice"));
    let created: Vec<Value> = ["b", "a", "c"]
        .iter()
        .zip([&one, &other].into_iter().cycle())
        .map(|(name, client)| create(client, name))
        .collect();
    let revisions: Vec<i64> = created.iter().map(|list| list["revision"].as_i64().unwrap()).collect();
    assert_eq!(revisions, [1, 2, 3]);
    let path = format!("/api/alice/lists/{}", created[0]["id"].as_str().unwrap());
    let changed = one.patch(&path, &json!({"name": "Straße", "color": "#ABCDEF"})).expect(200);
    assert_eq!((changed.json()["color"].as_str(), changed.header("etag")), (Some("#abcdef"), Some("\"4\"")));
    assert_eq!(other.get(&path).expect(200).json(), changed.json());
    let _ = other.post("/api/lists", &json!({"name": "STRASSE"})).expect(409);
    let names: Vec<Value> = lists(&other).iter().map(|list| list["name"].clone()).collect();
    assert_eq!((names, lists(&one)), (vec![json!("Straße"), json!("a"), json!("c")], lists(&other)));
    assert_eq!(lists(&caller(&environment, &services[0], "bob")), Vec::<Value>::new());
    let service = environment.serve();
    assert_eq!(lists(&caller(&environment, &service, "alice")), lists(&one), "after a restart");
}

/// What each of several callers gets at once, by turns from two processes.
fn at_once(
    database: Database,
    call: impl Fn(&Client, usize) -> Response + Sync,
) -> (Vec<Response>, Vec<Value>) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let clients = services.each_ref().map(|service| caller(&environment, service, "alice"));
    let together = Barrier::new(CALLERS);
    let responses = thread::scope(|scope| {
        let threads: Vec<_> = (0..CALLERS)
            .map(|number| {
                let (client, together, call) = (clients[number % 2].clone(), &together, &call);
                scope.spawn(move || {
                    together.wait();
                    call(&client, number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    (responses, lists(&clients[0]))
}

fn one_of_concurrent_lists_gets_a_name(database: Database) {
    let (responses, lists) = at_once(database, |client, number| {
        let name = if number < CALLERS / 2 { "Home" } else { "HOME" };
        client.post("/api/lists", &json!({ "name": name }))
    });
    let (created, rejected): (Vec<&Response>, Vec<&Response>) =
        responses.iter().partition(|response| response.status == 201);
    assert_eq!((created.len(), lists.len()), (1, 1));
    for response in rejected {
        assert_eq!(response.json()["code"], "already_exists", "{response}");
    }
}

fn concurrent_creates_end_at_the_quota(database: Database) {
    let (responses, lists) = at_once(database, |client, caller| {
        let create = |number| client.post("/api/lists", &json!({"name": format!("{caller} {number}")}));
        let last = (0..=LISTS_MAX).map(create).find(|response| response.status != 201);
        last.unwrap()
    });
    assert_eq!(lists.len(), LISTS_MAX);
    for response in responses {
        let problem = response.expect(409).json();
        assert_eq!((&problem["code"], &problem["limit"]), (&json!("quota_exceeded"), &json!(LISTS_MAX)));
    }
}

/// Tasks are put into a list while it is deleted: each is in no list afterwards, or was rejected.
fn no_task_is_in_a_list_that_is_deleted_meanwhile(database: Database) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let clients = services.each_ref().map(|service| caller(&environment, service, "alice"));
    for round in 0..10 {
        let list = create(&clients[0], "list");
        let path = format!(
            "/api/lists/{}?tasks={}",
            text(&list["id"]),
            if round % 2 == 0 { "keep" } else { "trash" }
        );
        let together = Barrier::new(CALLERS);
        thread::scope(|scope| {
            for number in 0..CALLERS {
                let (client, together, list, path) = (clients[number % 2].clone(), &together, &list, &path);
                scope.spawn(move || {
                    together.wait();
                    if number == 0 {
                        let _ = client.delete(path).expect(204);
                        return;
                    }
                    for _ in 0..5 {
                        let response =
                            client.post("/api/tasks", &json!({"title": "t", "list_id": list["id"]}));
                        assert!(matches!(response.status, 201 | 422), "{response}");
                    }
                });
            }
        });
        for path in ["/api/tasks", "/api/tasks/trash"] {
            let tasks = clients[0].get(&format!("{path}?list_id={}", text(&list["id"]))).expect(200).json();
            assert_eq!(tasks, json!([]), "{path}, round {round}");
        }
        assert_eq!(lists(&clients[1]), Vec::<Value>::new());
    }
    let _ = run_doctor(&environment);
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// The lines of an export.
fn export(environment: &Environment, user: &str) -> Vec<Value> {
    let exported = run_to_exit(&mut environment.command(&["owner", "export", user]), LIMIT).success();
    exported.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn import(environment: &Environment, user: &str, lines: &[Value]) {
    let file = environment.folder().join(format!("{user}.jsonl"));
    let lines: Vec<String> = lines.iter().map(ToString::to_string).collect();
    fs::write(&file, lines.join("\n")).unwrap();
    let mut import = environment.command(&["owner", "import", user, file.to_str().unwrap()]);
    let _ = run_to_exit(&mut import, LIMIT).success();
}

fn run_doctor(environment: &Environment) -> Exit {
    run_to_exit(&mut environment.command(&["doctor"]), LIMIT).success()
}

fn lists_survive_export_import_and_transfer(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|user| caller(&environment, &service, user));
    let (home, work) = (create(&alice, "home"), create(&alice, "work"));
    let _ = create(&bob, "WORK");
    let listed =
        alice.post("/api/tasks", &json!({"title": "listed", "list_id": work["id"]})).expect(201).json();
    let path = format!("/api/tasks/{}", text(&listed["id"]));
    let exported = export(&environment, "alice");
    let kinds: Vec<&str> = exported.iter().filter_map(|line| line["list"]["name"].as_str()).collect();
    assert_eq!((kinds, exported.last().unwrap()["end"]["lists"].as_i64()), (vec!["home", "work"], Some(2)));
    import(&environment, "carol", &exported);
    let names = |client: &Client| -> Vec<String> {
        lists(client).iter().map(|list| text(&list["name"]).to_owned()).collect()
    };
    assert_eq!(names(&carol), ["home", "work"]);
    assert_eq!(carol.get(&path).expect(200).json()["list_id"], work["id"]);
    import(&environment, "bob", &exported);
    assert_eq!(names(&bob), ["WORK", "home"]);
    assert_eq!(bob.get(&path).expect(200).json()["list_id"], lists(&bob)[0]["id"]);
    let transfer = json!({ "from_token": environment.token("alice") });
    let dave = caller(&environment, &service, "dave");
    let _ = dave.post("/api/tasks/transfer", &transfer).expect(204);
    assert_eq!((names(&alice), names(&dave)), (vec![], vec!["home".to_owned(), "work".to_owned()]));
    assert_eq!((&lists(&dave)[0]["id"], &lists(&dave)[1]["open"]), (&home["id"], &json!(1)));
    let _ = run_doctor(&environment);
    service.stop();
}
