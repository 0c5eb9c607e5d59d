//! Errors of opening and migrating a database, worded for operators. None contains a URL, which may include a password.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use super::Engine;

/// Why a database cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The scheme does not name an engine.
    #[error("{} is not a scheme of a database URL; use sqlite:// or postgres://", named(scheme))]
    UnsupportedScheme {
        /// The scheme; empty when it is missing or not valid.
        scheme: String,
    },
    /// The URL is invalid.
    #[error("invalid database URL: {reason}")]
    InvalidUrl {
        /// The reason.
        reason: String,
    },
    /// This build does not include the engine.
    #[error("this build does not include {engine}: it was compiled without the feature \"{}\"", engine.name())]
    EngineNotBuilt {
        /// The engine.
        engine: Engine,
    },
    /// The file is something else. It is unchanged.
    #[error("{} is not an SQLite database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database of another program. It is unchanged.
    #[error("{} is a database of another program; choose a file of its own for this service", path.display())]
    ForeignDatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{} cannot be written", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: io::Error,
    },
    /// The file or its folder cannot be opened or created.
    #[error("{} cannot be opened or created", path.display())]
    File {
        /// The file or the folder.
        path: PathBuf,
        /// The error of the system or the library.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The library has a bug that can corrupt a database in WAL mode.
    #[error("SQLite {found} can corrupt databases; version {needed} or newer is required")]
    LibraryTooOld {
        /// Its version.
        found: String,
        /// The first version without the bug.
        needed: &'static str,
    },
    /// The system cannot start a thread.
    #[error("a thread for the database cannot be started")]
    Thread(#[source] io::Error),
}

fn named(scheme: &str) -> String {
    if scheme.is_empty() { "the beginning of the database URL".to_owned() } else { format!("\"{scheme}\"") }
}

/// Why migrations did not run, or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The server accepts connections but does not respond.
    #[error("the database server does not respond")]
    NotResponding,
    /// The encoding of the database is not UTF-8.
    #[error(
        "the database has the encoding {encoding}, which cannot store every text; create a new one with \
         `createdb --encoding=UTF8 --template=template0 NAME`"
    )]
    WrongEncoding {
        /// Its encoding, as PostgreSQL names it.
        encoding: String,
    },
    /// The database, or the schema, has tables of another program with the names of this service's.
    #[error(
        "the database has tables of another program ({tables}); use a database of its own for this service, or on \
         PostgreSQL a schema of its own: create schema tasknook, and add ?options=-csearch_path%3Dtasknook to the URL"
    )]
    ForeignTables {
        /// Their names.
        tables: String,
    },
    /// The database is only read, and lacks migrations.
    #[error(
        "the database is read-only (database.read_only = true) and lacks migrations ({pending}); run `tasknook migrate` \
         where it is written"
    )]
    ReadOnly {
        /// Their names.
        pending: String,
    },
    /// The database is not one of Citus.
    #[error(
        "the database has no extension citus: on each server, create it in this database with `create extension citus`, and \
         add the workers with `select citus_add_node('HOST', PORT)`"
    )]
    NotDistributable,
    /// A lock was not available in time: another process migrates, or uses a table that a migration changes.
    #[error("timed out waiting for a lock of another process")]
    Locked(#[source] Box<dyn Error + Send + Sync>),
    /// A migration, or reading the applied ones, failed. Earlier migrations remain applied, as do the completed statements
    /// of one that runs outside a transaction.
    #[error("a migration failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}
