//! Tasks with ids that clients choose, with two processes on one database.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{Client, Response, Service, run_to_exit};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    one_of_concurrent_puts_creates_the_task
    ids_are_free_for_others_and_after_deletion
}

const CALLERS: usize = 8;
const ROUNDS: usize = 12;

/// An id of version 4 or 7.
fn id(number: usize) -> String {
    let version = if number.is_multiple_of(2) { 4 } else { 7 };
    format!("{number:08x}-0000-{version}000-8000-000000000000")
}

fn put(client: &Client, id: &str, title: &str) -> Response {
    let request = client.request("PUT", &format!("/api/tasks/{id}"));
    request.header("If-None-Match", "*").json(&json!({ "title": title })).send()
}

fn one_of_concurrent_puts_creates_the_task(database: Database) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let clients = services.each_ref().map(|service| caller(&environment, service, "owner"));
    let ids: [String; ROUNDS] = std::array::from_fn(id);
    let together = Barrier::new(CALLERS);
    let answers: Vec<Vec<Response>> = thread::scope(|scope| {
        let call = |number: usize| {
            let (client, together, ids) = (clients[number % 2].clone(), &together, &ids);
            scope.spawn(move || {
                let call = |id: &String| {
                    together.wait();
                    put(&client, id, &format!("caller {number}"))
                };
                ids.iter().map(call).collect()
            })
        };
        let threads: Vec<_> = (0..CALLERS).map(call).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    for (round, id) in ids.iter().enumerate() {
        let (created, rejected): (Vec<&Response>, Vec<&Response>) =
            answers.iter().map(|answers| &answers[round]).partition(|answer| answer.status == 201);
        let [created] = created[..] else { panic!("{} callers created {id}", created.len()) };
        let path = format!("/api/tasks/{id}");
        assert_eq!(created.header("location"), Some(path.as_str()));
        for rejected in rejected {
            assert_eq!(
                (rejected.status, rejected.header("etag")),
                (412, created.header("etag")),
                "{rejected}"
            );
        }
        let read = clients[0].get(&path).expect(200);
        assert_eq!((read.json(), read.header("etag")), (created.json(), created.header("etag")));
    }
    let tasks = clients[1].get("/api/tasks").expect(200).json();
    assert_eq!(tasks.as_array().unwrap().len(), ROUNDS);
    services.into_iter().for_each(Service::stop);
}

fn ids_are_free_for_others_and_after_deletion(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let [alice, bob] = ["alice", "bob"].map(|user| caller(&environment, &service, user));
    let [id, unused] = [1, 2].map(id);
    let (id, unused) = (id.as_str(), unused.as_str());
    let path = format!("/api/tasks/{id}");
    let hers = put(&alice, id, "hers").expect(201);
    // An id that another user has gets the same response as one that is unused.
    let (his, other) = (put(&bob, id, "his").expect(201), put(&bob, unused, "his").expect(201));
    let names =
        |response: &Response| response.headers.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&his), names(&other));
    assert_eq!((his.header("etag"), other.header("etag")), (Some("\"1\""), Some("\"2\"")));

    let _ = bob.delete(&path).expect(204);
    let _ = bob.get(&path).expect(404);
    assert_eq!(alice.get(&path).expect(200).json(), hers.json());
    let trashed = put(&bob, id, "again").expect(412);
    assert_eq!((trashed.header("etag"), &trashed.json()["trashed"]), (None, &json!(true)));
    let _ = bob.delete(&format!("/api/tasks/trash/{id}")).expect(204);
    assert_eq!(put(&bob, id, "again").expect(201).header("etag"), Some("\"5\""));
    assert_eq!(put(&bob, id, "again").expect(412).header("etag"), Some("\"5\""));
    let mut export = environment.command(&["owner", "export", "bob"]);
    let export = run_to_exit(&mut export, Duration::from_mins(1)).success();
    let mentions = export.stdout.lines().filter(|line| line.contains(id)).count();
    assert_eq!(mentions, 1, "no tombstone of the task remains: {}", export.stdout);
    service.stop();
}
