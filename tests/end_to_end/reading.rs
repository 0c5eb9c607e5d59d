//! What lists report beside tasks: the counts of tags, and whether the user has written between two pages.

use serde_json::{Value, json};
use tasknook_tests::{Client, Response};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    tags_are_counted_for_each_user
    thousands_of_tags_are_counted
    later_pages_tell_that_the_user_has_written
}

fn create(client: &Client, title: &str, tags: &[&str]) -> String {
    let task = client.post("/api/tasks", &json!({"title": title, "tags": tags})).expect(201).json();
    task["id"].as_str().unwrap().to_owned()
}

fn tags_are_counted_for_each_user(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (alice, bob) = (caller(&environment, &service, "alice"), caller(&environment, &service, "bob"));
    assert_eq!(alice.get("/api/tasks/tags").expect(200).json(), json!([]));
    for tags in [&["Straße", "zoo"][..], &["STRASSE"], &["strasse", "Éa"], &["e\u{301}A"], &["STRASSE"], &[]]
    {
        create(&alice, "hers", tags);
    }
    let gone = create(&alice, "gone", &["zoo", "gone"]);
    create(&bob, "his", &["zoo", "hers"]);
    let _ = alice.delete(&format!("/api/tasks/{gone}")).expect(204);
    let hers = json!([{"name": "STRASSE", "count": 4}, {"name": "zoo", "count": 1}, {"name": "e\u{301}A", "count": 2}]);
    for path in ["/api/tasks/tags", "/api/alice/tasks/tags/"] {
        assert_eq!(alice.get(path).expect(200).json(), hers, "{path}");
    }
    let _ = alice.post(&format!("/api/tasks/{gone}/restore"), &json!({})).expect(200);
    assert_eq!(alice.get("/api/tasks/tags").expect(200).json()[0], json!({"name": "gone", "count": 1}));
    let his = json!([{"name": "hers", "count": 1}, {"name": "zoo", "count": 1}]);
    assert_eq!(bob.get("/api/tasks/tags").expect(200).json(), his);
    let _ = bob.get("/api/alice/tasks/tags").expect(403);
    let _ = service.client().get("/api/tasks/tags").expect(401);
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let response = alice.request(method, "/api/tasks/tags").json(&json!({})).send().expect(405);
        assert_eq!(response.header("allow"), Some("GET, HEAD, OPTIONS"), "{method}");
    }
    service.stop();
}

fn thousands_of_tags_are_counted(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for task in 0..60 {
        let tags: Vec<String> = (0..20).map(|tag| format!("Tag {:04}", task * 20 + tag)).collect();
        let _ = alice.post("/api/tasks", &json!({"title": "many", "tags": tags})).expect(201);
    }
    create(&alice, "again", &["TAG 1199"]);
    let plain = alice.get("/api/tasks/tags").expect(200);
    let (counts, last) = (plain.json(), json!({"name": "TAG 1199", "count": 2}));
    let counts = counts.as_array().unwrap();
    assert_eq!((counts.len(), &counts[999]), (1000, &last), "the most used, sorted by name");
    assert_eq!(counts[998], json!({"name": "Tag 0998", "count": 1}));
    let compressed =
        alice.request("GET", "/api/tasks/tags").header("Accept-Encoding", "gzip, br").send().expect(200);
    assert!(compressed.header("content-encoding").is_some() && compressed.body.len() < plain.body.len() / 4);
    service.stop();
}

fn later_pages_tell_that_the_user_has_written(database: Database) {
    let environment = database.with_secret();
    let service = environment.serve();
    let (alice, bob) = (caller(&environment, &service, "alice"), caller(&environment, &service, "bob"));
    let ids = ["a", "b", "c", "d"].map(|title| create(&alice, title, &[]));
    let list = |query: &str| alice.get(&format!("/api/tasks?limit=1&{query}")).expect(200);
    let after = |page: &Response| format!("cursor={}", page.header("x-next-cursor").unwrap());
    let changed = |page: &Response| page.header("x-changed-since").map(str::to_owned);
    let yes = Some("true".to_owned());
    for sort in ["title", "-updated", "due_date", "priority", "-completed"] {
        let first = list(&format!("sort={sort}&count=true"));
        create(&bob, "his", &[]);
        let second = list(&after(&first));
        assert_eq!((changed(&first), changed(&second)), (None, None), "{sort}");
        let third = list(&after(&second));
        let path = format!("/api/tasks/{}", ids[0]);
        let _ = alice.request("PATCH", &path).json(&json!({"title": format!("z {sort}")})).send().expect(200);
        for page in [&first, &second, &third] {
            assert_eq!(changed(&list(&after(page))), yes, "{sort}: since the first page");
        }
    }
    let (first, created) = (list("sort=title"), list(""));
    let _ = alice.delete(&format!("/api/tasks/{}", ids[3])).expect(204);
    assert_eq!(changed(&list(&after(&first))), yes, "a deletion");
    let first = list("sort=title");
    let _ = alice.delete(&format!("/api/tasks/trash/{}", ids[3])).expect(204);
    assert_eq!(changed(&list(&after(&first))), yes, "a deletion for good");
    assert_eq!(changed(&list(&after(&created))), None, "the order of creation");
    let first = list("sort=title");
    let _ = alice.request("DELETE", "/api/alice").header("X-Confirm-Delete", "alice").send().expect(204);
    let empty = list(&after(&first));
    assert_eq!((empty.json(), changed(&empty)), (Value::Array(vec![]), yes), "everything is gone");
    service.stop();
}
