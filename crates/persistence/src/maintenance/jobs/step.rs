//! The reads of the jobs, and the changes of one step.

use diesel::{OptionalExtension, QueryResult, RunQueryDsl};
use domain::{Command, OrderKey, Outcome, OwnerId, SearchRule, TaskId, Timestamp, TrashCapacity};

#[cfg(feature = "postgres")]
use super::statements::LockOwner;
use super::statements::{
    CopyRetired, DeleteExpired, DeleteRetired, DeleteTombstone, PageOfDeleted, PageOfExpired, PageOfTasks,
    PageOfTombstones, PageOfTrashes, RaisePruned, RaiseVersion, RewriteSearchText, StorePosition, TextsOf,
    WithoutKey,
};
use crate::backend::rows::search::search_text;
use crate::write::{Random, execute};

/// Rows per page.
pub(super) const ROWS: usize = 500;

/// Rows per step. Each takes up to two statements, and the owner's row is locked until the step ends: with round trips of
/// one millisecond, for a third of the lock timeout of a write.
pub(super) const CHANGES: usize = 50;

/// The key of a tombstone: the owner, the type, the object.
pub(super) type TombstoneKey = (String, String, TaskId);

/// A tombstone: its key, its revision, and when it was created.
pub(crate) type TombstoneRow = (String, String, TaskId, i64, Timestamp);

/// A deleted task: its owner, when it was deleted, its id, and whether it is a row of version 0.1.0.
pub(crate) type DeletedRow = (String, Timestamp, TaskId, bool);

/// The key of a task: its owner, its id.
pub(super) type TaskKey = (String, TaskId);

/// A task: its owner, its id, whether its search text was made by an older rule, and whether it has no key in the manual
/// order.
pub(crate) type PassRow = (String, TaskId, bool, bool);

/// The position of a deleted task: the owner, when it was deleted, the id.
pub(super) type Place = (String, Timestamp, TaskId);

/// A recorded request that has expired: when it was recorded, its owner, its number.
pub(super) type ExpiredKey = (Timestamp, String, i64);

/// What an owner's trash keeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TrashLimits {
    /// Tasks that were deleted before are too old.
    pub(crate) before: Timestamp,
    /// The number of tasks.
    pub(crate) capacity: TrashCapacity,
}

/// A connection that runs the jobs. A step changes one owner.
pub(crate) trait JobConnection {
    /// The deleted tasks after a position, the latest of each owner first: [`ROWS`] at most.
    fn deleted(&mut self, after: &Place) -> QueryResult<Vec<DeletedRow>>;

    /// The owners after one, and whether their trash has tasks that are too old or too many: [`ROWS`] at most.
    fn trashes(&mut self, after: &str, limits: TrashLimits) -> QueryResult<Vec<(String, bool)>>;

    /// The tombstones after a key: [`ROWS`] at most.
    fn tombstones(&mut self, after: &TombstoneKey) -> QueryResult<Vec<TombstoneRow>>;

    /// The requests recorded up to a time, the oldest first, after one of them: [`ROWS`] at most.
    fn expired(&mut self, before: Timestamp, after: &ExpiredKey) -> QueryResult<Vec<ExpiredKey>>;

    /// Locks the owner's row until the transaction ends, without waiting. False if another transaction has locked it.
    fn try_lock_owner(&mut self, owner: &str) -> QueryResult<bool>;

    /// Deletes the oldest tasks of an owner's trash that are too old or too many, [`CHANGES`] at most; returns how many.
    fn expire(
        &mut self,
        owner: &str,
        limits: TrashLimits,
        now: Timestamp,
        random: &mut Random,
    ) -> QueryResult<u64>;

    /// Moves rows of version 0.1.0 to the tombstones; returns how many still existed.
    fn move_retired(&mut self, owner: &str, rows: &[DeletedRow]) -> QueryResult<u64>;

    /// Deletes tombstones of an owner; returns how many still existed.
    fn prune(&mut self, owner: &str, rows: &[TombstoneRow]) -> QueryResult<u64>;

    /// Deletes recorded requests of an owner up to this number, which are older than that one; returns how many existed.
    /// A write that was decided before need not be decided again: to it, they were absent already.
    fn expire_keys(&mut self, owner: &str, newest: i64) -> QueryResult<u64>;

    /// The tasks after a key: [`ROWS`] at most.
    fn tasks(&mut self, after: &TaskKey) -> QueryResult<Vec<PassRow>>;

    /// Makes search texts by the current rule; returns how many were older.
    fn rewrite_search_texts(&mut self, owner: &str, rows: &[PassRow]) -> QueryResult<u64>;

    /// Stores the keys that rows derive; returns how many had none.
    fn store_positions(&mut self, owner: &str, rows: &[PassRow]) -> QueryResult<u64>;
}

