//! The primary of two PostgreSQL servers fails, and the other is promoted.

use std::time::{Duration, Instant};

use serde_json::json;
use tasknook_tests::{BetterAuth, Environment, Postgres, eventually};

use crate::database::caller;

/// The promise is three seconds; a busy machine gets more before a test fails.
const RECOVERY: Duration = Duration::from_secs(15);

#[test]
fn writes_resume_after_the_primary_stopped() {
    writes_resume_after_a_promotion(Postgres::stop, |_| ());
}

#[test]
fn writes_resume_after_the_primary_froze() {
    writes_resume_after_a_promotion(Postgres::freeze, Postgres::thaw);
}

#[expect(clippy::print_stdout, reason = "shows how long it took")]
fn writes_resume_after_a_promotion(fault: impl FnOnce(&Postgres), undo: impl FnOnce(&Postgres)) {
    let primary = Postgres::start();
    let url = primary.create_database();
    let standby = primary.start_standby();
    let hosts = format!("{},{}", primary.address(), standby.address());
    let url_of_both = url.replace(&primary.address(), &hosts) + "?target_session_attrs=read-write";
    let environment =
        Environment::new().set("DATABASE_URL", url_of_both).set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let post = |title: &str| alice.post("/api/tasks", &json!({"title": title}));
    let mut expected: Vec<String> = (0..20).map(|number| format!("before {number}")).collect();
    for title in &expected {
        let _ = post(title).expect(201);
    }
    primary.await_standby(&url);

    fault(&primary);
    // An attempt whose outcome is unknown reached the old primary, if any.
    let rejected = post("meanwhile").expect(503);
    standby.promote();
    let promoted = Instant::now();
    let resumed = eventually(RECOVERY, || (post("resumed").status == 201).then_some(()));
    assert!(resumed.is_some(), "writes do not resume after {rejected}\n{}", service.log());
    println!("writes resumed {:?} after the promotion", promoted.elapsed());
    expected.push("resumed".to_owned());
    for number in 0..20 {
        let title = format!("after {number}");
        let _ = post(&title).expect(201);
        expected.push(title);
    }
    let ready = eventually(RECOVERY, || (service.client().get("/readyz").status == 200).then_some(()));
    assert!(ready.is_some(), "{}", service.log());
    let tasks = alice.get("/api/tasks").expect(200).json();
    let mut titles: Vec<_> =
        tasks.as_array().unwrap().iter().map(|task| task["title"].as_str().unwrap()).collect();
    titles.sort_unstable();
    expected.sort_unstable();
    assert_eq!(titles, expected);
    undo(&primary);
    service.stop();
}
