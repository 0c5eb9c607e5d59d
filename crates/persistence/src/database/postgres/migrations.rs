//! Runs migrations: each in its own transaction or in none, one process at a time, without blocking readers for long.
//!
//! A migration that changes a table needs a lock that excludes readers. While it waits for the lock, PostgreSQL queues
//! every new reader of the table behind it, as long as an older reader (such as `pg_dump`) runs. It therefore gives up
//! after `lock_timeout`, lets the readers through for `retry_pause` or longer, and retries.

mod available;
mod distribute;
mod lock;
mod statements;

use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::migration::CREATE_MIGRATIONS_TABLE;
use diesel::result::Error;
use diesel::sql_types::{Bool, Text};
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::bounded::Bounded;
use super::{Postgres, settings};
use crate::backend::ErrorMessages;
use crate::migrations::{self, MigrationBackend, Script, failed, failed_migration};
use crate::{MigrateError, MigrationOptions};
pub(super) use available::encoding_error;
pub(super) use distribute::is_distributed;
use lock::MigrationLock;
use statements::statements;

impl MigrationBackend for Postgres {
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/postgres");

    fn migrations_table_exists(connection: &mut PgConnection) -> QueryResult<bool> {
        let exists = "to_regclass('__diesel_schema_migrations') is not null";
        diesel::select(diesel::dsl::sql::<Bool>(exists)).get_result(connection)
    }

    fn applied_migrations(connection: &mut PgConnection) -> QueryResult<Vec<String>> {
        Self::readiness(connection).map(|(_, applied)| applied)
    }

    fn readiness(connection: &mut PgConnection) -> QueryResult<(bool, Vec<String>)> {
        use diesel::connection::{AnsiTransactionManager, TransactionManager};
        let read = |connection: &mut PgConnection| {
            sql_query(
                "select version, current_setting('transaction_read_only') = 'on' as read_only
                from __diesel_schema_migrations",
            )
            .load(connection)
        };
        // A failure would abort an open transaction, so it gets a savepoint.
        let depth = AnsiTransactionManager::transaction_manager_status_mut(connection).transaction_depth()?;
        let rows: Vec<Applied> =
            if depth.is_some() { connection.transaction(read)? } else { read(connection)? };
        let read_only = rows.iter().any(|applied| applied.read_only);
        Ok((read_only, rows.into_iter().map(|applied| applied.version).collect()))
    }

    fn read_applied(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        read_applied(&mut Bounded::open(&self.server, options.response_timeout)?)
    }

    fn existing_tables(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        let query = |connection: &mut PgConnection| {
            let tables = format!(
                "select relname::text as name from pg_class where relname in ({}) and relnamespace = \
                 to_regnamespace(quote_ident(current_schema())) order by relname",
                migrations::table_names()
            );
            sql_query(tables).load::<Named>(connection)
        };
        let tables = Bounded::open(&self.server, options.response_timeout)?.query(query)?.map_err(failed)?;
        Ok(tables.into_iter().map(|table| table.name).collect())
    }

    fn run_pending(
        &self,
        scripts: &[Script],
        options: &MigrationOptions,
    ) -> Result<Vec<String>, MigrateError> {
        let mut connection = Bounded::open(&self.server, options.response_timeout)?;
        available::check_encoding(&mut connection)?;
        let applied = read_applied(&mut connection)?;
        migrations::warn_of_unknown(scripts, &applied);
        migrations::reject_foreign_tables(self, scripts, &applied, options)?;
        let has_pending = migrations::pending(scripts, &applied).next().is_some();
        // A process can have ended between a migration and the distribution of its table.
        if !has_pending && !connection.query(distribute::is_incomplete)?.map_err(failed)? {
            return Ok(Vec::new());
        }
        let mut lock = MigrationLock::acquire(&self.server, options)?;
        // Another process may have run them while this one waited for the lock.
        let applied = read_applied(&mut connection)?;
        let mut ran = Vec::new();
        for script in migrations::pending(scripts, &applied) {
            if script.in_transaction {
                run_in_transaction(&mut connection, &mut lock, script, options)?;
            } else {
                let is_pooled = self.server.begin().is_some();
                run_in_none(&mut connection, &mut lock, script, options, is_pooled)?;
            }
            ran.push(script.name.clone());
        }
        distribute::new_tables(&mut connection, options)?;
        lock.release();
        Ok(ran)
    }

