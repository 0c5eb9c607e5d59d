use std::collections::HashMap;

use super::{
    Command, DroppedKeys, Effects, ExistingTask, Idempotency, KeyRecord, ListWrites, Outcome, OwnerState,
    Rejection, Slot, TaskEffect, Touch, WriteLimits, decide, import, lists,
};
use crate::{Ids, ImportedTask, List, ListId, Revision, Task, TaskId, Timestamp};

/// The record of a deleted task or list, for readers of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tombstone<I = TaskId> {
    /// The id of what was deleted.
    pub id: I,
    /// The revision of the deletion.
    pub revision: Revision,
    /// When it was deleted.
    pub at: Timestamp,
}

/// Decides commands of one owner in sequence, each on the state after the previous ones.
#[derive(Debug, Clone)]
pub struct Writer {
    state: OwnerState,
    limits: WriteLimits,
    written: Vec<Written>,
    /// The place of each task in `written`.
    places: HashMap<TaskId, usize>,
}

/// A task that was written.
#[derive(Debug, Clone)]
struct Written {
    id: TaskId,
    /// Whether it had a row before.
    has_row: bool,
    /// Whether its id is new, so that there cannot be a tombstone of it.
    is_new: bool,
    /// Its tombstone, if it was deleted last.
    tombstone: Option<Tombstone>,
    /// Its touches, if there was nothing else.
    touch: Option<Touch>,
}

/// The effects of a sequence of commands, one entry per task, which a repository stores atomically.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WriteSet {
    /// The owner's new revision.
    pub revision: i64,
    /// The owner's new number of live tasks.
    pub live_tasks: i64,
    /// The owner's new number of trashed tasks.
    pub trashed_tasks: i64,
    /// Tasks to insert.
    pub inserted: Vec<Task>,
    /// The inserted tasks whose ids may have tombstones, to delete.
    pub recreated: Vec<TaskId>,
    /// Tasks to update.
    pub updated: Vec<Task>,
    /// Tasks of which some members are updated.
    pub touched: Vec<Touch>,
    /// Tasks to delete.
    pub deleted: Vec<TaskId>,
    /// Tombstones to insert or replace.
    pub tombstones: Vec<Tombstone>,
    /// What is stored of the lists.
    pub lists: ListWrites,
    /// Recorded requests to insert, or to replace by their key.
    pub recorded: Vec<KeyRecord>,
    /// Recorded requests to delete, except the ones to replace.
    pub dropped: Vec<DroppedKeys>,
}

impl Writer {
    /// Starts from the stored state, without limits.
    #[must_use]
    pub fn new(stored: OwnerState) -> Self {
        let (limits, written, places) = (WriteLimits::default(), Vec::new(), HashMap::new());
        Self { state: stored, limits, written, places }
    }

    /// The same with limits for commands.
    #[must_use]
    pub fn with_limits(self, limits: WriteLimits) -> Self {
        Self { limits, ..self }
    }

    /// Decides one command and applies its effects.
    pub fn run(&mut self, command: &Command, now: Timestamp) -> Result<Outcome, Rejection> {
        if let Command::Bulk(bulk) = command {
            return self.run_bulk(bulk, now);
        }
        // Provisional: the caller may learn the outcome only after the set is stored, since a store that loses a race against
        // another process is decided again on what that process wrote.
        let effects = decide(&self.state, command, self.limits, now)?;
        let is_new = matches!(command, Command::Create(new) if new.id_is_new);
        Ok(self.apply(effects, is_new))
    }

    /// Decides a command that is executed at most once for its key: the first request is executed and recorded, the same
    /// one is answered with the recorded response, and another one with the same key is rejected.
    pub fn run_once(
        &mut self,
        command: &Command,
        request: Option<&Idempotency>,
        now: Timestamp,
    ) -> Result<Outcome, Rejection> {
        let Some(request) = request else { return self.run(command, now) };
        if let Some(recorded) = self.recorded(request, now) {
            return recorded;
        }
        let outcome = self.run(command, now)?;
        self.record(request, &outcome, now);
        Ok(outcome)
    }

    /// The outcome of a request whose key is recorded already.
    #[must_use]
    pub fn recorded(&self, request: &Idempotency, now: Timestamp) -> Option<Result<Outcome, Rejection>> {
        self.state.keys().find(request, now)
    }

    /// Records a request that was executed.
    pub fn record(&mut self, request: &Idempotency, outcome: &Outcome, now: Timestamp) {
        self.state.keys_mut().record(request, outcome, now);
    }

