//! An in-memory repository: the shortest implementation of the contract.

mod notifications;

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    AdoptedOrder, AtRevision, ChangedObject, Changes, Command, CountedList, DueDate, FeedPosition,
    Idempotency, Ids, ImportedTask, List, ListId, ListQuery, Notifier, ObjectId, Outcome, Owner, OwnerId,
    OwnerRevision, OwnerState, Page, Readiness, RepositoryError, Revision, Scope, Slot, TagCount, Task,
    TaskId, TaskRepository, Timestamp, Watch, WriteLimits, Writer, count_tags,
};
use notifications::Notifications;

/// Tasks in memory, behind one lock.
#[derive(Debug, Default)]
pub struct MemoryTasks {
    owners: Mutex<Owners>,
    limits: WriteLimits,
    notifications: Notifications,
}

/// The owners, each with its epoch.
#[derive(Debug, Default)]
struct Owners {
    stored: HashMap<OwnerId, Stored>,
    last_epoch: i64,
}

/// An owner, as of a row in a database.
#[derive(Debug)]
struct Stored {
    epoch: i64,
    state: OwnerState,
    tombstones: BTreeMap<ObjectId, Revision>,
}

/// What is kept of a row while it is written: the epoch and the tombstones.
type Row = (i64, BTreeMap<ObjectId, Revision>);

impl Owners {
    fn state(&self, owner: &Owner) -> Option<&OwnerState> {
        self.stored.get(owner.id()).map(|stored| &stored.state)
    }

    fn revision(&self, owner: &Owner) -> OwnerRevision {
        let stored = self.stored.get(owner.id());
        stored.map_or(OwnerRevision::NONE, |stored| OwnerRevision::new(stored.epoch, stored.state.revision()))
    }

    /// Takes an owner, to decide on its state and to put it back.
    fn take(&mut self, owner: &Owner) -> (Row, Writer) {
        let stored = self.stored.remove(owner.id()).unwrap_or_else(|| {
            self.last_epoch += 1;
            let state = OwnerState::new(owner.id().clone(), 0, 0);
            Stored { epoch: self.last_epoch, state, tombstones: BTreeMap::new() }
        });
        ((stored.epoch, stored.tombstones), Writer::new(stored.state))
    }

    fn put(&mut self, owner: &Owner, (epoch, mut tombstones): Row, writer: Writer) {
        if let Some(set) = writer.clone().into_write_set() {
            let tasks = set.tombstones.iter().map(|deleted| (ObjectId::Task(deleted.id), deleted.revision));
            let lists =
                set.lists.deleted.iter().map(|deleted| (ObjectId::List(deleted.id), deleted.revision));
            tombstones.extend(tasks.chain(lists));
        }
        self.stored.insert(owner.id().clone(), Stored { epoch, state: writer.into_state(), tombstones });
    }
}

impl MemoryTasks {
    /// A repository with limits.
    #[must_use]
    pub fn with_limits(limits: WriteLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    fn owners(&self) -> MutexGuard<'_, Owners> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get_in(&self, scope: Scope, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        let owners = self.owners();
        match owners.state(owner).map(|state| state.slot(id)) {
            Some(Slot::Live(task) | Slot::Trashed(task)) if scope.contains(task) => Ok(task.clone()),
            _ => Err(RepositoryError::NotFound),
        }
    }
}

