//! The configured database: opened, migrated, checked, copied.

use std::error::Error;
use std::num::NonZeroU64;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::WriteLimits;
use persistence::{
    Backup, BackupError, Database, DatabaseObserver, DatabaseOptions, Doctor, DoctorError, Engine,
    MigrateError, OwnerData, Restored,
};

use super::StartError;
use crate::config::{ConfigError, Settings};

/// Opens the configured database, and waits for a server that is not available yet.
pub(crate) fn open(settings: &Settings, observer: Arc<dyn DatabaseObserver>) -> Result<Database, StartError> {
    check_other_urls(settings)?;
    let options = DatabaseOptions { observer, ..options(settings) };
    tracing::info!(database = settings.database.display(), "opening the database");
    let open =
        |options: &DatabaseOptions| Database::open(options).map_err(|error| database_config_error(&error));
    let unusable = |error| migrate_error("the database cannot be used", error);
    let database = open(&options)?;
    database.wait_until_available().map_err(unusable)?;
    if options.distributed || !database.is_distributed().map_err(unusable)? {
        return Ok(database);
    }
    tracing::info!("the tables are distributed by owner");
    Ok(open(&DatabaseOptions { distributed: true, ..options })?)
}

fn options(settings: &Settings) -> DatabaseOptions {
    DatabaseOptions {
        url: settings.database.url.clone(),
        max_connections: settings.database.max_connections,
        transaction_pooler: settings.database.transaction_pooler,
        distributed: settings.database.distributed,
        connect_to_workers: settings.database.connect_to_workers,
        listen_url: settings.database.listen_url.clone(),
        replica_urls: settings.database.replica_urls.clone(),
        read_only: settings.database.read_only,
        poll: Duration::from_secs(settings.events.poll_seconds),
        startup_timeout: Duration::from_secs(settings.database.startup_timeout_seconds),
        limits: WriteLimits { tasks_per_owner: NonZeroU64::new(settings.limits.tasks_per_owner) },
        slow_statement: Duration::from_millis(settings.database.slow_statement_ms),
        ..DatabaseOptions::default()
    }
}

fn database_config_error(error: &(dyn Error + 'static)) -> ConfigError {
    ConfigError::new("database.url (DATABASE_URL)", crate::http::problem::chain(error))
}

/// Only a server can be listened to, and has replicas.
fn check_other_urls(settings: &Settings) -> Result<(), ConfigError> {
    let database = &settings.database;
    check_server_url("database.listen_url (DATABASE_LISTEN_URL)", &database.listen_url)?;
    let key = "database.replica_urls";
    let urls = &database.replica_urls;
    // The URL itself is checked when it is opened.
    let is_file = matches!(Engine::of_url(&database.url), Ok(Engine::Sqlite));
    let rejections = [
        (is_file, "an SQLite database has no replicas"),
        (database.read_only, "with database.read_only, set the URL of the replica as database.url"),
        (urls.iter().any(String::is_empty), "must not contain an empty URL"),
    ];
    if let Some((_, why)) = rejections.into_iter().find(|(applies, _)| *applies && !urls.is_empty()) {
        return Err(ConfigError::new(key, why));
    }
    if urls.is_empty() && database.replica_max_age_seconds > 0 {
        return Err(ConfigError::new("database.replica_max_age_seconds", "needs database.replica_urls"));
    }
    urls.iter().try_for_each(|url| check_server_url(key, url))
}

fn check_server_url(key: &str, url: &str) -> Result<(), ConfigError> {
    let reject = |why: String| Err(ConfigError::new(key, why));
    match Engine::of_url(url) {
        _ if url.is_empty() => Ok(()),
        Ok(Engine::Postgres) => Ok(()),
        Ok(engine) => reject(format!("must be the URL of a PostgreSQL server, not of {engine}")),
        Err(error) => reject(crate::http::problem::chain(&error)),
    }
}

/// A wrong encoding, tables of another program and a missing extension are configuration errors: no retry helps.
fn migrate_error(what: &str, error: MigrateError) -> StartError {
    match error {
        MigrateError::WrongEncoding { .. }
        | MigrateError::ForeignTables { .. }
        | MigrateError::ReadOnly { .. }
        | MigrateError::NotDistributable => database_config_error(&error).into(),
        error => StartError::failed(what, error),
    }
}

/// Runs pending migrations and returns their names.
pub(crate) fn migrate(database: &Database) -> Result<Vec<String>, StartError> {
    database.migrate().map_err(|error| migrate_error("the migrations cannot be applied", error))
}

/// Warns if a database that is only read lacks migrations: readiness fails until they are run where it is written.
pub(crate) fn check_schema(database: &Database) -> Result<(), StartError> {
    let pending =
        database.pending_migrations().map_err(|error| migrate_error("the database cannot be used", error))?;
    if !pending.is_empty() {
        tracing::warn!(pending = pending.join(", "), "the read-only database lacks migrations");
    }
    Ok(())
}

/// Distributes the tables by owner, and returns the names of those that were not distributed.
pub(crate) fn distribute(database: &Database) -> Result<Vec<String>, StartError> {
    database.distribute().map_err(|error| migrate_error("the tables cannot be distributed", error))
}

/// Checks the configured database without creating a file.
pub(crate) fn check_database(settings: &Settings) -> Result<(), StartError> {
    check_other_urls(settings)?;
    Ok(Database::check(&options(settings)).map_err(|error| database_config_error(&error))?)
}

/// Finds the configured database for a check, without creating a file.
pub(crate) fn doctor(settings: &Settings) -> Result<Doctor, StartError> {
    Doctor::new(&options(settings)).map_err(doctor_error)
}

/// Why a check could not be run.
pub(crate) fn doctor_error(error: DoctorError) -> StartError {
    match error {
        DoctorError::Open(error) => database_config_error(&error).into(),
        error => StartError::NotChecked { source: error.into() },
    }
}

/// Finds the configured database for the data of owners, without creating a file.
pub(crate) fn owner_data(settings: &Settings) -> Result<OwnerData, StartError> {
    OwnerData::new(&options(settings)).map_err(|error| match error {
        DoctorError::Open(error) => database_config_error(&error).into(),
        error => StartError::failed("the database cannot be used", error),
    })
}

/// Renews the owners of the configured database, which was restored.
pub(crate) fn renew_restored(settings: &Settings) -> Result<u64, StartError> {
    let failed = |error| StartError::failed("nothing was changed", error);
    let restored = Restored::new(&options(settings)).map_err(|error| match error {
        DoctorError::Open(error) => database_config_error(&error).into(),
        error => StartError::failed("the database cannot be used", error),
    })?;
    restored.renew().map_err(failed)
}

/// Marks this process as a service of the database.
pub(crate) fn lock_for_service(database: &mut Database) -> Result<(), StartError> {
    database.lock_for_service().map_err(|error| migrate_error("the database cannot be used", error))
}

/// Copies the configured database to a new file.
pub(crate) fn back_up(settings: &Settings, file: &Path) -> Result<Backup, StartError> {
    Database::back_up(&options(settings), file).map_err(|error| match error {
        BackupError::Source(DoctorError::Open(error)) => database_config_error(&error).into(),
        BackupError::NotAFile { .. } => {
            let why = format!("{error}: pg_dump --format=custom --file=FILE \"$DATABASE_URL\"");
            ConfigError::new("database.url (DATABASE_URL)", why).into()
        }
        error => StartError::failed("the backup failed", error),
    })
}
