//! Embedded migrations: each runs in its own transaction unless its metadata disables that, and once, even if several
//! processes start together.
//!
//! Unknown applied migrations cause a warning only: during a rolling update, an old replica that restarts must still
//! serve. A schema is therefore widened first, and narrowed when no running build needs what is removed.
//!
//! How an engine runs a migration belongs to the engine. `migrations/README.md` describes the files.

mod script;

use std::time::Duration;

use diesel::QueryResult;
use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};
use diesel_migrations::EmbeddedMigrations;

use crate::backend::{Backend, DieselBackend};
use crate::{MigrateError, MigrationOptions};

pub(crate) use script::{Script, scripts};

/// A database that can be migrated.
pub(crate) trait MigrationBackend: Backend {
    /// The migrations of this build.
    const MIGRATIONS: EmbeddedMigrations;

    /// Whether the table of applied migrations exists.
    fn migrations_table_exists(connection: &mut Self::Connection) -> QueryResult<bool>;

    /// The versions of the applied migrations, in one round trip; an error if their table does not exist.
    fn applied_migrations(connection: &mut Self::Connection) -> QueryResult<Vec<String>>;

    /// Whether the server is read-only, and the versions of the applied migrations, in one round trip; an error if their
    /// table does not exist.
    fn readiness(connection: &mut Self::Connection) -> QueryResult<(bool, Vec<String>)> {
        Ok((false, Self::applied_migrations(connection)?))
    }

    /// Connects and reads the versions of the applied migrations. It writes nothing and takes no lock.
    fn read_applied(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError>;

    /// Connects and reads which of the [`TABLES`] exist where the migrations would create them. It writes nothing.
    fn existing_tables(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError>;

    /// Runs the pending scripts and returns their names. If none is pending, it writes nothing and takes no lock, so that it
    /// succeeds on a read-only server.
    fn run_pending(
        &self,
        scripts: &[Script],
        options: &MigrationOptions,
    ) -> Result<Vec<String>, MigrateError>;

    /// Whether the tables are distributed by owner over several servers.
    fn is_distributed(&self, _: &MigrationOptions) -> Result<bool, MigrateError> {
        Ok(false)
    }

    /// Distributes the tables that are not distributed yet, and returns their names.
    fn distribute(&self, _: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        Err(MigrateError::NotDistributable)
    }

    /// Waits until the server is available, and rejects a database whose encoding is not UTF-8.
    fn wait_until_available(&self, _: Duration, _: &MigrationOptions) -> Result<(), MigrateError> {
        Ok(())
    }
}

/// Runs the pending migrations and returns their names, oldest first. A database that is only read must have none.
pub(crate) fn run<B: MigrationBackend>(
    backend: &B,
    options: &MigrationOptions,
) -> Result<Vec<String>, MigrateError> {
    if backend.is_read_only() {
        let pending = pending_names(backend, options)?;
        return if pending.is_empty() {
            Ok(pending)
        } else {
            Err(MigrateError::ReadOnly { pending: pending.join(", ") })
        };
    }
    let scripts = embedded::<B>().map_err(MigrateError::Failed)?;
    backend.run_pending(&scripts, options)
}

/// The tables of this service. Another program may have some with these names.
pub(crate) const TABLES: [&str; 5] = ["owners", "tasks", "tombstones", "idempotency_keys", "lists"];

/// Their names in SQL, separated by commas.
pub(crate) fn table_names() -> String {
    TABLES.map(|table| format!("'{table}'")).join(", ")
}

/// Rejects a database that has such tables although no migration of this service is applied, before the first one runs.
pub(crate) fn reject_foreign_tables<B: MigrationBackend>(
    backend: &B,
    scripts: &[Script],
    applied: &[String],
    options: &MigrationOptions,
) -> Result<(), MigrateError> {
    let is_own = |applied: &[String]| scripts.iter().any(|script| applied.contains(&script.version));
    if is_own(applied) {
        return Ok(());
    }
    let tables = backend.existing_tables(options)?;
    // Another process may have created them since: the same transaction records the migration.
    if tables.is_empty() || is_own(&backend.read_applied(options)?) {
        return Ok(());
    }
    Err(MigrateError::ForeignTables { tables: tables.join(", ") })
}

/// The names of the pending migrations, oldest first. It writes nothing.
pub(crate) fn pending_names<B: MigrationBackend>(
    backend: &B,
    options: &MigrationOptions,
) -> Result<Vec<String>, MigrateError> {
    missing::<B>(&backend.read_applied(options)?).map_err(MigrateError::Failed)
}

/// The names of the embedded migrations that are not among these versions.
pub(crate) fn missing<B: MigrationBackend>(applied: &[String]) -> diesel::migration::Result<Vec<String>> {
    Ok(pending(&embedded::<B>()?, applied).map(|script| script.name.clone()).collect())
}

/// The names of the pending migrations, and the versions of unknown applied ones. It writes nothing.
pub(crate) fn differences<B: MigrationBackend>(
    connection: &mut B::Connection,
) -> QueryResult<(Vec<String>, Vec<String>)> {
    let applied = applied::<B>(connection)?;
    let scripts = embedded::<B>().map_err(DieselError::QueryBuilderError)?;
    let missing = pending(&scripts, &applied).map(|script| script.name.clone()).collect();
    Ok((missing, unknown(&scripts, &applied).cloned().collect()))
}

/// The versions of the applied migrations; none if their table does not exist.
pub(crate) fn applied<B: MigrationBackend>(connection: &mut B::Connection) -> QueryResult<Vec<String>> {
    if B::migrations_table_exists(connection)? { B::applied_migrations(connection) } else { Ok(Vec::new()) }
}

/// The scripts that are not among these versions, oldest first.
pub(crate) fn pending<'a>(scripts: &'a [Script], applied: &'a [String]) -> impl Iterator<Item = &'a Script> {
    scripts.iter().filter(|script| !applied.contains(&script.version))
}

pub(crate) fn warn_of_unknown(scripts: &[Script], applied: &[String]) {
    for unknown in unknown(scripts, applied) {
        tracing::warn!(
            migration = %unknown,
            "the database has a migration that is unknown to this build"
        );
    }
}

pub(crate) fn unreachable(error: ConnectionError) -> MigrateError {
    MigrateError::Unreachable(Box::new(error))
}

/// The error of a statement outside a migration.
pub(crate) fn failed(error: DieselError) -> MigrateError {
    use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
    match &error {
        DieselError::DatabaseError(ClosedConnection | UnableToSendCommand, _) => {
            MigrateError::Unreachable(error.into())
        }
        _ => MigrateError::Failed(error.into()),
    }
}

/// The error of a migration, with its name.
pub(crate) fn failed_migration(script: &Script, error: DieselError) -> MigrateError {
    MigrateError::Failed(Box::new(FailedMigration { name: script.name.clone(), error }))
}

#[derive(Debug, thiserror::Error)]
#[error("{name}: {error}")]
struct FailedMigration {
    name: String,
    error: DieselError,
}

fn embedded<B: MigrationBackend>() -> diesel::migration::Result<Vec<Script>> {
    scripts::<DieselBackend<B>>(&B::MIGRATIONS)
}

fn unknown<'a>(scripts: &'a [Script], applied: &'a [String]) -> impl Iterator<Item = &'a String> {
    applied.iter().filter(|version| !scripts.iter().any(|script| script.version == **version))
}
