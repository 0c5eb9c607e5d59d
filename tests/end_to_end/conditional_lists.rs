//! Lists with entity tags, with two processes on one database.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use tasknook_tests::{Client, Response, SetOnDrop, eventually, short_or_soak};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    writes_of_one_process_change_the_tags_of_the_other
    readers_end_with_the_list_while_others_write
    tags_of_other_users_and_of_erased_ones_do_not_match
    overdue_tasks_appear_at_their_moment
}

const COLLECTIONS: [&str; 6] = [
    "/api/tasks",
    "/api/tasks?limit=1&count=true",
    "/api/tasks?sort=title&status=pending",
    "/api/tasks/trash",
    "/api/tasks/tags",
    "/api/lists",
];

/// A write, and the status of its response.
type Write<'a> = Box<dyn Fn(&Client) -> u16 + 'a>;

fn tag(response: &Response) -> String {
    response.header("etag").unwrap_or_else(|| panic!("{response}\nhas no ETag")).to_owned()
}

fn unless(client: &Client, path: &str, tag: &str) -> Response {
    client.request("GET", path).header("If-None-Match", tag).send()
}

fn create(client: &Client, title: &str) -> Value {
    client.post("/api/tasks", &json!({ "title": title, "tags": [title] })).expect(201).json()
}

fn path(task: &Value) -> String {
    format!("/api/tasks/{}", task["id"].as_str().unwrap())
}

fn writes_of_one_process_change_the_tags_of_the_other(database: Database) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let [one, other] = services.each_ref().map(|service| caller(&environment, service, "alice"));
    let _ = create(&one, "first");
    let task = create(&other, "second");
    let writes: [Write<'_>; 7] = [
        Box::new(|client| client.patch(&path(&task), &json!({ "title": "changed" })).status),
        Box::new(|client| client.patch(&format!("{}/complete", path(&task)), &json!({})).status),
        Box::new(|client| client.delete(&path(&task)).status),
        Box::new(|client| client.post(&format!("{}/restore", path(&task)), &json!({})).status),
        Box::new(|client| client.post("/api/lists", &json!({ "name": "Home" })).status),
        Box::new(|client| client.delete(&path(&task)).status),
        Box::new(|client| client.delete("/api/tasks/trash").status),
    ];
    let (mut reader, mut changer) = (&one, &other);
    for write in writes {
        let before = COLLECTIONS.map(|list| reader.get(list).expect(200));
        for (list, seen) in COLLECTIONS.iter().zip(&before) {
            for client in [reader, changer] {
                let unchanged = unless(client, list, &tag(seen)).expect(304);
                assert_eq!((tag(&unchanged), unchanged.body.len()), (tag(seen), 0), "{list}");
            }
        }
        let _ = changer.patch("/api/tasks/x", &json!({})).expect(404);
        let _ = unless(reader, COLLECTIONS[0], &tag(&before[0])).expect(304);
        assert!((200..300).contains(&write(changer)));
        for (list, seen) in COLLECTIONS.iter().zip(&before) {
            let current = unless(reader, list, &tag(seen)).expect(200);
            assert_eq!(current.body, changer.get(list).expect(200).body, "{list}");
            let _ = unless(changer, list, &tag(&current)).expect(304);
        }
        (reader, changer) = (changer, reader);
    }
    services.into_iter().for_each(tasknook_tests::Service::stop);
}

