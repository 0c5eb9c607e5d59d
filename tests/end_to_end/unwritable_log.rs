//! A log, or standard output, that cannot be written.

use std::fs::OpenOptions;
use std::io::{PipeReader, pipe};
use std::net::TcpListener;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;
use tasknook_tests::{Client, Environment, Output, eventually, run_to_exit, short_or_soak, signal};

use crate::database::{Database, url_of};

const LIMIT: Duration = Duration::from_mins(1);

/// A file that is always full.
fn full() -> Stdio {
    OpenOptions::new().write(true).open("/dev/full").unwrap().into()
}

#[test]
fn unwritable_log_affects_neither_requests_nor_shutdown() {
    let environment = Database::Sqlite.with_secret();
    let (mut service, client) = serve(&environment, full());
    let alice = client.with_token(&environment.token("alice"));
    for _ in 0..20 {
        let _ = alice.get("/api/tasks").expect(200);
        let _ = client.get("/api/tasks").expect(401);
    }
    assert!(dropped_lines(&client) > 0);
    stops(&mut service);
}

/// Starts it with this standard error, and waits until it responds.
fn serve(environment: &Environment, stderr: impl Into<Stdio>) -> (Child, Client) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let environment = environment.clone().set("TASKNOOK_SERVER__PORT", port.to_string());
    let service = environment.command(&["serve"]).stderr(stderr).stdout(full()).spawn().unwrap();
    let client = Client::new(&format!("http://127.0.0.1:{port}"));
    let lives = || client.request("GET", "/livez").try_send().is_ok_and(|response| response.status == 200);
    assert!(eventually(LIMIT, || lives().then_some(())).is_some());
    (service, client)
}

fn stops(service: &mut Child) {
    signal(service.id(), "TERM");
    let ended = eventually(LIMIT, || service.try_wait().unwrap());
    assert!(ended.is_some_and(|status| status.success()), "{ended:?}");
}

fn dropped_lines(client: &Client) -> u64 {
    let metrics = client.get("/metrics").expect(200).text();
    let line = metrics.lines().find_map(|line| line.strip_prefix("tasknook_log_dropped_lines_total "));
    line.unwrap().parse().unwrap()
}

/// A service whose log was not read until lines were dropped.
fn serve_until_lines_are_dropped() -> (Child, Client, PipeReader) {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_LOG__LEVEL", "trace");
    let (unread, stderr) = pipe().unwrap();
    let (service, client) = serve(&environment, stderr);
    let alice = client.with_token(&environment.token("alice"));
    let full = eventually(LIMIT, || {
        for _ in 0..100 {
            let _ = alice.get("/api/tasks").expect(200);
        }
        (dropped_lines(&client) > 0).then_some(())
    });
    assert!(full.is_some(), "no line is dropped");
    for _ in 0..short_or_soak(300, 100_000) {
        let _ = alice.get("/api/tasks").expect(200);
        let _ = client.get("/livez").expect(200);
    }
    (service, client, unread)
}

#[test]
fn unread_log_affects_neither_requests_nor_shutdown() {
    let (mut service, _, _unread) = serve_until_lines_are_dropped();
    stops(&mut service);
}

#[test]
fn dropped_lines_are_reported_when_the_log_is_read_again() {
    let (mut service, client, unread) = serve_until_lines_are_dropped();
    let log = Output::of(unread);
    let reported = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["message"].as_str()?.starts_with("log lines were dropped"))
            .then(|| line["lines"].as_u64().unwrap())
    };
    let first = log.wait_for(LIMIT, reported).unwrap();
    assert!((300..=dropped_lines(&client)).contains(&first), "{first}");
    stops(&mut service);
    assert!(log.ends_within(LIMIT));
    assert!(
        log.text().ends_with("\"message\":\"stopped\",\"target\":\"tasknook::server\"}"),
        "{}",
        log.text()
    );
}

#[test]
fn messages_of_libpq_are_one_line_of_the_text_log() {
    let environment = Database::Postgres.with_secret().set("TASKNOOK_LOG__FORMAT", "text");
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = url_of(&environment);
    let name = url.rsplit('/').next().unwrap();
    let environment = environment
        .set("DATABASE_URL", format!("postgres://postgres@{closed}/{name}"))
        .set("TASKNOOK_DATABASE__STARTUP_TIMEOUT_SECONDS", "1");
    let exit = environment.run(&["serve"]);
    assert_eq!(exit.code, Some(1));
    assert!(exit.stderr.contains("Is the server running"), "{}", exit.stderr);
    for line in exit.stderr.lines() {
        assert!(line.starts_with("20") || line.starts_with("tasknook: "), "{line:?} in\n{}", exit.stderr);
    }
}

#[test]
fn failed_start_is_an_event_of_the_json_log() {
    let environment = Database::Postgres.with_secret().set("TASKNOOK_DATABASE__STARTUP_TIMEOUT_SECONDS", "0");
    let unknown = format!("{}_unknown", url_of(&environment));
    let failing = environment.set("DATABASE_URL", unknown);
    let exit = failing.run(&["serve"]);
    assert_eq!(exit.code, Some(1));
    let last: Value = serde_json::from_str(exit.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["level"], &last["message"], &last["exit_code"]),
        (&"ERROR".into(), &"failed".into(), &1.into())
    );
    assert!(last["error"].as_str().unwrap().contains("does not exist"), "{last}");
    let text = failing.set("TASKNOOK_LOG__LEVEL", "off").run(&["serve"]);
    assert!(text.stderr.starts_with("tasknook: "), "{}", text.stderr);
}

#[test]
fn directive_for_tasknook_overrides_the_level_off() {
    let environment = Database::Sqlite.with_secret().set("TASKNOOK_LOG__LEVEL", "off,tasknook=info");
    let service = environment.serve();
    let _ = service.client().get("/livez").expect(200);
    let log = service.log().clone();
    service.stop();
    assert!(log.text().contains("\"target\":\"tasknook::server::access_log\""), "{log}");
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
