//! The rules of all writes, as a pure function.
//!
//! A repository loads an [`OwnerState`], decides each command on it, and stores the resulting [`WriteSet`]; it has no
//! rules of its own (`docs/decisions/0021-load-decide-store.md`). Input validation belongs to [`input`](crate::input).

mod import;
mod precondition;
mod quota;
mod state;
mod write_set;

use crate::{Change, NewTask, Revision, Task, TaskId, Timestamp};

pub use import::ExistingTask;
pub use precondition::{EntityTags, Precondition};
pub use quota::WriteLimits;
pub use state::{OwnerState, Slot};
pub use write_set::{Tombstone, WriteSet, Writer};

/// One write of one owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Create a task.
    Create(NewTask),
    /// Change a live task if the precondition allows it.
    Update {
        /// The task.
        id: TaskId,
        /// The change.
        change: Change,
        /// The condition.
        precondition: Precondition,
    },
    /// Delete a live task if the precondition allows it.
    Delete {
        /// The task.
        id: TaskId,
        /// The condition.
        precondition: Precondition,
    },
}

impl Command {
    /// The task that must be loaded before the command can be decided. A create with a generated id needs none: the primary
    /// key rejects an id that is not new.
    #[must_use]
    pub const fn reads(&self) -> Option<TaskId> {
        match self {
            Self::Create(NewTask { id_is_new: true, .. }) => None,
            Self::Create(NewTask { id, .. }) | Self::Update { id, .. } | Self::Delete { id, .. } => Some(*id),
        }
    }

    /// The task that the command concerns.
    #[must_use]
    pub const fn task_id(&self) -> TaskId {
        match self {
            Self::Create(NewTask { id, .. }) | Self::Update { id, .. } | Self::Delete { id, .. } => *id,
        }
    }
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The task as it is after the write.
    Task(Task),
    /// The task is deleted; the deletion has this revision.
    Deleted(Revision),
}

/// Why a command is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rejection {
    /// The owner has no live task of this id.
    NotFound,
    /// The task is at a revision that the precondition excludes.
    PreconditionFailed {
        /// The revision it is at.
        current: Revision,
    },
    /// The owner already has a task of this id.
    AlreadyExists {
        /// The revision it is at.
        current: Revision,
    },
    /// The owner has as many live tasks as allowed.
    QuotaExceeded {
        /// The number of live tasks that are allowed.
        limit: u64,
    },
}

/// What a command writes, and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effects {
    /// The result for the caller.
    pub outcome: Outcome,
    /// The tasks that are written or deleted, each once.
    pub tasks: Vec<TaskEffect>,
}

/// What is written of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEffect {
    /// The task is stored as it is here.
    Put(Task),
    /// The task is deleted and leaves a tombstone.
    Delete(Tombstone),
}

impl TaskEffect {
    /// The task that is written.
    #[must_use]
    pub const fn id(&self) -> TaskId {
        match self {
            Self::Put(task) => task.id,
            Self::Delete(tombstone) => tombstone.id,
        }
    }

    /// The tombstone of a deletion.
    const fn tombstone(&self) -> Option<Tombstone> {
        match self {
            Self::Put(_) => None,
            Self::Delete(tombstone) => Some(*tombstone),
        }
    }
}

/// Decides one command on what is stored of its owner. It reads nothing else, so the same arguments give the same
/// result.
pub fn decide(
    state: &OwnerState,
    command: &Command,
    limits: WriteLimits,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    match command {
        Command::Create(new) => create(state, new, limits, now),
        Command::Update { id, change, precondition } => {
            Ok(update(live(state, *id, precondition)?, change, state, now))
        }
        Command::Delete { id, precondition } => Ok(delete(live(state, *id, precondition)?, state, now)),
    }
}

fn create(
    state: &OwnerState,
    new: &NewTask,
    limits: WriteLimits,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    // Before the quota: a client that repeats a request which was executed must learn that, also when it used up the quota.
    if let Slot::Live(task) = state.slot(new.id) {
        return Err(Rejection::AlreadyExists { current: task.revision });
    }
    limits.allow_another(state)?;
    Ok(put(new.clone().into_task(state.owner_id().clone(), state.next_revision(), now)))
}

fn update(task: &Task, change: &Change, state: &OwnerState, now: Timestamp) -> Effects {
    let mut task = task.clone();
    change.clone().apply_to(&mut task);
    // The clocks of several processes differ, but the time of a task must not go back.
    task.updated_at = task.updated_at.max(now);
    task.revision = state.next_revision();
    put(task)
}

fn delete(task: &Task, state: &OwnerState, now: Timestamp) -> Effects {
    let revision = state.next_revision();
    let tombstone = Tombstone { id: task.id, revision, at: task.updated_at.max(now) };
    Effects { outcome: Outcome::Deleted(revision), tasks: vec![TaskEffect::Delete(tombstone)] }
}

fn put(task: Task) -> Effects {
    Effects { outcome: Outcome::Task(task.clone()), tasks: vec![TaskEffect::Put(task)] }
}

fn live<'a>(state: &'a OwnerState, id: TaskId, precondition: &Precondition) -> Result<&'a Task, Rejection> {
    match state.slot(id) {
        Slot::Live(task) if precondition.allows(task.revision) => Ok(task),
        Slot::Live(task) => Err(Rejection::PreconditionFailed { current: task.revision }),
        // Whatever the precondition: without a task there is no revision that it could exclude.
        Slot::Free | Slot::Retired => Err(Rejection::NotFound),
    }
}

#[cfg(test)]
mod tests;
