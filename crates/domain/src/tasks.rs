//! The use cases: what somebody can do with their own tasks.

use std::error::Error;
use std::sync::Arc;

use crate::{
    Change, Clock, Completion, Ids, ListQuery, NewTask, Nulls, Owner, Page, Precondition, RepositoryError,
    Revision, Task, TaskId, TaskInput, TaskRepository, TextLimits, Violation,
};

/// Why a use case did not succeed, one variant for each outcome that a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The owner has no such task: it never was, it was deleted, or it is somebody else's.
    #[error("no such task")]
    NotFound,
    /// The task has changed since the caller last saw it.
    #[error("the task is at revision {current}")]
    PreconditionFailed {
        /// The revision it is at.
        current: Revision,
    },
    /// What was written breaks these rules.
    #[error("{} rule(s) are broken", .0.len())]
    Invalid(Vec<Violation>),
    /// Too much is going on; later may work.
    #[error("too much is waiting for the database")]
    Overloaded,
    /// The owner has too many scans waiting; when one of them has ended, another may work.
    #[error("the owner has too many scans waiting")]
    TooManyScans,
    /// The database is away; later may work.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The write may have happened or not.
    #[error("the outcome of the write is unknown")]
    OutcomeUnknown(#[source] Box<dyn Error + Send + Sync>),
    /// A defect on this side.
    #[error("the database refused a statement or broke its own rules")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

impl From<RepositoryError> for TaskError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::NotFound => Self::NotFound,
            RepositoryError::PreconditionFailed { current } => Self::PreconditionFailed { current },
            RepositoryError::Overloaded => Self::Overloaded,
            RepositoryError::TooManyScans => Self::TooManyScans,
            RepositoryError::Unavailable(source) => Self::Unavailable(source),
            RepositoryError::OutcomeUnknown(source) => Self::OutcomeUnknown(source),
            // Ids are made for each task anew.
            RepositoryError::AlreadyExists => Self::Fault(Box::new(error)),
            RepositoryError::Fault(source) => Self::Fault(source),
        }
    }
}

/// The application service: each method is one thing that an owner does.
#[derive(Clone)]
pub struct Tasks {
    repository: Arc<dyn TaskRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    limits: TextLimits,
}

impl Tasks {
    /// Puts the service together from its ports.
    #[must_use]
    pub const fn new(
        repository: Arc<dyn TaskRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        limits: TextLimits,
    ) -> Self {
        Self { repository, clock, ids, limits }
    }

    /// Makes a task.
    pub async fn create(&self, owner: &Owner, input: TaskInput) -> Result<Task, TaskError> {
        let task = input.into_new_task(self.ids.next(), self.limits).map_err(TaskError::Invalid)?;
        let task = NewTask { id_is_new: true, ..task };
        Ok(self.repository.create(owner, task, self.clock.now()).await?)
    }

    /// Reads a task.
    pub async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, TaskError> {
        Ok(self.repository.get(owner, id).await?)
    }

    /// Reads a page of the owner's tasks.
    pub async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, TaskError> {
        Ok(self.repository.list(owner, query).await?)
    }

    /// Merges what was written into a task. An input that names nothing writes nothing and gives the task as it is.
    pub async fn update(
        &self,
        owner: &Owner,
        id: TaskId,
        input: TaskInput,
        nulls: Nulls,
        precondition: Precondition,
    ) -> Result<Task, TaskError> {
        let change = input.into_change(self.limits, nulls).map_err(TaskError::Invalid)?;
        if change.is_empty() {
            let task = self.repository.get(owner, id).await?;
            return if precondition.holds(task.revision) {
                Ok(task)
            } else {
                Err(TaskError::PreconditionFailed { current: task.revision })
            };
        }
        self.write(owner, id, change, precondition).await
    }

    /// Flips or sets whether a task is done.
    pub async fn complete(
        &self,
        owner: &Owner,
        id: TaskId,
        completion: Completion,
        precondition: Precondition,
    ) -> Result<Task, TaskError> {
        let change = Change { completion: Some(completion), ..Change::default() };
        self.write(owner, id, change, precondition).await
    }

    /// Deletes a task.
    pub async fn delete(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
    ) -> Result<(), TaskError> {
        self.repository.delete(owner, id, precondition, self.clock.now()).await?;
        Ok(())
    }

    async fn write(
        &self,
        owner: &Owner,
        id: TaskId,
        change: Change,
        precondition: Precondition,
    ) -> Result<Task, TaskError> {
        Ok(self.repository.update(owner, id, change, precondition, self.clock.now()).await?)
    }
}
