//! Replicas that start concurrently on an empty database, and databases that are not ready.

use std::thread;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{BetterAuth, Environment, Postgres, Service, signal};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    concurrent_replicas_all_start
    start_resumes_a_killed_migration
}

const REPLICAS: usize = 5;

fn concurrent_replicas_all_start(database: Database) {
    let environment = database.with_secret();
    let starting: Vec<_> = (0..REPLICAS).map(|_| environment.begin()).collect();
    let services: Vec<Service> = starting.into_iter().map(|one| one.ready()).collect();
    let made =
        caller(&environment, &services[0], "alice").post("/api/tasks", &json!({"title": "x"})).expect(201);
    for service in &services {
        assert_eq!(
            caller(&environment, service, "alice").get("/api/tasks").expect(200).json(),
            json!([made.json()])
        );
    }
    services.into_iter().for_each(Service::stop);
}

fn start_resumes_a_killed_migration(database: Database) {
    let environment = database.with_secret();
    for _ in 0..5 {
        // At any point of its start.
        let starting = environment.begin();
        signal(starting.id(), "KILL");
    }
    let service = environment.serve();
    let _ = caller(&environment, &service, "alice").post("/api/tasks", &json!({"title": "x"})).expect(201);
}

fn on(url: &str) -> Environment {
    Environment::new().set("DATABASE_URL", url).set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
}

/// How often the log has an event.
fn count(log: &str, event: &str) -> usize {
    log.lines().filter(|line| line.contains(&format!("\"message\":\"{event}\""))).count()
}

#[test]
fn postgres_that_may_lose_commits_is_warned_of_once() {
    let event = "acknowledged writes can be lost or damaged when the database server crashes";
    let warning = |url: &str| {
        let service = on(url).serve();
        let log = service.log().clone();
        service.stop();
        let log = log.text();
        let mut off = log.lines().filter(|line| line.contains(event)).map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            line["off"].as_str().unwrap().to_owned()
        });
        let first = off.next();
        assert_eq!(off.next(), None, "{log}");
        first
    };
    let unsynced = Postgres::shared().create_database();
    assert_eq!(warning(&unsynced).as_deref(), Some("fsync, full_page_writes"));
    let server = Postgres::start_durable();
    assert_eq!(warning(&server.create_database()), None);
    for (number, target) in ["database", "role"].into_iter().enumerate() {
        let (url, role) = (server.create_database(), format!("weak_{number}"));
        let database = url.rsplit('/').next().unwrap();
        let named = if target == "role" { role.as_str() } else { database };
        let _ = server.query(&url, &format!("create role {role} login superuser"));
        let _ = server.query(&url, &format!("alter {target} {named} set synchronous_commit = off"));
        let by_role = url.replace("postgres@", &format!("{role}@"));
        assert_eq!(warning(&by_role).as_deref(), Some("synchronous_commit"), "{target}");
    }
}

fn waits_for_the_server(start: impl FnOnce(Environment) -> String + Send) {
    let server = Postgres::start();
    let environment = on(&server.create_database());
    server.stop();
    let log = thread::scope(|scope| {
        let started = scope.spawn(|| start(environment));
        thread::sleep(Duration::from_secs(2));
        server.start_again();
        started.join().unwrap()
    });
    assert_eq!(count(&log, "waiting for the database"), 1, "{log}");
    assert_eq!(count(&log, "database available"), 1, "{log}");
}

#[test]
fn serve_waits_for_a_server_that_starts_later() {
    waits_for_the_server(|environment| {
        let service = environment.serve();
        let log = service.log().text();
        service.stop();
        log
    });
}

#[test]
fn migrate_waits_for_a_server_that_starts_later() {
    waits_for_the_server(|environment| environment.run(&["migrate"]).success().stderr);
}

#[test]
fn zero_startup_timeout_fails_at_once_without_a_server() {
    let server = Postgres::start();
    let environment = on(&server.create_database()).set("TASKNOOK_DATABASE__STARTUP_TIMEOUT_SECONDS", "0");
    server.stop();
    for migrate_on_start in ["true", "false"] {
        let environment = environment.clone().set("TASKNOOK_DATABASE__MIGRATE_ON_START", migrate_on_start);
        let exit = environment.run(&["serve"]);
        assert_eq!(exit.code, Some(1), "{}", exit.stderr);
        assert!(exit.stderr.contains("Connection refused"), "{}", exit.stderr);
        assert_eq!(count(&exit.stderr, "waiting for the database"), 0, "{}", exit.stderr);
    }
}

#[test]
fn a_database_that_is_not_utf8_is_rejected_with_the_remedy() {
    let url = Postgres::shared().create_database_with(&["--encoding=LATIN1", "--template=template0"]);
    let environment = on(&url).set("TASKNOOK_DATABASE__MIGRATE_ON_START", "false");
    for command in ["serve", "migrate"] {
        let exit = environment.run(&[command]);
        assert_eq!(exit.code, Some(2), "{}", exit.stderr);
        for part in ["DATABASE_URL", "LATIN1", "`createdb --encoding=UTF8 --template=template0 NAME`"] {
            assert!(exit.stderr.contains(part), "{}", exit.stderr);
        }
    }
    let exit = environment.run(&["doctor"]);
    assert_eq!(exit.code, Some(1), "{}", exit.stderr);
    for part in ["FAIL     schema      the database has the encoding LATIN1", "`createdb --encoding=UTF8"] {
        assert!(exit.stdout.contains(part), "{}", exit.stdout);
    }
}

#[test]
fn a_service_starts_on_a_hot_standby() {
    let server = Postgres::start();
    let environment = on(&server.create_database());
    let service = environment.serve();
    let _ = caller(&environment, &service, "alice").post("/api/tasks", &json!({"title": "x"})).expect(201);
    service.stop();
    server.stop();
    server.start_again_as_standby();
    let service = environment.serve();
    let listed = caller(&environment, &service, "alice").get("/api/tasks").expect(200).json();
    assert_eq!(listed[0]["title"], "x");
    service.stop();
}
