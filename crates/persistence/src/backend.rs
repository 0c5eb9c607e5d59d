//! What every part of the crate needs of a database: connections, transactions, columns and the meaning of errors.
//!
//! The traits for reads, writes, migrations and maintenance are in the modules that use them, and their implementations
//! in [`database`](crate::database). SQL of one database does not belong here.

mod failure;
pub(crate) mod rows;

use diesel::r2d2::R2D2Connection;
use diesel::{Connection, ConnectionResult, QueryResult};

pub(crate) use failure::{ErrorMessages, Failure, FailureKind};

/// Where the rows of different owners are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// In one database. A statement may serve a group of several owners.
    Together,
    /// On several servers, those of each owner on one of them. A statement of a request names one owner, so that it is sent to
    /// one server, and a store is a transaction of such statements.
    Distributed,
}

/// The number of workers of each kind; one more is for readiness.
#[derive(Debug, Clone, Copy)]
pub(crate) struct WorkerCounts {
    pub(crate) gets: usize,
    pub(crate) pages: usize,
    pub(crate) scans: usize,
    pub(crate) writes: usize,
}

/// A database that gives connections and runs transactions on them.
pub(crate) trait Backend: ErrorMessages + Send + Sync + Sized + 'static {
    type Connection: R2D2Connection + Send + 'static;

    /// Whether a connection can be lost while it is idle in the pool.
    const CONNECTIONS_CAN_BREAK: bool;

    /// Whether it is only read. Its connections reject writes.
    fn is_read_only(&self) -> bool;

    /// Where the rows of different owners are.
    fn layout(&self) -> Layout {
        Layout::Together
    }

    /// Opens a connection for the pool.
    fn connect(&self) -> ConnectionResult<Self::Connection>;

    /// Runs the statements of one group of reads, in a transaction if the connection needs one for its settings.
    fn read<T>(
        &self,
        connection: &mut Self::Connection,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T>;

    /// Runs the statements of a write; with `transaction`, in one transaction.
    fn write<T>(
        &self,
        connection: &mut Self::Connection,
        transaction: bool,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T>;

    /// Moves every commit into the file that people copy. Fails while another process reads or writes it.
    fn checkpoint(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// How to divide this many connections between the workers.
    fn worker_counts(&self, max_connections: usize) -> WorkerCounts;
}

/// The diesel backend of a database's connections.
pub(crate) type DieselBackend<B> = <<B as Backend>::Connection as Connection>::Backend;
