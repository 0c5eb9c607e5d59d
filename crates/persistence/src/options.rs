use std::sync::Arc;
use std::time::Duration;

use crate::{DatabaseObserver, MigrationOptions};

/// Where the database is and how long anything may take.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// `sqlite://relative/path`, `sqlite:///absolute/path`, `postgres://…` or `postgresql://…`.
    pub url: String,
    /// Connections of the pool. As many more are made while connections hang whose server no longer responds; the
    /// background jobs use one of their own while they run.
    pub max_connections: u32,
    /// How long a worker waits for a connection.
    pub pool_wait: Duration,
    /// How long a connection may take to be made, in whole seconds and 2 at least, when the URL does not say
    /// (PostgreSQL).
    pub connect_timeout: Duration,
    /// How long the server works on a statement before it gives up. On SQLite: how long a writer waits for another.
    pub statement_timeout: Duration,
    /// How long a statement waits for a lock that another transaction holds (PostgreSQL).
    pub lock_timeout: Duration,
    /// How long a call waits to be begun. One that was begun ends soon after the statement timeout.
    pub deadline: Duration,
    /// How many calls of one kind may wait.
    pub queue_length: usize,
    /// How many scans of one owner may wait, beside the one that runs.
    pub scans_per_owner: usize,
    /// Whether a pooler stands before the server that gives each transaction another connection, as `PgBouncer` does in
    /// transaction mode. Then no statement is kept prepared, and each set goes in a transaction that says all it needs.
    pub transaction_pooler: bool,
    /// How long [`Database::wait_until_available`](crate::Database::wait_until_available) waits for a server; zero
    /// tries once.
    pub startup_timeout: Duration,
    /// How long migrations wait.
    pub migrations: MigrationOptions,
    /// What is told how the workers do.
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
            deadline: Duration::from_secs(2),
            queue_length: 1024,
            scans_per_owner: 4,
            transaction_pooler: false,
            startup_timeout: Duration::from_secs(30),
            migrations: MigrationOptions::default(),
            observer: Arc::new(()),
        }
    }
}
