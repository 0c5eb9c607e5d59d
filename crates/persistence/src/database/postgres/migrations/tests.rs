//! Synthetic migrations on a real server.

mod blocked;
mod killed;
mod lint;
mod once;
mod outside;

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use tasknook_tests::{Postgres as Server, eventually};

use super::*;
use crate::DatabaseOptions;

/// For what happens soon unless it never happens.
const SOON: Duration = Duration::from_mins(1);

fn script(number: u32, sql: &str) -> Script {
    Script {
        name: format!("2030-01-01-{number:06}_test"),
        version: format!("20300101{number:06}"),
        sql: sql.to_owned(),
        in_transaction: true,
    }
}

fn outside(number: u32, sql: &str) -> Script {
    Script { in_transaction: false, ..script(number, sql) }
}

fn backend(url: &str) -> Postgres {
    let options = DatabaseOptions { url: url.to_owned(), ..DatabaseOptions::default() };
    Postgres::new(&options.url, &options)
}

/// Short pauses, and a deadline that only a migration which never ends would reach.
fn options() -> MigrationOptions {
    let retry_pause = Duration::from_millis(200);
    MigrationOptions { retry_pause, deadline: SOON * 2, ..MigrationOptions::default() }
}

fn connect(url: &str) -> PgConnection {
    PgConnection::establish(url).unwrap()
}

fn execute(url: &str, sql: &str) {
    connect(url).batch_execute(sql).unwrap();
}

/// Waits until a query gives this value.
fn await_value(url: &str, query: &str, value: &str) {
    let reached = || (Server::shared().query(url, query) == value).then_some(());
    assert!(eventually(SOON, reached).is_some(), "{query} is never {value}");
}
