//! The write path: load, decide, store.
//!
//! A worker takes a batch of commands, loads what they need in one statement, has [`domain::decide`] decide each of
//! them, and stores what they add up to in one statement. The store is guarded: it writes an owner only if the owner's
//! row is still the one that was loaded. An owner who was written by another process meanwhile is loaded and decided
//! again; the other owners of the batch are stored.

mod cache;
mod decided;
mod execute;
mod group;
mod round;
mod settle;
#[cfg(test)]
#[cfg(feature = "postgres")]
mod simulation;
mod worker;

use std::time::Instant;

use diesel::QueryResult;
use domain::{OwnerId, OwnerState, Slot, TaskId, WriteSet};

use crate::backend::rows::TaskRow;
use crate::backend::{Backend, Failure};

pub(crate) use group::Write;
pub(crate) use worker::{BlockedOwners, WriteQueue, WriteServer};

/// What the guard compares: the owner's row as it was loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) version: i64,
    pub(crate) revision: i64,
    pub(crate) epoch: i64,
}

/// What to load: an owner's row, and with it the row of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) owner: OwnerId,
    pub(crate) task: Option<TaskId>,
}

/// An owner as loaded; without a row nothing was seen.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) seen: Option<Seen>,
    pub(crate) state: OwnerState,
}

/// The owner's row and the task's, where they are; the last value says whether the task is deleted.
pub(crate) type LoadedRow = (Option<(i64, i64, i64, i64)>, Option<(TaskRow, bool)>);

/// Puts the rows of the reads together, owner by owner.
pub(crate) fn collect(reads: &[Read], rows: impl Iterator<Item = LoadedRow>) -> Vec<Loaded> {
    let mut all: Vec<Loaded> = Vec::new();
    for (read, (owner, task)) in reads.iter().zip(rows) {
        if all.last().is_none_or(|last| *last.state.owner_id() != read.owner) {
            let seen = owner.map(|(version, revision, epoch, _)| Seen { version, revision, epoch });
            let (_, revision, _, live_tasks) = owner.unwrap_or_default();
            all.push(Loaded { seen, state: OwnerState::new(read.owner.clone(), revision, live_tasks) });
        }
        let (Some(loaded), Some(id)) = (all.last_mut(), read.task) else { continue };
        loaded.state.insert(
            id,
            match task {
                None => Slot::Free,
                Some((_, true)) => Slot::Retired,
                Some((row, false)) => Slot::Live(row.into_task(&read.owner)),
            },
        );
    }
    all
}

/// What is stored of one owner.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) owner: OwnerId,
    pub(crate) seen: Option<Seen>,
    /// The version after.
    pub(crate) version: i64,
    /// The epoch, if the owner's row is made by this store.
    pub(crate) new_epoch: i64,
    /// Names this store in the owner's row.
    pub(crate) write_id: i64,
    pub(crate) set: WriteSet,
}

/// The last store of an owner, as the owner's row names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastStore {
    pub(crate) version: i64,
    pub(crate) epoch: i64,
    pub(crate) write_id: i64,
}

/// The statements of the write path on one connection.
pub(crate) trait WriteSession {
    /// Locks the rows of these owners, in the order of their ids, until the transaction ends. With `skip_locked` it
    /// passes over rows that another transaction holds. Gives the owners that have a row which is locked now.
    fn lock(&mut self, owners: &[OwnerId], skip_locked: bool) -> QueryResult<Vec<OwnerId>>;

    /// Loads the owners of the reads, all of it as of one moment. The reads of one owner stand together.
    fn load(&mut self, reads: &[Read]) -> QueryResult<Vec<Loaded>>;

    /// Stores what passes the guard, in one transaction, and gives the epoch of each owner that passed. No owner
    /// comes twice. An error means that nothing is stored, unless the connection is lost.
    fn store(&mut self, stores: &[&Store]) -> QueryResult<Vec<Option<i64>>>;

    /// The last store of each of these owners; none without a row.
    fn last_stores(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<Option<LastStore>>>;
}

/// A database that the write path runs on.
pub(crate) trait WriteBackend: Backend<Connection: WriteSession> {
    /// Whether other processes may write between load and store, so that the store needs its guard.
    const GUARDED: bool;
}

/// Where connections come from.
pub(crate) trait WriteDatabase {
    type Session: WriteSession;

    /// Whether the store has a guard, because other processes may write between load and store. With a guard, an owner's
    /// row may be cached between batches: the store fails for an owner whose cached row is out of date.
    const GUARDED: bool;

    /// Runs something on one connection; with `transaction`, in one transaction.
    fn attempt<T>(
        &mut self,
        transaction: bool,
        run: impl FnOnce(&mut Self::Session) -> QueryResult<T>,
    ) -> Result<T, Failure>;

    /// A moment of a clock that only goes forward.
    fn now(&self) -> Instant;

    /// Counts a batch, or a part of one, that is tried again.
    fn retried(&self) {}

    /// Counts an owner who lost a race.
    fn lost_race(&self) {}

    /// Waits a moment before the next attempt.
    fn pause(&self) {}

    /// A number that no other process gives.
    fn random(&mut self) -> i64;
}
