//! Replicas that start at once on an empty database.

use serde_json::json;
use tasknook_tests::{Service, signal};

use crate::database::{Database, caller, on_both_databases};

on_both_databases! {
    replicas_that_start_at_once_all_come_up
    a_start_goes_on_where_a_killed_one_stopped
}

const REPLICAS: usize = 5;

fn replicas_that_start_at_once_all_come_up(database: Database) {
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

fn a_start_goes_on_where_a_killed_one_stopped(database: Database) {
    let environment = database.with_secret();
    for _ in 0..5 {
        // Somewhere in its start, wherever that happens to be.
        let starting = environment.begin();
        signal(starting.id(), "KILL");
    }
    let service = environment.serve();
    let _ = caller(&environment, &service, "alice").post("/api/tasks", &json!({"title": "x"})).expect(201);
}
