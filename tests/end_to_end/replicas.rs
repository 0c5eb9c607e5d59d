//! Lists that may be old are answered by a hot standby.

use std::time::Duration;

use serde_json::json;
use tasknook_tests::{Client, Postgres, Response, eventually};

use crate::database::{Database, caller, url_of};

const LIMIT: Duration = Duration::from_secs(20);
const APPLIED: &str = "preference-applied";

fn list(client: &Client, max_age: &str) -> Response {
    client.request("GET", "/api/tasks").header("Prefer", max_age).send().expect(200)
}

#[test]
fn lists_that_may_be_old_are_read_from_a_standby() {
    let primary = Postgres::start();
    let environment = Database::Postgres.with_secret().set("DATABASE_URL", primary.create_database());
    let _ = environment.run(&["migrate"]).success();
    let standby = primary.start_standby();
    let replica = url_of(&environment).replace(&primary.address(), &standby.address());
    let environment = environment.set("TASKNOOK_DATABASE__REPLICA_URLS", replica);
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let _ = alice.post("/api/tasks", &json!({"title": "first"})).expect(201);
    let applied = eventually(LIMIT, || list(&alice, "max-age=30").header(APPLIED).map(str::to_owned));
    assert_eq!(applied.as_deref(), Some("max-age=30"), "{}", service.log());
    for (prefer, status) in [("max-age=0", 200), ("max-age=x", 200), ("return=minimal", 200)] {
        let response = alice.request("GET", "/api/tasks").header("Prefer", prefer).send().expect(status);
        assert_eq!(response.header(APPLIED), None, "{response}");
    }
    for number in 2..10 {
        let _ = alice.post("/api/tasks", &json!({"title": "more"})).expect(201);
        let tasks = list(&alice, "max-age=30").json();
        assert_eq!(tasks.as_array().unwrap().len(), number);
    }
    // A standby that is gone is no failure of the service.
    standby.stop();
    let unread = eventually(LIMIT, || list(&alice, "max-age=30").header(APPLIED).is_none().then_some(()));
    assert!(unread.is_some(), "{}", service.log());
    assert_eq!(service.client().get("/readyz").status, 200);
    let warned = eventually(LIMIT, || {
        let _ = list(&alice, "max-age=30");
        service.log().text().contains("the replica cannot be compared with the primary").then_some(())
    });
    assert!(warned.is_some(), "{}", service.log());
    standby.start_again();
    let applied = eventually(LIMIT, || list(&alice, "max-age=30").header(APPLIED).map(str::to_owned));
    assert!(applied.is_some(), "{}", service.log());
    service.stop();
}

#[test]
fn replicas_of_other_engines_are_rejected() {
    let sqlite = Database::Sqlite.with_secret();
    let of_file = sqlite.set("TASKNOOK_DATABASE__REPLICA_URLS", "postgres://h/d");
    let replica_is_file = Database::Postgres.with_secret();
    let replica_is_file = replica_is_file.set("TASKNOOK_DATABASE__REPLICA_URLS", "sqlite://copy.db");
    for environment in [of_file, replica_is_file] {
        let rejected = environment.run(&["check-config"]);
        assert_eq!(rejected.code, Some(2), "{}", rejected.stderr);
        assert!(rejected.stderr.contains("database.replica_urls"), "{}", rejected.stderr);
    }
}

#[test]
fn replica_settings_that_cannot_work_are_rejected() {
    let url = "postgres://tasknook@127.0.0.1:1/tasks";
    let with = |database: &str, variable: &str, value: &str| {
        let environment = Database::Sqlite.with_secret().set("DATABASE_URL", database);
        environment.set(&format!("TASKNOOK_DATABASE__{variable}"), value)
    };
    for (environment, why) in [
        (with("sqlite://tasks.db", "REPLICA_URLS", url), "an SQLite database has no replicas"),
        (with(url, "REPLICA_URLS", "sqlite://tasks.db"), "must be the URL of a PostgreSQL server"),
        (with(url, "REPLICA_MAX_AGE_SECONDS", "5"), "needs database.replica_urls"),
        (
            with(url, "REPLICA_URLS", url).set("TASKNOOK_DATABASE__READ_ONLY", "true"),
            "with database.read_only",
        ),
    ] {
        let checked = environment.run(&["check-config"]);
        assert_eq!(checked.code, Some(2), "{why}: {}", checked.stderr);
        assert!(checked.stderr.contains(why), "{why}: {}", checked.stderr);
    }
}
