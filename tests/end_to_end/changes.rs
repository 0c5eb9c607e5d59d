//! Clients that follow the changes of a user, with two processes on one database.

mod copy;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};
use tasknook_tests::{Client, Service, SetOnDrop, short_or_soak};

use crate::database::{Database, caller, execute, on_both_databases};
use copy::{Copy, present};

on_both_databases! {
    clients_follow_writers_of_two_processes
    positions_are_usable_after_a_kill_between_pages
    positions_of_other_users_and_of_erased_ones_are_410
    positions_older_than_the_tombstones_are_410
    clients_with_nothing_need_no_tombstones
}

fn create(client: &Client, title: &str) -> String {
    let task = client.post("/api/tasks", &json!({ "title": title })).expect(201).json();
    task["id"].as_str().unwrap().to_owned()
}

fn since(client: &Client, position: &str) -> u16 {
    let response = client.get(&format!("/api/tasks/changes?since={position}"));
    if response.status == 410 {
        assert_eq!(response.json()["code"], "resync_required");
    }
    response.status
}

/// A write of any kind; some find nothing to change.
fn write(client: &Client, tasks: &mut Vec<String>, writer: usize, step: usize) {
    let any = |tasks: &[String]| tasks[(step * 7) % tasks.len()].clone();
    if tasks.len() < 3 || step.is_multiple_of(3) {
        tasks.push(create(client, &format!("{writer} {step}")));
        return;
    }
    let task = format!("/api/tasks/{}", any(tasks));
    let response = match step % 10 {
        0 => client.patch(&task, &json!({ "tags": [step.to_string()] })),
        1 => client.patch(&format!("{task}/complete"), &json!({})),
        2 | 7 => client.delete(&task),
        3 => client.post(&format!("{task}/restore"), &json!({})),
        4 => {
            let list = client.post("/api/lists", &json!({ "name": format!("{writer} {step}") }));
            let list = list.expect(201).json()["id"].clone();
            let _ = client.patch(&task, &json!({ "list_id": list }));
            let _ = client.patch(&format!("/api/tasks/{}", tasks[0]), &json!({ "list_id": list }));
            // A quarter stays, since a user has 200 lists at most.
            let fate = match step / 10 % 4 {
                0 => return,
                1 => "trash",
                _ => "keep",
            };
            client.delete(&format!("/api/lists/{}?tasks={fate}", list.as_str().unwrap()))
        }
        5 => client.post(&format!("{task}/move"), &json!({ "to": "last" })),
        6 => client.delete("/api/tasks/trash"),
        _ => {
            let operations = json!([
                { "op": "create", "task": { "title": format!("{writer} {step}") } },
                { "op": "update", "id": any(tasks), "task": { "priority": "high" } },
                { "op": "delete", "id": tasks[0] },
            ]);
            client.post("/api/tasks/bulk", &json!({ "atomic": false, "operations": operations }))
        }
    };
    assert!(response.status < 500, "{response}");
}

/// A task that was created by one process is in the next page of the other.
fn create_and_follow(clients: [&Client; 2], title: &str) {
    let [writer, reader] = clients;
    let mut copy = Copy::default();
    copy.catch_up(reader);
    let id = create(writer, title);
    copy.catch_up(reader);
    let task = copy.known.get(&("task".to_owned(), id));
    assert!(task.is_some_and(|task| task["title"] == title), "{title}: {task:?}");
}

fn clients_follow_writers_of_two_processes(database: Database) {
    let environment = database.with_secret().set("TASKNOOK_LIMITS__REQUESTS_PER_SECOND", "0");
    let services = [environment.serve(), environment.serve()];
    let [one, other] = services.each_ref().map(|service| caller(&environment, service, "alice"));
    // After the position of a user who has nothing, a change can be repeated.
    let _ = create(&one, "first");
    let over = AtomicBool::new(false);
    // Reads pages from both processes, and begins again after each so many.
    let follow = |limit: usize, pages: usize| {
        let mut copy = Copy::default();
        let mut page = 0;
        while !over.load(Ordering::SeqCst) {
            copy.read([&one, &other][page % 2], limit);
            page += 1;
            if page.is_multiple_of(pages) {
                copy = Copy::default();
            }
        }
        copy.catch_up(&one);
        copy
    };
    let copies = thread::scope(|scope| {
        let (follow, written) = (&follow, SetOnDrop(&over));
        let followers = [(2, usize::MAX), (5, 40), (1000, 3)]
            .map(|(limit, pages)| scope.spawn(move || follow(limit, pages)));
        let writers = [[&one, &other], [&other, &one], [&one, &other]];
        let mut writers = writers.into_iter().enumerate().map(|(number, clients)| {
            scope.spawn(move || {
                let mut tasks = Vec::new();
                // Each eighth step reads everything again, so the time grows with the square of the steps.
                for step in 0..short_or_soak(24, 2_000) {
                    write(clients[0], &mut tasks, number, step);
                    if step % 8 == 0 {
                        create_and_follow(clients, &format!("followed {number} {step}"));
                    }
                }
            })
        });
        let writers: Vec<_> = writers.by_ref().collect();
        for writer in writers {
            writer.join().unwrap();
        }
        drop(written);
        followers.map(|follower| follower.join().unwrap())
    });
    let expected = present(&other);
    assert!(expected.len() > 30, "{}", expected.len());
    for copy in copies {
        assert_eq!(copy.known, expected);
    }
    services.into_iter().for_each(Service::stop);
}

