//! The use cases: what an owner can do with their own tasks.
//!
//! Each validates its input and calls one method of a port. Rules of a write belong to [`decide`](crate::decide()).

use std::error::Error;
use std::sync::Arc;

use crate::{
    Change, Clock, Completion, Ids, ListQuery, NewTask, NullPolicy, Owner, Page, Precondition,
    RepositoryError, Revision, Task, TaskId, TaskInput, TaskRepository, TextLimits, Violation,
};

/// Why a use case did not succeed, one variant for each outcome that a caller can act on.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The owner has no such task: it never existed, was deleted, or belongs to another user.
    #[error("task not found")]
    NotFound,
    /// The precondition excludes the revision of the task.
    #[error("the task is at revision {current}")]
    PreconditionFailed {
        /// The revision it is at.
        current: Revision,
    },
    /// The owner already has a task of the id that the caller chose.
    #[error("a task of this id exists, at revision {current}")]
    AlreadyExists {
        /// The revision it is at.
        current: Revision,
    },
    /// The owner has as many live tasks as allowed.
    #[error("the owner has {limit} tasks, as many as allowed, or more")]
    QuotaExceeded {
        /// The number of live tasks that are allowed.
        limit: u64,
    },
    /// The caller must not choose this id.
    #[error("the id is not a UUID of version 4 or 7")]
    InvalidId,
    /// The input violates these rules.
    #[error("{} validation errors", .0.len())]
    Invalid(Vec<Violation>),
    /// The queue is full; retry later.
    #[error("the database queue is full")]
    Overloaded,
    /// Too many scans of the owner wait; retry when one of them has ended.
    #[error("too many scans of the owner are waiting")]
    TooManyScans,
    /// The database is unavailable; retry later.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// The write may or may not be stored.
    #[error("the outcome of the write is unknown")]
    OutcomeUnknown(#[source] Box<dyn Error + Send + Sync>),
    /// The database cannot read what it has stored.
    #[error("the database is damaged")]
    Damaged(#[source] Box<dyn Error + Send + Sync>),
    /// An unexpected error of the database.
    #[error("unexpected database error")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

impl From<RepositoryError> for TaskError {
    fn from(error: RepositoryError) -> Self {
        match error {
            RepositoryError::NotFound => Self::NotFound,
            RepositoryError::PreconditionFailed { current } => Self::PreconditionFailed { current },
            RepositoryError::QuotaExceeded { limit } => Self::QuotaExceeded { limit },
            RepositoryError::Overloaded => Self::Overloaded,
            RepositoryError::TooManyScans => Self::TooManyScans,
            RepositoryError::Unavailable(source) | RepositoryError::Busy(source) => Self::Unavailable(source),
            RepositoryError::OutcomeUnknown(source) => Self::OutcomeUnknown(source),
            // Expected only of ids that callers choose.
            RepositoryError::AlreadyExists { .. } => Self::Fault(Box::new(error)),
            RepositoryError::Damaged(source) => Self::Damaged(source),
            RepositoryError::Fault(source) => Self::Fault(source),
        }
    }
}

/// The application service: each method is one use case.
#[derive(Clone)]
pub struct Tasks {
    repository: Arc<dyn TaskRepository>,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn Ids>,
    limits: TextLimits,
}

impl Tasks {
    /// Creates the service from its ports.
    #[must_use]
    pub const fn new(
        repository: Arc<dyn TaskRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        limits: TextLimits,
    ) -> Self {
        Self { repository, clock, ids, limits }
    }

    /// Creates a task.
    pub async fn create(&self, owner: &Owner, input: TaskInput) -> Result<Task, TaskError> {
        let task = input.into_new_task(self.ids.next(), self.limits).map_err(TaskError::Invalid)?;
        // A new id has no tombstone, so the store need not delete one.
        let task = NewTask { id_is_new: true, ..task };
        Ok(self.repository.create(owner, task, self.clock.now()).await?)
    }

    /// Creates a task with an id that the caller has chosen, so that a repeated request creates no second task.
    pub async fn create_with_id(
        &self,
        owner: &Owner,
        id: TaskId,
        input: TaskInput,
    ) -> Result<Task, TaskError> {
        // A deleted task may have had the id, so it does not count as new.
        let task = input.into_new_task(id, self.limits).map_err(TaskError::Invalid)?;
        if !id.may_be_chosen() {
            return Err(TaskError::InvalidId);
        }
        match self.repository.create(owner, task, self.clock.now()).await {
            Err(RepositoryError::AlreadyExists { current }) => Err(TaskError::AlreadyExists { current }),
            created => Ok(created?),
        }
    }

    /// Reads a task.
    pub async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, TaskError> {
        Ok(self.repository.get(owner, id).await?)
    }

    /// Reads a page of the owner's tasks.
    pub async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, TaskError> {
        Ok(self.repository.list(owner, query).await?)
    }

    /// Merges the input into a task. An input without members writes nothing and returns the current task.
    pub async fn update(
        &self,
        owner: &Owner,
        id: TaskId,
        input: TaskInput,
        nulls: NullPolicy,
        precondition: Precondition,
    ) -> Result<Task, TaskError> {
        let change = input.into_change(self.limits, nulls).map_err(TaskError::Invalid)?;
        // An empty change would raise the revision without changing the task. The precondition is checked
        // on what was read, which suffices because nothing is written.
        if change.is_empty() {
            let task = self.repository.get(owner, id).await?;
            return if precondition.allows(task.revision) {
                Ok(task)
            } else {
                Err(TaskError::PreconditionFailed { current: task.revision })
            };
        }
        self.write(owner, id, change, precondition).await
    }

    /// Sets or toggles whether a task is completed.
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

    /// Erases everything that is stored of the owner.
    pub async fn erase(&self, owner: &Owner) -> Result<(), TaskError> {
        Ok(self.repository.erase(owner).await?)
    }

    /// Moves all tasks of one owner to another one, which must not be the same. Both have proven their identity.
    pub async fn move_tasks(&self, from: &Owner, to: &Owner) -> Result<(), TaskError> {
        Ok(self.repository.move_tasks(from, to, Arc::clone(&self.ids)).await?)
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
