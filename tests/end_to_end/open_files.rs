//! The limit of open files.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use tasknook_tests::{Environment, RawConnection, Service, short_or_soak};

use crate::database::Database;

/// The environment with limits of open files, as `ulimit` sets them.
fn limited(environment: Environment, ulimit: &str) -> Environment {
    let program = environment.command(&[]).get_program().to_str().unwrap().to_owned();
    let script = environment.folder().join("limited");
    fs::write(&script, format!("#!/bin/sh\n{ulimit}\nexec '{program}' \"$@\"\n")).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    environment.of(script)
}

/// Connections that have been used, and are kept.
fn kept(service: &Service, count: usize) -> Vec<RawConnection> {
    let open = |_| {
        let mut connection = RawConnection::open(service.address()).unwrap();
        connection.send(connection.request("GET", "/livez", &[], "")).unwrap();
        assert_eq!(connection.response().unwrap().unwrap().status, 200);
        connection
    };
    (0..count).map(open).collect()
}

#[test]
fn soft_limit_is_raised_for_idle_connections() {
    let service = limited(Database::Sqlite.with_secret(), "ulimit -Sn 64").serve();
    let idle = kept(&service, 100);
    let _ = service.client().get("/readyz").expect(200);
    drop(idle);
    let log = service.log().clone();
    service.stop();
    assert!(!log.text().contains("Too many open files"), "{log}");
}

/// The test itself needs a file for each connection.
#[test]
fn idle_connections_cost_little_memory() {
    let service = Database::Sqlite.with_secret().serve();
    let count = short_or_soak(500, 10_000);
    // The first time warms up allocations that remain.
    drop(kept(&service, 50));
    let before = service.resident_bytes();
    let idle = kept(&service, count);
    let each = service.resident_bytes().saturating_sub(before) / count;
    assert!(each < 16 << 10, "{each} bytes for each of {count} connections");
    drop(idle);
    let _ = service.client().get("/readyz").expect(200);
}

#[test]
fn settings_above_the_hard_limit_are_reduced() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__WORKERS", "256");
    let service = limited(environment, "ulimit -n 160").serve();
    let _connections = kept(&service, 10);
    let _ = service.client().get("/readyz").expect(200);
    let log = service.log().text();
    assert!(log.contains("reduced server.workers or server.max_connections"), "{log}");
    // More than fit wait in the accept queue, and are served when others leave.
    let waiting: Vec<_> = (0..300).map(|_| RawConnection::open(service.address()).unwrap()).collect();
    drop(waiting);
    let _ = service.client().get("/readyz").expect(200);
    let log = service.log().clone();
    service.stop();
    assert!(!log.text().contains("Too many open files"), "{log}");
}
