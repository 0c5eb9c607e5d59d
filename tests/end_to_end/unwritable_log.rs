//! A log, or standard output, that cannot be written.

use std::fs::OpenOptions;
use std::net::TcpListener;
use std::process::Stdio;
use std::time::Duration;

use tasknook_tests::{Client, eventually, run_to_exit, signal};

use crate::database::Database;

const LIMIT: Duration = Duration::from_secs(20);

/// A file that is always full.
fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn unwritable_log_affects_neither_requests_nor_shutdown() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_SERVER__PORT", port.to_string());
    let mut service = environment.command(&["serve"]).stderr(full()).stdout(full()).spawn().unwrap();
    let client = Client::new(&format!("http://127.0.0.1:{port}"));
    let lives = || client.request("GET", "/livez").try_send().is_ok_and(|response| response.status == 200);
    assert!(eventually(LIMIT, || lives().then_some(())).is_some());
    let alice = client.with_token(&environment.token("alice"));
    for _ in 0..20 {
        let _ = alice.get("/api/tasks").expect(200);
        let _ = client.get("/api/tasks").expect(401);
    }
    signal(service.id(), "TERM");
    let ended = eventually(LIMIT, || service.try_wait().unwrap());
    assert!(ended.is_some_and(|status| status.success()), "{ended:?}");
}

#[test]
fn unwritable_output_keeps_the_exit_code() {
    let rejected = Database::Sqlite.environment();
    let status = rejected.command(&["serve"]).stderr(full()).status().unwrap();
    assert_eq!(status.code(), Some(2));
    let shown = Database::Sqlite.with_secret();
    let status = shown.command(&["check-config"]).stdout(full()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(1));
    let described = shown.command(&["openapi"]).stdout(full()).stderr(Stdio::null()).status().unwrap();
    assert_eq!(described.code(), Some(1));
    assert_eq!(run_to_exit(&mut shown.command(&["check-config"]), LIMIT).code, Some(0));
}
