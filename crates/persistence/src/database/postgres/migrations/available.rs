//! Waits for a server that is not available yet: containers start in any order, and a failover takes seconds.

use std::thread;
use std::time::{Duration, Instant};

use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel::{PgConnection, QueryResult, RunQueryDsl, select};

use super::super::bounded::Bounded;
use super::super::connection::Server;
use super::super::language;
use crate::MigrateError;
use crate::migrations::failed;

const PAUSE: Duration = Duration::from_millis(500);

/// Waits until the server accepts connections, and rejects a database whose encoding is not UTF-8.
pub(super) fn wait(server: &Server, timeout: Duration, limit: Duration) -> Result<(), MigrateError> {
    let begun = Instant::now();
    let mut is_waiting = false;
    loop {
        match Bounded::open(server, limit).and_then(|mut connection| check_server(&mut connection)) {
            Ok(()) if is_waiting => {
                tracing::info!(waited_ms = super::milliseconds(begun.elapsed()), "database available");
                return Ok(());
            }
            Err(error) if may_pass(&error) && begun.elapsed() + PAUSE < timeout => {
                if !is_waiting {
                    let reason = reason(&error);
                    tracing::warn!(timeout_seconds = timeout.as_secs(), reason, "waiting for the database");
                }
                is_waiting = true;
                thread::sleep(PAUSE);
            }
            outcome => return outcome,
        }
    }
}

fn check_server(connection: &mut Bounded) -> Result<(), MigrateError> {
    check_encoding(connection)?;
    let off = |connection: &mut PgConnection| select(sql::<Text>(UNSAFE)).get_result::<String>(connection);
    let off = connection.query(off)?.map_err(failed)?;
    if !off.is_empty() {
        tracing::warn!(off, "acknowledged writes can be lost or damaged when the database server crashes");
    }
    let lc_messages = connection.query(language::of_messages)?.map_err(failed)?;
    if !language::is_english(&lc_messages) {
        let remedy = language::REMEDY;
        tracing::warn!(lc_messages, remedy, "errors of the database server are not in English");
    }
    Ok(())
}

/// The settings without which a commit can be lost, if they are off in this session: for the server, the database or the
/// role (<https://www.postgresql.org/docs/current/runtime-config-wal.html>).
const UNSAFE: &str = "coalesce((select string_agg(name, ', ' order by name) from pg_settings
    where name in ('fsync', 'full_page_writes', 'synchronous_commit') and setting = 'off'), '')";

/// Texts contain any Unicode character, which only UTF-8 can store.
pub(super) fn check_encoding(connection: &mut Bounded) -> Result<(), MigrateError> {
    connection.query(encoding_error)?.map_err(failed)?.map_or(Ok(()), Err)
}

/// The error for an encoding other than UTF-8.
pub(in crate::database::postgres) fn encoding_error(
    connection: &mut PgConnection,
) -> QueryResult<Option<MigrateError>> {
    let encoding: String =
        select(sql::<Text>("current_setting('server_encoding')")).get_result(connection)?;
    Ok((encoding != "UTF8").then_some(MigrateError::WrongEncoding { encoding }))
}

fn may_pass(error: &MigrateError) -> bool {
    match error {
        MigrateError::NotResponding => true,
        MigrateError::Unreachable(source) | MigrateError::Failed(source) => passes(&source.to_string()),
        MigrateError::Locked(_)
        | MigrateError::WrongEncoding { .. }
        | MigrateError::ForeignTables { .. }
        | MigrateError::ReadOnly { .. }
        | MigrateError::NotDistributable => false,
    }
}

fn reason(error: &MigrateError) -> String {
    std::error::Error::source(error).map_or_else(|| error.to_string(), ToString::to_string)
}

/// Whether a failure is temporary. The first messages are libpq's, in English because the program sets no locale; the others
/// are the server's and the pooler's. Unrecognized messages, as in other languages, are permanent.
fn passes(message: &str) -> bool {
    [
        "Connection refused",
        "Connection reset",
        "Connection timed out",
        "timeout expired",
        "No route to host",
        "Network is unreachable",
        // The name of a container resolves once the container exists.
        "could not translate host name",
        "server closed the connection unexpectedly",
        // A local socket.
        "No such file or directory\n\tIs the server running",
        // With target_session_attrs, while a standby is being promoted.
        "session is read-only",
        "server is in hot standby mode",
        "the database system is",
        "terminating connection",
        "too many clients",
        "remaining connection slots",
        "server login has been failing",
        "server_login_retry",
    ]
    .iter()
    .any(|part| message.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_temporary_failures_are_waited_for() {
        for message in [
            "connection to server at \"127.0.0.1\", port 1 failed: Connection refused\n\tIs the server running on that \
             host and accepting TCP/IP connections?",
            "connection to server at \"h\" (1.2.3.4), port 5432 failed: timeout expired",
            "connection to server at \"h\", port 5432 failed: FATAL:  the database system is starting up",
            "could not translate host name \"db\" to address: Name or service not known",
        ] {
            assert!(passes(message), "{message}");
        }
        for message in [
            "connection to server at \"h\", port 5432 failed: FATAL:  password authentication failed for user \"u\"",
            "connection to server at \"h\", port 5432 failed: FATAL:  database \"d\" does not exist",
            "connection to server at \"h\", port 5432 failed: FATAL:  no pg_hba.conf entry for host \"1.2.3.4\"",
            "connection to server at \"h\", port 5432 failed: server does not support SSL, but SSL was required",
            "invalid port number: \"x\"",
        ] {
            assert!(!passes(message), "{message}");
        }
    }
}
