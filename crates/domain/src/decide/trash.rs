//! Deletion, the trash, and what leaves it.

use super::{
    Effects, Outcome, OwnerState, Precondition, Rejection, Slot, TaskEffect, Tombstone, WriteLimits, allowed,
    put, unchanged,
};
use crate::{Revision, Task, TaskId, Timestamp};

/// The number of tasks that the trash of an owner holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrashCapacity(i64);

impl TrashCapacity {
    /// There is no trash: tasks are deleted for good.
    pub const NONE: Self = Self(0);

    /// Any number.
    pub const UNLIMITED: Self = Self(i64::MAX);

    /// At most this number.
    #[must_use]
    pub const fn tasks(number: u64) -> Self {
        if number > i64::MAX.cast_unsigned() { Self::UNLIMITED } else { Self(number.cast_signed()) }
    }

    /// The number: 0 without a trash, [`i64::MAX`] for any number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }

    /// How many of so many are too many.
    #[must_use]
    pub fn excess_of(self, tasks: i64) -> usize {
        let excess = if self.is_exceeded_by(tasks) { tasks - self.0 } else { 0 };
        usize::try_from(excess).unwrap_or_default()
    }

    /// Whether so many are too many.
    #[must_use]
    pub const fn is_exceeded_by(self, tasks: i64) -> bool {
        // Without a trash, nothing has to make room in it.
        self.0 > 0 && tasks > self.0
    }
}

/// A trashed task without its texts. They compare by age, the oldest first; the revision distinguishes those of one
/// millisecond.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TrashedId {
    /// When it was moved to the trash.
    pub deleted_at: Timestamp,
    /// The revision at which it was moved.
    pub revision: Revision,
    /// Its id.
    pub id: TaskId,
}

impl TrashedId {
    /// That of a task in the trash.
    pub(super) fn of(task: &Task) -> Option<Self> {
        let Task { id, revision, deleted_at, .. } = *task;
        deleted_at.map(|deleted_at| Self { deleted_at, revision, id })
    }
}

/// Makes room in the trash and moves a live task there; without a trash, deletes it for good. One task makes room for
/// one, so that no write deletes many; the background job deletes what is left over.
pub(super) fn delete(task: &Task, trash: TrashCapacity, state: &OwnerState, now: Timestamp) -> Effects {
    if trash == TrashCapacity::NONE {
        let tombstone =
            Tombstone { id: task.id, revision: state.next_revision(), at: task.updated_at.max(now) };
        let tasks = vec![TaskEffect::Delete(tombstone)];
        return Effects::of_tasks(Outcome::Deleted(tombstone.revision), tasks);
    }
    let is_full = trash.is_exceeded_by(state.trashed_tasks() + 1);
    let mut tasks = purged(state, state.oldest_trashed().take(usize::from(is_full)), now);
    let mut trashed = task.clone();
    trashed.revision = revision_after(state, tasks.len());
    trashed.updated_at = task.updated_at.max(now);
    trashed.deleted_at = Some(trashed.updated_at);
    let outcome = Outcome::Deleted(trashed.revision);
    tasks.push(TaskEffect::Put(trashed));
    Effects::of_tasks(outcome, tasks)
}

/// Makes a trashed task live again. It counts as a live task from then on, as a new one does.
pub(super) fn restore(
    state: &OwnerState,
    id: TaskId,
    precondition: &Precondition,
    limits: WriteLimits,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    match state.slot(id) {
        Slot::Live(task) => Ok(unchanged(allowed(task, precondition)?.clone())),
        Slot::Trashed(task) => {
            let mut task = allowed(task, precondition)?.clone();
            limits.allow_another(state)?;
            task.updated_at = task.updated_at.max(now);
            task.revision = state.next_revision();
            task.deleted_at = None;
            Ok(put(task))
        }
        Slot::Free | Slot::Retired => Err(Rejection::NotFound),
    }
}

/// Deletes a trashed task for good.
pub(super) fn purge(
    state: &OwnerState,
    id: TaskId,
    precondition: &Precondition,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    let Slot::Trashed(task) = state.slot(id) else { return Err(Rejection::NotFound) };
    let trashed = TrashedId::of(allowed(task, precondition)?);
    let tasks = purged(state, trashed.iter(), now);
    Ok(Effects::of_tasks(Outcome::Deleted(state.next_revision()), tasks))
}

/// Deletes all trashed tasks for good.
pub(super) fn empty(state: &OwnerState, now: Timestamp) -> Effects {
    all_purged(purged(state, state.oldest_trashed(), now))
}

/// Deletes for good the oldest trashed tasks that are older or more than the trash may hold.
pub(super) fn expire(
    state: &OwnerState,
    (before, trash, limit): (Timestamp, TrashCapacity, usize),
    now: Timestamp,
) -> Effects {
    let left = |number: usize| state.trashed_tasks().saturating_sub_unsigned(number as u64);
    let due = state.oldest_trashed().enumerate().take_while(|(number, trashed)| {
        trashed.deleted_at < before || trash == TrashCapacity::NONE || trash.is_exceeded_by(left(*number))
    });
    all_purged(purged(state, due.map(|(_, trashed)| trashed).take(limit), now))
}

fn all_purged(tasks: Vec<TaskEffect>) -> Effects {
    Effects::of_tasks(Outcome::Purged(tasks.len()), tasks)
}

/// Deletes trashed tasks for good, each with a revision of its own.
pub(super) fn purged<'a>(
    state: &OwnerState,
    trashed: impl Iterator<Item = &'a TrashedId>,
    now: Timestamp,
) -> Vec<TaskEffect> {
    let mut tasks = Vec::new();
    for TrashedId { id, deleted_at, .. } in trashed {
        let revision = revision_after(state, tasks.len());
        tasks.push(TaskEffect::Delete(Tombstone { id: *id, revision, at: (*deleted_at).max(now) }));
    }
    tasks
}

/// The revision after so many changes.
pub(super) fn revision_after(state: &OwnerState, changes: usize) -> Revision {
    Revision::new(state.next_revision().number().saturating_add_unsigned(changes as u64))
}
