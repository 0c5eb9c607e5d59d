//! Prepares a restored database for clients that have seen a later state of it.
//!
//! Every owner gets another epoch, so that no position or entity tag of a list from before fits, and a revision beyond all
//! that were assigned before, so that no entity tag of a task names another version of it.

use std::error::Error;

use diesel::QueryResult;
use diesel::result::{ConnectionError, Error as DieselError};

use super::doctor::{DoctorBackend, DoctorConnection, DoctorError, Value};
use crate::{MigrateError, MigrationOptions, migrations};

/// More changes than an owner makes between a backup and its restore.
const RAISE: i64 = 1 << 32;

/// The highest revision that is raised: after it, as many changes again stay below 2^53, up to which every number of JSON
/// is exact (RFC 8259 §6).
const HIGHEST: i64 = (1 << 53) - 2 * RAISE;

/// A restored database that no service uses yet.
pub struct Restored {
    database: Box<dyn Renew>,
}

impl Restored {
    pub(crate) fn of(database: impl RestoredBackend) -> Self {
        Self { database: Box::new(database) }
    }

    /// Gives every owner another epoch and a higher revision, in one transaction, and returns their number. It blocks, keeps
    /// services from starting, and may be repeated. It writes nothing if a service process is connected.
    pub fn renew(&self) -> Result<u64, RestoredError> {
        self.database.renew()
    }
}

/// Why no owner was changed.
#[derive(Debug, thiserror::Error)]
pub enum RestoredError {
    /// The database cannot be opened, or a statement failed.
    #[error(transparent)]
    Database(#[from] DoctorError),
    /// The schema cannot be read.
    #[error(transparent)]
    Schema(#[from] MigrateError),
    /// The schema is not that of this build.
    #[error("the schema is not up to date: run `tasknook migrate`")]
    NotMigrated,
    /// A service process is connected.
    #[error("{by}: stop every service process of this database, and run the command again")]
    InUse {
        /// What shows it.
        by: String,
    },
    /// The lock that shows whether a service process is connected cannot be used.
    #[error("the service lock cannot be used")]
    Lock(#[source] Box<dyn Error + Send + Sync>),
    /// A raised revision would be too close to 2^53.
    #[error(
        "the revision of {owner:?} is {revision}, too high to be raised by {RAISE}; the highest is {HIGHEST}"
    )]
    TooHigh {
        /// The owner.
        owner: String,
        /// The revision.
        revision: i64,
    },
}

impl From<ConnectionError> for RestoredError {
    fn from(error: ConnectionError) -> Self {
        DoctorError::from(error).into()
    }
}

impl From<DieselError> for RestoredError {
    fn from(error: DieselError) -> Self {
        DoctorError::from(error).into()
    }
}

/// A database whose owners can be renewed.
pub(crate) trait RestoredBackend: DoctorBackend {
    /// An expression for a random number of 64 bits, another one for each row.
    fn random_number() -> String;

    /// Keeps service processes from starting.
    type Exclusion;

    /// Excludes service processes until the end of the transaction and of the exclusion, or fails if one is connected.
    fn exclude_services(
        &self,
        connection: &mut Self::Connection,
    ) -> QueryResult<Result<Self::Exclusion, RestoredError>>;
}

trait Renew: Send + Sync {
    fn renew(&self) -> Result<u64, RestoredError>;
}

impl<B: RestoredBackend> Renew for B {
    fn renew(&self) -> Result<u64, RestoredError> {
        if !migrations::pending_names(self, &MigrationOptions::default())?.is_empty() {
            return Err(RestoredError::NotMigrated);
        }
        let connection = &mut self.connect()?;
        // The exclusion ends after the commit.
        let (renewed, _exclusion) = B::transaction(connection, true, |connection| {
            let exclusion = match self.exclude_services(connection)? {
                Ok(exclusion) => exclusion,
                Err(error) => return Ok(Err(error)),
            };
            Ok(renew_all::<B>(connection)?.map(|renewed| (renewed, exclusion)))
        })??;
        Ok(renewed)
    }
}

/// A row at revision 0 is raised too: what its owner stored after the backup had the first revisions.
fn renew_all<B: RestoredBackend>(connection: &mut B::Connection) -> QueryResult<Result<u64, RestoredError>> {
    let too_high = "select owner_id, revision, revision, revision from owners where revision > ?
        order by revision desc limit 1";
    if let Some((owner, revision, ..)) = connection.owner_rows(too_high, &[Value::Number(HIGHEST)])?.pop() {
        return Ok(Err(RestoredError::TooHigh { owner, revision }));
    }
    // The guard of a store compares version, revision and epoch, and after a lost response the version and the write.
    let (epoch, write_id) = (B::random_number(), B::random_number());
    let renew = format!(
        "update owners set revision = revision + ?, epoch = {epoch}, version = version + 1, write_id = {write_id}"
    );
    Ok(Ok(connection.write_rows(&renew, &[Value::Number(RAISE)])? as u64))
}
