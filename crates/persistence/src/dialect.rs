//! What the two databases say in their own words. Everything is said for a set; a single request is a set of one.

use diesel::migration::MigrationSource;
use diesel::r2d2::R2D2Connection;
use diesel::{Connection, ConnectionResult, QueryResult};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use domain::{
    Change, ListQuery, NewTask, Owner, OwnerId, Page, Precondition, RepositoryError, Task, TaskId, Timestamp,
};

use crate::workers::Request;

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

/// One change of an owner's tasks.
#[derive(Debug)]
pub(crate) struct Write {
    pub(crate) owner: Owner,
    pub(crate) deed: Deed,
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

impl Request for Write {
    fn owner(&self) -> Option<&OwnerId> {
        Some(self.owner.id())
    }
}

#[derive(Debug)]
pub(crate) enum Deed {
    Create(NewTask),
    Update { id: TaskId, change: Change, precondition: Precondition, at: Timestamp },
    Delete { id: TaskId, precondition: Precondition, at: Timestamp },
}

/// The task as it is after a write, unless it was deleted.
pub(crate) type Written = Option<Task>;

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

/// All of them in one set.
pub(crate) fn one_set<R>(requests: &[R]) -> Vec<usize> {
    vec![0; requests.len()]
}

pub(crate) trait Dialect: Send + Sync + Sized + 'static {
    type Connection: R2D2Connection
        + MigrationHarness<<Self::Connection as Connection>::Backend>
        + Send
        + 'static;

    /// What brings the schema up to date.
    const MIGRATIONS: EmbeddedMigrations;

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

    /// Makes a connection that may take its time over each statement.
    fn connect_to_migrate(&self) -> ConnectionResult<Self::Connection>;

    /// How to spend this many connections.
    fn worker_counts(max_connections: usize) -> WorkerCounts;

    fn get(connection: &mut Self::Connection, set: &[Get]) -> Outcomes<Task>;

    fn list(connection: &mut Self::Connection, set: &[List]) -> Outcomes<Page>;

    /// How many rows a page adds to a group that may have [`GROUP_ROWS`]; all of them when it must be read alone.
    fn page_weight(_: &List) -> usize {
        GROUP_ROWS
    }

    fn write(connection: &mut Self::Connection, set: &[Write]) -> Outcomes<Written>;

    /// The set of each of these writes, when not all of them can be one.
    fn sets_of_writes(writes: &[Write]) -> Vec<usize> {
        one_set(writes)
    }

    /// Whether there is a table of the migrations that have run.
    fn has_history(connection: &mut Self::Connection) -> QueryResult<bool>;

    /// Whether the server takes no writes, and the versions of the migrations that have run, in one round trip; an error
    /// when there is no table of them.
    fn readiness(connection: &mut Self::Connection) -> QueryResult<(bool, Vec<String>)> {
        Ok((false, Self::history(connection)?))
    }

    /// The versions of the migrations that have run; an error when there is no table of them.
    fn history(connection: &mut Self::Connection) -> QueryResult<Vec<String>>;

    /// Runs something in one transaction that no other process can run at the same time.
    fn exclusively<T>(
        connection: &mut Self::Connection,
        run: impl FnOnce(&mut Self::Connection) -> diesel::migration::Result<T>,
    ) -> diesel::migration::Result<T>;

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

/// The migrations of a dialect, oldest first.
pub(crate) fn migrations<D: Dialect>()
-> diesel::migration::Result<Vec<Box<dyn diesel::migration::Migration<BackendOf<D>>>>> {
    MigrationSource::<BackendOf<D>>::migrations(&D::MIGRATIONS)
}
