//! What this crate needs of the world. Each method of a repository is one atomic operation on one owner's tasks, so an
//! adapter may run many of them in one transaction; a call without a verified [`Owner`] does not compile.

use std::error::Error;

use crate::{
    Change, Command, ListQuery, NewTask, Outcome, Owner, Page, Precondition, Revision, Task, TaskId,
    Timestamp,
};

/// Why a repository did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The owner has no live task of this id.
    #[error("the owner has no such task")]
    NotFound,
    /// The task is there, at a revision that the precondition excludes. Nothing was written.
    #[error("the task is at revision {current}, which the precondition excludes")]
    PreconditionFailed {
        /// The revision it is at.
        current: Revision,
    },
    /// The owner already has a task of the new task's id. Nothing was written.
    #[error("the owner already has a task of this id")]
    AlreadyExists,
    /// Too much is waiting already, or it waited too long. Nothing was done.
    #[error("too much is waiting for the database")]
    Overloaded,
    /// The owner has too many scans waiting: searches, sorted or counted lists, pages far behind. Nothing was done.
    #[error("the owner has too many scans waiting")]
    TooManyScans,
    /// The database cannot be reached or does not answer. Nothing was written.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The connection was lost, or the time was up, while a write was being stored: it may have been written or not.
    #[error("the outcome of the write is unknown")]
    OutcomeUnknown(#[source] Box<dyn Error + Send + Sync>),
    /// The database answered something that it never should.
    #[error("the database refused a statement or broke its own rules")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

/// Where tasks are stored.
#[async_trait::async_trait]
pub trait TaskRepository: Send + Sync {
    /// Reads one live task.
    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError>;

    /// Reads one page of the live tasks, all of it as of one moment.
    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError>;

    /// Carries out one command, as [`decide`](crate::decide) decides it on what is stored at the moment of the write.
    async fn write(
        &self,
        owner: &Owner,
        command: Command,
        now: Timestamp,
    ) -> Result<Outcome, RepositoryError>;

    /// Creates a task.
    async fn create(&self, owner: &Owner, task: NewTask, now: Timestamp) -> Result<Task, RepositoryError> {
        self.write(owner, Command::Create(task), now).await.and_then(task_of)
    }

    /// Changes a live task.
    async fn update(
        &self,
        owner: &Owner,
        id: TaskId,
        change: Change,
        precondition: Precondition,
        now: Timestamp,
    ) -> Result<Task, RepositoryError> {
        self.write(owner, Command::Update { id, change, precondition }, now).await.and_then(task_of)
    }

    /// Deletes a live task. What remains is a tombstone with the revision that it gives.
    async fn delete(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
        now: Timestamp,
    ) -> Result<Revision, RepositoryError> {
        match self.write(owner, Command::Delete { id, precondition }, now).await? {
            Outcome::Deleted(revision) => Ok(revision),
            Outcome::Task(_) => Err(RepositoryError::Fault("a deletion gave a task".into())),
        }
    }
}

fn task_of(outcome: Outcome) -> Result<Task, RepositoryError> {
    match outcome {
        Outcome::Task(task) => Ok(task),
        Outcome::Deleted(_) => Err(RepositoryError::Fault("a write gave no task".into())),
    }
}

/// Whether the database would answer now.
#[async_trait::async_trait]
pub trait Readiness: Send + Sync {
    /// One round trip to the database; an error says why it is not ready.
    async fn check(&self) -> Result<(), RepositoryError>;
}

/// Where the time comes from.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Timestamp;
}

/// Where the ids of new tasks come from.
pub trait Ids: Send + Sync {
    /// An id that was never given before.
    fn next(&self) -> TaskId;
}
