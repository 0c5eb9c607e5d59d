use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::order::ManualOrder;
use super::{
    Command, ListCommand, ListEffect, ListedTask, OrderedTask, OwnedLists, RecordedKeys, TaskEffect,
    TasksOfList, Touch, TrashedId,
};
use crate::{ListId, OwnerId, Revision, Task, TaskId};

/// The stored state of one owner that a decision depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnerState {
    owner_id: OwnerId,
    revision: i64,
    live_tasks: i64,
    trashed_tasks: i64,
    slots: HashMap<TaskId, Slot>,
    keys: RecordedKeys,
    lists: OwnedLists,
    /// The loaded tasks that are in lists.
    listed: BTreeMap<TaskId, ListedTask>,
    /// The loaded trashed tasks, the oldest first.
    trash: BTreeSet<TrashedId>,
    order: ManualOrder,
}

/// The stored state of one task id.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Slot {
    /// Nothing: the task never existed, or it was deleted for good.
    #[default]
    Free,
    /// A live task.
    Live(Task),
    /// A task in the trash.
    Trashed(Task),
    /// A row of version 0.1.0 for a deleted task, without texts. The id is free, but its row is there.
    Retired,
}

impl Slot {
    /// The slot of a stored task.
    #[must_use]
    pub const fn of(task: Task) -> Self {
        if task.deleted_at.is_some() { Self::Trashed(task) } else { Self::Live(task) }
    }
}

impl OwnerState {
    /// An owner with these counters, without loaded tasks and with an empty trash.
    #[must_use]
    pub fn new(owner_id: OwnerId, revision: i64, live_tasks: i64) -> Self {
        let (slots, trash, order) = (HashMap::new(), BTreeSet::new(), ManualOrder::default());
        let (keys, lists, listed) = (RecordedKeys::default(), OwnedLists::default(), BTreeMap::new());
        Self { owner_id, revision, live_tasks, trashed_tasks: 0, slots, keys, lists, listed, trash, order }
    }

    /// The owner with this number of trashed tasks.
    #[must_use]
    pub fn with_trashed_tasks(self, trashed_tasks: i64) -> Self {
        Self { trashed_tasks, ..self }
    }

    /// Adds a loaded task id.
    pub fn insert(&mut self, id: TaskId, slot: Slot) {
        if let Slot::Trashed(task) = &slot {
            self.trash.extend(TrashedId::of(task));
        }
        if let Slot::Live(task) | Slot::Trashed(task) = &slot {
            self.listed.extend(ListedTask::of(task).map(|listed| (id, listed)));
        }
        if let Slot::Live(task) | Slot::Trashed(task) = &slot {
            let (position, is_live) = (task.position.clone(), task.deleted_at.is_none());
            self.order.insert(OrderedTask { id, position, is_live });
        }
        self.slots.insert(id, slot);
    }

    /// The recorded requests.
    #[must_use]
    pub const fn keys(&self) -> &RecordedKeys {
        &self.keys
    }

    /// The recorded requests, to add loaded ones.
    pub const fn keys_mut(&mut self) -> &mut RecordedKeys {
        &mut self.keys
    }

    /// The lists.
    #[must_use]
    pub const fn lists(&self) -> &OwnedLists {
        &self.lists
    }

    /// The lists, to add loaded ones.
    pub const fn lists_mut(&mut self) -> &mut OwnedLists {
        &mut self.lists
    }

    /// Adds loaded tasks that are in a list.
    pub fn insert_listed(&mut self, loaded: impl IntoIterator<Item = ListedTask>) {
        self.listed.extend(loaded.into_iter().map(|task| (task.id, task)));
    }

    /// The loaded tasks of a list, by id.
    pub(super) fn tasks_of(&self, list: ListId) -> impl Iterator<Item = &ListedTask> {
        self.listed.values().filter(move |task| task.list == list)
    }

    /// Adds the ids of loaded trashed tasks.
    pub fn insert_trashed(&mut self, loaded: impl IntoIterator<Item = TrashedId>) {
        self.trash.extend(loaded);
    }

    /// Adds the places of loaded tasks.
    pub fn insert_order(&mut self, loaded: impl IntoIterator<Item = OrderedTask>) {
        loaded.into_iter().for_each(|task| self.order.insert(task));
    }

    /// The places of the loaded tasks, in order.
    pub fn order(&self) -> impl Iterator<Item = OrderedTask> {
        self.order.iter()
    }

