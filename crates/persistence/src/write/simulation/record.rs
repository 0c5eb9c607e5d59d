use std::collections::BTreeMap;

use domain::{
    KeyRecord, List, ListId, ListedTask, OrderedTask, OwnerId, OwnerState, Slot, Task, TaskId, TrashedId,
};

use crate::write::{LastStore, Loaded, LoadedLists, Seen, Store, ToLoad};

/// The rows of one owner: the owner's row, the tasks and the tombstones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Record {
    pub(super) version: i64,
    pub(super) revision: i64,
    pub(super) epoch: i64,
    pub(super) live_tasks: i64,
    pub(super) trashed_tasks: i64,
    pub(super) write_id: i64,
    pub(super) tasks: BTreeMap<TaskId, TaskRow>,
    /// The revisions of deletions.
    pub(super) tombstones: BTreeMap<TaskId, i64>,
    pub(super) lists: BTreeMap<ListId, List>,
    /// The revisions of deletions of lists.
    pub(super) list_tombstones: BTreeMap<ListId, i64>,
    /// The recorded requests, the oldest first.
    pub(super) keys: Vec<KeyRecord>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TaskRow {
    Live(Task),
    Trashed(Task),
    /// What 0.1.0 keeps of a task that it deletes, with the revision of the deletion.
    Retired(i64),
}

impl TaskRow {
    pub(super) const fn of(task: Task) -> Self {
        if task.deleted_at.is_some() { Self::Trashed(task) } else { Self::Live(task) }
    }
}

/// A task of this id has a row already.
#[derive(Debug)]
pub(super) struct UniqueViolation;

impl Record {
    pub(super) const fn seen(&self) -> Seen {
        Seen { version: self.version, revision: self.revision, epoch: self.epoch }
    }

    pub(super) const fn last_store(&self) -> LastStore {
        LastStore { version: self.version, epoch: self.epoch, write_id: self.write_id }
    }

    /// The tasks of a list, live and trashed.
    pub(super) fn listed(&self, list: ListId) -> Vec<ListedTask> {
        let tasks = self.tasks.values().filter_map(|row| match row {
            TaskRow::Live(task) | TaskRow::Trashed(task) => ListedTask::of(task),
            TaskRow::Retired(_) => None,
        });
        tasks.filter(|task| task.list == list).collect()
    }

    pub(super) fn loaded_lists(&self) -> LoadedLists {
        LoadedLists { seen: Some(self.seen()), lists: self.lists.values().cloned().collect() }
    }

    pub(super) fn live(&self) -> impl Iterator<Item = &Task> {
        self.tasks.values().filter_map(|row| match row {
            TaskRow::Live(task) => Some(task),
            TaskRow::Trashed(_) | TaskRow::Retired(_) => None,
        })
    }

    /// The record once a store has passed; `before` is the present one, if there is any.
    pub(super) fn after(before: Option<&Self>, store: &Store) -> Result<Self, UniqueViolation> {
        let mut record =
            before.cloned().unwrap_or_else(|| Self { epoch: store.new_epoch, ..Self::default() });
        record.version = store.version;
        record.revision = store.set.revision;
        record.live_tasks = store.set.live_tasks;
        record.trashed_tasks = store.set.trashed_tasks;
        record.write_id = store.write_id;
        for task in &store.set.inserted {
            if record.tasks.insert(task.id, TaskRow::of(task.clone())).is_some() {
                return Err(UniqueViolation);
            }
            record.tombstones.remove(&task.id);
        }
        for task in &store.set.updated {
            if let Some(row) = record.tasks.get_mut(&task.id) {
                *row = TaskRow::of(task.clone());
            }
        }
        for touch in &store.set.touched {
            if let Some(row @ (TaskRow::Live(_) | TaskRow::Trashed(_))) = record.tasks.get_mut(&touch.id)
                && let TaskRow::Live(task) | TaskRow::Trashed(task) = row
            {
                touch.apply_to(task);
                *row = TaskRow::of(task.clone());
            }
        }
        for id in &store.set.deleted {
            record.tasks.remove(id);
        }
        for tombstone in &store.set.tombstones {
            record.tombstones.insert(tombstone.id, tombstone.revision.number());
        }
        let lists = &store.set.lists;
        record.lists.extend(lists.put.iter().map(|list| (list.id, list.clone())));
        record.list_tombstones.retain(|id, _| !lists.created.contains(id));
        for tombstone in &lists.deleted {
            record.lists.remove(&tombstone.id);
            record.list_tombstones.insert(tombstone.id, tombstone.revision.number());
        }
        let (stored, dropped) = (&store.set.recorded, &store.set.dropped);
        record.keys.retain(|old| {
            !stored.iter().any(|new| new.key == old.key)
                && !dropped.iter().any(|dropped| dropped.includes(&old.place))
        });
        record.keys.extend(stored.iter().cloned());
        Ok(record)
    }

