//! The unit of systemd, and the notifications of a service of `Type=notify`.

use std::os::unix::net::UnixDatagram;
use std::time::{Duration, Instant};

use tasknook_tests::{Client, Environment, eventually};

use crate::database::Database;

const LIMIT: Duration = Duration::from_secs(20);

/// The service manager's end of `NOTIFY_SOCKET`.
struct Manager(UnixDatagram);

impl Manager {
    fn of(environment: &Environment) -> Self {
        let socket = UnixDatagram::bind(environment.folder().join("notify")).unwrap();
        socket.set_read_timeout(Some(LIMIT)).unwrap();
        Self(socket)
    }

    fn next(&self) -> String {
        let mut message = [0; 256];
        let length = self.0.recv(&mut message).unwrap();
        String::from_utf8_lossy(&message[..length]).trim_end().to_owned()
    }

    /// Skips notifications until this one.
    fn wait_for(&self, expected: &str) {
        let deadline = Instant::now() + LIMIT;
        while self.next() != expected {
            assert!(Instant::now() < deadline, "{expected} did not come");
        }
    }

    fn received_by_now(&self) -> Vec<String> {
        self.0.set_nonblocking(true).unwrap();
        let mut messages = Vec::new();
        let mut message = [0; 256];
        while let Ok(length) = self.0.recv(&mut message) {
            messages.push(String::from_utf8_lossy(&message[..length]).trim_end().to_owned());
        }
        self.0.set_nonblocking(false).unwrap();
        messages
    }
}

#[test]
fn systemd_is_notified_of_start_life_and_stop() {
    let environment = Database::Sqlite.with_secret();
    let manager = Manager::of(&environment);
    let service = environment.set("NOTIFY_SOCKET", "notify").set("WATCHDOG_USEC", "600000").begin();
    assert_eq!(manager.next(), "READY=1");
    let service = service.ready();
    let _ = Client::new(service.url()).get("/readyz").expect(200);
    for _ in 0..3 {
        manager.wait_for("WATCHDOG=1");
    }
    service.terminate();
    manager.wait_for("STOPPING=1");
    let status = service.ended();
    assert!(status.success(), "{status}");
}

#[test]
fn systemd_is_not_notified_before_the_database_is_ready() {
    let environment = Database::Sqlite.with_secret();
    let manager = Manager::of(&environment);
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap();
    drop(free);
    let environment = environment
        .set("NOTIFY_SOCKET", "notify")
        .set("WATCHDOG_USEC", "600000")
        .set("DATABASE_URL", format!("postgres://user@{address}/tasks"));
    let starting = environment.begin();
    let waits = |log: &tasknook_tests::Output| log.text().contains("waiting for the database").then_some(());
    assert!(eventually(LIMIT, || waits(starting.log())).is_some(), "{}", starting.log());
    assert_eq!(manager.received_by_now(), Vec::<String>::new());
}
