//! The inputs and reports of this crate: options, the URL, errors, and the observer.
//!
//! Nothing here opens a connection.

mod error;
mod location;
mod observer;
mod postgres_url;

use std::sync::Arc;
use std::time::Duration;

use domain::WriteLimits;

pub use error::{MigrateError, OpenError};
pub use location::Engine;
pub(crate) use location::Location;
pub(crate) use observer::RunEnd;
pub use observer::{CallFailure, DatabaseObserver, JobsReport, WorkKind};

/// Where the database is and how long anything may take.
#[derive(Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is independent of the others")]
pub struct DatabaseOptions {
    /// `sqlite://relative/path`, `sqlite:///absolute/path`, `postgres://…` or `postgresql://…`.
    pub url: String,
    /// Maximum number of pooled connections. While connections hang because the server does not respond, up to as many
    /// again are opened; each run of the background jobs uses one more.
    pub max_connections: u32,
    /// How long a worker waits for a connection.
    pub pool_wait: Duration,
    /// Time limit for opening a connection, in whole seconds and 2 at least, unless the URL sets it (PostgreSQL). It is 2
    /// for each host of a URL with several.
    pub connect_timeout: Duration,
    /// How long the server works on a statement. On SQLite: how long a writer waits for another.
    pub statement_timeout: Duration,
    /// How long a statement waits for a lock of another transaction (PostgreSQL).
    pub lock_timeout: Duration,
    /// Statements that take at least this long are logged, without SQL, values or owners; zero logs none.
    pub slow_statement: Duration,
    /// How long a call waits in its queue. A call that was begun ends soon after the statement timeout.
    pub deadline: Duration,
    /// How many calls of one kind may wait.
    pub queue_length: usize,
    /// How many scans of one owner may wait, in addition to the running one.
    pub scans_per_owner: usize,
    /// The limits of writes.
    pub limits: WriteLimits,
    /// Whether a transaction-mode pooler such as `PgBouncer` gives each transaction another connection. Statements are
    /// then not prepared, and each group runs in a transaction that begins with all its settings.
    pub transaction_pooler: bool,
    /// Whether the tables are distributed by owner over several servers (Citus), so that a statement must name one owner.
    pub distributed: bool,
    /// Whether each owner of distributed tables is served by the server that has the owner's rows, with
    /// [`max_connections`](Self::max_connections) to each server, instead of the one of the URL alone.
    pub connect_to_workers: bool,
    /// `postgres://…` of the same database without a transaction-mode pooler, to listen for the changes of other processes;
    /// empty where `url` is one.
    pub listen_url: String,
    /// `postgres://…` of hot standbys of `url`, for pages that may be old.
    pub replica_urls: Vec<String>,
    /// Whether the database is only read: every write fails, and nothing is migrated. For a hot standby, or a copy.
    pub read_only: bool,
    /// How often the revisions of watched owners are compared, in case a notification was lost.
    pub poll: Duration,
    /// How long [`Database::wait_until_available`](crate::Database::wait_until_available) waits for a server; zero
    /// tries once.
    pub startup_timeout: Duration,
    /// How long migrations wait.
    pub migrations: MigrationOptions,
    /// Receives the events of the workers and the jobs.
    pub observer: Arc<dyn DatabaseObserver>,
}

impl Default for DatabaseOptions {
    fn default() -> Self {
        Self {
            url: String::new(),
            max_connections: 10,
            pool_wait: Duration::from_secs(2),
            // Three round trips of more than a second each.
            connect_timeout: Duration::from_secs(4),
            statement_timeout: Duration::from_secs(2),
            lock_timeout: Duration::from_millis(300),
            slow_statement: Duration::ZERO,
            deadline: Duration::from_secs(2),
            queue_length: 1024,
            scans_per_owner: 4,
            limits: WriteLimits::default(),
            transaction_pooler: false,
            distributed: false,
            connect_to_workers: true,
            listen_url: String::new(),
            replica_urls: Vec::new(),
            read_only: false,
            poll: Duration::from_secs(2),
            startup_timeout: Duration::from_secs(30),
            migrations: MigrationOptions::default(),
            observer: Arc::new(()),
        }
    }
}

/// How long a migration waits for locks and responses.
#[derive(Debug, Clone)]
pub struct MigrationOptions {
    /// How long a migration in a transaction waits for a lock before it gives way. While it waits, every new reader of
    /// the table waits behind it (PostgreSQL).
    pub lock_timeout: Duration,
    /// Pause before the next attempt; it doubles each time, up to ten times this value.
    pub retry_pause: Duration,
    /// How long one migration is attempted, and how long to wait for another process that migrates.
    pub deadline: Duration,
    /// Response timeout of a statement that does not wait for a lock (PostgreSQL).
    pub response_timeout: Duration,
}

impl Default for MigrationOptions {
    fn default() -> Self {
        Self {
            // A pause that the users of a page hardly notice; their own statements are given 2 s.
            lock_timeout: Duration::from_millis(300),
            retry_pause: Duration::from_secs(3),
            deadline: Duration::from_mins(10),
            response_timeout: Duration::from_secs(10),
        }
    }
}
