//! PostgreSQL: one statement per group, which is one round trip and, for writes, one transaction. The statements are in
//! `group_reads` and `write`.

mod bounded;
mod connection;
mod doctor;
mod group_reads;
mod language;
mod migrations;
mod notifications;
mod replicas;
mod service_lock;
mod session;
mod settings;
mod shards;
mod write;

use std::io::Write;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::deserialize::{self, FromSql};
use diesel::pg::data_types::PgTimestamp;
use diesel::pg::{Pg, PgValue};
use diesel::result::Error::RollbackTransaction;
use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::{Timestamptz, Uuid as PgUuid};
use diesel::{Connection, ConnectionResult, PgConnection, QueryResult, RunQueryDsl};
use domain::{
    AtRevision, Changes, CountedList, ListId, Owner, OwnerRevision, Page, TagCount, Task, TaskId, Timestamp,
};
use uuid::Uuid;

use super::readiness::ProbeBackend;
use crate::DatabaseOptions;
use crate::backend::rows::{Id, UtcTimestamp};
use crate::backend::{Backend, ErrorMessages, Layout, WorkerCounts};
use crate::maintenance::jobs::JobBackend;
use crate::maintenance::owner_data::OwnerDataBackend;
use crate::options::Location;
use crate::read::{Follow, Get, List, Lists, ReadBackend, one_revision, one_task, tag_counts};
use crate::workers::{Replies, Reply};
use crate::write::WriteBackend;
use connection::Server;

/// The key of the advisory lock for steps of background jobs: "tasknjob" in ASCII.
const JOB_LOCK: i64 = i64::from_be_bytes(*b"tasknjob");

/// A server.
pub(crate) struct Postgres {
    server: Server,
    /// Where the changes of other processes are listened to, if `server` is a transaction-mode pooler.
    listen: Option<Server>,
}

impl Postgres {
    pub(crate) fn new(url: &str, options: &DatabaseOptions) -> Self {
        let listen = match Location::parse(&options.listen_url) {
            Ok(Location::Postgres(url)) => {
                Some(Server::new(&url, &DatabaseOptions { transaction_pooler: false, ..options.clone() }))
            }
            _ => None,
        };
        Self { server: Server::new(url, options), listen }
    }
}

impl Backend for Postgres {
    type Connection = PgConnection;

    const CONNECTIONS_CAN_BREAK: bool = true;

    fn is_read_only(&self) -> bool {
        self.server.is_read_only()
    }

    fn layout(&self) -> Layout {
        self.server.layout()
    }

    fn connect(&self) -> ConnectionResult<PgConnection> {
        self.server.connect()
    }

    /// Behind a pooler the settings belong to the transaction, because each one may get another connection.
    fn read<T>(
        &self,
        connection: &mut PgConnection,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        let done = match self.server.begin() {
            Some(begin) => in_transaction(connection, begin, run),
            None => run(connection),
        };
        done.map_err(|error| language::mark(error, connection))
    }

    fn write<T>(
        &self,
        connection: &mut PgConnection,
        transaction: bool,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        let done = match self.server.begin() {
            Some(begin) => in_transaction(connection, begin, run),
            None if transaction => in_transaction(connection, "begin", run),
            None => run(connection),
        };
        done.map_err(|error| language::mark(error, connection))
    }

    fn worker_counts(&self, max_connections: usize) -> WorkerCounts {
        if self.layout() == Layout::Distributed {
            // Groups have one owner, so that more workers lose nothing: they wait for servers behind the first one.
            let third = (max_connections.saturating_sub(1) / 3).max(1);
            return WorkerCounts {
                gets: third,
                pages: third - third / 2,
                scans: (third / 2).max(1),
                writes: third,
            };
        }
        // One worker for single tasks gives more throughput than two, whose groups are half as large. Two workers for
        // writes: one executes while the commit of the other waits for the disk. Lists get the rest, scans at most half
        // of it; one connection is for readiness.
        let writes = if max_connections < 6 { 1 } else { 2 };
        let lists = max_connections.saturating_sub(2 + writes).max(2);
        WorkerCounts { gets: 1, pages: lists - lists / 2, scans: lists / 2, writes }
    }
}

