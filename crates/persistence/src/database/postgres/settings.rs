//! Settings of the server's sessions, sent once per connection or, behind a pooler, once per transaction.

use std::time::Duration;

use crate::DatabaseOptions;
use crate::backend::Layout;

/// How long migrations wait for the lock of another process outside of an attempt.
const MIGRATION_WAIT: Duration = Duration::from_mins(1);

/// Disables the time limits of a transaction, whatever the role or the database sets. The last one exists since
/// PostgreSQL 17.
pub(super) const WITHOUT_LIMITS: &str = "select set_config(name, '0', true) from pg_settings
    where name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";

/// Ends a running statement, and its locks, when its client was killed; otherwise the server notices only when the
/// statement has ended. It exists since PostgreSQL 14, and not on every operating system.
const NOTICE_LOST_CLIENT: &str = "select set_config(name, '2s', true) from pg_settings
    where name = 'client_connection_check_interval' and version() like '%linux%'";

#[derive(Clone)]
pub(super) enum SessionSettings {
    /// Sent once per connection.
    PerConnection(String),
    /// The beginning of each transaction. Settings of a session would leak to the next client of the connection.
    PerTransaction(String),
}

impl Layout {
    pub(super) const fn of(options: &DatabaseOptions) -> Self {
        if options.distributed { Self::Distributed } else { Self::Together }
    }
}

impl SessionSettings {
    /// `timeouts` are those that the URL does not set.
    pub(super) fn new(timeouts: &[(&str, Duration)], options: &DatabaseOptions) -> Self {
        let timeouts: Vec<(&str, String)> =
            timeouts.iter().map(|(name, limit)| (*name, limit.as_millis().to_string())).collect();
        let limit = timeouts.iter().map(|(name, limit)| (*name, limit.as_str()));
        let (plans, read_only) = (plans(Layout::of(options)), options.read_only);
        if options.transaction_pooler {
            let statements = set_statements("set local", plans.into_iter().chain(limit));
            let read_only = if read_only { " read only" } else { "" };
            Self::PerTransaction(format!(
                "begin isolation level read committed{read_only}; {statements}{}",
                set_lc_messages_c(true)
            ))
        } else {
            let read_only = read_only.then_some(READ_ONLY);
            let of_session = plans.into_iter().chain(limit).chain([ISOLATION]).chain(read_only);
            let statements = set_statements("set", of_session);
            let plans = if options.distributed { PLAN_AGAIN } else { "" };
            Self::PerConnection(format!(
                "{REJECT_SHARED_CONNECTION}; {statements}{plans}{}",
                set_lc_messages_c(false)
            ))
        }
    }
}

pub(super) fn for_migrating_connection() -> String {
    format!("{REJECT_SHARED_CONNECTION}; {}{}", migration_timeouts("set"), set_lc_messages_c(false))
}

/// The beginning of a migration's transaction.
pub(super) fn for_migration_transaction(lock_timeout: Duration) -> String {
    let lock_timeout = lock_timeout.as_millis();
    let set_lc_messages_c = set_lc_messages_c(true);
    format!(
        "{WITHOUT_LIMITS}; {NOTICE_LOST_CLIENT}; set local lock_timeout = {lock_timeout}; {set_lc_messages_c}"
    )
}

/// Sent before a statement that runs outside a transaction.
pub(super) fn for_statement_outside_transaction(lock_timeout: Duration) -> String {
    format!("set lock_timeout = {}", lock_timeout.as_millis())
}

/// All statements use indexes. On a small or never analyzed table the planner prefers a sequential scan, and a prepared plan
/// would keep it while the table grows. Hence each statement is planned once, generically and by index. JIT compilation
/// takes longer than any of them runs, and so do parallel workers: with two of them, a sorted page of an owner with 10,000
/// tasks takes twice the time, and the processors of others.
///
/// On a distributed database a plan must know the owner, which decides the server.
const fn plans(layout: Layout) -> [(&'static str, &'static str); 4] {
    let mode = match layout {
        Layout::Together => "force_generic_plan",
        Layout::Distributed => "auto",
    };
    [
        ("plan_cache_mode", mode),
        ("jit", "off"),
        ("enable_seqscan", "off"),
        ("max_parallel_workers_per_gather", "0"),
    ]
}

/// Plans each statement again on a server that has shards itself, if its version of Citus keeps another copy of a prepared statement's
/// plan with each execution, until the session ends: 33 KB of a read, measured with 13.2.2
/// (<https://github.com/citusdata/citus/pull/8824>). The extension may be missing.
const PLAN_AGAIN: &str = "do $$ begin
    if to_regproc('citus_version') is not null then
        if citus_version() ~ '^Citus (12\\.1\\.1[1-9]|13\\.2\\.[1-9]|14\\.)'
            and exists (select from pg_dist_shard join pg_dist_placement using (shardid)
                join pg_dist_local_group using (groupid) where logicalrelid = to_regclass('owners'))
        then
            set plan_cache_mode = force_custom_plan;
        end if;
    end if;
end $$; ";

/// The writes require `read committed`, which re-reads a row after waiting for its lock.
const ISOLATION: (&str, &str) = ("default_transaction_isolation", "'read committed'");

/// The server rejects what this process must not do, also after a standby was promoted.
const READ_ONLY: (&str, &str) = ("default_transaction_read_only", "on");

/// Rejects a connection that another client has used: the names of prepared statements are unique per client only, so
/// behind a transaction-mode pooler one statement could run in place of another.
const REJECT_SHARED_CONNECTION: &str = "do $$ begin
    if current_setting('tasknook.connection', true) <> '' then
        raise exception 'this connection is shared by a transaction-mode pooler; \
set database.transaction_pooler = true';
    end if;
    perform set_config('tasknook.connection', 'taken', false);
end $$";

/// Errors are classified by their message where the driver gives no code. Only a superuser may set the language.
fn set_lc_messages_c(local: bool) -> String {
    format!("select set_config('lc_messages', 'C', {local}) where current_setting('is_superuser') = 'on'")
}

/// No statement timeout, and a long lock timeout.
fn migration_timeouts(set: &str) -> String {
    let wait = MIGRATION_WAIT.as_millis().to_string();
    set_statements(set, [("statement_timeout", "0"), ("lock_timeout", wait.as_str())].into_iter())
}

fn set_statements<'a>(set: &str, settings: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    settings.flat_map(|(name, value)| [set, " ", name, " = ", value, "; "]).collect()
}
