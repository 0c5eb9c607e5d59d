//! `/readyz` is 503 whenever users get 503 or 500, and recovers without a restart.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use serde_json::json;
use tasknook_tests::{BetterAuth, Environment, Postgres, Service, eventually};

use crate::database::{Database, caller};

const LIMIT: Duration = Duration::from_secs(20);
const PAGE: usize = 4096;

#[track_caller]
fn becomes(service: &Service, status: u16) {
    let reached = eventually(LIMIT, || {
        let response = service.client().get("/readyz");
        (response.status == status).then(|| response.json())
    });
    let Some(body) = reached else { panic!("/readyz is never {status}\n{}", service.log()) };
    let database = if status == 200 { "ok" } else { "unavailable" };
    assert_eq!((&body["database"], &body["tokens"]), (&database.into(), &"ok".into()), "{body}");
    assert_eq!(body.as_object().unwrap().len(), 4, "{body}");
}

#[test]
fn missing_rights_and_read_only_servers_are_not_ready() {
    let server = Postgres::start();
    let url = server.create_database();
    let maintenance = server.create_database();
    let database = url.rsplit('/').next().unwrap();
    let migrating = Environment::new().set("DATABASE_URL", &url);
    let _ = migrating.run(&["migrate"]).success();
    let _ = server.query(&url, "create role app login; grant all on all tables in schema public to app");
    let environment = Environment::new()
        .set("DATABASE_URL", url.replace("postgres@", "app@"))
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    becomes(&service, 200);
    for table in ["tasks", "owners", "tombstones", "idempotency_keys", "lists"] {
        let _ = server.query(&url, &format!("revoke insert on {table} from app"));
        becomes(&service, 503);
        let _ = server.query(&url, &format!("grant insert on {table} to app"));
        becomes(&service, 200);
    }
    let reconnect =
        format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database}'");
    for (read_only, status) in [("on", 503), ("off", 200)] {
        let set = format!("alter database {database} set default_transaction_read_only = {read_only}");
        let _ = server.query(&maintenance, &set);
        let _ = server.query(&maintenance, &reconnect);
        becomes(&service, status);
    }
}

/// Errors are recognized by their English text, and only a superuser can set the language.
#[test]
fn errors_in_another_language_are_503_with_the_remedy() {
    let server = Postgres::start_in_german();
    let url = server.create_database();
    let database = url.rsplit('/').next().unwrap();
    let _ = server.query(&url, &format!("create role app login; alter database {database} owner to app"));
    let environment = Environment::new()
        .set("DATABASE_URL", url.replace("postgres@", "app@"))
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    let remedy = "as a superuser: alter role <role of the service> set lc_messages = 'C'";
    let warning = |log: &str| log.matches("errors of the database server are not in English").count();
    assert_eq!(warning(&service.log().text()), 1, "{}", service.log());
    let alice = caller(&environment, &service, "alice");
    let task = json!({"title": "a"});
    let _ = alice.post("/api/tasks", &task).expect(201);
    let _ = server.query(&url, "revoke select, insert on tasks from app");
    let _ = alice.get("/api/tasks").expect(503);
    let _ = alice.post("/api/tasks", &task).expect(503);
    becomes(&service, 503);
    let named = || {
        let log = service.log().text();
        (log.contains("keine Berechtigung") && log.contains(&format!("English); {remedy}"))).then_some(())
    };
    assert!(eventually(LIMIT, named).is_some(), "{}", service.log());
    let _ = server.query(&url, "grant select, insert on tasks to app");
    becomes(&service, 200);
    service.stop();
    let _ = server.query(&url, "alter role app set lc_messages = 'C'");
    let service = environment.serve();
    assert_eq!(warning(&service.log().text()), 0, "{}", service.log());
}

#[test]
fn failing_writes_are_not_ready_until_they_succeed() {
    let server = Postgres::start();
    let url = server.create_database();
    let environment =
        Environment::new().set("DATABASE_URL", &url).set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let task = json!({"title": "a"});
    let _ = alice.post("/api/tasks", &task).expect(201);
    // As on a full disk (53100 disk_full), of the tasks alone.
    let _ = server.query(
        &url,
        "create function fill() returns trigger language plpgsql as \
         $$ begin raise exception 'could not extend file: No space left on device' using errcode = '53100'; end $$; \
         create trigger fill before insert on tasks for each row execute function fill()",
    );
    let _ = alice.post("/api/tasks", &task).expect(503);
    becomes(&service, 503);
    let _ = alice.get("/api/tasks").expect(200);
    let _ = server.query(&url, "drop trigger fill on tasks");
    becomes(&service, 200);
    let _ = alice.post("/api/tasks", &task).expect(201);
    let rows = server.query(&url, "select count(*) from tasks");
    assert_eq!(rows.trim(), "2", "a check leaves nothing");
}

