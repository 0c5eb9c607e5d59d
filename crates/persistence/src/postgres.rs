//! The tasks on PostgreSQL: statements for a set, each one round trip and, when it writes, one transaction.

mod connection;
mod get;
mod values;
mod write;

use diesel::sql_types::{Bool, Text};
use diesel::{Connection, ConnectionResult, PgConnection, QueryResult, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use domain::{Page, Task};

use crate::DatabaseOptions;
use crate::dialect::{Arrangement, Dialect, Get, List, Outcomes, Write, Written};
use crate::listing::{Words, pages};
use connection::Server;

const WORDS: Words = Words { title: "split_part(search, chr(31), 1)", find: "strpos" };

/// The key of the advisory lock that is held while migrations run: "tasknook" in ASCII.
const MIGRATION_LOCK: i64 = i64::from_be_bytes(*b"tasknook");

/// A server.
pub(crate) struct Postgres {
    server: Server,
}

impl Postgres {
    pub(crate) fn new(url: &str, options: &DatabaseOptions) -> Self {
        Self { server: Server::new(url, options) }
    }
}

impl Dialect for Postgres {
    type Connection = PgConnection;

    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");
    const LOSES_CONNECTIONS: bool = true;

    fn connect(&self) -> ConnectionResult<PgConnection> {
        self.server.connect()
    }

    fn connect_to_migrate(&self) -> ConnectionResult<PgConnection> {
        self.server.connect_to_migrate()
    }

    fn arrangement(max_connections: usize) -> Arrangement {
        // One lane of set-wise reads keeps a server busier than two do, whose sets are half as large. A commit waits
        // for the disk, and the server lets those that wait at once share one flush. One connection is for readiness.
        let rest = max_connections.saturating_sub(2);
        let list_lanes = (rest / 3).max(1);
        let write_lanes = rest.saturating_sub(list_lanes).max(1);
        Arrangement { get_lanes: 1, list_lanes, write_lanes, writes_at_once: 1 }
    }

    fn get(connection: &mut PgConnection, set: &[Get]) -> Outcomes<Task> {
        get::run(connection, set)
    }

    fn list(connection: &mut PgConnection, set: &[List]) -> Outcomes<Page> {
        pages(connection, &WORDS, set)
    }

    fn write(connection: &mut PgConnection, set: &[Write]) -> Outcomes<Written> {
        write::run(connection, set)
    }

    fn has_history(connection: &mut PgConnection) -> QueryResult<bool> {
        let there = "to_regclass('__diesel_schema_migrations') is not null";
        diesel::select(diesel::dsl::sql::<Bool>(there)).get_result(connection)
    }

    fn history(connection: &mut PgConnection) -> QueryResult<Vec<String>> {
        let rows: Vec<Ran> = sql_query("select version from __diesel_schema_migrations").load(connection)?;
        Ok(rows.into_iter().map(|ran| ran.version).collect())
    }

    /// The lock is the transaction's, so that it ends with it however that ends, also behind a pooler.
    fn exclusively<T>(
        connection: &mut PgConnection,
        run: impl FnOnce(&mut PgConnection) -> diesel::migration::Result<T>,
    ) -> diesel::migration::Result<T> {
        connection.transaction(|connection| {
            sql_query(format!("select pg_advisory_xact_lock({MIGRATION_LOCK})")).execute(connection)?;
            run(connection)
        })
    }

    fn is_outage(message: &str) -> bool {
        [
            "canceling statement",
            "terminating connection",
            "No space left on device",
            "the database system is",
            "out of memory",
            "out of shared memory",
            "remaining connection slots",
            "too many clients",
            // Not migrated yet; readiness says so too.
            "relation \"tasks\" does not exist",
            "relation \"owners\" does not exist",
        ]
        .iter()
        .any(|said| message.contains(said))
    }

    fn is_conflict(message: &str) -> bool {
        message.contains("deadlock detected")
    }
}

#[derive(diesel::QueryableByName)]
struct Ran {
    #[diesel(sql_type = Text)]
    version: String,
}
