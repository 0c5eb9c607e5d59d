//! One process at a time.
//!
//! The lock is an advisory one of a transaction, on a connection of its own: a transaction keeps its connection also
//! behind a pooler that gives connections to transactions, where a lock of the session would stay with a connection that
//! is another client's next; and a migration may need to run outside a transaction.
//!
//! It is tried for and never waited for in the server. `create index concurrently` waits until every transaction with
//! an older snapshot has ended; a process that waited in `select pg_advisory_lock(…)` would be one, and the two would
//! wait for each other. A transaction that is idle has no snapshot at this isolation level, so that the holder is not
//! waited for either.

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{PgConnection, QueryResult, RunQueryDsl, select};

use super::super::connection::Server;
use super::super::settings;
use super::bounded::Bounded;
use crate::migrations::failed;
use crate::{MigrateError, MigrationOptions};

/// The key of the lock: "tasknook" in ASCII.
const KEY: i64 = i64::from_be_bytes(*b"tasknook");

/// Migrations of an empty database take some 50 ms, so that a process which waits for another one starts soon after.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// The right to migrate, until it is dropped or its connection is lost.
pub(super) struct MigrationLock {
    connection: Bounded,
}

impl MigrationLock {
    /// Waits until no other process migrates.
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

    /// Makes sure that the lock is still held: it ends with its connection.
    pub(super) fn check(&mut self) -> Result<(), MigrateError> {
        let held = |connection: &mut PgConnection| connection.batch_execute("select 1");
        self.connection.query(held)?.map_err(failed)
    }

    /// Lets others have it.
    pub(super) fn release(mut self) {
        // What fails has lost the connection, and the lock with it.
        let _ = self.connection.query(AnsiTransactionManager::rollback_transaction);
    }
}

/// Begins a transaction that holds the lock, unless another one does.
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
