//! The migrations: embedded, each in a transaction of its own unless it says otherwise, each run once however many
//! processes start together.
//!
//! A database with migrations that this build does not know is accepted with a warning: replicas are replaced one by
//! one, and an old one that starts again meanwhile must serve. A schema is therefore first widened, and narrowed only
//! when no running build needs what is removed.

mod script;

use std::time::Duration;

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};
use diesel::{ConnectionResult, QueryResult};
use diesel_migrations::EmbeddedMigrations;

use crate::backend::{Backend, DieselBackend};
use crate::{MigrateError, MigrationOptions};

pub(crate) use script::{Script, scripts};

/// A database whose schema can be brought up to date.
pub(crate) trait MigrationBackend: Backend {
    /// The migrations of this build.
    const MIGRATIONS: EmbeddedMigrations;

    /// Makes a connection that may take its time over each statement.
    fn connect_to_migrate(&self) -> ConnectionResult<Self::Connection>;

    /// Whether there is a table of the migrations that have run.
    fn migrations_table_exists(connection: &mut Self::Connection) -> QueryResult<bool>;

    /// The versions of the migrations that have run, in one round trip; an error when there is no table of them.
    fn applied_migrations(connection: &mut Self::Connection) -> QueryResult<Vec<String>>;

    /// Whether the server takes no writes, and the versions of the migrations that have run, in one round trip; an error
    /// when there is no table of them.
    fn readiness(connection: &mut Self::Connection) -> QueryResult<(bool, Vec<String>)> {
        Ok((false, Self::applied_migrations(connection)?))
    }

    /// The versions of the migrations that have run. It writes nothing and takes no lock.
    fn read_applied(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError>;

    /// Runs those of the scripts that have not run, and gives their names. When all have run it writes nothing and takes
    /// no lock, so that it succeeds where nothing can be written.
    fn run_pending(
        &self,
        scripts: &[Script],
        options: &MigrationOptions,
    ) -> Result<Vec<String>, MigrateError>;

    /// Waits for a server that is not available yet, and rejects a database that cannot hold every text.
    fn wait_until_available(&self, _: Duration, _: &MigrationOptions) -> Result<(), MigrateError> {
        Ok(())
    }
}

/// Runs what has not run yet; gives the names of what ran, oldest first.
pub(crate) fn run<B: MigrationBackend>(
    backend: &B,
    options: &MigrationOptions,
) -> Result<Vec<String>, MigrateError> {
    let scripts = embedded::<B>().map_err(MigrateError::Failed)?;
    backend.run_pending(&scripts, options)
}

/// The names of what has not run yet, oldest first. It writes nothing.
pub(crate) fn pending_names<B: MigrationBackend>(
    backend: &B,
    options: &MigrationOptions,
) -> Result<Vec<String>, MigrateError> {
    missing::<B>(&backend.read_applied(options)?).map_err(MigrateError::Failed)
}

/// The names of those that are not among these versions.
pub(crate) fn missing<B: MigrationBackend>(applied: &[String]) -> diesel::migration::Result<Vec<String>> {
    Ok(pending(&embedded::<B>()?, applied).map(|script| script.name.clone()).collect())
}

/// The names of those that have not run, and the versions of those that ran and are of another build. It writes nothing.
pub(crate) fn differences<B: MigrationBackend>(
    connection: &mut B::Connection,
) -> QueryResult<(Vec<String>, Vec<String>)> {
    let applied = applied::<B>(connection)?;
    let scripts = embedded::<B>().map_err(DieselError::QueryBuilderError)?;
    let missing = pending(&scripts, &applied).map(|script| script.name.clone()).collect();
    Ok((missing, unknown(&scripts, &applied).cloned().collect()))
}

/// The versions of the migrations that have run; none when there is no table of them.
pub(crate) fn applied<B: MigrationBackend>(connection: &mut B::Connection) -> QueryResult<Vec<String>> {
    if B::migrations_table_exists(connection)? { B::applied_migrations(connection) } else { Ok(Vec::new()) }
}

/// Those that are not among these versions, oldest first.
pub(crate) fn pending<'a>(scripts: &'a [Script], applied: &'a [String]) -> impl Iterator<Item = &'a Script> {
    scripts.iter().filter(|script| !applied.contains(&script.version))
}

pub(crate) fn warn_of_unknown(scripts: &[Script], applied: &[String]) {
    for unknown in unknown(scripts, applied) {
        tracing::warn!(
            migration = %unknown,
            "the database has a migration that this build does not know; it may be of a newer one"
        );
    }
}

pub(crate) fn unreachable(error: ConnectionError) -> MigrateError {
    MigrateError::Unreachable(Box::new(error))
}

/// Why something else than a migration failed.
pub(crate) fn failed(error: DieselError) -> MigrateError {
    use DatabaseErrorKind::{ClosedConnection, UnableToSendCommand};
    match &error {
        DieselError::DatabaseError(ClosedConnection | UnableToSendCommand, _) => {
            MigrateError::Unreachable(error.into())
        }
        _ => MigrateError::Failed(error.into()),
    }
}

/// Why a migration failed, with its name.
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
