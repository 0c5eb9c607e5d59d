//! Copies of an SQLite database, made while a service writes to it. A server has tools of its own for that.

use std::error::Error;
use std::path::PathBuf;

use super::doctor::DoctorError;
use crate::Engine;

/// A copy that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// Why there is no copy. What was begun of it is gone.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The database cannot be opened, or is not there.
    #[error(transparent)]
    Source(#[from] DoctorError),
    /// A server's database is no file.
    #[error("{engine} is backed up with its own tools")]
    NotAFile {
        /// The engine.
        engine: Engine,
    },
    /// There is something of that name, which is left as it is.
    #[error("{} is there already and is left as it is", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The copy could not be written.
    #[error("{} cannot be written", path.display())]
    Unwritten {
        /// The file.
        path: PathBuf,
        /// What the system or the library said.
        source: Box<dyn Error + Send + Sync>,
    },
    /// The copy was written and is not sound.
    #[error("the copy is not sound: {reason}")]
    Unsound {
        /// What was found.
        reason: String,
    },
}
