//! The domain's repository: each call becomes a request in the queue of its kind.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    Change, ListQuery, NewTask, Owner, Page, Precondition, RepositoryError, Task, TaskId, TaskRepository,
    Timestamp,
};

use crate::dialect::{Deed, Get, List, Write, Written};
use crate::failure::Failure;
use crate::lanes::{Queue, Watch};

/// Tasks behind lanes.
pub(crate) struct LaneTasks {
    pub(crate) gets: Queue<Get, Task>,
    pub(crate) lists: Queue<List, Page>,
    /// One for each lane, so that all writes of one owner meet in one lane and wait for no lock there.
    pub(crate) writes: Vec<Queue<Write, Written>>,
    pub(crate) _watch: Arc<Watch>,
}

impl LaneTasks {
    async fn write(&self, owner: &Owner, deed: Deed) -> Result<Written, RepositoryError> {
        let mut hasher = DefaultHasher::new();
        owner.id().hash(&mut hasher);
        let number = hasher.finish() % (self.writes.len().max(1) as u64);
        let queue = usize::try_from(number).ok().and_then(|number| self.writes.get(number));
        let queue = queue.ok_or_else(|| Failure::defect("there is no lane for writes").error())?;
        queue.ask(Write { owner: owner.clone(), deed }).await
    }

    async fn write_and_read(&self, owner: &Owner, deed: Deed) -> Result<Task, RepositoryError> {
        let written = self.write(owner, deed).await?;
        written.ok_or_else(|| Failure::defect("a write gave no task back").error())
    }
}

#[async_trait]
impl TaskRepository for LaneTasks {
    async fn create(&self, owner: &Owner, task: NewTask) -> Result<Task, RepositoryError> {
        self.write_and_read(owner, Deed::Create(task)).await
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.gets.ask(Get { owner: owner.clone(), id }).await
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        self.lists.ask(List { owner: owner.clone(), query }).await
    }

    async fn update(
        &self,
        owner: &Owner,
        id: TaskId,
        change: Change,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<Task, RepositoryError> {
        self.write_and_read(owner, Deed::Update { id, change, precondition, at }).await
    }

    async fn delete(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<(), RepositoryError> {
        self.write(owner, Deed::Delete { id, precondition, at }).await.map(drop)
    }
}
