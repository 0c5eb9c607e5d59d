//! What this crate needs of the world. Each method of a repository is one atomic operation on one owner's tasks, so an
//! adapter may run many of them in one transaction; a call without a verified [`Owner`] does not compile.

use std::error::Error;

use crate::{Change, ListQuery, NewTask, Owner, Page, Precondition, Revision, Task, TaskId, Timestamp};

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
    /// Too much is waiting already, or it waited too long. Nothing was done.
    #[error("too much is waiting for the database")]
    Overloaded,
    /// The owner has too many scans waiting: searches, sorted or counted lists, pages far behind. Nothing was done.
    #[error("the owner has too many scans waiting")]
    TooManyScans,
    /// The database cannot be reached or does not answer. A write may or may not have happened.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The database answered something that it never should.
    #[error("the database refused a statement or broke its own rules")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

/// Where tasks are kept.
#[async_trait::async_trait]
pub trait TaskRepository: Send + Sync {
    /// Keeps a new task and gives it back with its revision.
    async fn create(&self, owner: &Owner, task: NewTask) -> Result<Task, RepositoryError>;

    /// Reads one live task.
    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError>;

    /// Reads one page of the live tasks, all of it as of one moment.
    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError>;

    /// Changes one live task if the precondition holds at the moment of the write, and gives it back as it is then.
    /// The change is not empty.
    async fn update(
        &self,
        owner: &Owner,
        id: TaskId,
        change: Change,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<Task, RepositoryError>;

    /// Deletes one live task if the precondition holds at the moment of the write. What remains is a tombstone that
    /// only the revision feed shows.
    async fn delete(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
        at: Timestamp,
    ) -> Result<(), RepositoryError>;
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
