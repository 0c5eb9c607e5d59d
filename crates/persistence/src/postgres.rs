//! The tasks on PostgreSQL: statements for a set, each one round trip and, when it writes, one transaction.

mod connection;
mod doctor;
mod get;
mod list;
mod sets;
mod settings;
mod values;
mod write;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::sql_types::{Bool, Text};
use diesel::{Connection, ConnectionResult, PgConnection, QueryResult, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use domain::{Page, Task};

use crate::DatabaseOptions;
use crate::dialect::{Dialect, Get, List, Outcomes, WorkerCounts, Write, Written};
use connection::Server;

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

    /// Behind a pooler it is the transaction that has settings, because the connection is another one each time.
    fn transact<T>(
        &self,
        connection: &mut PgConnection,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        let Some(begin) = self.server.begin() else { return run(connection) };
        if let Err(error) = AnsiTransactionManager::begin_transaction_sql(connection, begin) {
            // It may have begun before one of the settings failed. What fails again leaves a connection that is broken.
            let _ = connection.batch_execute("rollback");
            return Err(error);
        }
        match run(connection) {
            Ok(answer) => AnsiTransactionManager::commit_transaction(connection).map(|()| answer),
            Err(error) => {
                // As above.
                let _ = AnsiTransactionManager::rollback_transaction(connection);
                Err(error)
            }
        }
    }

    fn worker_counts(max_connections: usize) -> WorkerCounts {
        // One worker for single tasks keeps a server busier than two do, whose groups are half as large. Two for writes:
        // while one's commit waits for the disk, the other's group runs. Lists get what is left, scans at most half of
        // it; one connection is for readiness.
        let writes = if max_connections < 6 { 1 } else { 2 };
        let lists = max_connections.saturating_sub(2 + writes).max(2);
        WorkerCounts { gets: 1, pages: lists - lists / 2, scans: lists / 2, writes }
    }

    fn get(connection: &mut PgConnection, set: &[Get]) -> Outcomes<Task> {
        get::run(connection, set)
    }

    fn list(connection: &mut PgConnection, set: &[List]) -> Outcomes<Page> {
        list::run(connection, set)
    }

    fn page_weight(list: &List) -> usize {
        list::weight(list)
    }

    fn write(connection: &mut PgConnection, set: &[Write]) -> Outcomes<Written> {
        write::run(connection, set)
    }

    fn sets_of_writes(writes: &[Write]) -> Vec<usize> {
        write::sets(writes)
    }

    fn has_history(connection: &mut PgConnection) -> QueryResult<bool> {
        let there = "to_regclass('__diesel_schema_migrations') is not null";
        diesel::select(diesel::dsl::sql::<Bool>(there)).get_result(connection)
    }

    fn readiness(connection: &mut PgConnection) -> QueryResult<(bool, Vec<String>)> {
        let statement = "select version, current_setting('transaction_read_only') = 'on' as read_only \
                         from __diesel_schema_migrations";
        let rows: Vec<Ready> = in_savepoint(connection, |connection| sql_query(statement).load(connection))?;
        Ok((rows.iter().any(|row| row.read_only), rows.into_iter().map(|row| row.version).collect()))
    }

    fn history(connection: &mut PgConnection) -> QueryResult<Vec<String>> {
        let statement = "select version from __diesel_schema_migrations";
        let rows: Vec<Ran> = in_savepoint(connection, |connection| sql_query(statement).load(connection))?;
        Ok(rows.into_iter().map(|ran| ran.version).collect())
    }

    /// The lock is the transaction's, so that it ends with it however that ends, also behind a pooler.
    fn exclusively<T>(
        connection: &mut PgConnection,
        run: impl FnOnce(&mut PgConnection) -> diesel::migration::Result<T>,
    ) -> diesel::migration::Result<T> {
        connection.transaction(|connection| {
            connection.batch_execute(&settings::of_a_migration())?;
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

    fn advice(message: &str) -> Option<&'static str> {
        let is_of_another = message.contains("prepared statement \"");
        is_of_another.then_some(
            "a pooler that gives connections to transactions needs database.transaction_pooler = true",
        )
    }

    fn is_conflict(message: &str) -> bool {
        // The second is said by Citus.
        ["deadlock detected", "distributed deadlock"].iter().any(|said| message.contains(said))
    }
}

/// A failure would end a transaction that is under way.
fn in_savepoint<T>(
    connection: &mut PgConnection,
    run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    let depth = AnsiTransactionManager::transaction_manager_status_mut(connection).transaction_depth()?;
    if depth.is_some() { connection.transaction(run) } else { run(connection) }
}

#[derive(diesel::QueryableByName)]
struct Ready {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Bool)]
    read_only: bool,
}

#[derive(diesel::QueryableByName)]
struct Ran {
    #[diesel(sql_type = Text)]
    version: String,
}