#[test]
fn table_locked_by_a_migration_is_not_ready() {
    let server = Postgres::start();
    let url = server.create_database();
    let environment =
        Environment::new().set("DATABASE_URL", &url).set("BETTER_AUTH_SECRET", BetterAuth::SECRET);
    let service = environment.serve();
    becomes(&service, 200);
    thread::scope(|scope| {
        scope.spawn(|| server.client("psql", &["-c", "begin; lock table tasks; select pg_sleep(60)", &url]));
        becomes(&service, 503);
        let end = "select pg_terminate_backend(pid) from pg_stat_activity where wait_event = 'PgSleep'";
        let _ = server.query(&url, end);
    });
    becomes(&service, 200);
}

#[test]
fn damaged_file_is_not_ready_until_it_is_repaired() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    for number in 0..200 {
        let task = json!({"title": format!("number {number:03}"), "description": "y".repeat(500)});
        let _ = alice.post("/api/tasks", &task).expect(201);
    }
    service.stop();
    let file = environment.folder().join("tasks.db");
    // One of them is at an end, which a check reads; the other one is noticed by a request.
    for title in ["number 000", "number 100"] {
        let pages = pages_with(&file, title);
        let writable = OpenOptions::new().write(true).open(&file).unwrap();
        for (at, _) in &pages {
            writable.write_all_at(&[0xa5; PAGE], *at).unwrap();
        }
        let service = environment.serve();
        if title == "number 100" {
            let alice = caller(&environment, &service, "alice");
            assert_eq!(alice.get("/api/tasks?limit=1000").status, 500);
        }
        becomes(&service, 503);
        for (at, page) in &pages {
            writable.write_all_at(page, *at).unwrap();
        }
        becomes(&service, 200);
        let alice = caller(&environment, &service, "alice");
        assert_eq!(alice.get("/api/tasks?limit=1000").status, 200);
        service.stop();
    }
}

/// The pages with this text: their offsets and contents.
fn pages_with(file: &Path, text: &str) -> Vec<(u64, Vec<u8>)> {
    let content = fs::read(file).unwrap();
    let has_text = |page: &[u8]| page.windows(text.len()).any(|part| part == text.as_bytes());
    let pages = (0..).step_by(PAGE).zip(content.chunks(PAGE)).filter(|(_, page)| has_text(page));
    pages.map(|(at, page)| (at, page.to_vec())).collect()
}

#[test]
fn deleted_or_replaced_file_is_not_written() {
    let environment = Database::Sqlite.with_secret();
    let service = environment.serve();
    let alice = caller(&environment, &service, "alice");
    let task = json!({"title": "x"});
    let (file, aside) = (environment.folder().join("tasks.db"), environment.folder().join("aside.db"));
    let _ = alice.post("/api/tasks", &task).expect(201);
    becomes(&service, 200);
    for replacement in [None, Some("")] {
        fs::rename(&file, &aside).unwrap();
        if let Some(content) = replacement {
            fs::write(&file, content).unwrap();
        }
        for _ in 0..5 {
            let _ = alice.post("/api/tasks", &task).expect(503);
        }
        becomes(&service, 503);
        assert_eq!(File::open(&file).is_ok(), replacement.is_some(), "it was created again");
        fs::rename(&aside, &file).unwrap();
        becomes(&service, 200);
        let _ = alice.post("/api/tasks", &task).expect(201);
        let again = "the database is available again";
        let logged = eventually(LIMIT, || {
            becomes(&service, 200);
            let outages = 1 + usize::from(replacement.is_some());
            (service.log().text().matches(again).count() == outages).then_some(())
        });
        assert!(logged.is_some(), "{}", service.log());
    }
    let log = service.log().clone();
    service.stop();
    assert_eq!(log.text().matches("the database file was deleted or replaced").count(), 2, "{log}");
}
