//! The rules of all writes, as a pure function.
//!
//! A repository loads an [`OwnerState`], decides each command on it, and stores the resulting [`WriteSet`]; it has no
//! rules of its own (`docs/decisions/0021-load-decide-store.md`). Input validation belongs to [`input`](crate::input).

mod bulk;
mod idempotency;
mod import;
mod lists;
mod order;
mod precondition;
mod quota;
mod state;
mod touch;
mod trash;
mod write_set;

use std::sync::Arc;

use crate::{Change, List, ListId, NewTask, Revision, Task, TaskId, Timestamp};

pub use bulk::{Bulk, FailedOperation, Operation, OperationError, OperationResult};
pub use idempotency::{
    DroppedKeys, Idempotency, IdempotencyKey, KeyLimits, KeyPlace, KeyRecord, RecordedKeys, RequestDigest,
    Respond,
};
pub use import::ExistingTask;
pub use lists::{LISTS_MAX, ListCommand, ListEffect, ListWrites, ListedTask, OwnedLists, TasksOfList};
pub use order::{AdoptedOrder, ImportedOrder, MoveTo, OrderedTask};
pub use precondition::{EntityTags, Precondition};
pub use quota::WriteLimits;
pub use state::{OwnerState, Slot};
pub use touch::Touch;
pub use trash::{TrashCapacity, TrashedId};
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
    /// Move a live task to the trash, or delete it for good, if the precondition allows it.
    Delete {
        /// The task.
        id: TaskId,
        /// The condition.
        precondition: Precondition,
        /// What the trash holds.
        trash: TrashCapacity,
    },
    /// Make a trashed task live again if the precondition allows it. A live one stays as it is.
    Restore {
        /// The task.
        id: TaskId,
        /// The condition.
        precondition: Precondition,
    },
    /// Move a live task in the manual order if the precondition allows it.
    Move {
        /// The task.
        id: TaskId,
        /// Its new place.
        to: MoveTo,
        /// The condition.
        precondition: Precondition,
    },
    /// Delete a trashed task for good if the precondition allows it.
    Purge {
        /// The task.
        id: TaskId,
        /// The condition.
        precondition: Precondition,
    },
    /// Delete all trashed tasks for good.
    EmptyTrash,
    /// Delete for good the oldest trashed tasks that are older or more than the trash may hold.
    ExpireTrash {
        /// Those that were deleted before are too old.
        before: Timestamp,
        /// What the trash holds.
        trash: TrashCapacity,
        /// How many are deleted at most.
        limit: usize,
    },
    /// A write of a list.
    List(ListCommand),
    /// Execute several operations in sequence.
    Bulk(Bulk),
    /// Nothing: the request is rejected for what it contains, unless its key is recorded.
    LookUp,
}

impl Command {
    /// The task that must be loaded before the command can be decided. A create with a generated id needs none: the primary
    /// key rejects an id that is not new.
    #[must_use]
    pub const fn reads(&self) -> Option<TaskId> {
        match self {
            Self::Create(NewTask { id_is_new: true, .. })
            | Self::EmptyTrash
            | Self::LookUp
            | Self::ExpireTrash { .. }
            | Self::List(_)
            | Self::Bulk(_) => None,
            Self::Create(NewTask { id, .. })
            | Self::Update { id, .. }
            | Self::Delete { id, .. }
            | Self::Restore { id, .. }
            | Self::Move { id, .. }
            | Self::Purge { id, .. } => Some(*id),
        }
    }

    /// The task that the command names.
    #[must_use]
    pub const fn task_id(&self) -> Option<TaskId> {
        match self {
            Self::Create(NewTask { id, .. }) => Some(*id),
            _ => self.reads(),
        }
    }

    /// Whether the order of all tasks of the owner must be loaded, those in the trash included.
    #[must_use]
    pub const fn reads_order(&self) -> bool {
        matches!(self, Self::Move { .. })
    }

