//! Connections and their settings.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::result::{ConnectionError, Error};
use diesel::{Connection, ConnectionResult, QueryResult, SqliteConnection};

use super::time_limit;
use crate::backend::rows::manual_order;

/// Opens the file. A writer waits this long for another process.
pub(super) fn establish(
    path: &Path,
    busy_timeout: Duration,
    read_only: bool,
) -> ConnectionResult<SqliteConnection> {
    let name = if read_only { read_only_name(path)? } else { name(path)? };
    let mut connection = open(&name, busy_timeout)?;
    set_up(&mut connection, busy_timeout, read_only).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// Opens the file without changing its journal mode.
pub(super) fn bare(path: &Path, busy_timeout: Duration) -> ConnectionResult<SqliteConnection> {
    open(&name(path)?, busy_timeout)
}

fn open(name: &str, busy_timeout: Duration) -> ConnectionResult<SqliteConnection> {
    let mut connection = SqliteConnection::establish(name)?;
    let wait = format!("pragma busy_timeout = {}", busy_timeout.as_millis());
    connection.batch_execute(&wait).map_err(ConnectionError::CouldntSetupConfiguration)?;
    Ok(connection)
}

/// The name of the file for SQLite. A relative one must not look like a URI.
fn name(path: &Path) -> ConnectionResult<String> {
    let text =
        path.to_str().ok_or_else(|| ConnectionError::BadConnection("the file name is not UTF-8".into()))?;
    Ok(if path.is_absolute() { text.to_owned() } else { format!("./{text}") })
}

/// The file as a URI (<https://sqlite.org/uri.html>) that opens it for reading. The name of a database has no `?` or `#`.
fn read_only_name(path: &Path) -> ConnectionResult<String> {
    Ok(format!("file:{}?mode=ro", name(path)?.replace('%', "%25")))
}

/// `synchronous=FULL`: acknowledged commits survive a power failure; in WAL mode the default of some builds would lose the
/// last ones.
///
/// A connection caches up to 16 MiB of pages instead of 2 (`cache_size` in KiB when negative), and a checkpoint runs every
/// 16 MiB instead of 4 (`wal_autocheckpoint` in pages): writes spend most of their time on pages that were just read or
/// checkpointed.
///
/// While another process reads an old snapshot, no checkpoint can reset the `-wal` file, and it grows. The first write after
/// that truncates it to 32 MiB (`journal_size_limit`), twice what it needs between two checkpoints.
const SETTINGS: &str = "pragma synchronous = full; pragma foreign_keys = on; pragma trusted_schema = off; \
     pragma cache_size = -16384; pragma wal_autocheckpoint = 4096; pragma journal_size_limit = 33554432";

fn set_up(connection: &mut SqliteConnection, busy_timeout: Duration, read_only: bool) -> QueryResult<()> {
    connection.batch_execute(SETTINGS)?;
    time_limit::register(connection)?;
    manual_order::register(connection)?;
    if read_only {
        return Ok(());
    }
    let end = Instant::now() + busy_timeout;
    // The switch to WAL ignores the busy timeout and fails if several processes start for the first time together.
    loop {
        match connection.batch_execute("pragma journal_mode = wal") {
            Err(Error::DatabaseError(_, information))
                if information.message().contains("locked") && Instant::now() < end =>
            {
                thread::sleep(Duration::from_millis(5));
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use diesel::dsl::sql;
    use diesel::sql_types::Text;
    use diesel::{RunQueryDsl, select};

    use super::*;

    #[test]
    fn connections_are_durable_and_wait_for_locks() {
        let folder = tempfile::tempdir().unwrap();
        let connection =
            &mut establish(&folder.path().join("x.db"), Duration::from_millis(1234), false).unwrap();
        let mut value = |pragma: &str| -> String {
            let value = format!("(select cast(\"{}\" as text) from pragma_{pragma})", column(pragma));
            select(sql::<Text>(&value)).get_result(connection).unwrap()
        };
        let pragmas = ["journal_mode", "synchronous", "busy_timeout", "foreign_keys", "trusted_schema"];
        assert_eq!(pragmas.map(&mut value), ["wal", "2", "1234", "1", "0"]);
    }

    fn column(pragma: &str) -> &str {
        if pragma == "busy_timeout" { "timeout" } else { pragma }
    }
}
