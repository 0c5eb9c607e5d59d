//! An in-memory repository: the shortest implementation of the contract.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    AdoptedOrder, AtRevision, Command, CountedList, DueDate, Idempotency, Ids, ImportedTask, List, ListId,
    ListQuery, Outcome, Owner, OwnerId, OwnerRevision, OwnerState, Page, Readiness, RepositoryError, Scope,
    Slot, TagCount, Task, TaskId, TaskRepository, Timestamp, WriteLimits, Writer, count_tags,
};

/// Tasks in memory, behind one lock.
#[derive(Debug, Default)]
pub struct MemoryTasks {
    owners: Mutex<Owners>,
    limits: WriteLimits,
}

/// The owners, each with its epoch.
#[derive(Debug, Default)]
struct Owners {
    stored: HashMap<OwnerId, (i64, OwnerState)>,
    last_epoch: i64,
}

impl Owners {
    fn state(&self, owner: &Owner) -> Option<&OwnerState> {
        self.stored.get(owner.id()).map(|(_, state)| state)
    }

    fn revision(&self, owner: &Owner) -> OwnerRevision {
        let stored = self.stored.get(owner.id());
        stored.map_or(OwnerRevision::NONE, |(epoch, state)| OwnerRevision::new(*epoch, state.revision()))
    }

    /// Takes an owner, to decide on its state and to put it back.
    fn take(&mut self, owner: &Owner) -> (i64, Writer) {
        let (epoch, state) = self.stored.remove(owner.id()).unwrap_or_else(|| {
            self.last_epoch += 1;
            (self.last_epoch, OwnerState::new(owner.id().clone(), 0, 0))
        });
        (epoch, Writer::new(state))
    }

    fn put(&mut self, owner: &Owner, epoch: i64, writer: Writer) {
        self.stored.insert(owner.id().clone(), (epoch, writer.into_state()));
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
        let (epoch, writer) = owners.take(owner);
        let mut writer = writer.with_limits(self.limits);
        let outcome = writer.run_once(&command, request.as_ref(), now);
        owners.put(owner, epoch, writer);
        Ok(outcome?)
    }

    async fn erase(&self, owner: &Owner) -> Result<(), RepositoryError> {
        self.owners().stored.remove(owner.id());
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
        let (epoch, mut writer) = owners.take(to);
        let recorded = request.as_ref().and_then(|(request, now)| writer.recorded(request, *now));
        if recorded.is_none() {
            if let Some((_, moved)) = owners.stored.remove(from.id()) {
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
        owners.put(to, epoch, writer);
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