    /// The commands that are decided one by one: the command itself, or those of a list of operations.
    pub fn each(&self) -> impl Iterator<Item = &Self> {
        let (one, list) = match self {
            Self::Bulk(bulk) => (None, Some(bulk)),
            _ => (Some(self), None),
        };
        one.into_iter().chain(list.into_iter().flat_map(Bulk::commands))
    }

    /// The condition on the task's revision, if the command can have one.
    pub(super) const fn precondition_mut(&mut self) -> Option<&mut Precondition> {
        match self {
            Self::Update { precondition, .. }
            | Self::Delete { precondition, .. }
            | Self::Restore { precondition, .. }
            | Self::Move { precondition, .. }
            | Self::Purge { precondition, .. } => Some(precondition),
            Self::Create(_)
            | Self::EmptyTrash
            | Self::ExpireTrash { .. }
            | Self::List(_)
            | Self::Bulk(_)
            | Self::LookUp => None,
        }
    }

    /// Whether the command needs no task: the counters of the owner suffice, perhaps with the lists.
    #[must_use]
    pub const fn reads_no_task(&self) -> bool {
        match self {
            Self::Create(NewTask { id_is_new, .. }) => *id_is_new,
            Self::List(command) => command.reads_tasks_of().is_none(),
            _ => matches!(self, Self::LookUp),
        }
    }

    /// The list whose tasks must be loaded, live and trashed, before the command can be decided.
    #[must_use]
    pub const fn reads_tasks_of(&self) -> Option<ListId> {
        if let Self::List(command) = self { command.reads_tasks_of() } else { None }
    }

    /// Whether the command needs all lists of the owner.
    #[must_use]
    pub const fn reads_lists(&self) -> bool {
        matches!(
            self,
            Self::List(_)
                | Self::Create(NewTask { list_id: Some(_), .. })
                | Self::Update { change: Change { list_id: Some(Some(_)), .. }, .. }
        )
    }
}

/// The result of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The task as it is after the write.
    Task(Task),
    /// The task as it is. Nothing is written, because the write would change no value.
    Unchanged(Task),
    /// The task is deleted, or in the trash; the deletion has this revision.
    Deleted(Revision),
    /// The tasks of another owner belong to this one.
    Moved,
    /// Nothing of the owner remains.
    Erased,
    /// The request was executed before: the response that was recorded then.
    Replayed(Arc<[u8]>),
    /// So many trashed tasks are deleted for good.
    Purged(usize),
    /// The list as it is after the write, which may have changed nothing.
    List(List),
    /// The results of the operations of a list, in order.
    Bulk(Vec<OperationResult>),
}

/// Why a command is rejected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection {
    /// The owner has no live task of this id, or no trashed one where that is required.
    NotFound,
    /// The task is at a revision that the precondition excludes.
    PreconditionFailed {
        /// The revision it is at.
        current: Revision,
    },
    /// The owner has no live task of the id beside which a task was to be moved.
    UnknownNeighbour {
        /// The member of the request that names it.
        member: &'static str,
    },
    /// The owner already has a task of this id, live or in the trash.
    AlreadyExists {
        /// The revision it is at, if it is live.
        current: Option<Revision>,
    },
    /// The owner has as many live tasks as allowed.
    QuotaExceeded {
        /// The number of live tasks that are allowed.
        limit: u64,
    },
    /// The key of the request is recorded for another request.
    KeyReused,
    /// Another list of the owner has this name.
    NameTaken,
    /// The owner has no list of the id that the command gives a task.
    UnknownList,
    /// One of the operations of an atomic list failed, so none is executed.
    Operation(Box<FailedOperation>),
}

/// What a command writes, and its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effects {
    /// The result for the caller.
    pub outcome: Outcome,
    /// The tasks that are written or deleted, each once.
    pub tasks: Vec<TaskEffect>,
    /// The lists that are written or deleted, each once.
    pub lists: Vec<ListEffect>,
}

impl Effects {
    /// A result that writes these tasks.
    const fn of_tasks(outcome: Outcome, tasks: Vec<TaskEffect>) -> Self {
        Self { outcome, tasks, lists: Vec::new() }
    }

