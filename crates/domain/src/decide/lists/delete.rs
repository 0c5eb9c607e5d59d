use std::collections::BTreeSet;

use super::ListEffect;
use crate::decide::trash::{purged, revision_after};
use crate::decide::{Effects, Outcome, OwnerState, TaskEffect, Tombstone, Touch, TrashCapacity};
use crate::{List, ListId, Task, TaskId, Timestamp};

/// What becomes of the tasks of a deleted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TasksOfList {
    /// They stay, without a list.
    Keep,
    /// They are moved to the trash, which holds so many, without a list; without a trash, they are deleted for good.
    Trash(TrashCapacity),
}

/// A task that is in a list, without its texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedTask {
    /// The task.
    pub id: TaskId,
    /// Its list.
    pub list: ListId,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Whether it is live; otherwise it is in the trash.
    pub is_live: bool,
}

impl ListedTask {
    /// That of a task in a list.
    #[must_use]
    pub fn of(task: &Task) -> Option<Self> {
        let Task { id, list_id, updated_at, deleted_at, .. } = *task;
        list_id.map(|list| Self { id, list, updated_at, is_live: deleted_at.is_none() })
    }
}

/// Deletes a list for good, after its tasks have lost it. Each live one takes a revision; a trashed one keeps its own.
pub(super) fn delete(state: &OwnerState, list: &List, tasks: TasksOfList, now: Timestamp) -> Effects {
    let live: Vec<&ListedTask> = state.tasks_of(list.id).filter(|task| task.is_live).collect();
    let (mut effects, without_room) = make_room(state, tasks, live.len(), now);
    let mut numbered = effects.len();
    let purged: BTreeSet<TaskId> = effects.iter().map(TaskEffect::id).collect();
    for (index, task) in live.into_iter().enumerate() {
        let revision = revision_after(state, numbered);
        let updated_at = task.updated_at.max(now);
        let touch = Touch {
            revision: Some(revision),
            updated_at: Some(updated_at),
            loses_list: true,
            ..Touch::new(task.id)
        };
        effects.push(match tasks {
            TasksOfList::Keep => TaskEffect::Touch(touch),
            TasksOfList::Trash(trash) if trash == TrashCapacity::NONE || index < without_room => {
                TaskEffect::Delete(Tombstone { id: task.id, revision, at: updated_at })
            }
            TasksOfList::Trash(_) => TaskEffect::Touch(Touch { deleted_at: Some(updated_at), ..touch }),
        });
        numbered += 1;
    }
    for task in state.tasks_of(list.id).filter(|task| !task.is_live && !purged.contains(&task.id)) {
        effects.push(TaskEffect::Touch(Touch { loses_list: true, ..Touch::new(task.id) }));
    }
    let revision = revision_after(state, numbered);
    let tombstone = Tombstone { id: list.id, revision, at: list.updated_at.max(now) };
    let lists = vec![ListEffect::Delete(tombstone)];
    Effects { outcome: Outcome::Deleted(revision), tasks: effects, lists }
}

/// Deletes the oldest trashed tasks for which the trash has no room once so many are added, and returns for how many of
/// these it still has none: they would be the next to be deleted, if they were moved to the trash one after another.
fn make_room(
    state: &OwnerState,
    tasks: TasksOfList,
    added: usize,
    now: Timestamp,
) -> (Vec<TaskEffect>, usize) {
    let TasksOfList::Trash(trash) = tasks else { return (Vec::new(), 0) };
    let excess = trash.excess_of(state.trashed_tasks().saturating_add_unsigned(added as u64));
    // One task makes room for one; the background job deletes what is left over.
    let excess = excess.min(added);
    let trashed = usize::try_from(state.trashed_tasks()).unwrap_or_default();
    (purged(state, state.oldest_trashed().take(excess), now), excess.saturating_sub(trashed))
}
