use std::fmt;

use super::finding::{Finding, Remedy};
use super::listed::Listed;

/// What was checked, and what was found. Displayed, it is a table of one line a check, with the findings below.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    checks: Vec<Check>,
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    subject: Subject,
    outcome: Outcome,
}

/// What a check is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Subject {
    /// The migrations of this build are those that ran.
    Schema,
    /// The database can read all that it has stored.
    Integrity,
    /// Every task's owner has a row.
    Owners,
    /// Each owner's `live_tasks` is the number of their live tasks.
    LiveTasks,
    /// Each task has a revision of its own, from 1 to its owner's.
    Revisions,
    /// What is searched is what the tasks say, and tombstones say nothing.
    Texts,
}

/// How a check ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// All is as it should be.
    Holds,
    /// Something is not.
    Fails(Listed<Finding>),
    /// It means nothing while a check before it fails.
    NotChecked,
}

impl Subject {
    pub(super) const ALL: [Self; 6] =
        [Self::Schema, Self::Integrity, Self::Owners, Self::LiveTasks, Self::Revisions, Self::Texts];

    /// Its name, as it stands in a report.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Schema => "schema",
            Self::Integrity => "integrity",
            Self::Owners => "owners",
            Self::LiveTasks => "live tasks",
            Self::Revisions => "revisions",
            Self::Texts => "texts",
        }
    }

    const fn holds(self) -> &'static str {
        match self {
            Self::Schema => "the migrations of this build are those that ran",
            Self::Integrity => "the database can read all that it has stored",
            Self::Owners => "every task's owner has a row",
            Self::LiveTasks => "each owner's count is the number of their live tasks",
            Self::Revisions => "each task has a revision of its own, none above its owner's",
            Self::Texts => "searches find what the tasks say, and deleted ones say nothing",
        }
    }
}

impl Check {
    /// What it is about.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        self.subject
    }

    /// How it ended.
    #[must_use]
    pub const fn outcome(&self) -> &Outcome {
        &self.outcome
    }
}

impl Examination {
    pub(super) const fn new() -> Self {
        Self { checks: Vec::new() }
    }

    /// Notes what a check found; nothing means that it holds.
    pub(super) fn note(&mut self, subject: Subject, found: Listed<Finding>) {
        let outcome = if found.is_empty() { Outcome::Holds } else { Outcome::Fails(found) };
        self.checks.push(Check { subject, outcome });
    }

    /// With the checks that were not come to.
    pub(super) fn done(mut self) -> Self {
        for subject in Subject::ALL {
            if !self.checks.iter().any(|check| check.subject == subject) {
                self.checks.push(Check { subject, outcome: Outcome::NotChecked });
            }
        }
        self.checks.sort_by_key(|check| Subject::ALL.iter().position(|subject| *subject == check.subject));
        self
    }

    /// The checks, each subject once.
    #[must_use]
    pub fn checks(&self) -> &[Check] {
        &self.checks
    }

    /// Whether every check holds.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.checks.iter().all(|check| check.outcome == Outcome::Holds)
    }

    /// What was found, the first ones of each check.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.checks.iter().flat_map(|check| match &check.outcome {
            Outcome::Fails(found) => found.first(),
            Outcome::Holds | Outcome::NotChecked => &[],
        })
    }

    /// What can be done about it, each remedy once.
    #[must_use]
    pub fn remedies(&self) -> Vec<Remedy> {
        let mut all: Vec<Remedy> = self.findings().map(Finding::remedy).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// Whether something is wrong and a repair is all that it needs.
    #[must_use]
    pub fn can_be_mended(&self) -> bool {
        self.remedies() == [Remedy::Repair]
    }
}

impl fmt::Display for Check {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.subject.name();
        let found = match &self.outcome {
            Outcome::Holds => return write!(f, "ok     {name:<10}  {}", self.subject.holds()),
            Outcome::NotChecked => return write!(f, "  -    {name:<10}  not checked"),
            Outcome::Fails(found) => found,
        };
        for (number, finding) in found.first().iter().enumerate() {
            match number {
                0 => write!(f, "FAILS  {name:<10}  {finding}")?,
                _ => write!(f, "\n{:19}{finding}", "")?,
            }
        }
        if found.more() > 0 { write!(f, "\n{:19}and {} more", "", found.more()) } else { Ok(()) }
    }
}

impl fmt::Display for Examination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.checks.iter().try_for_each(|check| writeln!(f, "{check}"))
    }
}
