//! The database is unavailable for a while under open streams. They stay open, and continue where they were.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::{Value, json};
use tasknook_tests::{
    BetterAuth, Client, Environment, EventStream, Postgres, Service, SetOnDrop, eventually,
};

use super::{LIMIT, Received, await_open, expect, metric, open, open_with};
use crate::database::{Database, caller};
use relay::Relay;

mod relay;

/// Of alice, on each service.
const STREAMS: u64 = 3;

/// Further streams that are requested in each outage.
const REJECTED: u64 = 2;

/// Writes of alice, until it is over.
#[derive(Default)]
struct Writer {
    acknowledged: Vec<String>,
    rejected: u64,
}

impl Writer {
    fn write(&mut self, alice: &Client, round: usize, is_over: &AtomicBool) {
        for number in 0.. {
            if is_over.load(Ordering::Relaxed) {
                return;
            }
            let title = format!("{round} {number}");
            if alice.post("/api/tasks", &json!({"title": title})).status == 201 {
                self.acknowledged.push(title);
            } else {
                self.rejected += 1;
            }
        }
    }
}

/// Waits until the service cannot write, or can again.
#[track_caller]
fn await_writes(service: &Service, alice: &Client, status: u16) {
    let task = json!({"title": "a probe"});
    let reached = eventually(LIMIT, || (alice.post("/api/tasks", &task).status == status).then_some(()));
    assert!(reached.is_some(), "no {status}\n{}", service.log());
}

/// Reads to a heartbeat that is sent after this call.
#[track_caller]
fn await_heartbeats(stream: &mut EventStream, received: &mut Received) {
    // One may have been sent before.
    for _ in 0..2 {
        received.follow_to_heartbeat(stream);
    }
}

/// The log has one event at the begin of an outage, and one at its end.
const EVENTS: [&str; 2] = ["the database is unavailable", "the database is available again"];

/// The number of events in the log with this message.
fn logged(service: &Service, message: &str) -> usize {
    let message = format!("\"message\":\"{message}\"");
    service.log().text().lines().filter(|line| line.contains(&message)).count()
}

fn with_heartbeats(url: String) -> Environment {
    Environment::new()
        .set("DATABASE_URL", url)
        .set("BETTER_AUTH_SECRET", BetterAuth::SECRET)
        .set("TASKNOOK_EVENTS__HEARTBEAT_SECONDS", "1")
}

/// The tasks in the order of their creation, which is that of their revisions: the clocks of two processes differ.
fn stored(alice: &Client) -> Vec<String> {
    let mut stored = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = alice.get(&format!("/api/tasks?sort=created_at&limit=1000{cursor}")).expect(200);
        let tasks: Value = page.json();
        let task =
            |task: &Value| (task["revision"].as_u64().unwrap(), task["title"].as_str().unwrap().to_owned());
        stored.extend(tasks.as_array().unwrap().iter().map(task));
        match page.header("x-next-cursor") {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    stored.sort();
    stored.into_iter().map(|(_, title)| title).collect()
}

struct Outage<'a> {
    begin: &'a dyn Fn(),
    end: &'a dyn Fn(),
    /// Whether the service that writes has it, too.
    stops_writer: bool,
    /// Whether nothing can be read.
    stops_reads: bool,
}

