//! The use cases: what an owner can do with their own tasks.
//!
//! Each validates its input and calls one method of a port. Rules of a write belong to [`decide`](crate::decide()).

mod lists;

use std::error::Error;
use std::sync::Arc;

use crate::{
    Change, Clock, Command, Completion, Idempotency, Ids, ListQuery, NewTask, NullPolicy, Outcome, Owner,
    Page, Precondition, RepositoryError, Revision, TagCount, Task, TaskId, TaskInput, TaskRepository,
    TextLimits, Timestamp, TrashCapacity, Violation,
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
    #[error("a task of this id exists")]
    AlreadyExists {
        /// The revision it is at, unless it is in the trash.
        current: Option<Revision>,
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
    /// The key of the request is recorded for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// Another list of the owner has this name.
    #[error("another list of the owner has this name")]
    NameTaken,
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
            RepositoryError::KeyReused => Self::KeyReused,
            RepositoryError::NameTaken => Self::NameTaken,
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
    trash: TrashCapacity,
}

impl Tasks {
    /// Creates the service from its ports, without a trash.
    #[must_use]
    pub const fn new(
        repository: Arc<dyn TaskRepository>,
        clock: Arc<dyn Clock>,
        ids: Arc<dyn Ids>,
        limits: TextLimits,
    ) -> Self {
        Self { repository, clock, ids, limits, trash: TrashCapacity::NONE }
    }

    /// The same service with a trash of this size.
    #[must_use]
    pub fn with_trash(self, trash: TrashCapacity) -> Self {
        Self { trash, ..self }
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Creates a task, with a key at most once.
    pub async fn create(
        &self,
        owner: &Owner,
        input: TaskInput,
        request: Option<Idempotency>,
    ) -> Result<Outcome, TaskError> {
        let task = input.into_new_task(self.ids.next(), self.limits).map_err(TaskError::Invalid)?;
        // A new id has no tombstone, so the store need not delete one.
        let task = NewTask { id_is_new: true, ..task };
        Ok(self.repository.execute(owner, Command::Create(task), request, self.clock.now()).await?)
    }

    /// Looks up the key of a request that is rejected for what it contains: if the same request was executed before, it has
    /// the same outcome again.
    pub async fn recorded(&self, owner: &Owner, request: Idempotency) -> Result<Option<Outcome>, TaskError> {
        match self.repository.execute(owner, Command::LookUp, Some(request), self.clock.now()).await {
            Err(RepositoryError::NotFound) => Ok(None),
            recorded => Ok(Some(recorded?)),
        }
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

    /// Counts the tags of the owner's live tasks.
    pub async fn tags(&self, owner: &Owner) -> Result<Vec<TagCount>, TaskError> {
        Ok(self.repository.tags(owner).await?)
    }

    /// Merges the input into a task.
    pub async fn update(
        &self,
        owner: &Owner,
        id: TaskId,
        input: TaskInput,
        nulls: NullPolicy,
        precondition: Precondition,
    ) -> Result<Task, TaskError> {
        let change = input.into_change(self.limits, nulls).map_err(TaskError::Invalid)?;
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

    /// Moves a task to the trash; without a trash, deletes it for good.
    pub async fn delete(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
    ) -> Result<(), TaskError> {
        self.run(owner, Command::Delete { id, precondition, trash: self.trash }).await.map(drop)
    }

    /// Reads a task in the trash.
    pub async fn get_trashed(&self, owner: &Owner, id: TaskId) -> Result<Task, TaskError> {
        Ok(self.repository.get_trashed(owner, id).await?)
    }

    /// Makes a task in the trash live again, with a key at most once. A live task stays as it is.
    pub async fn restore(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
        request: Option<Idempotency>,
    ) -> Result<Outcome, TaskError> {
        let command = Command::Restore { id, precondition };
        Ok(self.repository.execute(owner, command, request, self.clock.now()).await?)
    }

    /// Deletes a task in the trash for good.
    pub async fn purge(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
    ) -> Result<(), TaskError> {
        self.run(owner, Command::Purge { id, precondition }).await.map(drop)
    }

    /// Deletes all tasks in the trash for good.
    pub async fn empty_trash(&self, owner: &Owner) -> Result<(), TaskError> {
        self.run(owner, Command::EmptyTrash).await.map(drop)
    }

    /// Erases everything that is stored of the owner.
    pub async fn erase(&self, owner: &Owner) -> Result<(), TaskError> {
        Ok(self.repository.erase(owner).await?)
    }

    /// Moves all tasks of one owner to another one, which must not be the same, with a key at most once. Both have proven
    /// their identity.
    pub async fn move_tasks(
        &self,
        from: &Owner,
        to: &Owner,
        request: Option<Idempotency>,
    ) -> Result<Outcome, TaskError> {
        let request = request.map(|request| (request, self.clock.now()));
        Ok(self.repository.execute_move(from, to, Arc::clone(&self.ids), request).await?)
    }

    async fn run(&self, owner: &Owner, command: Command) -> Result<Outcome, TaskError> {
        Ok(self.repository.write(owner, command, self.clock.now()).await?)
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
