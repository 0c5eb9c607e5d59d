//! Whether the database responds and has the schema of this build.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use domain::{OwnerId, Readiness, RepositoryError};

use crate::migrations::{self, MigrationBackend};
use crate::read::Rows;
use crate::workers::{DeadlineTimer, Replies, Request, Sender};

/// A readiness check.
pub(crate) struct Probe;

impl Request for Probe {
    fn owner(&self) -> Option<&OwnerId> {
        None
    }
}

impl Rows for () {
    fn rows(&self) -> usize {
        0
    }
}

/// Readiness with its own worker, so that the length of other queues does not matter.
pub(crate) struct WorkerReadiness {
    pub(crate) probes: Sender<Probe, ()>,
    pub(crate) _timer: Arc<DeadlineTimer>,
}

#[async_trait]
impl Readiness for WorkerReadiness {
    async fn check(&self) -> Result<(), RepositoryError> {
        self.probes.submit(Probe).await
    }
}

/// Serves all checks with one round trip. A read-only server is an error of the statement, so that the pool discards the
/// connection and the next one may reach another server.
pub(crate) fn probe<B: MigrationBackend>(connection: &mut B::Connection, group: &[Probe]) -> Replies<()> {
    let missing = missing::<B>(connection)?;
    let outcome = || if missing.is_empty() { Ok(()) } else { Err(Unmigrated(missing.clone()).into()) };
    Ok(group.iter().map(|_| outcome()).collect())
}

fn missing<B: MigrationBackend>(connection: &mut B::Connection) -> QueryResult<Vec<String>> {
    // Before the first migration the query fails, because the table does not exist.
    let (read_only, applied) = match B::readiness(connection) {
        Err(error) if B::migrations_table_exists(connection)? => return Err(error),
        Err(_) => (false, Vec::new()),
        Ok(ready) => ready,
    };
    if read_only {
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
