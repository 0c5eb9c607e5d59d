use domain::{TaskId, Timestamp};
use time::OffsetDateTime;
use uuid::Uuid;

use super::step::{DeletedRow, Place, TaskKey, TombstoneKey, TombstoneRow};
use crate::JobsReport;

/// Interval between passes over all tombstones, and over all tasks.
const PASS_INTERVAL_MS: u64 = 24 * 60 * 60 * 1000;

/// The progress of the jobs in this process. The next run continues one that failed or yielded.
#[derive(Default)]
pub(crate) struct Progress {
    /// The report of the current or the last run.
    pub(super) report: JobsReport,
    /// The last deleted task that was processed, unless all were.
    pub(super) deleted_after: Option<Place>,
    /// The last tombstone that was processed, during a pass.
    pub(super) tombstones_after: Option<TombstoneKey>,
    /// When the last pass over the tombstones completed.
    pub(super) passed_at: Option<Timestamp>,
    /// The last task whose search text was checked, during a pass.
    pub(super) tasks_after: Option<TaskKey>,
    /// When the last pass over the tasks completed.
    pub(super) tasks_passed_at: Option<Timestamp>,
}

/// Whether the next pass is due, after one that completed at this time.
pub(super) fn is_pass_due(passed_at: Option<Timestamp>, now: Timestamp) -> bool {
    passed_at.is_none_or(|at| now.unix_millis().abs_diff(at.unix_millis()) >= PASS_INTERVAL_MS)
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

/// The key before the first task.
pub(super) fn first_task() -> TaskKey {
    (String::new(), TaskId::new(Uuid::nil()))
}

pub(super) fn key((owner, kind, id, ..): &TombstoneRow) -> TombstoneKey {
    (owner.clone(), kind.clone(), *id)
}