fn positions_are_usable_after_a_kill_between_pages(database: Database) {
    let environment = database.with_secret();
    let mut service = environment.serve();
    let mut alice = caller(&environment, &service, "alice");
    let mut tasks: Vec<String> = (0..6).map(|number| create(&alice, &number.to_string())).collect();
    let _ = alice.post("/api/lists", &json!({ "name": "Home" })).expect(201);
    let mut copy = Copy::default();
    // A snapshot of four pages, then the changes in between, in pages again.
    for step in 0..10 {
        copy.read(&alice, 2);
        service.kill();
        service = environment.serve();
        alice = caller(&environment, &service, "alice");
        if step < 5 {
            // One of those that are left, read or not.
            let id = tasks.remove((step * 5) % tasks.len());
            let _ = alice.delete(&format!("/api/tasks/{id}")).expect(204);
            tasks.push(create(&alice, "later"));
            let path = format!("/api/tasks/{}", tasks[0]);
            let _ = alice.patch(&path, &json!({ "description": step.to_string() })).expect(200);
        }
    }
    copy.catch_up(&alice);
    assert_eq!(copy.known, present(&alice));
    assert_eq!(copy.snapshots, 1, "no position was lost");
    service.stop();
}

fn positions_of_other_users_and_of_erased_ones_are_410(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let [alice, bob] = ["alice", "bob"].map(|user| caller(&environment, &service, user));
    let mut nothing_yet = Copy::default();
    nothing_yet.catch_up(&alice);
    let positions = |client: &Client| {
        let in_snapshot = client.get("/api/tasks/changes?limit=1").expect(200).json();
        assert_eq!(in_snapshot["more"], true);
        let mut copy = Copy::default();
        copy.catch_up(client);
        [in_snapshot["next"].as_str().unwrap().to_owned(), copy.since]
    };
    for client in [&alice, &bob] {
        let _ = [create(client, "one"), create(client, "two")];
    }
    let (hers, his) = (positions(&alice), positions(&bob));
    for (client, own, other) in [(&alice, &hers, &his), (&bob, &his, &hers)] {
        assert_eq!(own.each_ref().map(|position| since(client, position)), [200, 200]);
        assert_eq!(other.each_ref().map(|position| since(client, position)), [410, 410]);
    }
    let erased = alice.request("DELETE", "/api/alice").header("X-Confirm-Delete", "alice");
    let _ = erased.send().expect(204);
    for _ in 0..2 {
        assert_eq!(hers.each_ref().map(|position| since(&alice, position)), [410, 410]);
        let mut copy = Copy::with_nothing(&nothing_yet.since);
        copy.catch_up(&alice);
        assert_eq!(copy.known, present(&alice), "it had nothing that could be wrong");
        let _ = [create(&alice, "one"), create(&alice, "two")];
    }
    assert_eq!(his.each_ref().map(|position| since(&bob, position)), [200, 200]);
    service.stop();
}

fn positions_older_than_the_tombstones_are_410(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let _ = [create(&alice, "one"), create(&alice, "two")];
    let in_snapshot = alice.get("/api/tasks/changes?limit=1").expect(200).json();
    let mut old = Copy::default();
    old.catch_up(&alice);
    let _ = create(&alice, "three");
    let mut recent = Copy::default();
    recent.catch_up(&alice);
    // As the job leaves it that removes tombstones: those up to the third change.
    execute(database, &environment, "update owners set pruned_revision = 3");
    assert_eq!(since(&alice, &old.since), 410);
    assert_eq!(since(&alice, &recent.since), 200);
    let within = in_snapshot["next"].as_str().unwrap();
    assert_eq!(since(&alice, within), 200, "a snapshot does not age");
    let last = alice.get(&format!("/api/tasks/changes?since={within}")).expect(200).json();
    assert_eq!((&last["more"], last["next"].as_str()), (&Value::Bool(false), Some(&*old.since)));
    service.stop();
}

fn clients_with_nothing_need_no_tombstones(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let mut copy = Copy::default();
    copy.catch_up(&alice);
    let mut copy = Copy::with_nothing(&copy.since);
    let tasks: Vec<String> = (0..7).map(|number| create(&alice, &number.to_string())).collect();
    for id in &tasks[1..3] {
        let _ = alice.delete(&format!("/api/tasks/{id}")).expect(204);
    }
    // As the job leaves it that removes the tombstones of both.
    execute(database, &environment, "update owners set pruned_revision = revision");
    let mut pages = 1;
    while copy.read(&alice, 2) {
        pages += 1;
    }
    assert_eq!((pages, &copy.known), (3, &present(&alice)));
    let _ = alice.delete(&format!("/api/tasks/{}", tasks[0])).expect(204);
    copy.catch_up(&alice);
    assert_eq!(copy.known, present(&alice));
    service.stop();
}