impl ReadBackend for Postgres {
    /// The join of a group costs the server as much as one look-up, hence a single task is read without it.
    fn get(connection: &mut PgConnection, group: &[&Get]) -> Replies<Task> {
        match group {
            [get] => Ok(vec![one_task(connection, get)?]),
            _ => group_reads::tasks(connection, group),
        }
    }

    fn revisions(&self, connection: &mut PgConnection, owners: &[&Owner]) -> QueryResult<Vec<OwnerRevision>> {
        match owners {
            [owner] => Ok(vec![one_revision(connection, owner)?]),
            _ => group_reads::revisions(connection, owners, self.layout()),
        }
    }

    fn list(connection: &mut PgConnection, group: &[&List]) -> Replies<Page> {
        group_reads::list(connection, group)
    }

    fn changes(connection: &mut PgConnection, follow: &Follow) -> QueryResult<Reply<Changes>> {
        follow.read(connection, &group_reads::FUNCTIONS)
    }

    fn tags(connection: &mut Self::Connection, owner: &Owner) -> QueryResult<AtRevision<Vec<TagCount>>> {
        tag_counts(connection, &group_reads::FUNCTIONS, owner)
    }

    fn page_weight(list: &List) -> usize {
        group_reads::page_weight(list)
    }

    fn lists(connection: &mut PgConnection, lists: &Lists) -> QueryResult<AtRevision<Vec<CountedList>>> {
        lists.read(connection)
    }
}

impl WriteBackend for Postgres {
    const GUARDED: bool = true;
}

impl ProbeBackend for Postgres {
    /// Takes the locks of a write, and needs its rights, also when no row is written.
    fn try_access(&self, connection: &mut PgConnection) -> QueryResult<()> {
        if self.is_read_only() {
            return connection.batch_execute(
                "select owner_id from owners where false; select owner_id from tasks where false;
                select owner_id from tombstones where false; select owner_id from lists where false",
            );
        }
        connection.batch_execute(
            "insert into owners select * from owners where false; update owners set version = version where false;
            insert into tasks select * from tasks where false; update tasks set title = title where false;
            delete from tasks where false; delete from tombstones where false;
            insert into tombstones select * from tombstones where false;
            insert into idempotency_keys select * from idempotency_keys where false;
            update idempotency_keys set number = number where false; delete from idempotency_keys where false;
            insert into lists select * from lists where false; update lists set name = name where false;
            delete from lists where false",
        )
    }

    /// Stores more than the free space of a page or two where the tasks are, and rolls back. No user has an empty id.
    fn try_write(&self, connection: &mut PgConnection) -> QueryResult<bool> {
        let stored = connection.transaction::<(), _, _>(|connection| {
            connection.batch_execute(
                "insert into owners (owner_id) values ('');
                insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision)
                select '', cast(lpad(to_hex(number), 32, '0') as uuid), repeat('x', 1000), false, '', now(), now(), 0
                from generate_series(1, 128) as number",
            )?;
            Err(RollbackTransaction)
        });
        match stored {
            Ok(()) | Err(RollbackTransaction) => Ok(true),
            Err(error) => Err(error),
        }
    }
}

impl JobBackend for Postgres {
    fn try_job_lock(connection: &mut PgConnection) -> QueryResult<bool> {
        let lock = format!("pg_try_advisory_xact_lock({JOB_LOCK})");
        diesel::select(diesel::dsl::sql::<diesel::sql_types::Bool>(&lock)).get_result(connection)
    }
}

impl OwnerDataBackend for Postgres {
    /// As on connections of the service, but a command may pause, and need not know the layout.
    fn wait_for_entries(connection: &mut PgConnection) -> QueryResult<()> {
        connection.batch_execute(
            "set local enable_seqscan = off; set local plan_cache_mode = auto;
            set local idle_in_transaction_session_timeout = '10min'",
        )
    }
}

