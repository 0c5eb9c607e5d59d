//! Both databases give the same responses, whatever their own collation.

use serde_json::{Value, json};
use tasknook_tests::Service;

use crate::database::{Database, caller};

const TITLES: [&str; 24] = [
    "apple",
    "Apple",
    "APPLE",
    "äpfel",
    "Äpfel",
    "zebra",
    "Zebra",
    "_underscore",
    "-dash",
    " 1",
    "10",
    "2",
    "a b",
    "ab",
    "a-b",
    "straße",
    "STRASSE",
    "ß",
    "ı",
    "İstanbul",
    "éclair",
    "e\u{301}clair",
    "молоко",
    "😀",
];

#[test]
fn lists_have_the_same_order_and_search_on_both_databases() {
    let [on_sqlite, on_postgres] = [Database::Sqlite, Database::Postgres].map(|database| {
        let environment = database.with_secret();
        let service = environment.serve();
        responses(&service, &environment.token("alice"))
    });
    for (one, other) in on_sqlite.iter().zip(&on_postgres) {
        assert_eq!(one, other);
    }
    assert_eq!(on_sqlite.len(), on_postgres.len());
}

fn responses(service: &Service, token: &str) -> Vec<(String, Vec<Value>)> {
    let alice = service.client().with_token(token);
    for title in TITLES {
        let _ = alice.post("/api/tasks", &json!({"title": title})).expect(201);
    }
    let queries = ["sort=title", "sort=-title"].map(str::to_owned);
    let searches = ["apple", "ä", "SS", "ß", "I", "i", "é", "_", "-", " ", "МОЛОКО", "😀"];
    let searches = searches.map(|text| format!("sort=title&search={}", percent_encoded(text)));
    let titles = |query: String| {
        let list = alice.get(&format!("/api/tasks?{query}")).expect(200).json();
        let titles = list.as_array().unwrap().iter().map(|task| task["title"].clone()).collect();
        (query, titles)
    };
    queries.into_iter().chain(searches).map(titles).collect()
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat()
}

#[test]
fn sql_in_a_path_or_title_is_data() {
    let database = Database::Postgres;
    let environment = database.with_secret();
    let service = environment.serve();
    let owner = "o'); drop table tasks; --";
    let alice = caller(&environment, &service, owner);
    let path = format!("/api/{}/tasks", percent_encoded(owner));
    let made = alice.post(&path, &json!({"title": "'; drop table tasks; --"})).expect(201).json();
    assert_eq!(made["user_id"], owner);
    assert_eq!(alice.get(&path).expect(200).json(), json!([made]));
}
