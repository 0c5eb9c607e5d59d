use std::time::Duration;

/// How long a migration waits for what others hold.
#[derive(Debug, Clone)]
pub struct MigrationOptions {
    /// How long a migration in a transaction waits for a lock before it gives way. While it waits, every reader of that
    /// table waits behind it (PostgreSQL).
    pub lock_timeout: Duration,
    /// How long it pauses before it tries again; each pause is twice as long as the last, up to ten times this one.
    pub retry_pause: Duration,
    /// How long one migration is tried, and how long to wait for another process that migrates.
    pub deadline: Duration,
    /// How long the server may take to answer a statement that has nothing to wait for (PostgreSQL).
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
