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
use crate::listing::is_scan;
use crate::workers::{DeadlineTimer, Sender};

/// Tasks behind workers.
pub(crate) struct WorkerTasks {
    pub(crate) gets: Sender<Get, Task>,
    pub(crate) pages: Sender<List, Page>,
    pub(crate) scans: Sender<List, Page>,
    /// One for each worker, so that all writes of one owner meet in one of them and wait for no lock there.
    pub(crate) writes: Vec<Sender<Write, Written>>,
    pub(crate) _timer: Arc<DeadlineTimer>,
}

impl WorkerTasks {
    async fn write(&self, owner: &Owner, deed: Deed) -> Result<Written, RepositoryError> {
        let mut hasher = DefaultHasher::new();
        owner.id().hash(&mut hasher);
        let number = hasher.finish() % (self.writes.len().max(1) as u64);
        let queue = usize::try_from(number).ok().and_then(|number| self.writes.get(number));
        let queue = queue.ok_or_else(|| Failure::defect("there is no worker for writes").error())?;
        queue.submit(Write { owner: owner.clone(), deed }).await
    }

    async fn write_and_read(&self, owner: &Owner, deed: Deed) -> Result<Task, RepositoryError> {
        let written = self.write(owner, deed).await?;
        written.ok_or_else(|| Failure::defect("a write gave no task back").error())
    }
}

#[async_trait]
impl TaskRepository for WorkerTasks {
    async fn create(&self, owner: &Owner, task: NewTask) -> Result<Task, RepositoryError> {
        self.write_and_read(owner, Deed::Create(task)).await
    }

    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError> {
        self.gets.submit(Get { owner: owner.clone(), id }).await
    }

    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError> {
        let queue = if is_scan(&query) { &self.scans } else { &self.pages };
        queue.submit(List { owner: owner.clone(), query }).await
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