    /// A result that writes these lists.
    const fn of_lists(outcome: Outcome, lists: Vec<ListEffect>) -> Self {
        Self { outcome, tasks: Vec::new(), lists }
    }
}

/// What is written of one task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TaskEffect {
    /// The task is stored as it is here, live or in the trash.
    Put(Task),
    /// Some members of a stored task change, which need not be loaded.
    Touch(Touch),
    /// The task is deleted for good and leaves a tombstone.
    Delete(Tombstone),
}

impl TaskEffect {
    /// The task that is written.
    #[must_use]
    pub const fn id(&self) -> TaskId {
        match self {
            Self::Put(task) => task.id,
            Self::Touch(touch) => touch.id,
            Self::Delete(tombstone) => tombstone.id,
        }
    }

    /// The tombstone of a deletion.
    const fn tombstone(&self) -> Option<Tombstone> {
        match self {
            Self::Put(_) | Self::Touch(_) => None,
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
            // What the command names comes before the condition.
            let task = live(state, *id, &Precondition::default())?;
            lists::allow(state, change.list_id.flatten())?;
            Ok(update(allowed(task, precondition)?, change, state, now))
        }
        // The operations of a list are decided one by one, by the `Writer`.
        Command::LookUp | Command::Bulk(_) => Err(Rejection::NotFound),
        Command::List(command) => lists::decide(state, command, now),
        Command::Delete { id, precondition, trash } => {
            Ok(trash::delete(live(state, *id, precondition)?, *trash, state, now))
        }
        Command::Restore { id, precondition } => trash::restore(state, *id, precondition, limits, now),
        Command::Move { id, to, precondition } => order::move_task(state, (*id, *to), precondition, now),
        Command::Purge { id, precondition } => trash::purge(state, *id, precondition, now),
        Command::EmptyTrash => Ok(trash::empty(state, now)),
        Command::ExpireTrash { before, trash, limit } => {
            Ok(trash::expire(state, (*before, *trash, *limit), now))
        }
    }
}

fn create(
    state: &OwnerState,
    new: &NewTask,
    limits: WriteLimits,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    lists::allow(state, new.list_id)?;
    // Before the quota: a client that repeats a request which was executed must learn that, also when it used up the quota.
    match state.slot(new.id) {
        Slot::Live(task) => return Err(Rejection::AlreadyExists { current: Some(task.revision) }),
        Slot::Trashed(_) => return Err(Rejection::AlreadyExists { current: None }),
        Slot::Free | Slot::Retired => {}
    }
    limits.allow_another(state)?;
    Ok(put(new.clone().into_task(state.owner_id().clone(), state.next_revision(), now)))
}

fn update(before: &Task, change: &Change, state: &OwnerState, now: Timestamp) -> Effects {
    let mut task = before.clone();
    // The clocks of several processes differ, but the time of a task must not go back.
    let now = before.updated_at.max(now);
    change.clone().apply_to(&mut task, now);
    if task == *before {
        return unchanged(task);
    }
    task.updated_at = now;
    task.revision = state.next_revision();
    put(task)
}

const fn unchanged(task: Task) -> Effects {
    Effects::of_tasks(Outcome::Unchanged(task), Vec::new())
}

fn put(task: Task) -> Effects {
    Effects::of_tasks(Outcome::Task(task.clone()), vec![TaskEffect::Put(task)])
}

fn live<'a>(state: &'a OwnerState, id: TaskId, precondition: &Precondition) -> Result<&'a Task, Rejection> {
    match state.slot(id) {
        Slot::Live(task) => allowed(task, precondition),
        // Whatever the precondition: without a task there is no revision that it could exclude.
        Slot::Free | Slot::Trashed(_) | Slot::Retired => Err(Rejection::NotFound),
    }
}

fn allowed<'a>(task: &'a Task, precondition: &Precondition) -> Result<&'a Task, Rejection> {
    if precondition.allows(task.revision) {
        Ok(task)
    } else {
        Err(Rejection::PreconditionFailed { current: task.revision })
    }
}

#[cfg(test)]
mod tests;
