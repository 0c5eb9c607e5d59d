use domain::{TaskId, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use super::step::{DeletedRow, ExpiredKey, Place, TaskKey, TombstoneKey, TombstoneRow};
use crate::JobsReport;

/// Interval between passes over all tombstones, over all tasks, and over all deleted tasks after a pass that found no row of
/// version 0.1.0: the trash may have many.
const PASS_INTERVAL_MS: u64 = 24 * 60 * 60 * 1000;

/// Interval between passes over all trashes.
const TRASH_INTERVAL_MS: u64 = 60 * 60 * 1000;

/// The progress of the jobs in this process. The next run continues one that failed or yielded.
#[derive(Default)]
pub(crate) struct Progress {
    /// The report of the current or the last run.
    pub(super) report: JobsReport,
    /// The last deleted task that was processed, unless all were.
    pub(super) deleted_after: Option<Place>,
    /// When the last pass over the deleted tasks completed, if it found no row of version 0.1.0.
    pub(super) none_retired_at: Option<Timestamp>,
    /// The last owner whose trash was processed, during a pass.
    pub(super) trashes_after: Option<String>,
    /// When the last pass over the trashes completed.
    pub(super) trashes_passed_at: Option<Timestamp>,
    /// The last tombstone that was processed, during a pass.
    pub(super) tombstones_after: Option<TombstoneKey>,
    /// When the last pass over the tombstones completed.
    pub(super) passed_at: Option<Timestamp>,
    /// The last task whose search text was checked, during a pass.
    pub(super) tasks_after: Option<TaskKey>,
    /// When the last pass over the tasks completed.
    pub(super) tasks_passed_at: Option<Timestamp>,
}

impl Progress {
    pub(super) fn is_rewrite_due(&self, now: Timestamp) -> bool {
        is_due(self.tasks_passed_at, now, PASS_INTERVAL_MS)
    }

    pub(super) fn is_pass_due(&self, now: Timestamp) -> bool {
        is_due(self.passed_at, now, PASS_INTERVAL_MS)
    }

    pub(super) fn is_move_due(&self, now: Timestamp) -> bool {
        is_due(self.none_retired_at, now, PASS_INTERVAL_MS)
    }

    pub(super) fn is_expiry_due(&self, now: Timestamp) -> bool {
        is_due(self.trashes_passed_at, now, TRASH_INTERVAL_MS)
    }
}

fn is_due(last: Option<Timestamp>, now: Timestamp, interval_ms: u64) -> bool {
    last.is_none_or(|last| now.unix_millis().abs_diff(last.unix_millis()) >= interval_ms)
}

/// The key before the first deleted task: no owner has an empty id.
pub(super) fn first_deleted() -> Place {
    (String::new(), Timestamp::new(OffsetDateTime::UNIX_EPOCH), TaskId::new(Uuid::nil()))
}

pub(super) fn place((owner, at, id, _): &DeletedRow) -> Place {
    (owner.clone(), *at, *id)
}

/// The key before the first tombstone.
pub(super) fn first_tombstone() -> TombstoneKey {
    (String::new(), String::new(), TaskId::new(Uuid::nil()))
}

/// The place before the first recorded request that can have expired.
pub(super) fn first_key() -> ExpiredKey {
    (Timestamp::new(OffsetDateTime::UNIX_EPOCH), String::new(), 0)
}

/// The key before the first task.
pub(super) fn first_task() -> TaskKey {
    (String::new(), TaskId::new(Uuid::nil()))
}

pub(super) fn key((owner, kind, id, ..): &TombstoneRow) -> TombstoneKey {
    (owner.clone(), kind.clone(), *id)
}
