//! Whether the database would answer now, with the schema that this build needs.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use domain::{OwnerId, Readiness, RepositoryError};

use crate::migrations::{self, MigrationBackend};
use crate::workers::{DeadlineTimer, Replies, Request, Sender};

/// Somebody asks whether the database is ready.
pub(crate) struct Probe;

impl Request for Probe {
    fn owner(&self) -> Option<&OwnerId> {
        None
    }
}

/// Readiness with a worker of its own, so that the database is asked however long the other queues are.
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

/// Answers all who ask with one round trip. A server that takes no writes is an error of the statement, so that the next
/// connection may lead to another server.
pub(crate) fn probe<B: MigrationBackend>(connection: &mut B::Connection, group: &[Probe]) -> Replies<()> {
    let missing = missing::<B>(connection)?;
    let outcome = || if missing.is_empty() { Ok(()) } else { Err(Unmigrated(missing.clone()).into()) };
    Ok(group.iter().map(|_| outcome()).collect())
}

fn missing<B: MigrationBackend>(connection: &mut B::Connection) -> QueryResult<Vec<String>> {
    // Before the first migration there is no table to look into, and the look fails.
    let (read_only, applied) = match B::readiness(connection) {
        Err(error) if B::migrations_table_exists(connection)? => return Err(error),
        Err(_) => (false, Vec::new()),
        Ok(ready) => ready,
    };
    if read_only {
        let message = Box::new("the database takes no writes: transaction_read_only is on".to_owned());
        return Err(Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, message));
    }
    migrations::missing::<B>(&applied).map_err(Error::QueryBuilderError)
}

#[derive(Debug, thiserror::Error)]
#[error("migrations have not run yet: {}", .0.join(", "))]
struct Unmigrated(Vec<String>);

impl From<Unmigrated> for RepositoryError {
    fn from(error: Unmigrated) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
