//! Whether the database serves requests: it responds, has the schema of this build, and permits and stores writes.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use domain::{OwnerId, Readiness, RepositoryError};

use super::outage::{Outages, Part};
use super::servers::Servers;
use crate::migrations::{self, MigrationBackend};
use crate::read::Rows;
use crate::workers::{DeadlineTimer, Replies, Request, Sender};

/// A database that verifies that requests can be served.
pub(crate) trait ProbeBackend: MigrationBackend {
    /// Runs statements that need the rights and locks of the service's requests, and write nothing.
    fn try_access(&self, connection: &mut Self::Connection) -> QueryResult<()>;

    /// Reads all rows, after one was damaged.
    fn read_everything(&self, _: &mut Self::Connection) -> QueryResult<()> {
        Ok(())
    }

    /// Stores something without a meaning, after a write has failed. False if that is not possible.
    fn try_write(&self, _: &mut Self::Connection) -> QueryResult<bool> {
        Ok(false)
    }
}

/// What a check has to verify in addition, because calls have failed.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Doubts {
    pub(crate) writes: bool,
    pub(crate) damage: bool,
}

/// A readiness check.
pub(crate) struct Probe<B> {
    database: Arc<B>,
    doubts: Doubts,
}

impl<B: ProbeBackend> Request for Probe<B> {
    fn owner(&self) -> Option<&OwnerId> {
        None
    }
}

impl Rows for bool {
    fn rows(&self) -> usize {
        0
    }
}

/// Readiness with its own worker, so that the length of other queues does not matter.
pub(crate) struct WorkerReadiness<B> {
    pub(crate) database: Arc<B>,
    /// The reply is whether a write was stored.
    pub(crate) probes: Sender<Probe<B>, bool>,
    pub(crate) outages: Arc<Outages>,
    pub(super) servers: Option<Servers>,
    pub(crate) _timer: Arc<DeadlineTimer>,
}

#[async_trait]
impl<B: ProbeBackend> Readiness for WorkerReadiness<B> {
    async fn check(&self) -> Result<(), RepositoryError> {
        let doubts = self.outages.doubts();
        let mut checked = self.probes.submit(Probe { database: Arc::clone(&self.database), doubts }).await;
        if checked.as_ref().is_ok_and(|stored| !stored) && self.outages.has_failed_to_write() {
            checked = Err(RepositoryError::Unavailable("writes fail".into()));
        }
        self.outages.record(Part::Everything, &checked);
        match checked {
            // The server of the URL does not respond, and has no rows.
            Err(RepositoryError::Unavailable(error)) if !error.is::<Unmigrated>() && self.others_serve() => {
                Ok(())
            }
            checked => checked.map(drop),
        }
    }
}

impl<B> WorkerReadiness<B> {
    /// Whether other servers serve all users.
    fn others_serve(&self) -> bool {
        self.servers.as_ref().is_some_and(Servers::serve_everyone)
    }
}

/// Serves all checks together. Unless the database is only read, a read-only server is an error of the statement, so that the pool discards the connection
/// and the next one may reach another server.
pub(crate) fn probe<B: ProbeBackend>(connection: &mut B::Connection, group: &[Probe<B>]) -> Replies<bool> {
    let Some(Probe { database, .. }) = group.first() else { return Ok(Vec::new()) };
    let missing = missing::<B>(database, connection)?;
    if !missing.is_empty() {
        return Ok(group.iter().map(|_| Err(Unmigrated(missing.clone()).into())).collect());
    }
    database.try_access(connection)?;
    if group.iter().any(|probe| probe.doubts.damage) {
        database.read_everything(connection)?;
    }
    let stored = group.iter().any(|probe| probe.doubts.writes) && database.try_write(connection)?;
    Ok(group.iter().map(|_| Ok(stored)).collect())
}

fn missing<B: MigrationBackend>(database: &B, connection: &mut B::Connection) -> QueryResult<Vec<String>> {
    // Before the first migration the query fails, because the table does not exist.
    let (read_only, applied) = match B::readiness(connection) {
        Err(error) if B::migrations_table_exists(connection)? => return Err(error),
        Err(_) => (false, Vec::new()),
        Ok(ready) => ready,
    };
    if read_only && !database.is_read_only() {
        let message = Box::new("the database is read-only: transaction_read_only is on".to_owned());
        return Err(Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, message));
    }
    migrations::missing::<B>(&applied).map_err(Error::QueryBuilderError)
}

#[derive(Debug, thiserror::Error)]
#[error("pending migrations: {}", .0.join(", "))]
struct Unmigrated(Vec<String>);

impl From<Unmigrated> for RepositoryError {
    fn from(error: Unmigrated) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
