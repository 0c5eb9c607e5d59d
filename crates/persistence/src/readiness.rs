//! Whether the database would answer now, with the schema that this build needs.

use std::sync::Arc;

use async_trait::async_trait;
use diesel::QueryResult;
use domain::{Readiness, RepositoryError};

use crate::dialect::Outcomes;
use crate::lanes::{Queue, Watch};
use crate::migrations::{self, MigrationBackend};

/// Somebody asks whether the database is ready.
pub(crate) struct Probe;

/// Readiness behind a lane of its own, so that it is asked of the database however long the other queues are.
pub(crate) struct LaneReadiness {
    pub(crate) probes: Queue<Probe, ()>,
    pub(crate) _watch: Arc<Watch>,
}

#[async_trait]
impl Readiness for LaneReadiness {
    async fn check(&self) -> Result<(), RepositoryError> {
        self.probes.ask(Probe).await
    }
}

/// Answers all who ask with one round trip.
pub(crate) fn probe<B: MigrationBackend>(connection: &mut B::Connection, set: &[Probe]) -> Outcomes<()> {
    let missing = missing::<B>(connection)?;
    let outcome = || if missing.is_empty() { Ok(()) } else { Err(Unmigrated(missing.clone()).into()) };
    Ok(set.iter().map(|_| outcome()).collect())
}

fn missing<B: MigrationBackend>(connection: &mut B::Connection) -> QueryResult<Vec<String>> {
    // Before the first migration there is no table to look into, and the look fails.
    let history = match B::history(connection) {
        Err(error) if B::has_history(connection)? => return Err(error),
        Err(_) => Vec::new(),
        Ok(history) => history,
    };
    migrations::missing::<B>(&history).map_err(diesel::result::Error::QueryBuilderError)
}

#[derive(Debug, thiserror::Error)]
#[error("migrations have not run yet: {}", .0.join(", "))]
struct Unmigrated(Vec<String>);

impl From<Unmigrated> for RepositoryError {
    fn from(error: Unmigrated) -> Self {
        Self::Unavailable(Box::new(error))
    }
}
