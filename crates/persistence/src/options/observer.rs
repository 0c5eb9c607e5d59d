//! What an application may measure.

use std::time::Duration;

/// The kinds of work, each with a queue and workers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkKind {
    /// Reading one task.
    Get,
    /// Reading a page that an index gives in order.
    Page,
    /// Reading a page for which many tasks are looked through.
    Scan,
    /// Changing tasks.
    Write,
    /// Asking whether the database is ready.
    Readiness,
}

impl WorkKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Get, Self::Page, Self::Scan, Self::Write, Self::Readiness];

    /// Its name, for a label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Page => "page",
            Self::Scan => "scan",
            Self::Write => "write",
            Self::Readiness => "readiness",
        }
    }
}

/// Why a call ended without an outcome of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallFailure {
    /// Rejected at once: the queue is full, or the wait would be too long.
    Overloaded,
    /// Rejected at once: the owner has too many scans waiting.
    TooManyScans,
    /// Its time was up, in the queue or after its begin.
    TimedOut,
    /// The caller went away before it was begun.
    Cancelled,
}

/// What one run of the jobs did, also when it failed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobsReport {
    /// Rows that version 0.1.0 kept for deleted tasks and that are tombstones now.
    pub moved: u64,
    /// Tombstones that were older than they are kept.
    pub pruned: u64,
    /// Steps that were left to a later run because another transaction holds the owner's row.
    pub skipped: u64,
    pub(crate) end: RunEnd,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum RunEnd {
    /// Everything that was due is done.
    #[default]
    Completed,
    /// Another process was at work. The next run continues.
    LeftToAnotherProcess,
    /// An error ended it. The next run continues.
    Failed,
}

impl JobsReport {
    /// Whether everything that was due is done.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.end == RunEnd::Completed
    }

    /// Whether an error ended the run. One that was left to another process has neither failed nor completed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.end == RunEnd::Failed
    }
}

/// Is called by the workers, whose time it takes: an implementation only counts. Every method does nothing by default.
pub trait DatabaseObserver: Send + Sync {
    /// So many calls wait in a queue now.
    fn queue_length(&self, kind: WorkKind, calls: usize) {
        let _ = (kind, calls);
    }

    /// A call has waited so long until it was begun.
    fn queue_wait(&self, kind: WorkKind, waited: Duration) {
        let _ = (kind, waited);
    }

    /// A statement for so many calls has ended, with a result or an error.
    fn statement(&self, kind: WorkKind, calls: usize, elapsed: Duration) {
        let _ = (kind, calls, elapsed);
    }

    /// So many connections are open, and so many of them in use.
    fn connections(&self, open: u32, in_use: u32) {
        let _ = (open, in_use);
    }

    /// A call ended without an outcome of the database.
    fn call_failed(&self, kind: WorkKind, failure: CallFailure) {
        let _ = (kind, failure);
    }

    /// A statement is tried again after a conflict, a lost connection or a read-only server.
    fn retried(&self, kind: WorkKind) {
        let _ = kind;
    }

    /// An owner was written by another process between load and store: the commands are decided again.
    fn lost_race(&self) {}

    /// A run of the background jobs has ended, after so long, with this result or without.
    fn jobs_run(&self, report: Option<JobsReport>, elapsed: Duration) {
        let _ = (report, elapsed);
    }

    /// A worker whose call does not return was replaced.
    fn worker_replaced(&self, kind: WorkKind) {
        let _ = kind;
    }
}

/// Measures nothing.
impl DatabaseObserver for () {}
