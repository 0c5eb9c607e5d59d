//! Lists, with two processes on one database.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use tasknook_tests::{Client, Response};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    lists_are_the_same_for_both_processes
    one_of_concurrent_lists_gets_a_name
    concurrent_creates_end_at_the_quota
}

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
