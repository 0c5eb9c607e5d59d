//! The tasks on SQLite: a file in WAL mode, many readers, one writer.

mod backup;
mod connection;
mod doctor;
mod file;
mod get;
mod time_limit;
mod values;
mod write;

use std::path::PathBuf;
use std::time::Duration;

use diesel::sql_types::{Bool, Text};
use diesel::{ConnectionResult, QueryResult, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use domain::{Page, Task};

use crate::dialect::{Dialect, Get, List, Outcomes, WorkerCounts, Write, Written};
use crate::listing::{SqlFunctions, pages};
use crate::{DatabaseOptions, OpenError};

const FUNCTIONS: SqlFunctions = SqlFunctions {
    title: "substr(search, 1, instr(search, char(31)) - 1)",
    in_time: time_limit::IN_TIME,
    find: "instr",
};

/// How long a migration waits for another process that writes.
const MIGRATION_WAIT: Duration = Duration::from_mins(1);

/// A file.
pub(crate) struct Sqlite {
    path: PathBuf,
    statement_timeout: Duration,
}

impl Sqlite {
    /// Makes the file when there is none, and makes sure that it can be used.
    pub(crate) fn open(path: PathBuf, options: &DatabaseOptions) -> Result<Self, OpenError> {
        file::prepare(&path)?;
        Ok(Self { path, statement_timeout: options.statement_timeout })
    }
}

impl Dialect for Sqlite {
    type Connection = SqliteConnection;

    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");
    const LOSES_CONNECTIONS: bool = false;

    fn connect(&self) -> ConnectionResult<SqliteConnection> {
        connection::establish(&self.path, self.statement_timeout)
    }

    fn transact<T>(
        &self,
        connection: &mut SqliteConnection,
        run: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        time_limit::within(self.statement_timeout, || run(connection))
    }

    fn connect_to_migrate(&self) -> ConnectionResult<SqliteConnection> {
        connection::establish(&self.path, MIGRATION_WAIT)
    }

    fn worker_counts(_: usize) -> WorkerCounts {
        // More threads than processors make reads that take microseconds slower, and there is one writer in any case.
        WorkerCounts { gets: 1, pages: 1, scans: 1, writes: 1 }
    }

    fn get(connection: &mut SqliteConnection, set: &[Get]) -> Outcomes<Task> {
        get::run(connection, set)
    }

    fn list(connection: &mut SqliteConnection, set: &[List]) -> Outcomes<Page> {
        pages(connection, &FUNCTIONS, set)
    }

    fn write(connection: &mut SqliteConnection, set: &[Write]) -> Outcomes<Written> {
        write::run(connection, set)
    }

    fn has_history(connection: &mut SqliteConnection) -> QueryResult<bool> {
        let there = "exists (select 1 from sqlite_schema where name = '__diesel_schema_migrations')";
        diesel::select(diesel::dsl::sql::<Bool>(there)).get_result(connection)
    }

    fn history(connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
        let rows: Vec<Ran> = sql_query("select version from __diesel_schema_migrations").load(connection)?;
        Ok(rows.into_iter().map(|ran| ran.version).collect())
    }

    fn exclusively<T>(
        connection: &mut SqliteConnection,
        run: impl FnOnce(&mut SqliteConnection) -> diesel::migration::Result<T>,
    ) -> diesel::migration::Result<T> {
        connection.exclusive_transaction(run)
    }

    fn is_outage(message: &str) -> bool {
        [
            "database is locked",
            "database or disk is full",
            "disk I/O error",
            "unable to open database file",
            "attempt to write a readonly database",
            "out of memory",
            // Not migrated yet; readiness says so too.
            "no such table",
        ]
        .iter()
        .any(|said| message.contains(said))
    }

    fn is_conflict(_: &str) -> bool {
        false
    }
}

#[derive(diesel::QueryableByName)]
struct Ran {
    #[diesel(sql_type = Text)]
    version: String,
}
