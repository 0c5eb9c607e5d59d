//! A connection with a response timeout.
//!
//! The driver blocks. A frozen server (a stopped virtual machine, a hung disk) does not respond while its kernel still
//! acknowledges packets, so no timeout of TCP or the server ends the wait.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Integer};
use diesel::{PgConnection, QueryResult, RunQueryDsl, select};

use super::connection::Server;
use crate::MigrateError;
use crate::migrations::unreachable;

/// Consecutive failed liveness checks before a migration counts as hung. A single failure may be a lost packet, or a lack of
/// free connections.
const FAILURES: u32 = 3;

pub(super) struct Bounded {
    server: Server,
    /// `None` after a timeout: a thread still waits with it.
    connection: Option<PgConnection>,
    /// The server's process; `None` behind a pooler, where it changes.
    process: Option<i32>,
    limit: Duration,
}

impl Bounded {
    /// Opens a connection for migrations with this response timeout.
    pub(super) fn open(server: &Server, limit: Duration) -> Result<Self, MigrateError> {
        let connecting = server.clone();
        let connect = move || connecting.connect_to_migrate();
        // Libpq tries each address of each host, with a limit for each (`connect_timeout`).
        let connection = wait(&start(connect)?, limit * 3)?.map_err(unreachable)?;
        let mut bounded = Self { server: server.clone(), connection: Some(connection), process: None, limit };
        if server.begin().is_none() {
            let process = |connection: &mut PgConnection| {
                select(sql::<Integer>("pg_backend_pid()")).get_result(connection)
            };
            bounded.process = bounded.query(process)?.ok();
        }
        Ok(bounded)
    }

    /// Runs a query that does not wait for locks.
    pub(super) fn query<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<QueryResult<T>, MigrateError> {
        let (connection, result) = wait(&self.start(run)?, self.limit)?;
        self.connection = Some(connection);
        Ok(result)
    }

    /// Runs a statement of any duration, as long as another connection confirms that the server works on it.
    pub(super) fn run<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<QueryResult<T>, MigrateError> {
        let result = self.start(run)?;
        let mut failures = 0;
        loop {
            match wait(&result, self.limit) {
                Ok((connection, result)) => {
                    self.connection = Some(connection);
                    return Ok(result);
                }
                Err(MigrateError::NotResponding) if failures < FAILURES => {
                    failures = if self.is_at_work() { 0 } else { failures + 1 };
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn start<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<Receiver<(PgConnection, QueryResult<T>)>, MigrateError> {
        let mut connection = self.connection.take().ok_or(MigrateError::NotResponding)?;
        start(move || {
            let result = run(&mut connection);
            (connection, result)
        })
    }

    /// Whether the server still has the process of this connection. After a failover it has not.
    fn is_at_work(&self) -> bool {
        let (server, process) = (self.server.clone(), self.process);
        let look = move || {
            let mut connection = server.connect_to_migrate().ok()?;
            let alive = match process {
                Some(process) => format!("(select count(*) from pg_stat_activity where pid = {process})"),
                None => "1::bigint".to_owned(),
            };
            select(sql::<BigInt>(&alive)).get_result::<i64>(&mut connection).ok()
        };
        let found = start(look).and_then(|found| wait(&found, self.limit));
        matches!(found, Ok(Some(1..)))
    }
}

/// Runs a closure on a new thread, which is abandoned if it hangs.
fn start<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Result<Receiver<T>, MigrateError> {
    let (sender, receiver) = channel();
    // The receiver may be gone after a timeout.
    let run = move || drop(sender.send(run()));
    let started = thread::Builder::new().name("db-bounded".into()).spawn(run);
    started.map(|_| receiver).map_err(|error| MigrateError::Failed(error.into()))
}

fn wait<T>(receiver: &Receiver<T>, limit: Duration) -> Result<T, MigrateError> {
    receiver.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => MigrateError::NotResponding,
        RecvTimeoutError::Disconnected => MigrateError::Failed(io::Error::other("a thread panicked").into()),
    })
}
