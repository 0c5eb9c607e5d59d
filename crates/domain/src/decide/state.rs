use std::collections::HashMap;

use super::TaskEffect;
use crate::{OwnerId, Revision, Task, TaskId};

/// The stored state of one owner that a decision depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerState {
    owner_id: OwnerId,
    revision: i64,
    live_tasks: i64,
    slots: HashMap<TaskId, Slot>,
}

/// The stored state of one task id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Slot {
    /// Nothing: the task never existed, or it was deleted.
    #[default]
    Free,
    /// A live task.
    Live(Task),
    /// A row of version 0.1.0 for a deleted task, without texts. The id is free, but its row is there.
    Retired,
}

impl OwnerState {
    /// An owner with these counters, without loaded tasks.
    #[must_use]
    pub fn new(owner_id: OwnerId, revision: i64, live_tasks: i64) -> Self {
        Self { owner_id, revision, live_tasks, slots: HashMap::new() }
    }

    /// Adds a loaded task id.
    pub fn insert(&mut self, id: TaskId, slot: Slot) {
        self.slots.insert(id, slot);
    }

    /// The owner.
    #[must_use]
    pub const fn owner_id(&self) -> &OwnerId {
        &self.owner_id
    }

    /// The number of the owner's last change; 0 before the first.
    #[must_use]
    pub const fn revision(&self) -> i64 {
        self.revision
    }

    /// Makes the next revision higher than this number.
    pub(super) fn raise_revision(&mut self, number: i64) {
        self.revision = self.revision.max(number);
    }

    /// The number of live tasks of the owner.
    #[must_use]
    pub const fn live_tasks(&self) -> i64 {
        self.live_tasks
    }

    /// The revision of the owner's next change.
    #[must_use]
    pub const fn next_revision(&self) -> Revision {
        Revision::new(self.revision + 1)
    }

    /// The state of an id. An id that was not loaded counts as free.
    #[must_use]
    pub fn slot(&self, id: TaskId) -> &Slot {
        self.slots.get(&id).unwrap_or(&Slot::Free)
    }

    /// The loaded live tasks.
    pub fn live(&self) -> impl Iterator<Item = &Task> {
        self.slots.values().filter_map(|slot| match slot {
            Slot::Live(task) => Some(task),
            Slot::Free | Slot::Retired => None,
        })
    }

    /// Applies effects to the state.
    pub fn apply(&mut self, effects: Vec<TaskEffect>) {
        for effect in effects {
            let id = effect.id();
            let (revision, slot) = match effect {
                TaskEffect::Put(task) => (task.revision, Slot::Live(task)),
                TaskEffect::Delete(tombstone) => (tombstone.revision, Slot::Free),
            };
            let live = i64::from(matches!(slot, Slot::Live(_)));
            // Counting by the difference is correct for any sequence of effects on one id.
            let before = self.slots.insert(id, slot);
            self.live_tasks += live - i64::from(matches!(before, Some(Slot::Live(_))));
            self.revision = self.revision.max(revision.number());
        }
    }

    /// Removes an id and returns its state.
    pub(super) fn take(&mut self, id: TaskId) -> Slot {
        self.slots.remove(&id).unwrap_or_default()
    }
}
