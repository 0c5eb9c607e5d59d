use std::fmt;

/// The result of all checks. Its `Display` is a table with a line for each check and each finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// All checks, also those that were not carried out.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Its name: `schema`, `integrity`, `owners`, `live tasks`, `revisions`, `tombstones` or `texts`.
    pub name: &'static str,
    /// What holds when it passes.
    pub condition: &'static str,
    /// Its result.
    pub outcome: Outcome,
}

/// The result of a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was found.
    Passed,
    /// Something is wrong with the database.
    Failed {
        /// The first findings, at most [`Report::MAX_FINDINGS`] of a kind.
        findings: Vec<Finding>,
        /// How many more there are.
        more: u64,
    },
    /// The check was not carried out, for this reason. It says nothing about the database.
    NotChecked(String),
}

/// Something that is wrong. It never contains texts of tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: Remedy,
}

/// What to do about a finding, in the order in which to do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Remedy {
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

/// The findings that are listed and how many more there are, or why the check was not carried out.
pub(super) type Found = Result<(Vec<Finding>, u64), String>;

impl Check {
    pub(super) fn new(name: &'static str, condition: &'static str, found: Found) -> Self {
        let outcome = match found {
            Ok((findings, _)) if findings.is_empty() => Outcome::Passed,
            Ok((findings, more)) => Outcome::Failed { findings, more },
            Err(reason) => Outcome::NotChecked(reason),
        };
        Self { name, condition, outcome }
    }
}

impl Report {
    /// How many findings of a kind are listed.
    pub const MAX_FINDINGS: usize = 20;

    /// The listed findings.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().flat_map(|check| match &check.outcome {
            Outcome::Failed { findings, .. } => findings.as_slice(),
            Outcome::Passed | Outcome::NotChecked(_) => &[],
        })
    }

    /// Whether every check passed.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.checks.iter().all(|check| check.outcome == Outcome::Passed)
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

    /// Whether a repair helps: there is something to repair, and the schema and the integrity were checked and passed.
    #[must_use]
    pub fn is_repairable(&self) -> bool {
        let mut required = self.checks.iter().filter(|check| ["schema", "integrity"].contains(&check.name));
        required.all(|check| check.outcome == Outcome::Passed) && self.remedies().contains(&Remedy::Repair)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Check { name, condition, outcome } in &self.checks {
            match outcome {
                Outcome::Passed => writeln!(f, "ok           {name:<10}  {condition}")?,
                Outcome::NotChecked(reason) => writeln!(f, "not checked  {name:<10}  {reason}")?,
                Outcome::Failed { findings, more } => {
                    for finding in findings {
                        writeln!(f, "FAIL         {name:<10}  {}", finding.message)?;
                    }
                    if *more > 0 {
                        writeln!(f, "FAIL         {name:<10}  and {more} more")?;
                    }
                }
            }
        }
        Ok(())
    }
}