impl ErrorMessages for Postgres {
    fn is_timeout(message: &str) -> bool {
        message.contains("canceling statement")
    }

    fn is_outage(message: &str) -> bool {
        [
            "terminating connection",
            "No space left on device",
            "the database system is",
            "out of memory",
            "out of shared memory",
            "remaining connection slots",
            "too many clients",
            // Missing rights, as readiness also reports.
            "permission denied for",
            // Not migrated yet, as readiness also reports.
            "relation \"tasks\" does not exist",
            "relation \"owners\" does not exist",
        ]
        .iter()
        .any(|part| message.contains(part))
    }

    /// Messages of Citus about a connection to a worker that could not be opened.
    fn is_unreachable(message: &str) -> bool {
        let reasons = [
            "Connection refused",
            "No route to host",
            "is not currently accepting connections",
            "the database system is",
        ];
        message.contains("connection to the remote node")
            && reasons.iter().any(|reason| message.contains(reason))
    }

    /// A message of Citus.
    fn is_unconfirmed(message: &str) -> bool {
        message.contains("could not commit transaction")
    }

    fn is_corrupt(message: &str) -> bool {
        [
            "invalid page in block",
            "could not read block",
            "could not open file \"base/",
            "missing chunk number",
        ]
        .iter()
        .any(|part| message.contains(part))
    }

    fn is_in_another_language(message: &str) -> bool {
        message.ends_with(language::MARK)
    }

    fn hint(message: &str) -> Option<&'static str> {
        if Self::is_in_another_language(message) {
            return Some(language::REMEDY);
        }
        let is_of_another = message.contains("prepared statement \"");
        is_of_another.then_some("set database.transaction_pooler = true behind a transaction-mode pooler")
    }

    fn is_conflict(message: &str) -> bool {
        // The second one is reported by Citus.
        let parts = ["deadlock detected", "distributed deadlock", write::ERASED];
        parts.iter().any(|part| message.contains(part))
    }
}

// Ids are stored as `uuid`, timestamps as `timestamptz`.

macro_rules! ids {
    ($($id:ty)*) => { $(
        impl ToSql<Id, Pg> for $id {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
                out.write_all(self.uuid().as_bytes())?;
                Ok(IsNull::No)
            }
        }

        impl FromSql<Id, Pg> for $id {
            fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
                <Uuid as FromSql<PgUuid, Pg>>::from_sql(value).map(Self::new)
            }
        }
    )* };
}

ids! { TaskId ListId }

/// The milliseconds from 1970 to 2000, where the timestamps of PostgreSQL begin.
const YEAR_2000: i64 = 946_684_800_000;

impl ToSql<UtcTimestamp, Pg> for Timestamp {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Pg>) -> serialize::Result {
        let time = PgTimestamp((self.unix_millis() - YEAR_2000) * 1000);
        ToSql::<Timestamptz, Pg>::to_sql(&time, &mut out.reborrow())
    }
}

impl FromSql<UtcTimestamp, Pg> for Timestamp {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let PgTimestamp(micros) = FromSql::<Timestamptz, Pg>::from_sql(value)?;
        Self::from_unix_millis(micros.div_euclid(1000) + YEAR_2000)
            .ok_or_else(|| format!("{micros} µs after 2000 is outside the supported years").into())
    }
}

fn in_transaction<T>(
    connection: &mut PgConnection,
    begin: &str,
    run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    if let Err(error) = AnsiTransactionManager::begin_transaction_sql(connection, begin) {
        // The transaction may have begun before a setting failed. If the rollback fails, the connection is broken.
        let _ = connection.batch_execute("rollback");
        return Err(error);
    }
    match run(connection) {
        Ok(value) => AnsiTransactionManager::commit_transaction(connection).map(|()| value),
        Err(error) => {
            // As above.
            let _ = AnsiTransactionManager::rollback_transaction(connection);
            Err(error)
        }
    }
}
