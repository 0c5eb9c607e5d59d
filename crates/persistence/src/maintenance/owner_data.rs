//! Exports, imports, erases and moves everything that an owner has, for operators, while the service runs.
//!
//! Each is one transaction over its own connection: all of it is done, or nothing. Changes of an owner use the same claim
//! and the same rules as the service ([`ownership`](crate::write)).

mod error;
mod export;
mod import;

use domain::{ExistingTask, Ids, ImportedTask, List, OwnerId, Task, Tombstone};

use crate::maintenance::doctor::DoctorBackend;
use crate::migrations;
use crate::write::{Random, WriteBackend, erase, move_tasks};
use crate::{Erased, MigrationOptions};

pub use error::OwnerDataError;

/// What is stored of an owner. An export passes on one revision, then the lists in their order, the live tasks in the order of
/// their ids, those in the trash in the order of their deletion, and the tombstones in the order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredEntry {
    /// The number of the owner's last change; 0 if nothing is stored.
    Revision(i64),
    /// A list.
    List(List),
    /// A task, live or in the trash.
    Task(Task),
    /// The id and the revision of a deleted task.
    Tombstone(Tombstone),
}

/// An entry to import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportedEntry {
    /// A list, before its tasks. If the owner has a list of the same name or id, its tasks get that one.
    List(List),
    /// A task, live or in the trash. Without its list, it gets none.
    Task(ImportedTask),
}

/// How many tasks an import wrote and kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Tasks that were created or replaced.
    pub written: u64,
    /// Tasks that were not imported because their ids were in use.
    pub kept: u64,
}

/// Why an entry cannot be passed on.
pub type EntryError = Box<dyn std::error::Error + Send + Sync>;

/// The data of owners in a database.
pub struct OwnerData {
    database: Box<dyn ManageOwners>,
}

impl OwnerData {
    pub(crate) fn of(database: impl OwnerDataBackend) -> Self {
        Self { database: Box::new(database) }
    }

    /// Passes on everything that is stored of the owner, from one snapshot. It blocks, writes nothing, and holds one page of
    /// tasks in memory.
    pub fn export(
        &self,
        owner: &OwnerId,
        entry: &mut dyn FnMut(StoredEntry) -> Result<(), EntryError>,
    ) -> Result<(), OwnerDataError> {
        self.database.export(owner, entry)
    }

    /// Adds lists and tasks with their ids and times. Each gets a new revision, higher than the owner's own and than `revision`, so
    /// that no tag from before the export names another version of a task. It blocks, holds one page of tasks in memory,
    /// and writes nothing if an entry is an error, or if an id is in use and `existing` rejects it.
    pub fn import(
        &self,
        owner: &OwnerId,
        (revision, existing): (i64, ExistingTask),
        entries: &mut dyn Iterator<Item = Result<ImportedEntry, EntryError>>,
    ) -> Result<Imported, OwnerDataError> {
        self.database.import(owner, (revision, existing), entries)
    }

    /// Deletes every row of the owner. It blocks, and delays only this owner's writers (SQLite: all writers).
    pub fn erase(&self, owner: &OwnerId) -> Result<Erased, OwnerDataError> {
        self.database.erase(owner)
    }

    /// Moves the tasks of one owner to another one, those in the trash included, erases the first, and returns the number of
    /// moved tasks. A task whose id the other owner uses gets one of these ids. It blocks, and delays only these owners'
    /// writers (SQLite: all).
    pub fn move_tasks(&self, from: &OwnerId, to: &OwnerId, ids: &dyn Ids) -> Result<u64, OwnerDataError> {
        self.database.move_tasks(from, to, ids)
    }
}

/// A database whose owners can be managed.
pub(crate) trait OwnerDataBackend: DoctorBackend + WriteBackend {
    /// Sets up a transaction that may wait for the input or the output of a command.
    fn wait_for_entries(connection: &mut Self::Connection) -> diesel::QueryResult<()>;
}

trait ManageOwners: Send + Sync {
    fn export(
        &self,
        owner: &OwnerId,
        entry: &mut dyn FnMut(StoredEntry) -> Result<(), EntryError>,
    ) -> Result<(), OwnerDataError>;
    fn import(
        &self,
        owner: &OwnerId,
        rules: (i64, ExistingTask),
        entries: &mut dyn Iterator<Item = Result<ImportedEntry, EntryError>>,
    ) -> Result<Imported, OwnerDataError>;
    fn erase(&self, owner: &OwnerId) -> Result<Erased, OwnerDataError>;
    fn move_tasks(&self, from: &OwnerId, to: &OwnerId, ids: &dyn Ids) -> Result<u64, OwnerDataError>;
}

impl<B: OwnerDataBackend> ManageOwners for B {
    fn export(
        &self,
        owner: &OwnerId,
        entry: &mut dyn FnMut(StoredEntry) -> Result<(), EntryError>,
    ) -> Result<(), OwnerDataError> {
        in_transaction(self, &[], |connection| export::run(connection, owner, entry))
    }

    fn import(
        &self,
        owner: &OwnerId,
        (revision, existing): (i64, ExistingTask),
        entries: &mut dyn Iterator<Item = Result<ImportedEntry, EntryError>>,
    ) -> Result<Imported, OwnerDataError> {
        let random = &mut Random::default();
        in_transaction(self, &[owner], |connection| {
            import::run(connection, owner, (revision, existing), entries, &mut || random.next())
        })
    }

    fn erase(&self, owner: &OwnerId) -> Result<Erased, OwnerDataError> {
        let random = &mut Random::default();
        in_transaction(self, &[owner], |connection| Ok(erase(connection, owner, &mut || random.next())?))
    }

    fn move_tasks(&self, from: &OwnerId, to: &OwnerId, ids: &dyn Ids) -> Result<u64, OwnerDataError> {
        let random = &mut Random::default();
        in_transaction(self, &[from, to], |connection| {
            Ok(move_tasks(connection, (from, to), ids, &mut || random.next())?)
        })
    }
}

/// Runs something in one transaction, which changes these owners, on a database with the schema of this build.
fn in_transaction<B: OwnerDataBackend, T>(
    database: &B,
    owners: &[&OwnerId],
    run: impl FnOnce(&mut B::Connection) -> Result<T, OwnerDataError>,
) -> Result<T, OwnerDataError> {
    let pending = migrations::pending_names(database, &MigrationOptions::default())?;
    if !pending.is_empty() {
        return Err(OwnerDataError::NotMigrated);
    }
    let connection = &mut database.connect()?;
    // The transaction ends with an error of the driver; the one that caused it is returned.
    let mut failure = None;
    let done = B::transaction(connection, !owners.is_empty(), |connection| {
        B::wait_for_entries(connection)?;
        run(connection).map_err(|error| {
            failure = Some(error);
            diesel::result::Error::RollbackTransaction
        })
    });
    let done = done.map_err(|error| failure.unwrap_or_else(|| error.into()))?;
    B::report(connection, owners);
    Ok(done)
}
