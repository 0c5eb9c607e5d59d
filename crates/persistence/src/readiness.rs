//! Whether the database would answer now, with the schema that this build needs.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::QueryResult;
use domain::{OwnerId, Readiness, RepositoryError};

use crate::dialect::{Dialect, Outcomes};
use crate::migrations;
use crate::workers::{DeadlineTimer, Request, Sender};

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

/// Answers all who ask with one round trip.
pub(crate) fn probe<D: Dialect>(connection: &mut D::Connection, set: &[Probe]) -> Outcomes<()> {
    let problem = problem::<D>(connection)?;
    let outcome = || problem.clone().map_or(Ok(()), |problem| Err(problem.into()));
    Ok(set.iter().map(|_| outcome()).collect())
}

fn problem<D: Dialect>(connection: &mut D::Connection) -> QueryResult<Option<NotReady>> {
    // Before the first migration there is no table to look into, and the look fails.
    let (read_only, history) = match D::readiness(connection) {
        Err(error) if D::has_history(connection)? => return Err(error),
        Err(_) => (false, Vec::new()),
        Ok(ready) => ready,
    };
    let missing = migrations::missing::<D>(&history).map_err(diesel::result::Error::QueryBuilderError)?;
    Ok(if missing.is_empty() {
        read_only.then_some(NotReady::ReadOnly)
    } else {
        Some(NotReady::Unmigrated(missing))
    })
}

#[derive(Debug, Clone, thiserror::Error)]
enum NotReady {
    #[error("migrations have not run yet: {}", .0.join(", "))]
    Unmigrated(Vec<String>),
    #[error("the database takes no writes: transaction_read_only is on")]
    ReadOnly,
}

impl From<NotReady> for RepositoryError {
    fn from(error: NotReady) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
