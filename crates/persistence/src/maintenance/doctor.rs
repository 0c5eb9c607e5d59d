//! Checks the consistency of a database, and repairs damage that a bug of the service can cause.
//!
//! Checks only read, so they may run beside a service. A repair proceeds owner by owner: it locks the owner's row, reads
//! again under the lock, and commits.

mod backend;
mod checks;
mod repair;
mod report;

pub(crate) use backend::{DoctorBackend, DoctorConnection, Value};
pub use repair::Repair;
pub use report::{CheckOutcome, DoctorCheck, DoctorError, DoctorFinding, DoctorReport, Remedy};

/// Checks and repairs a database over its own connection.
pub struct Doctor {
    database: Box<dyn CheckAndRepair>,
}

impl Doctor {
    pub(crate) fn of(database: impl DoctorBackend) -> Self {
        Self { database: Box::new(database) }
    }

    /// Runs all checks. It blocks, writes nothing, and takes about as long as reading all rows twice.
    pub fn check(&self) -> Result<DoctorReport, DoctorError> {
        self.database.check()
    }

    /// Repairs the findings of a report, and passes each committed repair to `on_repair`. It does nothing unless
    /// [`DoctorReport::is_repairable`]. It blocks, and delays the writers of one owner at a time (SQLite: all writers).
    pub fn repair(
        &self,
        report: &DoctorReport,
        on_repair: &mut dyn FnMut(Repair),
    ) -> Result<(), DoctorError> {
        if report.is_repairable() { self.database.repair(on_repair) } else { Ok(()) }
    }
}

trait CheckAndRepair: Send + Sync {
    fn check(&self) -> Result<DoctorReport, DoctorError>;
    fn repair(&self, on_repair: &mut dyn FnMut(Repair)) -> Result<(), DoctorError>;
}

impl<B: DoctorBackend> CheckAndRepair for B {
    fn check(&self) -> Result<DoctorReport, DoctorError> {
        checks::run(self)
    }

    fn repair(&self, on_repair: &mut dyn FnMut(Repair)) -> Result<(), DoctorError> {
        repair::run(self, on_repair)
    }
}
