//! An in-memory repository: the shortest implementation of the contract.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::{
    Command, Direction, Ids, ImportedTask, ListQuery, Outcome, Owner, OwnerId, OwnerState, Page, Readiness,
    RepositoryError, SearchText, Slot, Task, TaskId, TaskRepository, Timestamp, WriteLimits, Writer, decide,
    search_document,
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
}

#[async_trait::async_trait]
impl TaskRepository for MemoryTasks {
    async fn write(
        &self,
        owner: &Owner,
        command: Command,
        now: Timestamp,
    ) -> Result<Outcome, RepositoryError> {
        let mut owners = self.owners();
        let new = || OwnerState::new(owner.id().clone(), 0, 0);
        let state = owners.entry(owner.id().clone()).or_insert_with(new);
        let effects = decide(state, &command, self.limits, now)?;
        state.apply(effects.tasks);
        Ok(effects.outcome)
    }

    async fn erase(&self, owner: &Owner) -> Result<(), RepositoryError> {
        self.owners().remove(owner.id());
        Ok(())
    }

    async fn move_tasks(&self, from: &Owner, to: &Owner, ids: Arc<dyn Ids>) -> Result<(), RepositoryError> {
        if from == to {
            return Ok(());
        }
        let mut owners = self.owners();
        let Some(moved) = owners.remove(from.id()) else { return Ok(()) };
        let mut tasks: Vec<Task> = moved.live().cloned().collect();
        tasks.sort_by_key(|task| task.id);
        let before = owners.get(to.id()).cloned().unwrap_or_else(|| OwnerState::new(to.id().clone(), 0, 0));
        let mut writer = Writer::new(before);
        writer.raise_revision(moved.revision());
        for task in tasks {
            writer.adopt(ImportedTask::from(task), &*ids)?;
        }
        owners.insert(to.id().clone(), writer.state().clone());
        Ok(())
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        let owners = self.owners();
        match owners.get(owner.id()).map(|state| state.slot(id)) {
            Some(Slot::Live(task)) => Ok(task.clone()),
            _ => Err(RepositoryError::NotFound),
        }
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        let owners = self.owners();
        let own = owners.get(owner.id()).map(OwnerState::live).into_iter().flatten();
        let mut tasks: Vec<&Task> = own.filter(|task| passes(task, &query)).collect();
        let total = query.count.then_some(tasks.len() as u64);
        let order = |one: &Task, other: &Task| {
            directed(&query, query.sort.key.position(one).cmp(&query.sort.key.position(other)))
        };
        tasks.sort_by(|one, other| order(one, other));
        let behind = tasks.into_iter().filter(|task| match &query.after {
            Some(after) => directed(&query, query.sort.key.position(task).cmp(after)) == Ordering::Greater,
            None => true,
        });
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let mut rest = behind.skip(offset);
        let tasks: Vec<Task> = rest.by_ref().take(query.limit as usize).cloned().collect();
        Ok(Page { tasks, more: rest.next().is_some(), total })
    }
}

#[async_trait::async_trait]
impl Readiness for MemoryTasks {
    async fn check(&self) -> Result<(), RepositoryError> {
        Ok(())
    }
}

fn passes(task: &Task, query: &ListQuery) -> bool {
    let description = task.description.as_ref().map(crate::Description::as_str);
    let found =
        |search: &SearchText| search_document(task.title.as_str(), description).contains(search.folded());
    query.status.completed().is_none_or(|completed| task.completed == completed)
        && query.search.as_ref().is_none_or(found)
}

fn directed(query: &ListQuery, ordering: Ordering) -> Ordering {
    match query.sort.direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}
