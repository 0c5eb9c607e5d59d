//! The migrations: embedded, run under a lock, all or none.
//!
//! A database with migrations that this build does not know is taken as it is, with a warning: replicas are replaced
//! one by one, and an old one that starts again meanwhile must serve. A schema is therefore first widened, and
//! narrowed only when nobody needs what is taken away.

use diesel::QueryResult;
use diesel::migration::Migration;
use diesel::result::{ConnectionError, Error as DieselError};
use diesel_migrations::MigrationHarness;

use crate::MigrateError;
use crate::dialect::{BackendOf, Dialect, migrations};

/// Runs what has not run yet; gives the names of what ran, oldest first.
pub(crate) fn run<D: Dialect>(dialect: &D) -> Result<Vec<String>, MigrateError> {
    let mut connection = dialect.connect_to_migrate().map_err(unreachable)?;
    let ran = D::exclusively(&mut connection, |connection| {
        // This makes the table of them when it is not there.
        let applied = MigrationHarness::applied_migrations(connection)?;
        let history: Vec<String> = applied.iter().map(ToString::to_string).collect();
        warn_of_unknown::<D>(&history)?;
        let mut ran = Vec::new();
        for migration in pending::<D>(&history)? {
            MigrationHarness::run_migration(connection, &*migration)?;
            ran.push(migration.name().to_string());
        }
        Ok(ran)
    });
    ran.map_err(failed::<D>)
}

/// The names of what has not run yet, oldest first. It writes nothing.
pub(crate) fn look<D: Dialect>(dialect: &D) -> Result<Vec<String>, MigrateError> {
    let mut connection = dialect.connect_to_migrate().map_err(unreachable)?;
    let history = history::<D>(&mut connection).map_err(failed::<D>)?;
    missing::<D>(&history).map_err(failed::<D>)
}

/// The names of those that are not among these versions.
pub(crate) fn missing<D: Dialect>(history: &[String]) -> diesel::migration::Result<Vec<String>> {
    Ok(pending::<D>(history)?.iter().map(|migration| migration.name().to_string()).collect())
}

/// The names of those that have not run, and the versions of those that ran and are of another build. It writes nothing.
pub(crate) fn differences<D: Dialect>(
    connection: &mut D::Connection,
) -> QueryResult<(Vec<String>, Vec<String>)> {
    let history = if D::has_history(connection)? { D::history(connection)? } else { Vec::new() };
    let missing = missing::<D>(&history).map_err(DieselError::QueryBuilderError)?;
    let unknown = unknown::<D>(&history).map_err(DieselError::QueryBuilderError)?;
    Ok((missing, unknown.into_iter().cloned().collect()))
}

type Migrations<D> = Vec<Box<dyn Migration<BackendOf<D>>>>;

fn pending<D: Dialect>(history: &[String]) -> diesel::migration::Result<Migrations<D>> {
    let mut all = migrations::<D>()?;
    all.retain(|migration| !history.contains(&version(&**migration)));
    all.sort_by_key(|migration| version(&**migration));
    Ok(all)
}

fn version<DB: diesel::backend::Backend>(migration: &dyn Migration<DB>) -> String {
    migration.name().version().to_string()
}

fn history<D: Dialect>(connection: &mut D::Connection) -> diesel::migration::Result<Vec<String>> {
    if D::has_history(connection)? { Ok(D::history(connection)?) } else { Ok(Vec::new()) }
}

fn unknown<D: Dialect>(history: &[String]) -> diesel::migration::Result<Vec<&String>> {
    let known: Vec<String> = migrations::<D>()?.iter().map(|migration| version(&**migration)).collect();
    Ok(history.iter().filter(|version| !known.contains(version)).collect())
}

fn warn_of_unknown<D: Dialect>(history: &[String]) -> diesel::migration::Result<()> {
    for unknown in unknown::<D>(history)? {
        tracing::warn!(
            migration = %unknown,
            "the database has a migration that this build does not know; it may be of a newer one"
        );
    }
    Ok(())
}

fn unreachable(error: ConnectionError) -> MigrateError {
    MigrateError::Unreachable(Box::new(error))
}

fn failed<D: Dialect>(error: Box<dyn std::error::Error + Send + Sync>) -> MigrateError {
    match error.downcast_ref::<DieselError>() {
        Some(DieselError::DatabaseError(_, told)) if D::is_outage(told.message()) => {
            MigrateError::Locked(error)
        }
        _ => MigrateError::Failed(error),
    }
}
