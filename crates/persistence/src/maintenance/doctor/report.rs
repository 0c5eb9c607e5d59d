use std::error::Error;
use std::fmt;
use std::path::PathBuf;

use diesel::result::{ConnectionError, Error as DieselError};

use crate::OpenError;

/// The result of all checks. Its `Display` is a table with a line for each check and each finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorReport {
    /// All checks, including those that were not carried out.
    pub checks: Vec<DoctorCheck>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorCheck {
    /// Its name: `schema`, `integrity`, `owners`, `live tasks`, `trash`, `revisions`, `tombstones`, `keys` or `texts`.
    pub name: &'static str,
    /// What is true when it passes.
    pub condition: &'static str,
    /// Its result.
    pub outcome: CheckOutcome,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckOutcome {
    /// Nothing was found.
    Passed,
    /// Something is wrong with the database.
    Failed {
        /// The first findings, at most [`DoctorReport::MAX_FINDINGS`] of a kind.
        findings: Vec<DoctorFinding>,
        /// How many more there are.
        more: u64,
    },
    /// The check was not carried out, for this reason. The state of the database is unknown.
    Skipped(String),
}

/// A problem. It never contains texts of tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DoctorFinding {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: Remedy,
}

/// What to do about a finding, in the order in which to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Remedy {
    /// Create another database, with the encoding UTF-8, and move the data there.
    Recreate,
    /// Run the migrations.
    Migrate,
    /// Use the build that the schema belongs to.
    NewerBuild,
    /// Restore a backup.
    Restore,
    /// Rebuild the index.
    Reindex,
    /// [`Doctor::repair`](crate::Doctor::repair).
    Repair,
    /// Rows contradict each other: restore a backup, or decide which of them is right and change the other.
    Decide,
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

/// The listed findings and how many more there are, or why the check was not carried out.
pub(super) type Found = Result<(Vec<DoctorFinding>, u64), String>;

impl Remedy {
    pub(crate) const fn finding(self, message: String) -> DoctorFinding {
        DoctorFinding { message, remedy: self }
    }
}

impl DoctorReport {
    /// How many findings of a kind are listed.
    pub const MAX_FINDINGS: usize = 20;

    pub(super) fn add(&mut self, name: &'static str, condition: &'static str, found: Found) {
        let outcome = match found {
            Ok((findings, _)) if findings.is_empty() => CheckOutcome::Passed,
            Ok((findings, more)) => CheckOutcome::Failed { findings, more },
            Err(reason) => CheckOutcome::Skipped(reason),
        };
        self.checks.push(DoctorCheck { name, condition, outcome });
    }

    /// The listed findings.
    pub fn findings(&self) -> impl Iterator<Item = &DoctorFinding> {
        self.checks.iter().flat_map(|check| match &check.outcome {
            CheckOutcome::Failed { findings, .. } => findings.as_slice(),
            CheckOutcome::Passed | CheckOutcome::Skipped(_) => &[],
        })
    }

    /// Whether every check passed.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.checks.iter().all(|check| check.outcome == CheckOutcome::Passed)
    }

    /// Whether a check failed. Without one, an unhealthy report only has checks that were not carried out.
    #[must_use]
    pub fn has_failures(&self) -> bool {
        self.findings().next().is_some()
    }

    /// What to do, each remedy once.
    #[must_use]
    pub fn remedies(&self) -> Vec<Remedy> {
        let mut remedies: Vec<Remedy> = self.findings().map(|finding| finding.remedy).collect();
        remedies.sort_unstable();
        remedies.dedup();
        remedies
    }

    /// Whether a repair helps: there is something to repair, and the schema and the integrity checks passed.
    #[must_use]
    pub fn is_repairable(&self) -> bool {
        let mut required = self.checks.iter().filter(|check| ["schema", "integrity"].contains(&check.name));
        required.all(|check| check.outcome == CheckOutcome::Passed)
            && self.remedies().contains(&Remedy::Repair)
    }
}

impl fmt::Display for DoctorReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for DoctorCheck { name, condition, outcome } in &self.checks {
            let mut line = |status, text: &str| writeln!(f, "{status:<7}  {name:<10}  {text}");
            match outcome {
                CheckOutcome::Passed => line("ok", condition)?,
                CheckOutcome::Skipped(reason) => line("skipped", reason)?,
                CheckOutcome::Failed { findings, more } => {
                    findings.iter().try_for_each(|finding| line("FAIL", &finding.message))?;
                    if *more > 0 {
                        line("FAIL", &format!("and {more} more"))?;
                    }
                }
            }
        }
        Ok(())
    }
}
