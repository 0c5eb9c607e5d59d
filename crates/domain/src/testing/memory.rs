//! An in-memory repository: the shortest implementation of the contract.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    AdoptedOrder, Command, CountedList, Idempotency, Ids, ImportedTask, List, ListId, ListQuery, Outcome,
    Owner, OwnerId, OwnerState, Page, Readiness, RepositoryError, Revision, Scope, Slot, TagCount, Task,
    TaskId, TaskRepository, Timestamp, WriteLimits, Writer, count_tags,
};

/// Tasks in memory, behind one lock.
#[derive(Debug, Default)]
pub struct MemoryTasks {
    owners: Mutex<HashMap<OwnerId, OwnerState>>,
    limits: WriteLimits,
}

impl MemoryTasks {
    /// A repository with limits.
    #[must_use]
    pub fn with_limits(limits: WriteLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    fn owners(&self) -> MutexGuard<'_, HashMap<OwnerId, OwnerState>> {
        self.owners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get_in(&self, scope: Scope, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        let owners = self.owners();
        match owners.get(owner.id()).map(|state| state.slot(id)) {
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
        let mut writer = take(&mut owners, owner).with_limits(self.limits);
        let outcome = writer.run_once(&command, request.as_ref(), now);
        owners.insert(owner.id().clone(), writer.into_state());
        Ok(outcome?)
    }

    async fn erase(&self, owner: &Owner) -> Result<(), RepositoryError> {
        self.owners().remove(owner.id());
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
        let mut writer = take(&mut owners, to);
        let recorded = request.as_ref().and_then(|(request, now)| writer.recorded(request, *now));
        if recorded.is_none() {
            if let Some(moved) = owners.remove(from.id()) {
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
        owners.insert(to.id().clone(), writer.into_state());
        Ok(recorded.unwrap_or(Ok(Outcome::Moved))?)
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.get_in(Scope::Live, owner, id)
    }

    async fn get_trashed(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.get_in(Scope::Trash, owner, id)
    }

    async fn lists(&self, owner: &Owner, counted: bool) -> Result<Vec<CountedList>, RepositoryError> {
        let owners = self.owners();
        let Some(state) = owners.get(owner.id()) else { return Ok(Vec::new()) };
        let mut lists: Vec<CountedList> =
            state.lists().iter().map(|list| count(state, list, counted)).collect();
        lists.sort_by(|one, other| one.list.position.cmp(&other.list.position));
        Ok(lists)
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        let owners = self.owners();
        let state = owners.get(owner.id());
        let own = state.map(OwnerState::tasks).into_iter().flatten();
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
        let revision = key.can_change().then(|| Revision::new(state.map_or(0, OwnerState::revision)));
        Ok(Page { tasks, more: rest.next().is_some(), total, revision })
    }

    async fn tags(&self, owner: &Owner) -> Result<Vec<TagCount>, RepositoryError> {
        let owners = self.owners();
        let own = owners.get(owner.id()).map(OwnerState::tasks).into_iter().flatten();
        let live = own.filter(|task| Scope::Live.contains(task));
        Ok(count_tags(live.map(|task| (task.tags.clone(), 1))))
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

/// Takes the state of an owner, to decide on it and to put it back.
fn take(owners: &mut HashMap<OwnerId, OwnerState>, owner: &Owner) -> Writer {
    let state = owners.remove(owner.id());
    Writer::new(state.unwrap_or_else(|| OwnerState::new(owner.id().clone(), 0, 0)))
}
