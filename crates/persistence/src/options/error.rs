//! Why a database cannot be opened or brought up to date, in sentences for whoever runs the service. None of them
//! shows a URL: it may hold a password.

use std::error::Error;
use std::io;
use std::path::PathBuf;

use super::Engine;

/// Why a database was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The scheme names no engine.
    #[error("{} is not a scheme of a database URL; use sqlite:// or postgres://", named(scheme))]
    UnsupportedScheme {
        /// The scheme; empty when there is none that could be shown.
        scheme: String,
    },
    /// The URL names no place.
    #[error("the database URL is wrong: {reason}")]
    InvalidUrl {
        /// What is wrong with it.
        reason: &'static str,
    },
    /// This build leaves the engine out.
    #[error("this build has no {engine}: it was compiled without the feature \"{}\"", engine.name())]
    EngineNotBuilt {
        /// The engine.
        engine: Engine,
    },
    /// The file holds something else. It is left as it is.
    #[error("{} is not an SQLite database", path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is a database of another program. It is left as it is.
    #[error("{} is a database of another program: it has tables, but none of this service's", path.display())]
    ForeignDatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be written.
    #[error("{} cannot be written", path.display())]
    ReadOnly {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file or its folder cannot be opened or made.
    #[error("{} cannot be opened or made", path.display())]
    File {
        /// The file or the folder.
        path: PathBuf,
        /// What the system or the library said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The library has a bug that can destroy a database in WAL mode.
    #[error("SQLite {found} can corrupt a database; {needed} or newer is needed")]
    LibraryTooOld {
        /// Its version.
        found: String,
        /// The first version without the bug.
        needed: &'static str,
    },
    /// The system has no thread left.
    #[error("a thread for the database cannot be started")]
    Thread(#[source] io::Error),
}

fn named(scheme: &str) -> String {
    if scheme.is_empty() { "what the database URL begins with".to_owned() } else { format!("\"{scheme}\"") }
}

/// Why the schema is not known to be up to date.
#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// The server accepts connections, or has accepted one, and does not answer.
    #[error("the database server does not respond; it may be frozen or cut off")]
    NotResponding,
    /// The database cannot hold every text.
    #[error(
        "the database has the encoding {encoding}, which cannot hold every text; create one that can, with \
         `createdb --encoding=UTF8 --template=template0 NAME`, and use that"
    )]
    WrongEncoding {
        /// Its encoding, as PostgreSQL names it.
        encoding: String,
    },
    /// Another process migrates, or holds a lock that a migration needs, for too long.
    #[error("the migrations could not get a lock that another process holds")]
    Locked(#[source] Box<dyn Error + Send + Sync>),
    /// A migration, or reading which have run, failed. Those before it remain, and what had been done of it when it
    /// does not run in a transaction.
    #[error("the migrations failed")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}