macro_rules! job_connection {
    ($connection:ty, $try_lock_owner:expr) => {
        impl JobConnection for $connection {
            fn deleted(&mut self, (owner, at, id): &Place) -> QueryResult<Vec<DeletedRow>> {
                PageOfDeleted { owner, same_owner: owner, at, id }.load(self)
            }

            fn trashes(&mut self, after: &str, limits: TrashLimits) -> QueryResult<Vec<(String, bool)>> {
                let TrashLimits { before, capacity } = &limits;
                PageOfTrashes { capacity: &capacity.number(), before, after }.load(self)
            }

            fn expire(
                &mut self,
                owner: &str,
                TrashLimits { before, capacity }: TrashLimits,
                now: Timestamp,
                random: &mut Random,
            ) -> QueryResult<u64> {
                let Ok(owner) = OwnerId::parse(owner) else { return Ok(0) };
                let command = Command::ExpireTrash { before, trash: capacity, limit: CHANGES };
                match execute(self, &owner, (&command, now), &mut || random.next()).optional()? {
                    Some(Ok(Outcome::Purged(tasks))) => Ok(tasks as u64),
                    // The owner was erased meanwhile.
                    _ => Ok(0),
                }
            }

            fn tombstones(&mut self, (owner, kind, id): &TombstoneKey) -> QueryResult<Vec<TombstoneRow>> {
                PageOfTombstones { owner, kind, id }.load(self)
            }

            fn expired(
                &mut self,
                before: Timestamp,
                (at, owner, number): &ExpiredKey,
            ) -> QueryResult<Vec<ExpiredKey>> {
                PageOfExpired { before: &before, at, owner, number }.load(self)
            }

            fn try_lock_owner(&mut self, owner: &str) -> QueryResult<bool> {
                $try_lock_owner(self, owner)
            }

            fn move_retired(&mut self, owner: &str, rows: &[DeletedRow]) -> QueryResult<u64> {
                let mut moved = 0;
                RaiseVersion { owner }.execute(self)?;
                for (_, _, id, _) in rows {
                    CopyRetired { owner, id }.execute(self)?;
                    moved += DeleteRetired { owner, id }.execute(self)?;
                }
                Ok(moved as u64)
            }

            fn prune(&mut self, owner: &str, rows: &[TombstoneRow]) -> QueryResult<u64> {
                let mut pruned = 0;
                let revision = &rows.iter().map(|(.., revision, _)| *revision).max().unwrap_or_default();
                RaisePruned { lower: revision, revision, owner }.execute(self)?;
                for (_, kind, id, revision, _) in rows {
                    pruned += DeleteTombstone { owner, kind, id, revision }.execute(self)?;
                }
                Ok(pruned as u64)
            }

            fn expire_keys(&mut self, owner: &str, newest: i64) -> QueryResult<u64> {
                Ok(DeleteExpired { owner, newest: &newest }.execute(self)? as u64)
            }

            fn tasks(&mut self, (owner, id): &TaskKey) -> QueryResult<Vec<PassRow>> {
                PageOfTasks { owner, id }.load(self)
            }

            // No version is raised: a store that was decided before writes a complete row, with a current search text.
            fn rewrite_search_texts(&mut self, owner: &str, rows: &[PassRow]) -> QueryResult<u64> {
                let (mut rewritten, version) = (0, &SearchRule::CURRENT.version());
                for (_, id, ..) in rows {
                    let older: Option<(String, Option<String>, String)> =
                        TextsOf { owner, id }.get_result(self).optional()?;
                    let Some((title, description, search)) = older else { continue };
                    let text = &search_text(&search, &title, description.as_deref());
                    rewritten += RewriteSearchText { text, version, owner, id }.execute(self)?;
                }
                Ok(rewritten as u64)
            }

            // No version is raised: a write that loaded the row without a key has derived the same one.
            fn store_positions(&mut self, owner: &str, rows: &[PassRow]) -> QueryResult<u64> {
                let mut stored = 0;
                for (_, id, ..) in rows {
                    let created_at: Option<Timestamp> =
                        WithoutKey { owner, id }.get_result(self).optional()?;
                    let Some(created_at) = created_at else { continue };
                    let key = OrderKey::derived(created_at, id.uuid());
                    stored += StorePosition { position: key.as_str(), owner, id }.execute(self)?;
                }
                Ok(stored as u64)
            }
        }
    };
}

#[cfg(feature = "postgres")]
job_connection!(diesel::PgConnection, |connection, owner| {
    let locked: Vec<String> = LockOwner { owner }.load(connection)?;
    Ok(!locked.is_empty())
});

// The transaction excludes all other writers.
#[cfg(feature = "sqlite")]
job_connection!(diesel::SqliteConnection, |_, _| Ok(true));
