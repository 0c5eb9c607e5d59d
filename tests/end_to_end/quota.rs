//! The quota of a user, with two processes on one database.

use std::fs;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{Client, Environment, Response, Service, run_to_exit};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    concurrent_creates_never_exceed_the_quota
    deletions_of_another_process_make_room
    a_lowered_quota_keeps_what_users_have
    transfers_and_imports_may_exceed_the_quota
}

const USER: &str = "owner";
const QUOTA: usize = 20;
const CALLERS: usize = 8;

fn limited(environment: Environment, quota: usize) -> Environment {
    environment.set("TASKNOOK_LIMITS__TASKS_PER_OWNER", quota.to_string())
}

/// Two processes with the quota, and a client of each.
fn two_processes(database: Database) -> (Environment, [Service; 2], [Client; 2]) {
    let environment = limited(database.with_secret(), QUOTA);
    let services = [environment.serve(), environment.serve()];
    let clients = services.each_ref().map(|service| caller(&environment, service, USER));
    (environment, services, clients)
}

fn create(client: &Client) -> Response {
    client.post("/api/tasks", &json!({ "title": "task" }))
}

fn create_with_id(client: &Client) -> Response {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let request = client.request("PUT", &format!("/api/tasks/00000000-0000-4000-8000-{number:012x}"));
    request.header("If-None-Match", "*").json(&json!({ "title": "task" })).send()
}

fn expect_quota_exceeded(response: Response, quota: usize) {
    let problem = response.expect(409).json();
    assert_eq!((&problem["code"], &problem["limit"]), (&json!("quota_exceeded"), &json!(quota)));
}

fn count(client: &Client) -> usize {
    let response = client.get("/api/tasks?count=true&limit=1").expect(200);
    response.header("x-total-count").unwrap().parse().unwrap()
}

fn delete_newest(client: &Client) {
    let tasks = client.get("/api/tasks?limit=1").expect(200).json();
    let _ = client.delete(&format!("/api/tasks/{}", tasks[0]["id"].as_str().unwrap())).expect(204);
}

/// Calls from both processes at once; returns the number of tasks that were created.
fn race(clients: &[Client; 2], attempts: usize) -> usize {
    let together = Barrier::new(CALLERS);
    let call = |number: usize| {
        let client = clients[number % 2].clone();
        together.wait();
        let created = (0..attempts).filter(|attempt| {
            let with_id = (number / 2 + attempt).is_multiple_of(2);
            let response = if with_id { create_with_id(&client) } else { create(&client) };
            let is_created = response.status == 201;
            if !is_created {
                expect_quota_exceeded(response, QUOTA);
            }
            is_created
        });
        created.count()
    };
    thread::scope(|scope| {
        let call = &call;
        let threads: Vec<_> = (0..CALLERS).map(|number| scope.spawn(move || call(number))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    })
}

fn concurrent_creates_never_exceed_the_quota(database: Database) {
    let (_environment, services, clients) = two_processes(database);
    assert_eq!(race(&clients, 6), QUOTA);
    for deleted in [1, 7] {
        (0..deleted).for_each(|number| delete_newest(&clients[number % 2]));
        assert_eq!(race(&clients, 3), deleted);
        assert_eq!(clients.each_ref().map(count), [QUOTA; 2]);
    }
    services.into_iter().for_each(Service::stop);
}

fn deletions_of_another_process_make_room(database: Database) {
    let (_environment, services, [one, other]) = two_processes(database);
    for _ in 0..QUOTA {
        let _ = create(&one).expect(201);
    }
    for _ in 0..5 {
        delete_newest(&other);
        // The first process has cached the row of a user with all tasks.
        let _ = create(&one).expect(201);
        expect_quota_exceeded(create(&other), QUOTA);
        expect_quota_exceeded(create(&one), QUOTA);
    }
    services.into_iter().for_each(Service::stop);
}

fn a_lowered_quota_keeps_what_users_have(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let client = caller(&environment, &service, USER);
    for _ in 0..4 {
        let _ = create(&client).expect(201);
    }
    service.stop();
    let lowered = limited(environment.clone(), 2);
    let service = lowered.serve();
    let client = caller(&lowered, &service, USER);
    expect_quota_exceeded(create(&client), 2);
    let tasks = client.get("/api/tasks").expect(200).json();
    let path = format!("/api/tasks/{}", tasks[0]["id"].as_str().unwrap());
    let _ = client.patch(&path, &json!({ "title": "changed" })).expect(200);
    for left in [3, 2] {
        delete_newest(&client);
        expect_quota_exceeded(create(&client), 2);
        assert_eq!(count(&client), left);
    }
    delete_newest(&client);
    let _ = create(&client).expect(201);
    service.stop();
    let unlimited = limited(environment, 0);
    let service = unlimited.serve();
    let _ = create(&caller(&unlimited, &service, USER)).expect(201);
    service.stop();
}

fn transfers_and_imports_may_exceed_the_quota(database: Database) {
    let (environment, services, [client, _]) = two_processes(database);
    let anonymous = caller(&environment, &services[0], "anonymous");
    for client in [&client, &anonymous] {
        for _ in 0..QUOTA {
            let _ = create(client).expect(201);
        }
    }
    let token = environment.token("anonymous");
    let _ = client.post("/api/tasks/transfer", &json!({ "from_token": token })).expect(204);
    assert_eq!(count(&client), 2 * QUOTA);
    expect_quota_exceeded(create(&client), QUOTA);

    let file = environment.folder().join("user.jsonl");
    let owner = |arguments: &[&str]| {
        let mut command = environment.command(&["owner"]);
        run_to_exit(command.args(arguments), Duration::from_mins(1)).success()
    };
    let _ = owner(&["export", "--output", file.to_str().unwrap(), USER]);
    assert!(fs::read_to_string(&file).unwrap().lines().count() > 2 * QUOTA);
    let _ = owner(&["import", "imported", file.to_str().unwrap()]);
    let _ = owner(&["move", "imported", "other"]);
    let other = caller(&environment, &services[1], "other");
    assert_eq!(count(&other), 2 * QUOTA);
    expect_quota_exceeded(create(&other), QUOTA);
    services.into_iter().for_each(Service::stop);
}
