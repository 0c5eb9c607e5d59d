//! The use cases: what an owner can do with their own tasks.
//!
//! Each validates its input and calls one method of a port. Rules of a write belong to [`decide`](crate::decide()).

mod lists;

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::ports::task_of;
use crate::{
    AtRevision, Change, Changes, Clock, Command, Completion, FailedOperation, FeedPosition, Idempotency, Ids,
    ListQuery, MoveTo, NewTask, NullPolicy, Outcome, Owner, OwnerRevision, Page, Precondition,
    RepositoryError, Revision, Rule, TagCount, Task, TaskId, TaskInput, TaskRepository, TextLimits,
    Timestamp, TrashCapacity, Violation,
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
    /// What follows the position is not known; begin with a snapshot.
    #[error("the position cannot be followed")]
    ResyncRequired,
    /// One of the operations of an atomic list failed.
    #[error("operation {} failed", .0.index)]
    Operation(Box<FailedOperation>),
    /// The input violates these rules.
    #[error("{} validation errors", .0.len())]
    Invalid(Vec<Violation>),
    /// The queue is full; retry later.
    #[error("the database queue is full")]
    Overloaded,
    /// Too many scans of the owner wait; retry when one of them has ended.
    #[error("too many scans of the owner are waiting")]
    TooManyScans,
    /// The service only reads, by configuration.
    #[error("the database is served read-only")]
    ReadOnly,
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
            RepositoryError::UnknownList => {
                Self::Invalid(vec![Violation { field: "list_id", rule: Rule::UnknownList }])
            }
            RepositoryError::ResyncRequired => Self::ResyncRequired,
            RepositoryError::Operation(failed) => Self::Operation(failed),
            RepositoryError::Overloaded => Self::Overloaded,
            RepositoryError::TooManyScans => Self::TooManyScans,
            RepositoryError::ReadOnly => Self::ReadOnly,
            RepositoryError::UnknownNeighbour { member } => {
                Self::Invalid(vec![Violation { field: member, rule: Rule::UnknownNeighbour }])
            }
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

    /// Validates a new task, and gives it a new id.
    pub fn new_task(&self, input: TaskInput) -> Result<NewTask, Vec<Violation>> {
        let task = input.into_new_task(self.ids.next(), self.limits)?;
        // A new id has no tombstone, so the store need not delete one.
        Ok(NewTask { id_is_new: true, ..task })
    }

    /// Validates a change.
    pub fn change(&self, input: TaskInput, nulls: NullPolicy) -> Result<Change, Vec<Violation>> {
        input.into_change(self.limits, nulls)
    }

    /// Creates a task, with a key at most once.
    pub async fn create(
        &self,
        owner: &Owner,
        task: NewTask,
        request: Option<Idempotency>,
    ) -> Result<Outcome, TaskError> {
        self.execute(owner, Command::Create(task), request).await
    }

    /// The command that sets or toggles whether a task is completed.
    #[must_use]
    pub fn completion(&self, id: TaskId, completion: Completion, precondition: Precondition) -> Command {
        let change = Change { completion: Some(completion), ..Change::default() };
        Command::Update { id, change, precondition }
    }

    /// The command that moves a task to the trash or, without a trash, deletes it for good.
    #[must_use]
    pub const fn deletion(&self, id: TaskId, precondition: Precondition) -> Command {
        Command::Delete { id, precondition, trash: self.trash }
    }

    /// Executes a command, with a key at most once.
    pub async fn execute(
        &self,
        owner: &Owner,
        command: Command,
        request: Option<Idempotency>,
    ) -> Result<Outcome, TaskError> {
        Ok(self.repository.execute(owner, command, request, self.clock.now()).await?)
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
    pub async fn create_with_id(&self, owner: &Owner, id: TaskId, task: NewTask) -> Result<Task, TaskError> {
        let command = Command::Create(task.with_id(id));
        if !id.may_be_chosen() {
            return Err(TaskError::InvalidId);
        }
        match self.repository.write(owner, command, self.clock.now()).await {
            Err(RepositoryError::AlreadyExists { current }) => Err(TaskError::AlreadyExists { current }),
            created => Ok(task_of(created?)?),
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

    /// Reads a page that may be this old, but has all that this process has stored or read of the owner before. Returns also
    /// whether it may be old.
    pub async fn list_within(
        &self,
        owner: &Owner,
        query: ListQuery,
        max_age: Duration,
    ) -> Result<(Page, bool), TaskError> {
        Ok(self.repository.list_within(owner, query, max_age).await?)
    }

    /// Counts the tags of the owner's live tasks.
    pub async fn tags(&self, owner: &Owner) -> Result<AtRevision<Vec<TagCount>>, TaskError> {
        Ok(self.repository.tags(owner).await?)
    }

    /// Reads the owner's revision, to tell whether what was read before is still the same.
    pub async fn revision(&self, owner: &Owner) -> Result<OwnerRevision, TaskError> {
        Ok(self.repository.revision(owner).await?)
    }

    /// Reads at most `limit` changes after a position.
    pub async fn changes(
        &self,
        owner: &Owner,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Changes, TaskError> {
        Ok(self.repository.changes(owner, after, limit).await?)
    }

    /// Changes a task.
    pub async fn update(
        &self,
        owner: &Owner,
        id: TaskId,
        change: Change,
        precondition: Precondition,
    ) -> Result<Task, TaskError> {
        Ok(task_of(self.run(owner, Command::Update { id, change, precondition }).await?)?)
    }

    /// Sets or toggles whether a task is completed.
    pub async fn complete(
        &self,
        owner: &Owner,
        id: TaskId,
        completion: Completion,
        precondition: Precondition,
    ) -> Result<Task, TaskError> {
        Ok(task_of(self.run(owner, self.completion(id, completion, precondition)).await?)?)
    }

    /// Moves a task to the trash; without a trash, deletes it for good.
    pub async fn delete(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
    ) -> Result<(), TaskError> {
        self.run(owner, self.deletion(id, precondition)).await.map(drop)
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
        self.execute(owner, Command::Restore { id, precondition }, request).await
    }

    /// Moves a task in the manual order, with a key at most once.
    pub async fn move_to(
        &self,
        owner: &Owner,
        id: TaskId,
        to: MoveTo,
        precondition: Precondition,
        request: Option<Idempotency>,
    ) -> Result<Outcome, TaskError> {
        self.execute(owner, Command::Move { id, to, precondition }, request).await
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
        self.execute(owner, command, None).await
    }
}