#[async_trait::async_trait]
impl TaskRepository for MemoryTasks {
    async fn execute(
        &self,
        owner: &Owner,
        command: Command,
        request: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<Outcome, RepositoryError> {
        let mut owners = self.owners();
        let (row, writer) = owners.take(owner);
        let mut writer = writer.with_limits(self.limits);
        let outcome = writer.run_once(&command, request.as_ref(), now);
        owners.put(owner, row, writer);
        drop(owners);
        self.notifications.notify();
        Ok(outcome?)
    }

    async fn erase(&self, owner: &Owner) -> Result<(), RepositoryError> {
        self.owners().stored.remove(owner.id());
        self.notifications.notify();
        Ok(())
    }

    async fn execute_move(
        &self,
        from: &Owner,
        to: &Owner,
        ids: Arc<dyn Ids>,
        request: Option<(Idempotency, Timestamp)>,
    ) -> Result<Outcome, RepositoryError> {
        if from == to {
            return Ok(Outcome::Moved);
        }
        let mut owners = self.owners();
        let (row, mut writer) = owners.take(to);
        let recorded = request.as_ref().and_then(|(request, now)| writer.recorded(request, *now));
        if recorded.is_none() {
            if let Some(Stored { state: moved, .. }) = owners.stored.remove(from.id()) {
                let mut tasks: Vec<Task> = moved.tasks().cloned().collect();
                // The trash stays in the order of deletion.
                tasks.sort_by_key(|task| (task.deleted_at, task.deleted_at.map(|_| task.revision), task.id));
                writer.raise_revision(moved.revision());
                let order = AdoptedOrder::new(moved.order().collect(), writer.state().revision());
                let mut lists: Vec<&List> = moved.lists().iter().collect();
                lists.sort_by(|one, other| one.position.cmp(&other.position));
                let mut add = |list: &List| {
                    let other = Some(ListId::new(ids.next().uuid()));
                    (list.id, writer.add_list(list.clone(), other))
                };
                let lists: HashMap<ListId, ListId> = lists.into_iter().map(&mut add).collect();
                for task in tasks {
                    let position = order.position(task.id);
                    let list_id = task.list_id.and_then(|list| lists.get(&list).copied());
                    let task = Task { list_id, ..task };
                    writer.adopt(ImportedTask { position, ..ImportedTask::from(task) }, &*ids)?;
                }
            }
            if let Some((request, now)) = &request {
                writer.record(request, &Outcome::Moved, *now);
            }
        }
        owners.put(to, row, writer);
        drop(owners);
        self.notifications.notify();
        Ok(recorded.unwrap_or(Ok(Outcome::Moved))?)
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.get_in(Scope::Live, owner, id)
    }

    async fn get_trashed(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.get_in(Scope::Trash, owner, id)
    }

    async fn lists(
        &self,
        owner: &Owner,
        counted: bool,
    ) -> Result<AtRevision<Vec<CountedList>>, RepositoryError> {
        let owners = self.owners();
        let counted = |state: &OwnerState| -> Vec<CountedList> {
            state.lists().iter().map(|list| count(state, list, counted)).collect()
        };
        let mut lists = owners.state(owner).map(counted).unwrap_or_default();
        lists.sort_by(|one, other| one.list.position.cmp(&other.list.position));
        Ok(AtRevision { read: lists, at: owners.revision(owner) })
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        let owners = self.owners();
        let own = owners.state(owner).map(OwnerState::tasks).into_iter().flatten();
        let mut tasks: Vec<&Task> = own.filter(|task| query.matches(task)).collect();
        let total = query.count.then_some(tasks.len() as u64);
        let (sort, key) = (query.sort, query.sort.key);
        tasks.sort_by(|one, other| sort.compare(&key.position(one), &key.position(other)));
        let behind = tasks.into_iter().filter(|task| match &query.after {
            Some(after) => sort.compare(&key.position(task), after) == Ordering::Greater,
            None => true,
        });
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let mut rest = behind.skip(offset);
        let tasks: Vec<Task> = rest.by_ref().take(query.limit as usize).cloned().collect();
        let more = rest.next().is_some();
        let until = query.due.overdue.and_then(|overdue| {
            let own = owners.state(owner).map(OwnerState::tasks).into_iter().flatten();
            let open = own.filter(|task| query.scope.contains(task) && !task.completed);
            let moments = open.filter_map(|task| match task.due_date {
                Some(due @ DueDate::Moment(_)) if !overdue.limit.is_above(due) => Some(due.sort_key()),
                _ => None,
            });
            overdue.until(moments.min())
        });
        Ok(Page { tasks, more, total, at: owners.revision(owner), until })
    }

    async fn tags(&self, owner: &Owner) -> Result<AtRevision<Vec<TagCount>>, RepositoryError> {
        let owners = self.owners();
        let own = owners.state(owner).map(OwnerState::tasks).into_iter().flatten();
        let live = own.filter(|task| Scope::Live.contains(task));
        let tags = count_tags(live.map(|task| (task.tags.clone(), 1)));
        Ok(AtRevision { read: tags, at: owners.revision(owner) })
    }

    async fn revision(&self, owner: &Owner) -> Result<OwnerRevision, RepositoryError> {
        Ok(self.owners().revision(owner))
    }

    async fn changes(
        &self,
        owner: &Owner,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Changes, RepositoryError> {
        let owners = self.owners();
        let at = owners.revision(owner);
        if !after.is_usable(at, Revision::new(0)) {
            return Err(RepositoryError::ResyncRequired);
        }
        let Some(stored) = owners.stored.get(owner.id()) else {
            return Ok(Changes::page(after, at, Vec::new(), limit));
        };
        let present = stored.changed_objects();
        let mut found: Vec<ChangedObject> = match after {
            FeedPosition::At(seen) => {
                present.into_values().filter(|object| object.revision() > seen.revision).collect()
            }
            FeedPosition::Start | FeedPosition::InSnapshot { .. } => {
                let begin =
                    if let FeedPosition::InSnapshot { after, .. } = after { Some(after) } else { None };
                let live = |object: &ChangedObject| !matches!(object, ChangedObject::Deleted(..));
                present.into_values().filter(|object| Some(object.id()) > begin && live(object)).collect()
            }
        };
        if let FeedPosition::At(_) = after {
            found.sort_by_key(ChangedObject::revision);
        }
        found.truncate(limit as usize + 1);
        Ok(Changes::page(after, at, found, limit))
    }
}

impl Stored {
    /// The last change of each object.
    fn changed_objects(&self) -> BTreeMap<ObjectId, ChangedObject> {
        let deleted = |(id, revision): (&ObjectId, &Revision)| (*id, ChangedObject::Deleted(*id, *revision));
        let mut objects: BTreeMap<ObjectId, ChangedObject> = self.tombstones.iter().map(deleted).collect();
        let lists = self.state.lists().iter().cloned().map(ChangedObject::List);
        let tasks = self.state.tasks().cloned().map(ChangedObject::of);
        objects.extend(lists.chain(tasks).map(|object| (object.id(), object)));
        objects
    }
}

impl Notifier for MemoryTasks {
    fn watch(&self, _: &Owner) -> Box<dyn Watch> {
        Box::new(self.notifications.watch())
    }
}

#[async_trait::async_trait]
impl Readiness for MemoryTasks {
    async fn check(&self) -> Result<(), RepositoryError> {
        Ok(())
    }
}

fn count(state: &OwnerState, list: &List, counted: bool) -> CountedList {
    let number = |completed: bool| {
        let is_counted = |task: &&Task| {
            Scope::Live.contains(task) && task.list_id == Some(list.id) && task.completed == completed
        };
        if counted { state.tasks().filter(is_counted).count() as u64 } else { 0 }
    };
    CountedList { list: list.clone(), open: number(false), completed: number(true) }
}
