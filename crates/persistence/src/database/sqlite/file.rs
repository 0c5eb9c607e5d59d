//! Prepares the file: creates a missing one, and rejects one that is not a database of this service, unchanged.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use diesel::dsl::sql;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::{Bool, Text};
use diesel::{QueryResult, RunQueryDsl, SqliteConnection, select};

use super::{Sqlite, connection};
use crate::OpenError;

/// The first version without the WAL-reset bug, which can corrupt a database.
const NEEDED: (&str, [u32; 3]) = ("3.51.3", [3, 51, 3]);

/// The first bytes of every database file (<https://sqlite.org/fileformat.html#magic_header_string>).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Part of the error when the file is not the opened one any more.
pub(super) const REPLACED: &str = "the database file was deleted or replaced";

/// Identifies a file, whatever its name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileIdentity {
    device: u64,
    inode: u64,
}

impl FileIdentity {
    /// The file of this name.
    pub(super) fn of(path: &Path) -> io::Result<Self> {
        let metadata = fs::metadata(path)?;
        Ok(Self { device: metadata.dev(), inode: metadata.ino() })
    }
}

impl Sqlite {
    /// Fails when the name of the database belongs to another file, or to none, than when it was opened.
    pub(super) fn check_identity(&self) -> QueryResult<()> {
        if FileIdentity::of(&self.path).is_ok_and(|identity| identity == self.identity) {
            return Ok(());
        }
        let message =
            format!("{REPLACED}: {}; nothing is written until the service is restarted", self.path.display());
        Err(Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message)))
    }
}

pub(super) fn prepare(path: &Path) -> Result<(), OpenError> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| file(folder, error))?;
    }
    // For its owner only; SQLite gives the files beside it the same mode.
    let opened =
        OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    let mut content = opened.and_then(reject_read_only).map_err(|source| match source.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            OpenError::ReadOnly { path: path.to_owned(), source }
        }
        _ => file(path, source),
    })?;
    if !begins_as_a_database(&mut content).map_err(|error| file(path, error))? {
        return Err(OpenError::NotADatabase { path: path.to_owned() });
    }
    drop(content);
    let mut bare = connection::bare(path, BUSY_TIMEOUT).map_err(|error| file(path, error))?;
    let library = library(&mut bare).map_err(|error| unreadable(path, error))?;
    check_library(library)?;
    if is_foreign(&mut bare).map_err(|error| unreadable(path, error))? {
        return Err(OpenError::ForeignDatabase { path: path.to_owned() });
    }
    connection::establish(path, BUSY_TIMEOUT, false).map(drop).map_err(|error| file(path, error))
}

/// Checks that an existing file is a database of this service, and writes nothing. Damaged files are accepted: the doctor
/// reports the damage.
pub(super) fn recognize(path: &Path) -> Result<(), OpenError> {
    let mut content = File::open(path).map_err(|error| file(path, error))?;
    if !begins_as_a_database(&mut content).map_err(|error| file(path, error))? {
        return Err(OpenError::NotADatabase { path: path.to_owned() });
    }
    let mut bare = connection::bare(path, BUSY_TIMEOUT).map_err(|error| file(path, error))?;
    match library(&mut bare).and_then(|version| Ok((version, is_foreign(&mut bare)?))) {
        Ok((version, false)) => check_library(version),
        Ok((_, true)) => Err(OpenError::ForeignDatabase { path: path.to_owned() }),
        Err(Error::DatabaseError(_, information)) if information.message().contains("malformed") => Ok(()),
        Err(error) => Err(unreadable(path, error)),
    }
}

/// Rejects a read-only file, even for users such as root whom the system permits to write.
fn reject_read_only(content: File) -> io::Result<File> {
    if content.metadata()?.permissions().readonly() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    Ok(content)
}

/// An empty file is a database without tables.
fn begins_as_a_database(content: &mut File) -> io::Result<bool> {
    let mut begin = Vec::new();
    content.take(MAGIC.len() as u64).read_to_end(&mut begin)?;
    Ok(begin.is_empty() || begin == MAGIC)
}

fn library(connection: &mut SqliteConnection) -> QueryResult<String> {
    select(sql::<Text>("sqlite_version()")).get_result(connection)
}

fn check_library(found: String) -> Result<(), OpenError> {
    let version: Vec<u32> = found.split('.').map_while(|part| part.parse().ok()).collect();
    if version.as_slice() < NEEDED.1.as_slice() {
        return Err(OpenError::LibraryTooOld { found, needed: NEEDED.0 });
    }
    tracing::debug!(version = %found, "SQLite");
    Ok(())
}

/// Whether it has tables, but not those of this service.
fn is_foreign(connection: &mut SqliteConnection) -> QueryResult<bool> {
    let others = "exists (select 1 from sqlite_schema where name not like 'sqlite\\_%' escape '\\') \
                  and not exists (select 1 from sqlite_schema where name = '__diesel_schema_migrations')";
    select(sql::<Bool>(others)).get_result(connection)
}

fn unreadable(path: &Path, error: Error) -> OpenError {
    match error {
        Error::DatabaseError(_, information) if information.message().contains("not a database") => {
            OpenError::NotADatabase { path: path.to_owned() }
        }
        other => file(path, other),
    }
}

pub(super) fn file(path: &Path, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> OpenError {
    OpenError::File { path: PathBuf::from(path), source: source.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_versions_with_the_wal_bug_are_rejected() {
        for old in ["3.51.2", "3.9.99", "2.8.17", "", "3"] {
            assert!(matches!(check_library(old.into()), Err(OpenError::LibraryTooOld { .. })), "{old}");
        }
        for new in ["3.51.3", "3.51.10", "3.53.2", "4.0.0"] {
            assert!(check_library(new.into()).is_ok(), "{new}");
        }
    }
}
