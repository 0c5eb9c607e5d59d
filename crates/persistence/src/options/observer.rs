//! Events of workers and jobs, for metrics.

use std::time::Duration;

/// The kinds of work, each with a queue and workers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkKind {
    /// Reading one task, or the revision of an owner.
    Get,
    /// Reading a page in the order of an index.
    Page,
    /// Reading a page that requires a scan of many tasks.
    Scan,
    /// Changing tasks.
    Write,
    /// Erasing owners, and moving their tasks.
    Owner,
    /// Checking whether the database is ready.
    Readiness,
}

impl WorkKind {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Get, Self::Page, Self::Scan, Self::Write, Self::Owner, Self::Readiness];

    /// Its name, for a label.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Page => "page",
            Self::Scan => "scan",
            Self::Write => "write",
            Self::Owner => "owner",
            Self::Readiness => "readiness",
        }
    }
}

/// Why a call ended without a result of the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CallFailure {
    /// Rejected at once: the queue is full, or the wait would be too long.
    Overloaded,
    /// Rejected at once: the owner has too many scans waiting.
    TooManyScans,
    /// It reached its deadline, in the queue or after it was begun.
    TimedOut,
    /// The caller cancelled it before it was begun.
    Cancelled,
}

/// What one run of the jobs did, even if it failed afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobsReport {
    /// Rows of version 0.1.0 for deleted tasks that were moved to the tombstones.
    pub moved: u64,
    /// Trashed tasks deleted for good because of their age or their number.
    pub purged: u64,
    /// Tombstones deleted because of their age.
    pub pruned: u64,
    /// Recorded requests deleted because they have expired.
    pub expired: u64,
    /// Search texts of an older rule that were rewritten.
    pub rewritten: u64,
    /// Keys of the manual order that were stored, of tasks that version 0.1.0 wrote.
    pub positioned: u64,
    /// Steps postponed to a later run because the owner's row was locked.
    pub skipped: u64,
    pub(crate) end: RunEnd,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum RunEnd {
    /// All due work is done.
    #[default]
    Completed,
    /// Another process runs the jobs. The next run continues.
    LeftToAnotherProcess,
    /// An error occurred. The next run continues.
    Failed,
}

impl JobsReport {
    /// Whether all due work is done.
    #[must_use]
    pub fn is_completed(&self) -> bool {
        self.end == RunEnd::Completed
    }

    /// Whether rows were changed, or left for a later run.
    pub(crate) fn changed_anything(&self) -> bool {
        let Self { moved, purged, pruned, expired, rewritten, positioned, skipped, end: _ } = *self;
        [moved, purged, pruned, expired, rewritten, positioned, skipped].iter().any(|count| *count > 0)
    }

    /// Whether the run ended with an error. A run left to another process has neither failed nor completed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.end == RunEnd::Failed
    }
}

/// Receives events on the threads of the workers, so implementations must be fast. By default, all methods do nothing.
pub trait DatabaseObserver: Send + Sync {
    /// The number of calls waiting in one of the queues of this kind has changed by so many. Reported up to ten times a
    /// second.
    fn queue_changed(&self, kind: WorkKind, by: i64) {
        let _ = (kind, by);
    }

    /// A call was begun after this wait.
    fn queue_wait(&self, kind: WorkKind, waited: Duration) {
        let _ = (kind, waited);
    }

    /// A statement for this many calls has ended, with a result or an error.
    fn statement(&self, kind: WorkKind, calls: usize, elapsed: Duration) {
        let _ = (kind, calls, elapsed);
    }

    /// The current number of connections, open and in use.
    fn connections(&self, open: u32, in_use: u32) {
        let _ = (open, in_use);
    }

    /// A call ended without a result of the database.
    fn call_failed(&self, kind: WorkKind, failure: CallFailure) {
        let _ = (kind, failure);
    }

    /// A statement is retried after a conflict, a lost connection or a read-only server.
    fn retried(&self, kind: WorkKind) {
        let _ = kind;
    }

    /// Another process wrote an owner between load and store; the commands are decided again.
    fn lost_race(&self) {}

    /// A run of the background jobs has ended.
    fn jobs_run(&self, report: JobsReport, elapsed: Duration) {
        let _ = (report, elapsed);
    }

    /// So many notifications of changes were sent to other processes, and received from them.
    fn notifications(&self, sent: usize, received: usize) {
        let _ = (sent, received);
    }

    /// Polling found so many changes of watched owners before a notification arrived.
    fn notifications_missed(&self, changes: usize) {
        let _ = changes;
    }

    /// Notifications are exchanged again after an interruption.
    fn notifications_resumed(&self) {}

    /// A worker with a hanging call was replaced.
    fn worker_replaced(&self, kind: WorkKind) {
        let _ = kind;
    }
}

/// Ignores all events.
impl DatabaseObserver for () {}
