//! The service lock beside a file: a lock of a file of its own, which the system releases when the process ends.
//!
//! It is not the database file. When a process closes any descriptor of a file, it loses all its POSIX locks on it, and with
//! them those of SQLite (<https://sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_>).

use std::error::Error;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, fchown};
use std::path::{Path, PathBuf};

use diesel::{QueryResult, SqliteConnection};

use super::Sqlite;
use crate::database::service_lock::{Attempt, ServiceLockBackend};
use crate::maintenance::restored::{RestoredBackend, RestoredError};

impl ServiceLockBackend for Sqlite {
    fn share_service_lock(&self) -> Result<Attempt, Box<dyn Error + Send + Sync>> {
        let file = lock_file(&self.path)?;
        match file.try_lock_shared() {
            Ok(()) => Ok(Attempt::Shared(Box::new(file))),
            Err(TryLockError::WouldBlock) => Ok(Attempt::Excluded),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

impl RestoredBackend for Sqlite {
    fn random_number() -> String {
        "random()".to_owned()
    }

    type Exclusion = File;

    fn exclude_services(&self, _: &mut SqliteConnection) -> QueryResult<Result<File, RestoredError>> {
        let unusable = |error: io::Error| Err(RestoredError::Lock(error.into()));
        let file = match lock_file(&self.path) {
            Ok(file) => file,
            Err(error) => return Ok(unusable(error)),
        };
        Ok(match file.try_lock() {
            Ok(()) => Ok(file),
            Err(TryLockError::WouldBlock) => {
                Err(RestoredError::InUse { by: "a service process holds the service lock".to_owned() })
            }
            Err(TryLockError::Error(error)) => unusable(error),
        })
    }
}

/// Opens the file of the lock, or creates it for the user of the database: a command may run as another user.
fn lock_file(database: &Path) -> io::Result<File> {
    let database = fs::canonicalize(database)?;
    let path = name(&database);
    // A lock needs no right to write.
    match File::open(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    let owner = database.metadata()?;
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path)?;
    if file.metadata()?.uid() != owner.uid() {
        fchown(&file, Some(owner.uid()), Some(owner.gid()))?;
    }
    Ok(file)
}

fn name(database: &Path) -> PathBuf {
    let mut name = OsString::from(database);
    name.push("-lock");
    name.into()
}
