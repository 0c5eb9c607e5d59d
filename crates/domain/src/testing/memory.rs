//! The repository in memory: the shortest program that keeps the contract.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    Change, Direction, ListQuery, NewTask, Owner, OwnerId, Page, Precondition, Readiness, RepositoryError,
    Revision, SearchText, Task, TaskId, TaskRepository, Timestamp,
};

/// Tasks kept in memory, behind one lock.
#[derive(Debug, Default)]
pub struct MemoryTasks(Mutex<HashMap<OwnerId, OwnTasks>>);

#[derive(Debug, Default)]
struct OwnTasks {
    revision: i64,
    live: HashMap<TaskId, Task>,
}

impl OwnTasks {
    fn bump(&mut self) -> Revision {
        self.revision += 1;
        Revision::new(self.revision)
    }

    fn writable(&self, id: TaskId, precondition: &Precondition) -> Result<Task, RepositoryError> {
        let task = self.live.get(&id).ok_or(RepositoryError::NotFound)?;
        if precondition.holds(task.revision) {
            Ok(task.clone())
        } else {
            Err(RepositoryError::PreconditionFailed { current: task.revision })
        }
    }
}

impl MemoryTasks {
    fn owners(&self) -> MutexGuard<'_, HashMap<OwnerId, OwnTasks>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait::async_trait]
impl TaskRepository for MemoryTasks {
    async fn create(&self, owner: &Owner, task: NewTask) -> Result<Task, RepositoryError> {
        let mut owners = self.owners();
        let own = owners.entry(owner.id().clone()).or_default();
        let task = task.kept(owner, own.bump());
        own.live.insert(task.id, task.clone());
        Ok(task)
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        let owners = self.owners();
        owners.get(owner.id()).and_then(|own| own.live.get(&id)).cloned().ok_or(RepositoryError::NotFound)
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        let owners = self.owners();
        let own = owners.get(owner.id()).map(|own| own.live.values()).into_iter().flatten();
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

    async fn update(
        &self,
        owner: &Owner,
        id: TaskId,
        change: Change,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<Task, RepositoryError> {
        let mut owners = self.owners();
        let own = owners.get_mut(owner.id()).ok_or(RepositoryError::NotFound)?;
        let mut task = own.writable(id, &precondition)?;
        task.title = change.title.unwrap_or(task.title);
        task.description = change.description.unwrap_or(task.description);
        task.completed = change.completion.map_or(task.completed, |to| to.applied_to(task.completed));
        task.updated_at = at;
        task.revision = own.bump();
        own.live.insert(id, task.clone());
        Ok(task)
    }

    async fn delete(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
        _at: Timestamp,
    ) -> Result<(), RepositoryError> {
        let mut owners = self.owners();
        let own = owners.get_mut(owner.id()).ok_or(RepositoryError::NotFound)?;
        own.writable(id, &precondition)?;
        own.bump();
        own.live.remove(&id);
        Ok(())
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
    let found = |search: &SearchText| {
        SearchText::haystack(task.title.as_str(), description).contains(search.folded())
    };
    query.status.completed().is_none_or(|completed| task.completed == completed)
        && query.search.as_ref().is_none_or(found)
}

fn directed(query: &ListQuery, ordering: Ordering) -> Ordering {
    match query.sort.direction {
        Direction::Ascending => ordering,
        Direction::Descending => ordering.reverse(),
    }
}
