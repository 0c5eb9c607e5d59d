//! The lock that lets one process migrate at a time.
//!
//! It is an advisory lock of a transaction on its own connection. Behind a transaction-mode pooler, a transaction keeps
//! its connection, while a session lock would stay with a connection that another client gets next. The connection is
//! separate because a migration may run outside a transaction.
//!
//! The lock is polled, never awaited in the server. `create index concurrently` waits for all transactions with an older
//! snapshot; a process waiting in `select pg_advisory_lock(…)` has one, and the two would deadlock. The idle transaction
//! of the holder has no snapshot at this isolation level.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{PgConnection, QueryResult, RunQueryDsl, select};

use super::super::bounded::Bounded;
use super::super::connection::Server;
use super::super::settings;
use crate::migrations::failed;
use crate::{MigrateError, MigrationOptions};

/// The key of the lock: "tasknook" in ASCII.
const KEY: i64 = i64::from_be_bytes(*b"tasknook");

/// The migrations of an empty database take about 50 ms.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The lock, until it is dropped or its connection is lost.
pub(super) struct MigrationLock {
    connection: Bounded,
}

impl MigrationLock {
    /// Acquires the lock, polling until the deadline.
    pub(super) fn acquire(server: &Server, options: &MigrationOptions) -> Result<Self, MigrateError> {
        let mut connection = Bounded::open(server, options.response_timeout)?;
        let deadline = Instant::now() + options.deadline;
        let mut pause = FIRST_PAUSE;
        loop {
            if connection.query(try_lock)?.map_err(failed)? {
                return Ok(Self { connection });
            }
            if Instant::now() + pause > deadline {
                return Err(MigrateError::Locked("another process is migrating the database".into()));
            }
            if pause == FIRST_PAUSE {
                tracing::info!("waiting for another process that migrates the database");
            }
            thread::sleep(pause);
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Fails if the lock was lost with its connection.
    pub(super) fn check(&mut self) -> Result<(), MigrateError> {
        let held = |connection: &mut PgConnection| connection.batch_execute("select 1");
        self.connection.query(held)?.map_err(failed)
    }

    /// Releases the lock.
    pub(super) fn release(mut self) {
        // If this fails, the connection is lost, and the lock with it.
        let _ = self.connection.query(AnsiTransactionManager::rollback_transaction);
    }
}

/// Begins a transaction with the lock, if it is free.
fn try_lock(connection: &mut PgConnection) -> QueryResult<bool> {
    AnsiTransactionManager::begin_transaction(connection)?;
    connection.batch_execute(settings::WITHOUT_LIMITS)?;
    let free: bool =
        select(sql::<Bool>(&format!("pg_try_advisory_xact_lock({KEY})"))).get_result(connection)?;
    if !free {
        AnsiTransactionManager::rollback_transaction(connection)?;
    }
    Ok(free)
}
