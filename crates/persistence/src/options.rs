use std::sync::Arc;
use std::time::Duration;

use crate::DatabaseObserver;

/// Where the database is and how long anything may take.
#[derive(Clone)]
pub struct DatabaseOptions {
    /// `sqlite://relative/path`, `sqlite:///absolute/path`, `postgres://…` or `postgresql://…`.
    pub url: String,
    /// Connections at most. As many more are made while connections hang whose server does not respond any more.
    pub max_connections: u32,
    /// How long a worker waits for a connection.
    pub pool_wait: Duration,
    /// How long a connection may take to be made, in whole seconds and 2 at least, when the URL does not say
    /// (PostgreSQL).
    pub connect_timeout: Duration,
    /// How long the server works on a statement, and how long one waits for another's lock, before it gives up.
    pub statement_timeout: Duration,
    /// How long a call waits to be begun. One that was begun ends soon after the statement timeout.
    pub deadline: Duration,
    /// How many calls of one kind may wait.
    pub queue_length: usize,
    /// How many scans of one owner may wait, beside the one that runs.
    pub scans_per_owner: usize,
    /// Whether a pooler stands before the server that gives each transaction another connection, as `PgBouncer` does in
    /// transaction mode. Then no statement is kept prepared, and each set goes in a transaction that says all it needs.
    pub transaction_pooler: bool,
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
            deadline: Duration::from_secs(2),
            queue_length: 1024,
            scans_per_owner: 4,
            transaction_pooler: false,
            observer: Arc::new(()),
        }
    }
}
