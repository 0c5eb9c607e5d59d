//! What the server is told before it works: each connection once, or behind a pooler each transaction.

use std::time::Duration;

/// How long the doctor waits for a lock that another process holds.
const MIGRATION_WAIT: Duration = Duration::from_mins(1);

/// Lets a transaction take its time, whatever the role or the database is set to. The last one is of PostgreSQL 17.
pub(super) const WITHOUT_LIMITS: &str = "select set_config(name, '0', true) from pg_settings
    where name in ('statement_timeout', 'idle_in_transaction_session_timeout', 'transaction_timeout')";

/// Ends a migration whose process was killed, with its locks, while a statement is at work; otherwise the server notices
/// when the statement has ended. It is of PostgreSQL 14, and not for servers on every system.
const NOTICE_LOST_CLIENT: &str = "select set_config(name, '2s', true) from pg_settings
    where name = 'client_connection_check_interval' and version() like '%linux%'";

#[derive(Clone)]
pub(super) enum Settings {
    /// What a connection is told first.
    PerConnection(String),
    /// What a transaction begins with. What a connection is told would be told to whoever has it next.
    PerTransaction(String),
}

impl Settings {
    /// `timeouts`: those that the URL does not set.
    pub(super) fn new(timeouts: &[(&str, Duration)], transaction_pooler: bool) -> Self {
        let timeouts: Vec<(&str, String)> =
            timeouts.iter().map(|(name, limit)| (*name, limit.as_millis().to_string())).collect();
        let limit = timeouts.iter().map(|(name, limit)| (*name, limit.as_str()));
        if transaction_pooler {
            let statements = set_statements("set local", PLANS.into_iter().chain(limit));
            Self::PerTransaction(format!(
                "begin isolation level read committed; {statements}{}",
                set_lc_messages_c(true)
            ))
        } else {
            let statements = set_statements("set", PLANS.into_iter().chain(limit).chain([ISOLATION]));
            Self::PerConnection(format!(
                "{REJECT_SHARED_CONNECTION}; {statements}{}",
                set_lc_messages_c(false)
            ))
        }
    }
}

pub(super) fn for_migrating_connection() -> String {
    format!("{REJECT_SHARED_CONNECTION}; {}{}", migration_timeouts("set"), set_lc_messages_c(false))
}

/// What the transaction of a migration begins with.
pub(super) fn for_migration_transaction(lock_timeout: Duration) -> String {
    let lock_timeout = lock_timeout.as_millis();
    let set_lc_messages_c = set_lc_messages_c(true);
    format!(
        "{WITHOUT_LIMITS}; {NOTICE_LOST_CLIENT}; set local lock_timeout = {lock_timeout}; {set_lc_messages_c}"
    )
}

/// What a connection is told before a statement that runs outside a transaction.
pub(super) fn for_statement_outside_transaction(lock_timeout: Duration) -> String {
    format!("set lock_timeout = {}", lock_timeout.as_millis())
}

/// Every statement goes by key. A planner that sees a small or never analysed table would rather read all of it, and a
/// prepared plan would stay so while the table grows; so each is planned once, for whatever it is bound to, and by
/// index. Compiling a plan takes longer than any of them runs.
const PLANS: [(&str, &str); 3] =
    [("plan_cache_mode", "force_generic_plan"), ("jit", "off"), ("enable_seqscan", "off")];

/// The writes rely on how `read committed` looks at a row again once it has the lock.
const ISOLATION: (&str, &str) = ("default_transaction_isolation", "'read committed'");

/// Refuses a connection that somebody had before: statements are prepared under names that are given anew on each
/// connection, and through a pooler that mixes them one could run as another.
const REJECT_SHARED_CONNECTION: &str = "do $$ begin
    if current_setting('tasknook.connection', true) <> '' then
        raise exception 'this connection was another''s before: a pooler gives connections to transactions, \
and database.transaction_pooler = true is not set, which that needs';
    end if;
    perform set_config('tasknook.connection', 'taken', false);
end $$";

/// Errors are told apart by their words where the driver gives nothing else. Only a superuser may choose the language.
fn set_lc_messages_c(local: bool) -> String {
    format!("select set_config('lc_messages', 'C', {local}) where current_setting('is_superuser') = 'on'")
}

/// Statements without a limit, and some time for the locks of others.
fn migration_timeouts(set: &str) -> String {
    let wait = MIGRATION_WAIT.as_millis().to_string();
    set_statements(set, [("statement_timeout", "0"), ("lock_timeout", wait.as_str())].into_iter())
}

fn set_statements<'a>(set: &str, settings: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    settings.flat_map(|(name, value)| [set, " ", name, " = ", value, "; "]).collect()
}