    /// Adds a task with its id and its times, and returns whether it was written.
    pub fn import(&mut self, task: ImportedTask, existing: ExistingTask) -> Result<bool, Rejection> {
        let effects = import::import(&self.state, task, existing)?;
        let is_written = !effects.tasks.is_empty();
        self.apply(effects, false);
        Ok(is_written)
    }

    /// Adds a list of another owner, or of an export, after the others, and returns its id: that of a list of the same name,
    /// if there is one, and this other one if its own is in use. Without another one, the list of that id takes its place.
    pub fn add_list(&mut self, list: List, other: Option<ListId>) -> ListId {
        let (id, effects) = lists::add(&self.state, list, other);
        if let Some(effects) = effects {
            self.apply(effects, false);
        }
        id
    }

    /// Adds a task of another owner. It gets a new id if this owner uses its id.
    pub fn adopt(&mut self, mut task: ImportedTask, ids: &dyn Ids) -> Result<(), Rejection> {
        if let Slot::Live(_) | Slot::Trashed(_) = self.state.slot(task.task.id) {
            task.task.id = ids.next();
        }
        self.import(task, ExistingTask::Reject).map(|_| ())
    }

    /// Applies effects; `is_new` if their id cannot have a tombstone.
    fn apply(&mut self, Effects { outcome, tasks, lists }: Effects, is_new: bool) -> Outcome {
        for effect in &tasks {
            let (id, tombstone) = (effect.id(), effect.tombstone());
            let touch = if let TaskEffect::Touch(touch) = effect { Some(touch.clone()) } else { None };
            // The first write decides whether there was a row, the last one whether a tombstone remains.
            let place = *self.places.entry(id).or_insert(self.written.len());
            match (self.written.get_mut(place), touch) {
                (Some(Written { touch: Some(earlier), .. }), Some(later)) => earlier.merge(later),
                // The state has the whole task, with its touches.
                (Some(_), Some(_)) => {}
                (Some(written), None) => (written.tombstone, written.touch) = (tombstone, None),
                (None, touch) => {
                    // Of a task that is touched, or deleted to make room, only the id may be loaded.
                    let is_known = tombstone.is_some() || touch.is_some();
                    let has_row = is_known || *self.state.slot(id) != Slot::Free;
                    self.written.push(Written { id, has_row, is_new, tombstone, touch });
                }
            }
        }
        self.state.apply(tasks);
        self.state.apply_lists(lists);
        outcome
    }

    /// Makes the next revision higher than this number.
    pub fn raise_revision(&mut self, number: i64) {
        self.state.raise_revision(number);
    }

    /// The state after the commands.
    #[must_use]
    pub const fn state(&self) -> &OwnerState {
        &self.state
    }

    /// The state after the commands, for a repository that keeps it as a whole.
    #[must_use]
    pub fn into_state(mut self) -> OwnerState {
        self.state.keys_mut().take_pending();
        self.state.lists_mut().take_pending();
        self.state
    }

    /// The effects to store; `None` if nothing changed and nothing was recorded.
    #[must_use]
    pub fn into_write_set(mut self) -> Option<WriteSet> {
        let (recorded, dropped) = self.state.keys_mut().take_pending();
        let lists = self.state.lists_mut().take_pending();
        if self.written.is_empty() && lists.is_empty() && recorded.is_empty() {
            return None;
        }
        let mut set = WriteSet {
            revision: self.state.revision(),
            live_tasks: self.state.live_tasks(),
            trashed_tasks: self.state.trashed_tasks(),
            inserted: Vec::new(),
            recreated: Vec::new(),
            updated: Vec::new(),
            touched: Vec::new(),
            deleted: Vec::new(),
            tombstones: Vec::new(),
            lists,
            recorded,
            dropped,
        };
        for Written { id, has_row, is_new, tombstone, touch } in self.written {
            if let Some(touch) = touch {
                set.touched.push(touch);
                continue;
            }
            match self.state.take(id) {
                Slot::Live(task) | Slot::Trashed(task) if has_row => set.updated.push(task),
                Slot::Live(task) | Slot::Trashed(task) => {
                    set.recreated.extend((!is_new).then_some(id));
                    set.inserted.push(task);
                }
                // A task that the same sequence created and deleted has no row, but its deletion has a revision and needs a
                // tombstone.
                Slot::Free | Slot::Retired => {
                    set.tombstones.extend(tombstone);
                    if has_row {
                        set.deleted.push(id);
                    }
                }
            }
        }
        Some(set)
    }
}
