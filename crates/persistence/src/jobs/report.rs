/// What one run of the jobs did, also when it failed later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobsReport {
    /// Rows that version 0.1.0 kept for deleted tasks and that are tombstones now.
    pub moved: u64,
    /// Tombstones that were older than they are kept.
    pub pruned: u64,
    /// Steps that were left to a later run because another transaction holds the owner's row.
    pub skipped: u64,
    pub(super) ended: Ended,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Ended {
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
        self.ended == Ended::Completed
    }

    /// Whether an error ended the run. One that was left to another process has neither failed nor completed.
    #[must_use]
    pub fn has_failed(&self) -> bool {
        self.ended == Ended::Failed
    }
}
