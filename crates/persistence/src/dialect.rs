//! What the two databases do differently. Requests are served in groups; a single request is a group of one.

use diesel::r2d2::R2D2Connection;
use diesel::{Connection, ConnectionResult, QueryResult};
use domain::{ListQuery, Owner, OwnerId, Page, RepositoryError, Task, TaskId};

use crate::jobs::JobConnection;
use crate::workers::Request;
use crate::write::WriteSession;

/// One live task.
#[derive(Debug)]
pub(crate) struct Get {
    pub(crate) owner: Owner,
    pub(crate) id: TaskId,
}

/// One page of an owner's tasks.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) owner: Owner,
    pub(crate) query: ListQuery,
}

impl Request for Get {
    fn owner(&self) -> Option<&OwnerId> {
        Some(self.owner.id())
    }
}

impl Request for List {
    fn owner(&self) -> Option<&OwnerId> {
        Some(self.owner.id())
    }
}

/// What one request of a set came to: a task that is not there is the answer to that request alone.
pub(crate) type Outcome<A> = Result<A, RepositoryError>;

/// The outcomes of a set, in its order. An error is the whole set's, and nothing of the set has been done, unless the
/// connection was lost.
pub(crate) type Outcomes<A> = QueryResult<Vec<Outcome<A>>>;

/// How many workers there are of each kind; one more is for readiness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkerCounts {
    pub(crate) gets: usize,
    pub(crate) pages: usize,
    pub(crate) scans: usize,
    pub(crate) writes: usize,
}

/// The most rows of a group of pages. With the longest texts they are 8 MB.
pub(crate) const GROUP_ROWS: usize = 1_600;

pub(crate) trait Dialect: Send + Sync + Sized + 'static {
    type Connection: R2D2Connection + WriteSession + JobConnection + Send + 'static;

    /// Whether a connection can be lost while it lies in the pool.
    const LOSES_CONNECTIONS: bool;

    /// Makes a connection for the pool.
    fn connect(&self) -> ConnectionResult<Self::Connection>;

    /// Runs what one set calls for, when it takes more than itself to be one transaction on one connection.
    fn transact<T>(
        &self,
        connection: &mut Self::Connection,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        run(connection)
    }

    /// Whether other processes may write between two statements of [`Dialect::write`].
    const GUARDED: bool;

    /// Runs the statements of a write; with `transaction`, in one transaction.
    fn write<T>(
        &self,
        connection: &mut Self::Connection,
        transaction: bool,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T>;

    /// Takes the lock of the background jobs until the transaction ends, unless another process has it.
    fn try_job_lock(connection: &mut Self::Connection) -> QueryResult<bool>;

    /// How to spend this many connections.
    fn worker_counts(max_connections: usize) -> WorkerCounts;

    fn get(connection: &mut Self::Connection, set: &[Get]) -> Outcomes<Task>;

    fn list(connection: &mut Self::Connection, set: &[List]) -> Outcomes<Page>;

    /// How many rows a page adds to a group that may have [`GROUP_ROWS`]; all of them when it must be read alone.
    fn page_weight(_: &List) -> usize {
        GROUP_ROWS
    }

    /// Whether the database says with these words that a statement or a wait took as long as it may.
    fn is_timeout(message: &str) -> bool;

    /// Whether the database says with these words that it cannot do now what it can do at other times.
    fn is_outage(message: &str) -> bool;

    /// What to do when the database says these words, for whoever runs the service.
    fn advice(_: &str) -> Option<&'static str> {
        None
    }

    /// Whether the database says with these words that it undid the statement and the same may work again.
    fn is_conflict(message: &str) -> bool;
}

/// The backend that a dialect's connections speak to.
pub(crate) type BackendOf<D> = <<D as Dialect>::Connection as Connection>::Backend;
