//! A connection that cannot hang. The driver blocks, and a frozen server (a stopped virtual machine, a hung disk) answers
//! nothing while its kernel acknowledges every packet, so that no limit of TCP's or of the server's ends the wait.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Integer};
use diesel::{PgConnection, QueryResult, RunQueryDsl, select};

use super::super::connection::Server;
use crate::MigrateError;
use crate::migrations::unreachable;

/// How often in a row a server must fail to show that it still works on a migration. A single failure may be one lost
/// packet, or a moment without a free connection.
const FAILURES: u32 = 3;

pub(super) struct Bounded {
    server: Server,
    /// None once the server did not respond: a thread still waits with it.
    connection: Option<PgConnection>,
    /// The server's process; none behind a pooler, where it is another one each time.
    process: Option<i32>,
    limit: Duration,
}

impl Bounded {
    /// Makes a connection for migrations whose answers come within `limit`.
    pub(super) fn open(server: &Server, limit: Duration) -> Result<Self, MigrateError> {
        let connecting = server.clone();
        let connect = move || connecting.connect_to_migrate();
        // Libpq tries each address of each host, and has a limit for each (`connect_timeout`).
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

    /// Asks what has nothing to wait for.
    pub(super) fn query<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<QueryResult<T>, MigrateError> {
        let (connection, answer) = wait(&self.start(run)?, self.limit)?;
        self.connection = Some(connection);
        Ok(answer)
    }

    /// Runs what may take any time, as long as the server shows on another connection that it works on it.
    pub(super) fn run<T: Send + 'static>(
        &mut self,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T> + Send + 'static,
    ) -> Result<QueryResult<T>, MigrateError> {
        let answer = self.start(run)?;
        let mut failures = 0;
        loop {
            match wait(&answer, self.limit) {
                Ok((connection, answer)) => {
                    self.connection = Some(connection);
                    return Ok(answer);
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
            let answer = run(&mut connection);
            (connection, answer)
        })
    }

    /// Whether the server has the process of this connection. Of several servers another one may have taken over.
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

/// Runs something on a thread of its own, which is left behind when it hangs.
fn start<T: Send + 'static>(run: impl FnOnce() -> T + Send + 'static) -> Result<Receiver<T>, MigrateError> {
    let (sender, receiver) = channel();
    // Nobody may be waiting any more.
    let run = move || drop(sender.send(run()));
    let started = thread::Builder::new().name("db-migrate".into()).spawn(run);
    started.map(|_| receiver).map_err(|error| MigrateError::Failed(error.into()))
}

fn wait<T>(receiver: &Receiver<T>, limit: Duration) -> Result<T, MigrateError> {
    receiver.recv_timeout(limit).map_err(|error| match error {
        RecvTimeoutError::Timeout => MigrateError::NotResponding,
        RecvTimeoutError::Disconnected => MigrateError::Failed(io::Error::other("a thread panicked").into()),
    })
}
