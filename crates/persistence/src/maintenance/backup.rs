//! The result and errors of a backup. Only SQLite is copied here; a server has its own tools.

use std::error::Error;
use std::path::PathBuf;

use super::doctor::DoctorError;
use crate::Engine;

/// A completed backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub bytes: u64,
}

/// Why a backup failed. No partial copy remains.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database does not exist or cannot be opened.
    #[error(transparent)]
    Source(#[from] DoctorError),
    /// The database is not a file.
    #[error("use the backup tools of {engine}")]
    NotAFile {
        /// The engine.
        engine: Engine,
    },
    /// The target exists. It is unchanged.
    #[error("{} already exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The copy could not be written.
    #[error("{} cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The error of the system or the library.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The copy is incomplete or damaged.
    #[error("the copy is invalid: {reason}")]
    Invalid {
        /// The problem.
        reason: String,
    },
}