    /// How many of the oldest trashed tasks must be loaded before the commands can be decided in sequence.
    #[must_use]
    pub fn trash_to_load<'a>(&self, commands: impl Iterator<Item = &'a Command>) -> usize {
        let (mut deletions, mut others, mut make_room) = (0, 0, 0);
        for (seen, command) in commands.enumerate() {
            match command {
                Command::EmptyTrash => return usize::MAX,
                Command::ExpireTrash { limit, .. } => make_room += limit,
                Command::Delete { trash, .. } => {
                    deletions += 1;
                    make_room += usize::from(trash.is_exceeded_by(self.trashed_tasks + deletions));
                }
                // One of the oldest may leave the trash; then the next one is the oldest.
                Command::Restore { .. } | Command::Purge { .. } => others += 1,
                Command::List(ListCommand::Delete { id, tasks: TasksOfList::Trash(trash), .. }) => {
                    // A command before it may have put a task into the list.
                    let live = self.tasks_of(*id).filter(|task| task.is_live).count() + seen;
                    deletions += i64::try_from(live).unwrap_or(i64::MAX);
                    make_room += trash.excess_of(self.trashed_tasks.saturating_add(deletions)).min(live);
                }
                Command::Create(_)
                | Command::Update { .. }
                | Command::List(_)
                | Command::Move { .. }
                | Command::Bulk(_)
                | Command::LookUp => {}
            }
        }
        if make_room > 0 { make_room + others } else { 0 }
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

    /// The number of trashed tasks of the owner.
    #[must_use]
    pub const fn trashed_tasks(&self) -> i64 {
        self.trashed_tasks
    }

    /// The loaded trashed tasks, the oldest first.
    pub(super) fn oldest_trashed(&self) -> impl Iterator<Item = &TrashedId> {
        self.trash.iter()
    }

    /// The places of the loaded tasks.
    pub(super) const fn manual_order(&self) -> &ManualOrder {
        &self.order
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

    /// The loaded tasks, live and trashed.
    pub fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.slots.values().filter_map(|slot| match slot {
            Slot::Live(task) | Slot::Trashed(task) => Some(task),
            Slot::Free | Slot::Retired => None,
        })
    }

    /// Applies effects to the state.
    pub fn apply(&mut self, effects: Vec<TaskEffect>) {
        for effect in effects {
            if let TaskEffect::Touch(touch) = effect {
                self.touch(touch);
                continue;
            }
            // Counting by the difference is correct for any sequence of effects on one id.
            self.remove(effect.id());
            let (id, revision, slot) = match effect {
                TaskEffect::Put(task) => (task.id, task.revision, Slot::of(task)),
                TaskEffect::Delete(tombstone) => (tombstone.id, tombstone.revision, Slot::Free),
                TaskEffect::Touch(_) => continue,
            };
            match slot {
                Slot::Live(_) => self.live_tasks += 1,
                Slot::Trashed(_) => self.trashed_tasks += 1,
                Slot::Free | Slot::Retired => {}
            }
            self.insert(id, slot);
            self.revision = self.revision.max(revision.number());
        }
    }

    /// Applies effects on lists to the state.
    pub fn apply_lists(&mut self, effects: Vec<ListEffect>) {
        if let Some(revision) = self.lists.apply(effects) {
            self.raise_revision(revision.number());
        }
    }

    /// Changes a task, of which only the place may be loaded.
    fn touch(&mut self, touch: Touch) {
        let id = touch.id;
        let slot = self.slots.remove(&id);
        if let Some(Slot::Live(mut task) | Slot::Trashed(mut task)) = slot {
            touch.apply_to(&mut task);
            self.slots.insert(id, Slot::of(task));
        }
        if touch.loses_list {
            self.listed.remove(&id);
        }
        if let (Some(deleted_at), Some(revision)) = (touch.deleted_at, touch.revision) {
            self.live_tasks -= 1;
            self.trashed_tasks += 1;
            self.trash.insert(TrashedId { deleted_at, revision, id });
            self.order.trash(id);
        }
        if let Some(position) = touch.position {
            self.order.replace_key(touch.id, position);
        }
        if let Some(revision) = touch.revision {
            self.raise_revision(revision.number());
        }
    }

    /// Removes a task, of which only the id may be loaded, from what is counted.
    fn remove(&mut self, id: TaskId) {
        self.order.remove(id);
        let is_listed = self.listed.remove(&id).is_some_and(|task| task.is_live);
        let trashed = match self.take(id) {
            Slot::Live(_) => {
                self.live_tasks -= 1;
                None
            }
            // Of a task that is deleted with its list, only the id may be loaded.
            Slot::Free | Slot::Retired if is_listed => {
                self.live_tasks -= 1;
                None
            }
            Slot::Trashed(task) => TrashedId::of(&task),
            // What is deleted to make room is the oldest, so it is found at once.
            Slot::Free | Slot::Retired => self.trash.iter().find(|trashed| trashed.id == id).copied(),
        };
        if trashed.is_some_and(|trashed| self.trash.remove(&trashed)) {
            self.trashed_tasks -= 1;
        }
    }

    /// Removes an id and returns its state.
    pub(super) fn take(&mut self, id: TaskId) -> Slot {
        self.slots.remove(&id).unwrap_or_default()
    }
}
