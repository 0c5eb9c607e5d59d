//! Backups. The copy is created in a temporary folder beside it, checked, and renamed last, so that a file with the requested
//! name is always complete.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::{io, path};

use diesel::sql_types::Text;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection};
use tempfile::{Builder, NamedTempFile};

use super::{LOCK_WAIT, Sqlite, connection};
use crate::maintenance::doctor::{DoctorBackend, DoctorError};
use crate::migrations;
use crate::{Backup, BackupError};

impl Sqlite {
    /// Copies the database to a new file.
    pub(crate) fn back_up(&self, to: &Path) -> Result<Backup, BackupError> {
        let write_error = |source: Box<dyn std::error::Error + Send + Sync>| BackupError::Write {
            path: to.to_owned(),
            source,
        };
        let to = path::absolute(to).map_err(|error| write_error(error.into()))?;
        if to.symlink_metadata().is_ok() {
            return Err(BackupError::Exists { path: to });
        }
        let folder = to.parent().map_or_else(PathBuf::new, Path::to_owned);
        // A folder of its own: SQLite creates further files beside the copy, and leaves them when it fails.
        let temporary = Builder::new().prefix(".tasknook-backup-").tempdir_in(&folder);
        let temporary = temporary.map_err(|error| write_error(error.into()))?;
        let copy = NamedTempFile::new_in(temporary.path()).map_err(|error| write_error(error.into()))?;
        let mut source = connection::bare(&self.path, LOCK_WAIT).map_err(DoctorError::from)?;
        let applied = migrations::applied::<Sqlite>(&mut source).map_err(DoctorError::from)?;
        copy_into(&mut source, copy.path()).map_err(|error| write_error(error.into()))?;
        check(copy.path(), &applied)?;
        let bytes = publish(copy, &to, &folder).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => BackupError::Exists { path: to.clone() },
            _ => write_error(error.into()),
        })?;
        Ok(Backup { path: to, bytes })
    }
}

/// One statement reads one snapshot, which in WAL mode blocks no other connection. SQLite accepts an empty target file.
fn copy_into(source: &mut SqliteConnection, copy: &Path) -> QueryResult<()> {
    let name = copy.to_str().ok_or_else(|| {
        diesel::result::Error::QueryBuilderError("the name of the folder is not UTF-8".into())
    })?;
    diesel::sql_query("vacuum into ?").bind::<Text, _>(name).execute(source).map(drop)
}

/// Checks that the copy is readable and has the schema of the original.
fn check(copy: &Path, expected: &[String]) -> Result<(), BackupError> {
    let unread = |error| BackupError::from(DoctorError::from(error));
    let mut connection = connection::bare(copy, LOCK_WAIT).map_err(DoctorError::from)?;
    if let Some(finding) = Sqlite::integrity(&mut connection).map_err(unread)?.first() {
        return Err(BackupError::Invalid { reason: finding.message.clone() });
    }
    let applied = migrations::applied::<Sqlite>(&mut connection).map_err(unread)?;
    match expected.iter().find(|version| !applied.contains(version)) {
        Some(version) => Err(BackupError::Invalid { reason: format!("migration {version} is missing") }),
        None => Ok(()),
    }
}

/// Syncs the copy to disk and renames it, unless the name exists; returns its size.
fn publish(copy: NamedTempFile, to: &Path, folder: &Path) -> io::Result<u64> {
    copy.as_file().sync_all()?;
    let bytes = copy.as_file().metadata()?.len();
    copy.persist_noclobber(to).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()?;
    Ok(bytes)
}