fn readers_end_with_the_list_while_others_write(database: Database) {
    let environment = database.with_secret();
    let services = [environment.serve(), environment.serve()];
    let clients = services.each_ref().map(|service| caller(&environment, service, "alice"));
    let (over, ends) = (AtomicBool::new(false), Mutex::new(Vec::new()));
    let poll = |client: &Client, list: &str| {
        let mut held = client.get(list).expect(200);
        loop {
            let is_last = over.load(Ordering::SeqCst);
            let response = unless(client, list, &tag(&held));
            match response.status {
                304 if is_last => break,
                304 => {}
                200 => held = response,
                _ => panic!("{response}"),
            }
        }
        ends.lock().unwrap().push((list.to_owned(), held.body));
    };
    thread::scope(|scope| {
        let (poll, written) = (&poll, SetOnDrop(&over));
        for (number, list) in COLLECTIONS.iter().enumerate() {
            let client = clients[number % 2].clone();
            scope.spawn(move || poll(&client, list));
        }
        let writers = [0, 1].map(|number| {
            let (client, reader) = (clients[number].clone(), clients[1 - number].clone());
            scope.spawn(move || {
                let mut tasks = Vec::new();
                for step in 0..short_or_soak(20, 2_000) {
                    let before = tag(&reader.get("/api/tasks?limit=1").expect(200));
                    tasks.push(create(&client, &format!("task {number} {step}")));
                    // What this client has written is never hidden by an older tag.
                    let _ = unless(&reader, "/api/tasks?limit=1", &before).expect(200);
                    if step % 3 == 0 {
                        let _ = client.delete(&path(&tasks[step / 3])).expect(204);
                    }
                }
            })
        });
        for writer in writers {
            writer.join().unwrap();
        }
        drop(written);
    });
    // It reads each list.
    let environment = environment.set("TASKNOOK_TASKS__LIST_CACHE_BYTES", "0");
    let third = environment.serve();
    let alice = caller(&environment, &third, "alice");
    for (list, held) in ends.into_inner().unwrap() {
        assert!(alice.get(&list).expect(200).body == held, "{list}: the reader has another one");
        assert!(clients[0].get(&list).expect(200).body == held, "{list}: the service keeps another one");
    }
    third.stop();
    services.into_iter().for_each(tasknook_tests::Service::stop);
}

fn tags_of_other_users_and_of_erased_ones_do_not_match(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let [alice, bob] = ["alice", "bob"].map(|user| caller(&environment, &service, user));
    let id = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";
    // Both have the same revision, and the same task but for its owner and times.
    for client in [&alice, &bob] {
        let put = client.request("PUT", &format!("/api/tasks/{id}")).header("If-None-Match", "*");
        let _ = put.json(&json!({ "title": "same", "tags": ["same"] })).send().expect(201);
    }
    let before = COLLECTIONS.map(|list| tag(&alice.get(list).expect(200)));
    for (list, of_alice) in COLLECTIONS.iter().zip(&before) {
        let his = unless(&bob, list, of_alice).expect(200);
        assert_ne!(tag(&his), *of_alice);
        let _ = unless(&alice, list, &format!("{}, {of_alice}", tag(&his))).expect(304);
        let _ = unless(
            &alice,
            list,
            &before.iter().filter(|one| *one != of_alice).cloned().collect::<Vec<_>>().join(","),
        )
        .expect(200);
    }
    let _ = unless(&bob, "/api/alice/tasks", "*").expect(403);
    let erased = alice.request("DELETE", "/api/alice").header("X-Confirm-Delete", "alice");
    let _ = erased.send().expect(204);
    let empty = COLLECTIONS.map(|list| tag(&alice.get(list).expect(200)));
    let put = alice.request("PUT", &format!("/api/tasks/{id}")).header("If-None-Match", "*");
    let again = put.json(&json!({ "title": "same", "tags": ["same"] })).send().expect(201);
    assert_eq!(again.header("etag"), Some("\"1\""), "the revisions begin again");
    for (list, tags) in COLLECTIONS.iter().zip(before.iter().zip(&empty)) {
        let _ = unless(&alice, list, &format!("{}, {}", tags.0, tags.1)).expect(200);
    }
    service.stop();
}

fn overdue_tasks_appear_at_their_moment(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let due = OffsetDateTime::from(SystemTime::now() + Duration::from_secs(3));
    let due = due.format(&Rfc3339).unwrap();
    let task = alice.post("/api/tasks", &json!({ "title": "soon", "due_date": due })).expect(201).json();
    let list = "/api/tasks?overdue=true";
    let before = alice.get(list).expect(200);
    if before.json() == json!([]) {
        let appeared = eventually(Duration::from_mins(1), || {
            let response = unless(&alice, list, &tag(&before));
            (response.status == 200).then(|| response.json())
        });
        assert_eq!(appeared, Some(json!([task])), "nothing was written, only the time has passed");
    }
    let after = alice.get(list).expect(200);
    assert_eq!(after.json(), json!([task]));
    let _ = unless(&alice, list, &tag(&after)).expect(304);
    service.stop();
}
