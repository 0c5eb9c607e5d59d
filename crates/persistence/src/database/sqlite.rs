//! SQLite: a file in WAL mode, with many readers and one writer.

mod backup;
mod connection;
mod doctor;
mod file;
mod migrations;
mod notifications;
mod probe;
mod replicas;
mod service_lock;
mod time_limit;
mod write;

use std::path::PathBuf;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::deserialize::{self, FromSql};
use diesel::result::ConnectionError;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{BigInt, Integer};
use diesel::sqlite::{Sqlite as DieselSqlite, SqliteValue};
use diesel::{
    Connection, ConnectionResult, QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query,
};
use domain::{
    AtRevision, Changes, CountedList, ListId, Owner, OwnerRevision, Page, TagCount, Task, TaskId, Timestamp,
};
use uuid::Uuid;

use super::servers::ShardBackend;
use crate::backend::rows::manual_order::SQLITE_POSITION;
use crate::backend::rows::{Id, UtcTimestamp};
use crate::backend::{Backend, ErrorMessages, Failure, WorkerCounts};
use crate::maintenance::jobs::JobBackend;
use crate::maintenance::owner_data::OwnerDataBackend;
use crate::read::{
    Follow, Get, List, Lists, ReadBackend, SqlFunctions, one_revision, one_task, pages, tag_counts,
};
use crate::workers::{Replies, Reply};
use crate::write::WriteBackend;
use crate::{DatabaseOptions, OpenError};
use file::{FileIdentity, REPLACED};

pub(crate) const FUNCTIONS: SqlFunctions = SqlFunctions {
    title: "substr(search, 1, instr(search, char(31)) - 1)",
    in_time: time_limit::IN_TIME,
    find: "instr",
    position: SQLITE_POSITION,
    lateral: false,
};

/// How long migrations, backups and the doctor wait for another writer.
const LOCK_WAIT: Duration = Duration::from_mins(1);

/// A file.
#[derive(Clone)]
pub(crate) struct Sqlite {
    path: PathBuf,
    identity: FileIdentity,
    statement_timeout: Duration,
    read_only: bool,
}

impl Sqlite {
    /// Creates a missing file, and checks that it can be used. A file that is only read must exist.
    pub(crate) fn open(path: PathBuf, options: &DatabaseOptions) -> Result<Self, OpenError> {
        if options.read_only {
            file::recognize(&path)?;
        } else {
            file::prepare(&path)?;
        }
        let identity = FileIdentity::of(&path).map_err(|error| file::file(&path, error))?;
        let DatabaseOptions { statement_timeout, read_only, .. } = *options;
        Ok(Self { path, identity, statement_timeout, read_only })
    }

    /// Opens a connection whose writers wait this long for another process.
    fn establish(&self, busy_timeout: Duration) -> ConnectionResult<SqliteConnection> {
        connection::establish(&self.path, busy_timeout, self.read_only)
    }
}

impl Backend for Sqlite {
    type Connection = SqliteConnection;

    const CONNECTIONS_CAN_BREAK: bool = false;

    fn is_read_only(&self) -> bool {
        self.read_only
    }

    fn connect(&self) -> ConnectionResult<SqliteConnection> {
        // Before it is opened, since a missing file would be created.
        self.check_identity().map_err(ConnectionError::CouldntSetupConfiguration)?;
        self.establish(self.statement_timeout)
    }

    fn read<T>(
        &self,
        connection: &mut SqliteConnection,
        run: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        time_limit::within(self.statement_timeout, || run(connection))
    }

    fn checkpoint(&self) -> Result<(), Failure> {
        if self.read_only {
            return Ok(());
        }
        let mut connection = self.connect().map_err(Failure::no_connection)?;
        let checkpoint = sql_query("pragma wal_checkpoint(truncate)").get_result(&mut connection);
        match checkpoint.map_err(|error| Failure::of::<Self>(error, false))? {
            Checkpoint { busy: 0 } => Ok(()),
            _ => Err(Failure::internal("another process reads or writes the database")),
        }
    }

    fn worker_counts(&self, _: usize) -> WorkerCounts {
        // Reads take microseconds, so more threads than processors only slow them down, and there is one writer anyway.
        // The large pages of an owner occupy one page worker at a time; the second one serves the others.
        WorkerCounts { gets: 1, pages: 2, scans: 1, writes: 1 }
    }

    fn write<T>(
        &self,
        connection: &mut SqliteConnection,
        _: bool,
        run: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        connection.batch_execute("begin immediate")?;
        let done = run(connection).and_then(|value| {
            // As late as possible: what is stored in a deleted file is lost.
            self.check_identity()?;
            connection.batch_execute("commit").map(|()| value)
        });
        if done.is_err() {
            // After some errors, such as a full disk, SQLite has rolled back already. Then this fails, and the first error
            // has the cause.
            let _ = connection.batch_execute("rollback");
        }
        done
    }
}