    fn is_distributed(&self, options: &MigrationOptions) -> Result<bool, MigrateError> {
        let mut connection = Bounded::open(&self.server, options.response_timeout)?;
        connection.query(distribute::is_distributed)?.map_err(failed)
    }

    fn distribute(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        distribute::run(&self.server, options)
    }

    fn wait_until_available(
        &self,
        timeout: Duration,
        options: &MigrationOptions,
    ) -> Result<(), MigrateError> {
        available::wait(&self.server, timeout, options.response_timeout)
    }
}

fn read_applied(connection: &mut Bounded) -> Result<Vec<String>, MigrateError> {
    connection.query(migrations::applied::<Postgres>)?.map_err(failed)
}

/// Retries until the locks are available or the deadline has passed.
fn run_in_transaction(
    connection: &mut Bounded,
    lock: &mut MigrationLock,
    script: &Script,
    options: &MigrationOptions,
) -> Result<(), MigrateError> {
    let deadline = Instant::now() + options.deadline;
    let mut pause = options.retry_pause;
    loop {
        lock.check()?;
        let (run, lock_timeout) = (script.clone(), options.lock_timeout);
        let error = match connection.run(move |connection| in_transaction(connection, &run, lock_timeout))? {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        if !gave_way(&error) {
            return Err(failed_migration(script, error));
        }
        if Instant::now() + pause > deadline {
            return Err(MigrateError::Locked(error.into()));
        }
        tracing::warn!(
            name = script.name,
            retry_in_ms = milliseconds(pause),
            error = %error,
            "migration waits for a lock"
        );
        thread::sleep(pause);
        pause = (pause * 2).min(options.retry_pause * 10);
    }
}

fn in_transaction(connection: &mut PgConnection, script: &Script, lock_timeout: Duration) -> QueryResult<()> {
    connection.transaction(|connection| {
        connection.batch_execute(&settings::for_migration_transaction(lock_timeout))?;
        connection.batch_execute(CREATE_MIGRATIONS_TABLE)?;
        // One statement at a time: Citus sends the whole text with each of its tables' changes to the workers.
        statements(&script.sql).into_iter().try_for_each(|statement| connection.batch_execute(statement))?;
        connection.batch_execute(&script.record())
    })
}

/// Sends one statement at a time: the server runs several that arrive together in one transaction.
///
/// `lock_timeout` is the deadline: `create index concurrently` waits for older transactions without blocking readers or
/// writers, and would start from the beginning after a retry.
fn run_in_none(
    connection: &mut Bounded,
    lock: &mut MigrationLock,
    script: &Script,
    options: &MigrationOptions,
    is_pooled: bool,
) -> Result<(), MigrateError> {
    lock.check()?;
    let of_script = |error| match &error {
        _ if gave_way(&error) => MigrateError::Locked(error.into()),
        _ => failed_migration(script, error),
    };
    // Behind a pooler a setting would leak to the next client of the connection.
    let set = (!is_pooled).then(|| settings::for_statement_outside_transaction(options.deadline));
    let prepare = move |connection: &mut PgConnection| {
        set.iter().try_for_each(|set| connection.batch_execute(set))?;
        connection.batch_execute(CREATE_MIGRATIONS_TABLE)
    };
    connection.query(prepare)?.map_err(of_script)?;
    for statement in statements(&script.sql) {
        let statement = statement.to_owned();
        connection.run(move |connection| connection.batch_execute(&statement))?.map_err(of_script)?;
    }
    let record = script.record();
    connection.query(move |connection| connection.batch_execute(&record))?.map_err(of_script)
}

/// Milliseconds as a number for the log.
fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Whether the statement was ended in favour of others, so that a retry may succeed.
fn gave_way(error: &Error) -> bool {
    let Error::DatabaseError(_, information) = error else { return false };
    let message = information.message();
    message.contains("due to lock timeout") || Postgres::is_conflict(message)
}

#[derive(diesel::QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
    #[diesel(sql_type = Bool)]
    read_only: bool,
}

#[cfg(test)]
mod tests;
