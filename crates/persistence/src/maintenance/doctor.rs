//! Checks the consistency of a database and repairs what a defect of the service can leave behind.
//!
//! A check reads and never writes, so it may run beside a service. A repair goes owner by owner: it locks the owner's
//! row, reads again under the lock, commits, and continues with the next owner.

mod checks;
mod query;
mod repair;
mod report;

use std::error::Error;
use std::path::PathBuf;

use diesel::result::{ConnectionError, Error as DieselError};
use diesel::{ConnectionResult, QueryResult};

pub(crate) use query::DoctorConnection;
pub use repair::Repair;
pub use report::{Check, Finding, Outcome, Remedy, Report};

use crate::OpenError;
use crate::migrations::MigrationBackend;

/// Checks and repairs a database over a connection of its own.
pub struct Doctor {
    database: Box<dyn CheckAndRepair>,
}

impl Doctor {
    /// The doctor of this database.
    pub(crate) fn of(database: impl DoctorBackend) -> Self {
        Self { database: Box::new(database) }
    }

    /// Runs all checks. It blocks, writes nothing, and takes about as long as reading all rows twice.
    pub fn check(&self) -> Result<Report, DoctorError> {
        self.database.check()
    }

    /// Repairs what a report found, and passes each repair to `on_repair` once it is committed. It does nothing unless
    /// [`Report::is_repairable`]. It blocks, and delays the writers of one owner at a time (SQLite: all writers).
    pub fn repair(&self, report: &Report, on_repair: &mut dyn FnMut(Repair)) -> Result<(), DoctorError> {
        if report.is_repairable() { self.database.repair(on_repair) } else { Ok(()) }
    }
}

trait CheckAndRepair: Send + Sync {
    fn check(&self) -> Result<Report, DoctorError>;
    fn repair(&self, on_repair: &mut dyn FnMut(Repair)) -> Result<(), DoctorError>;
}

impl<B: DoctorBackend> CheckAndRepair for B {
    fn check(&self) -> Result<Report, DoctorError> {
        checks::run(self)
    }

    fn repair(&self, on_repair: &mut dyn FnMut(Repair)) -> Result<(), DoctorError> {
        repair::run(self, on_repair)
    }
}

/// What the doctor needs of a database.
pub(crate) trait DoctorBackend: MigrationBackend<Connection: DoctorConnection> {
    /// Opens a connection that cannot write.
    fn connect_to_check(&self) -> ConnectionResult<Self::Connection>;

    /// Runs a read-only transaction with one snapshot.
    fn read_transaction<T>(
        connection: &mut Self::Connection,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T>;

    /// Runs a transaction whose statements see what was committed before each of them.
    fn write_transaction<T>(
        connection: &mut Self::Connection,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T>;

    /// What the database itself reports about its storage.
    fn integrity(connection: &mut Self::Connection) -> QueryResult<Vec<Finding>>;

    /// Whether an error of [`DoctorBackend::integrity`] means damaged data. Every other error, known or not, is none.
    fn is_damage(message: &str) -> bool;
}

/// Why a database was not checked, or not completely repaired.
#[derive(Debug, thiserror::Error)]
pub enum DoctorError {
    /// The URL or the file is rejected.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no such file, and none is created.
    #[error("there is no database at {}", path.display())]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// A statement failed. Its transaction was rolled back.
    #[error("a statement failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl From<ConnectionError> for DoctorError {
    fn from(error: ConnectionError) -> Self {
        Self::Unreachable(Box::new(error))
    }
}

impl From<DieselError> for DoctorError {
    fn from(error: DieselError) -> Self {
        Self::Failed(Box::new(error))
    }
}