impl ReadBackend for Sqlite {
    /// Reads one task after the other: a look-up by key costs less than a join of the group. One transaction for
    /// several takes the lock, and looks for what other processes wrote, once.
    fn get(connection: &mut SqliteConnection, group: &[&Get]) -> Replies<Task> {
        match group {
            [get] => Ok(vec![one_task(connection, get)?]),
            _ => connection
                .transaction(|connection| group.iter().map(|get| one_task(connection, get)).collect()),
        }
    }

    fn revisions(
        &self,
        connection: &mut SqliteConnection,
        owners: &[&Owner],
    ) -> QueryResult<Vec<OwnerRevision>> {
        match owners {
            [owner] => Ok(vec![one_revision(connection, owner)?]),
            _ => connection.transaction(|connection| {
                owners.iter().map(|owner| one_revision(connection, owner)).collect()
            }),
        }
    }

    fn list(connection: &mut SqliteConnection, group: &[&List]) -> Replies<Page> {
        pages(connection, &FUNCTIONS, group)
    }

    fn changes(connection: &mut SqliteConnection, follow: &Follow) -> QueryResult<Reply<Changes>> {
        follow.read(connection, &FUNCTIONS)
    }

    fn lists(connection: &mut SqliteConnection, lists: &Lists) -> QueryResult<AtRevision<Vec<CountedList>>> {
        lists.read(connection)
    }

    fn tags(connection: &mut Self::Connection, owner: &Owner) -> QueryResult<AtRevision<Vec<TagCount>>> {
        tag_counts(connection, &FUNCTIONS, owner)
    }
}

/// A file has no servers.
impl ShardBackend for Sqlite {}

impl WriteBackend for Sqlite {
    const GUARDED: bool = false;
}

impl JobBackend for Sqlite {
    /// The transaction excludes all other writers.
    fn try_job_lock(_: &mut SqliteConnection) -> QueryResult<bool> {
        Ok(true)
    }
}

impl OwnerDataBackend for Sqlite {
    fn wait_for_entries(_: &mut SqliteConnection) -> QueryResult<()> {
        Ok(())
    }
}

impl ErrorMessages for Sqlite {
    fn is_timeout(_: &str) -> bool {
        false
    }

    fn is_outage(message: &str) -> bool {
        [
            "database is locked",
            "database or disk is full",
            "disk I/O error",
            "unable to open database file",
            "attempt to write a readonly database",
            "out of memory",
            REPLACED,
            // Not migrated yet, as readiness also reports.
            "no such table",
        ]
        .iter()
        .any(|part| message.contains(part))
    }

    fn is_conflict(_: &str) -> bool {
        false
    }

    fn is_corrupt(message: &str) -> bool {
        ["database disk image is malformed", "file is not a database"]
            .iter()
            .any(|part| message.contains(part))
    }
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = Integer)]
    busy: i32,
}

// Ids are stored as 16 bytes, timestamps as milliseconds since 1970.

macro_rules! ids {
    ($($id:ty)*) => { $(
        impl ToSql<Id, DieselSqlite> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DieselSqlite>) -> serialize::Result {
                out.set_value(self.uuid().into_bytes().to_vec());
                Ok(IsNull::No)
            }
        }

        impl FromSql<Id, DieselSqlite> for $id {
            fn from_sql(mut value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
                Ok(Self::new(Uuid::from_slice(value.read_blob())?))
            }
        }
    )* };
}

ids! { TaskId ListId }

impl ToSql<UtcTimestamp, DieselSqlite> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DieselSqlite>) -> serialize::Result {
        out.set_value(self.unix_millis());
        Ok(IsNull::No)
    }
}

impl FromSql<UtcTimestamp, DieselSqlite> for Timestamp {
    fn from_sql(value: SqliteValue<'_, '_, '_>) -> deserialize::Result<Self> {
        let millis = <i64 as FromSql<BigInt, DieselSqlite>>::from_sql(value)?;
        Self::from_unix_millis(millis)
            .ok_or_else(|| format!("{millis} ms is outside the supported years").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::backend::FailureKind;

    /// The failure of a write that the library has rolled back itself, as it does when the disk is full.
    fn rolled_back(fails: bool) -> Failure {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(folder.path().join("tasks.db"), &DatabaseOptions::default()).unwrap();
        let mut connection = sqlite.connect().unwrap();
        let error = sqlite.write(&mut connection, false, |connection| {
            connection.batch_execute("rollback")?;
            if fails { connection.batch_execute("select no_such_function()") } else { Ok(()) }
        });
        sqlite.write(&mut connection, false, |connection| connection.batch_execute("select 1")).unwrap();
        Failure::of::<Sqlite>(error.unwrap_err(), false)
    }

    #[test]
    fn writes_rolled_back_by_sqlite_are_not_lost() {
        assert_ne!(rolled_back(false).kind, FailureKind::Lost);
        let failure = rolled_back(true);
        assert!(failure.to_string().contains("no_such_function"), "{failure}");
    }
}