/// Two outages under streams of the first service, while alice writes with the last one.
fn streams_outlast(environment: &Environment, services: &[&Service], outage: &Outage<'_>) {
    let (watched, writing) = (services[0], services[services.len() - 1]);
    let alice = caller(environment, watched, "alice");
    let elsewhere = caller(environment, writing, "alice");
    let mut streams: Vec<EventStream> = (0..STREAMS).map(|_| open(environment, watched, None)).collect();
    let mut received: Vec<Received> = (0..STREAMS).map(|_| Received::default()).collect();
    for (stream, received) in streams.iter_mut().zip(&mut received) {
        received.position = expect(stream, "ready").id;
    }
    let mut writer = Writer::default();
    for round in 1..3 {
        let is_over = &AtomicBool::new(false);
        thread::scope(|scope| {
            let (writer, elsewhere) = (&mut writer, &elsewhere);
            let _ = scope.spawn(move || writer.write(elsewhere, round, is_over));
            let _end = SetOnDrop(is_over);
            for (stream, received) in streams.iter_mut().zip(&mut received) {
                received.follow(stream, Some(&format!("{round} 5")));
            }
            (outage.begin)();
            await_writes(watched, &alice, 503);
            for (stream, received) in streams.iter_mut().zip(&mut received) {
                await_heartbeats(stream, received);
            }
            // A stream that cannot begin takes no place.
            if outage.stops_reads {
                for _ in 0..REJECTED {
                    let _ = alice.get("/api/tasks/events").expect(503);
                }
            }
            await_open(watched, STREAMS);
            (outage.end)();
            await_writes(watched, &alice, 201);
        });
        let last = format!("the last of {round}");
        let _ = super::add(&elsewhere, &last);
        for (stream, received) in streams.iter_mut().zip(&mut received) {
            received.follow(stream, Some(&last));
        }
        let is_logged = || {
            let _ = watched.client().get("/readyz");
            await_writes(watched, &alice, 201);
            let _ = alice.get("/api/tasks").status;
            EVENTS.iter().all(|event| logged(watched, event) == round).then_some(())
        };
        assert!(eventually(LIMIT, is_logged).is_some(), "{}", watched.log());
    }
    let last = "the last one";
    let _ = super::add(&alice, last);
    let stored = stored(&alice);
    for (stream, received) in streams.iter_mut().zip(&mut received) {
        received.follow(stream, Some(last));
        assert!(received.revisions.is_sorted_by(|one, other| one < other), "{:?}", received.revisions);
        assert_eq!(received.titles, stored);
    }
    assert!(writer.acknowledged.iter().all(|title| stored.contains(title)));
    assert_eq!(writer.rejected > 0, outage.stops_writer, "{} are rejected", writer.rejected);
    // All other places are free.
    let token = environment.token("alice");
    let others: Vec<EventStream> = (STREAMS..10).map(|_| open_with(&token, watched, None)).collect();
    let _ = alice.get("/api/tasks/events").expect(429);
    drop((streams, others));
    await_open(watched, 0);
    let rejected = if outage.stops_reads { 2 * REJECTED } else { 0 };
    let failed = metric(watched, "tasknook_event_streams_ended_total{reason=\"failed\"}");
    assert_eq!(failed.unwrap_or_default(), rejected, "{}", watched.log());
}

fn postgres_goes_away(begin: fn(&Postgres), end: fn(&Postgres)) {
    let server = Postgres::start();
    let environment = with_heartbeats(server.create_database());
    let service = environment.serve();
    let (begin, end) = (|| begin(&server), || end(&server));
    let outage = Outage { begin: &begin, end: &end, stops_writer: true, stops_reads: true };
    streams_outlast(&environment, &[&service], &outage);
}

#[test]
fn streams_outlast_a_restart_of_the_server() {
    postgres_goes_away(Postgres::stop, Postgres::start_again);
}

#[test]
fn streams_outlast_a_hang_of_the_server() {
    postgres_goes_away(Postgres::freeze, Postgres::thaw);
}

#[test]
fn streams_outlast_a_cut_to_the_server() {
    let url = Database::Postgres.url(std::path::Path::new("/"));
    let relay = Relay::start(&Postgres::shared().address());
    let direct = with_heartbeats(url.clone());
    let environment = with_heartbeats(url.replace(&Postgres::shared().address(), &relay.address()));
    let services = [environment.serve(), direct.serve()];
    let (begin, end) = (|| relay.cut(), || relay.join());
    let outage = Outage { begin: &begin, end: &end, stops_writer: false, stops_reads: true };
    streams_outlast(&environment, &services.each_ref(), &outage);
}

#[test]
fn streams_outlast_a_lock_of_the_file() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_EVENTS__HEARTBEAT_SECONDS", "1");
    let services = [environment.serve(), environment.serve()];
    let file = environment.folder().join("tasks.db");
    let connection = || SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let holder = std::cell::RefCell::new(connection());
    let begin = || {
        holder.borrow_mut().batch_execute("pragma busy_timeout = 60000; begin immediate").unwrap();
    };
    let end = || holder.borrow_mut().batch_execute("rollback").unwrap();
    let outage = Outage { begin: &begin, end: &end, stops_writer: true, stops_reads: false };
    streams_outlast(&environment, &services.each_ref(), &outage);
}
