//! The interfaces that adapters implement: storage, readiness, time and ids.
//!
//! Each method of a repository is one atomic operation on one owner's tasks (a move: on those of two), so an adapter may
//! run many of them in one transaction. It takes a verified [`Owner`], which only the API creates. Rules do not belong here.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::{
    AtRevision, Change, Changes, Command, CountedList, FailedOperation, FeedPosition, Idempotency, ListQuery,
    NewTask, Outcome, Owner, OwnerRevision, Page, Precondition, Rejection, Revision, TagCount, Task, TaskId,
    Timestamp, TrashCapacity,
};

/// Why a call of a repository failed.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The owner has no live task of this id.
    #[error("the owner has no such task")]
    NotFound,
    /// The precondition excludes the revision of the task. Nothing was written.
    #[error("the task is at revision {current}, which the precondition excludes")]
    PreconditionFailed {
        /// The revision it is at.
        current: Revision,
    },
    /// The owner has no live task of the id beside which a task was to be moved. Nothing was written.
    #[error("the owner has no such neighbour")]
    UnknownNeighbour {
        /// The member of the request that names it.
        member: &'static str,
    },
    /// The owner already has a task of the new task's id. Nothing was written.
    #[error("the owner already has a task of this id")]
    AlreadyExists {
        /// The revision it is at, if it is live.
        current: Option<Revision>,
    },
    /// The owner has as many live tasks as allowed. Nothing was written.
    #[error("the owner has {limit} tasks, as many as allowed, or more")]
    QuotaExceeded {
        /// The number of live tasks that are allowed.
        limit: u64,
    },
    /// The key of the request is recorded for another request. Nothing was written.
    #[error("the key was used for another request")]
    KeyReused,
    /// Another list of the owner has this name. Nothing was written.
    #[error("another list of the owner has this name")]
    NameTaken,
    /// The owner has no list of the id that a task would get. Nothing was written.
    #[error("the owner has no such list")]
    UnknownList,
    /// What follows the position of a client is not known, and it has to begin with a snapshot.
    #[error("the position cannot be followed")]
    ResyncRequired,
    /// One of the operations of an atomic list failed. Nothing was written.
    #[error("operation {} failed", .0.index)]
    Operation(Box<FailedOperation>),
    /// The queue is full, or the call waited too long. Nothing was done.
    #[error("the database queue is full")]
    Overloaded,
    /// Too many scans of the owner wait: searches, sorted or counted lists, large offsets. Nothing was done.
    #[error("too many scans of the owner are waiting")]
    TooManyScans,
    /// The database is read, and not written, by configuration. Nothing was written.
    #[error("the database is served read-only")]
    ReadOnly,
    /// The database cannot be reached or does not respond. Nothing was written.
    #[error("the database is unavailable")]
    Unavailable(#[source] Box<dyn Error + Send + Sync>),
    /// Locks of others, or its duration, kept the statement from ending in time. Nothing was written, and other calls need
    /// not be affected.
    #[error("the statement did not end in time")]
    Busy(#[source] Box<dyn Error + Send + Sync>),
    /// The connection was lost, or the time limit passed, during a write, which may or may not be stored.
    #[error("the outcome of the write is unknown")]
    OutcomeUnknown(#[source] Box<dyn Error + Send + Sync>),
    /// The database cannot read what it has stored.
    #[error("the database is damaged")]
    Damaged(#[source] Box<dyn Error + Send + Sync>),
    /// An unexpected error of the database.
    #[error("unexpected database error")]
    Fault(#[source] Box<dyn Error + Send + Sync>),
}

impl From<Rejection> for RepositoryError {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::NotFound => Self::NotFound,
            Rejection::PreconditionFailed { current } => Self::PreconditionFailed { current },
            Rejection::UnknownNeighbour { member } => Self::UnknownNeighbour { member },
            Rejection::AlreadyExists { current } => Self::AlreadyExists { current },
            Rejection::QuotaExceeded { limit } => Self::QuotaExceeded { limit },
            Rejection::KeyReused => Self::KeyReused,
            Rejection::NameTaken => Self::NameTaken,
            Rejection::UnknownList => Self::UnknownList,
            Rejection::Operation(failed) => Self::Operation(failed),
        }
    }
}

/// Where tasks are stored.
#[async_trait::async_trait]
pub trait TaskRepository: Send + Sync {
    /// Reads one live task.
    async fn get(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError>;

    /// Reads one task in the trash.
    async fn get_trashed(&self, owner: &Owner, id: TaskId) -> Result<Task, RepositoryError>;

    /// Reads one page of the live tasks, or of those in the trash, from one snapshot.
    async fn list(&self, owner: &Owner, query: ListQuery) -> Result<Page, RepositoryError>;

    /// Reads a page that may be this old, but has all that this process has stored or read of the owner before. Returns also
    /// whether it may be old.
    async fn list_within(
        &self,
        owner: &Owner,
        query: ListQuery,
        _max_age: Duration,
    ) -> Result<(Page, bool), RepositoryError> {
        Ok((self.list(owner, query).await?, false))
    }

    /// Reads all lists in their manual order, from one snapshot, with the numbers of their live tasks or without.
    async fn lists(
        &self,
        owner: &Owner,
        counted: bool,
    ) -> Result<AtRevision<Vec<CountedList>>, RepositoryError>;

    /// Counts the tags of the live tasks, as [`count_tags`](crate::count_tags) does.
    async fn tags(&self, owner: &Owner) -> Result<AtRevision<Vec<TagCount>>, RepositoryError>;

    /// Reads the owner's revision: what was read at the same one before is still the same.
    async fn revision(&self, owner: &Owner) -> Result<OwnerRevision, RepositoryError>;

    /// Reads at most `limit` changes after a position, from one snapshot. At the present revision nothing but that is read.
    async fn changes(
        &self,
        owner: &Owner,
        after: FeedPosition,
        limit: u32,
    ) -> Result<Changes, RepositoryError>;

    /// Executes one command as [`decide`](crate::decide()) decides it on the stored state and the limits of the repository,
    /// atomically; with a key at most once, and recorded in the same transaction
    /// ([`Writer::run_once`](crate::Writer::run_once)).
    async fn execute(
        &self,
        owner: &Owner,
        command: Command,
        request: Option<Idempotency>,
        now: Timestamp,
    ) -> Result<Outcome, RepositoryError>;

    /// Executes one command without a key.
    async fn write(
        &self,
        owner: &Owner,
        command: Command,
        now: Timestamp,
    ) -> Result<Outcome, RepositoryError> {
        self.execute(owner, command, None, now).await
    }

    /// Erases everything that is stored of the owner, the revision included. It succeeds if there is nothing. A write that
    /// was decided before is decided again after it.
    async fn erase(&self, owner: &Owner) -> Result<(), RepositoryError>;

    /// Moves the tasks of one owner to another one, those in the trash included, and erases the first. Each moved task gets a
    /// new revision that is higher than all of both owners; its times stay, and its id too, unless the other owner uses that
    /// id: then it gets one of these. The quota does not apply. It succeeds if there is nothing to move, so it may be repeated
    /// after a failure. With a key it is executed at most once, and recorded for the owner who gets the tasks, at this time.
    async fn execute_move(
        &self,
        from: &Owner,
        to: &Owner,
        ids: Arc<dyn Ids>,
        request: Option<(Idempotency, Timestamp)>,
    ) -> Result<Outcome, RepositoryError>;

    /// Moves tasks without a key.
    async fn move_tasks(&self, from: &Owner, to: &Owner, ids: Arc<dyn Ids>) -> Result<(), RepositoryError> {
        self.execute_move(from, to, ids, None).await.map(|_| ())
    }

    /// Creates a task.
    async fn create(&self, owner: &Owner, task: NewTask, now: Timestamp) -> Result<Task, RepositoryError> {
        self.write(owner, Command::Create(task), now).await.and_then(task_of)
    }

    /// Changes a live task. A change of no value writes nothing.
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

    /// Deletes a live task for good and stores a tombstone; returns the revision of the deletion.
    async fn delete(
        &self,
        owner: &Owner,
        id: TaskId,
        precondition: Precondition,
        now: Timestamp,
    ) -> Result<Revision, RepositoryError> {
        let command = Command::Delete { id, precondition, trash: TrashCapacity::NONE };
        match self.write(owner, command, now).await? {
            Outcome::Deleted(revision) => Ok(revision),
            _ => Err(RepositoryError::Fault("a deletion returned no revision".into())),
        }
    }
}

/// The task of a write of one task.
pub(crate) fn task_of(outcome: Outcome) -> Result<Task, RepositoryError> {
    match outcome {
        Outcome::Task(task) | Outcome::Unchanged(task) => Ok(task),
        _ => Err(RepositoryError::Fault("a write returned no task".into())),
    }
}

/// Whether the database can serve requests.
#[async_trait::async_trait]
pub trait Readiness: Send + Sync {
    /// Verifies that requests could be served; the error is the reason why not.
    async fn check(&self) -> Result<(), RepositoryError>;
}

/// Reports stored changes, also those of other processes.
pub trait Notifier: Send + Sync {
    /// Watches one owner until the watch is dropped.
    fn watch(&self, owner: &Owner) -> Box<dyn Watch>;
}

/// A watched owner.
#[async_trait::async_trait]
pub trait Watch: Send {
    /// Waits until the owner may have changed since the last return, or since watching began. It may return without a change,
    /// and misses none for longer than a few seconds.
    async fn changed(&mut self);
}

/// The source of the time.
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The source of ids for new tasks.
pub trait Ids: Send + Sync {
    /// An id that was never returned before.
    fn next(&self) -> TaskId;
}