    /// The ids in the trash, the oldest first.
    pub(super) fn trash(&self) -> Vec<TrashedId> {
        let trashed = self.tasks.values().filter_map(|row| match row {
            TaskRow::Trashed(Task { id, revision, deleted_at, .. }) => {
                Some(TrashedId { deleted_at: (*deleted_at)?, revision: *revision, id: *id })
            }
            TaskRow::Live(_) | TaskRow::Retired(_) => None,
        });
        let mut trashed: Vec<TrashedId> = trashed.collect();
        trashed.sort_by_key(|trashed| (trashed.deleted_at, trashed.revision));
        trashed
    }

    /// The places of all tasks, in order.
    pub(super) fn order(&self) -> Vec<OrderedTask> {
        let mut order: Vec<OrderedTask> = Vec::new();
        for row in self.tasks.values() {
            let (TaskRow::Live(task) | TaskRow::Trashed(task)) = row else { continue };
            let (id, position, is_live) = (task.id, task.position.clone(), task.deleted_at.is_none());
            order.push(OrderedTask { id, position, is_live });
        }
        order.sort_by(|one, other| (&one.position, one.id).cmp(&(&other.position, other.id)));
        order
    }

    /// What a reader of changes gets who has seen everything up to a revision, in the order of revisions: each task
    /// that changed since, and `None` for each that was deleted.
    pub(super) fn changes_since(&self, since: i64) -> Vec<(i64, TaskId, Option<&Task>)> {
        let rows = self.tasks.iter().map(|(id, row)| match row {
            TaskRow::Live(task) => (task.revision.number(), *id, Some(task)),
            TaskRow::Trashed(task) => (task.revision.number(), *id, None),
            TaskRow::Retired(revision) => (*revision, *id, None),
        });
        let deletions = self.tombstones.iter().map(|(id, revision)| (*revision, *id, None));
        let mut changes: Vec<_> = rows.chain(deletions).filter(|(revision, ..)| *revision > since).collect();
        changes.sort_by_key(|(revision, ..)| *revision);
        changes
    }
}

/// Serves the reads from the stored rows. The reads of one owner must be adjacent.
pub(super) fn load<'a>(reads: &[ToLoad], find: impl Fn(&OwnerId) -> Option<&'a Record>) -> Vec<Loaded> {
    let mut all: Vec<Loaded> = Vec::new();
    for read in reads {
        let record = find(&read.owner);
        if all.last().is_none_or(|last| *last.state.owner_id() != read.owner) {
            let nothing = &Record::default();
            let Record { revision, live_tasks, trashed_tasks, .. } = *record.unwrap_or(nothing);
            let state = OwnerState::new(read.owner.clone(), revision, live_tasks);
            let state = state.with_trashed_tasks(trashed_tasks);
            all.push(Loaded { seen: record.map(Record::seen), state });
        }
        let Some(loaded) = all.last_mut() else { continue };
        if let Some(key) = &read.key {
            let keys = record.map(|record| record.keys.as_slice()).unwrap_or_default();
            let found = keys.iter().find(|stored| stored.key == *key).cloned();
            let ends = keys.first().zip(keys.last()).map(|(oldest, newest)| (oldest.place, newest.place));
            loaded.state.keys_mut().insert(found, ends);
        }
        let Some(id) = read.task else { continue };
        let slot = match record.and_then(|record| record.tasks.get(&id)) {
            None => Slot::Free,
            Some(TaskRow::Retired(_)) => Slot::Retired,
            Some(TaskRow::Live(task) | TaskRow::Trashed(task)) => Slot::of(task.clone()),
        };
        loaded.state.insert(id, slot);
    }
    all
}
