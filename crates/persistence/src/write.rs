//! The write path: load, decide, store (`docs/decisions/0021-load-decide-store.md`).
//!
//! A worker takes a batch of commands, loads the state they need in one statement, decides each of them with
//! [`domain::decide`], and stores all effects in one statement. The store is guarded: it writes an owner only if the
//! owner's row is still the loaded one. If another process has written an owner since, that owner is loaded and decided
//! again; the other owners of the batch are stored.
//!
//! SQL belongs to the engines, rules to the domain.

pub(crate) mod by_key;
mod cache;
mod decided;
mod execute;
mod group;
pub(crate) mod keys;
mod later_loads;
mod lists;
mod ownership;
mod random;
mod round;
mod settle;
#[cfg(test)]
#[cfg(feature = "postgres")]
mod simulation;
mod stored;
mod worker;

use std::time::Instant;

use diesel::connection::LoadConnection;
use diesel::query_dsl::methods::LoadQuery;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::{QueryResult, RunQueryDsl};
use domain::{
    IdempotencyKey, ListId, ListedTask, OrderedTask, OwnerId, OwnerRevision, OwnerState, Revision, Slot,
    TaskId, Timestamp, TrashedId, WriteSet,
};

use crate::backend::rows::manual_order::position_of;
use crate::backend::rows::{IN_TRASH, Id, TaskRow, UtcTimestamp, text_statement};
use crate::backend::{Backend, Failure, Layout};

pub(crate) use group::{Write, weight};
use keys::LoadedKey;
pub(crate) use lists::{LoadedLists, lists_of};
#[cfg(feature = "postgres")]
pub(crate) use lists::{OwnedListColumns, OwnedListRow};
pub use ownership::Erased;
pub(crate) use ownership::{
    FIRST, Ownership, OwnershipServer, OwnershipSession, Place, change, epoch, erase, execute,
    lists_in_order, move_tasks, tasks_to_load,
};
pub(crate) use random::Random;
pub(crate) use stored::StoreObserver;
pub(crate) use worker::{BlockedOwners, WriteQueue, WriteServer};

/// The owner's row as loaded, which the guard compares.
///
/// All three numbers are needed: every store of this version raises `version`; version 0.1.0 raises only `revision`; and
/// a row that was erased and created again has another `epoch`, although the other two may be equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) version: i64,
    pub(crate) revision: i64,
    pub(crate) epoch: i64,
}

/// What to load: an owner's row, and the rows of a task and of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ToLoad {
    pub(crate) owner: OwnerId,
    pub(crate) task: Option<TaskId>,
    pub(crate) key: Option<IdempotencyKey>,
}

/// An owner as loaded; `seen` is `None` without a row.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) seen: Option<Seen>,
    pub(crate) state: OwnerState,
}

/// The owner's row: version, revision, epoch, live and trashed tasks.
pub(crate) type OwnerRow = (i64, i64, i64, i64, i64);

/// The rows of the owner, the task and the key, if they exist.
pub(crate) type LoadedRow = (Option<OwnerRow>, Option<TaskRow>, LoadedKey);

/// Groups the rows of the reads by owner. The reads of one owner must be adjacent.
pub(crate) fn collect(reads: &[ToLoad], rows: impl Iterator<Item = LoadedRow>) -> Vec<Loaded> {
    let mut all: Vec<Loaded> = Vec::new();
    for (read, (owner, task, key_rows)) in reads.iter().zip(rows) {
        if all.last().is_none_or(|last| *last.state.owner_id() != read.owner) {
            let seen = owner.map(|(version, revision, epoch, ..)| Seen { version, revision, epoch });
            let (_, revision, _, live, trashed) = owner.unwrap_or_default();
            let state = OwnerState::new(read.owner.clone(), revision, live).with_trashed_tasks(trashed);
            all.push(Loaded { seen, state });
        }
        let Some(loaded) = all.last_mut() else { continue };
        if let Some(key) = &read.key {
            key_rows.insert_into(loaded.state.keys_mut(), key);
        }
        let Some(id) = read.task else { continue };
        loaded.state.insert(
            id,
            match task {
                None => Slot::Free,
                Some(row) if row.is_retired() => Slot::Retired,
                Some(row) => Slot::of(row.into_task(&read.owner)),
            },
        );
    }
    all
}

// The index of deleted tasks has them by time. The revisions sort those of one millisecond.
text_statement!(OldestTrashed(owner: str as Text, limit: i64 as BigInt) => (UtcTimestamp, BigInt, Id),
    [format!("select deleted_at, revision, id from tasks where owner_id = ? and {IN_TRASH}
    order by deleted_at, revision limit ?")]);

/// The ids of the oldest trashed tasks, so many at most.
pub(crate) fn oldest_trashed<C>(
    connection: &mut C,
    owner: &OwnerId,
    limit: usize,
) -> QueryResult<Vec<TrashedId>>
where
    C: LoadConnection,
    for<'a> OldestTrashed<'a>: LoadQuery<'a, C, (Timestamp, i64, TaskId)>,
{
    let limit = &i64::try_from(limit).unwrap_or(i64::MAX);
    let rows: Vec<(Timestamp, i64, TaskId)> =
        OldestTrashed { owner: owner.as_str(), limit }.load(connection)?;
    let trashed =
        |(deleted_at, revision, id)| TrashedId { deleted_at, revision: Revision::new(revision), id };
    Ok(rows.into_iter().map(trashed).collect())
}

/// The columns of the owner and of one task.
type OrderRow = ((i64, i64, i64), Option<(TaskId, Option<String>, Timestamp, bool)>);

text_statement!(OrderOf(owner: str as Text)
    => ((BigInt, BigInt, BigInt), Nullable<(Id, Nullable<Text>, UtcTimestamp, Bool)>),
    ["select version, owners.revision, epoch, id, position, created_at, deleted_at is null
    from owners left join tasks on tasks.owner_id = owners.owner_id and title <> ''
    where owners.owner_id = ?"]);

/// The order of all tasks of an owner, live and trashed, without the rows that version 0.1.0 left for deleted tasks; and the
/// owner's row in the same snapshot.
pub(crate) fn load_order<C>(
    connection: &mut C,
    owner: &OwnerId,
) -> QueryResult<(Option<Seen>, Vec<OrderedTask>)>
where
    C: LoadConnection,
    for<'a> OrderOf<'a>: LoadQuery<'a, C, OrderRow>,
{
    let rows: Vec<OrderRow> = OrderOf { owner: owner.as_str() }.load(connection)?;
    let seen = rows.first().map(|((version, revision, epoch), _)| Seen {
        version: *version,
        revision: *revision,
        epoch: *epoch,
    });
    let ordered = |(id, position, created_at, is_live): (TaskId, Option<String>, Timestamp, bool)| {
        OrderedTask { id, position: position_of(position, created_at, id), is_live }
    };
    Ok((seen, rows.into_iter().filter_map(|(_, task)| task).map(ordered).collect()))
}

/// The columns of the owner and of one task that is in a list.
type ListedRow = ((i64, i64, i64), Option<(TaskId, Timestamp, bool)>);

// A title is never empty: version 0.1.0 keeps rows without one for deleted tasks.
text_statement!(ListedIn(list: ListId as Id, owner: str as Text)
    => ((BigInt, BigInt, BigInt), Nullable<(Id, UtcTimestamp, Bool)>),
    ["select version, owners.revision, epoch, id, updated_at, deleted_at is null
    from owners left join tasks on tasks.owner_id = owners.owner_id and title <> '' and list_id = ?
    where owners.owner_id = ?"]);

/// The tasks of a list, live and trashed, and the owner's row in the same snapshot.
pub(crate) fn load_listed<C>(
    connection: &mut C,
    owner: &OwnerId,
    list: ListId,
) -> QueryResult<(Option<Seen>, Vec<ListedTask>)>
where
    C: LoadConnection,
    for<'a> ListedIn<'a>: LoadQuery<'a, C, ListedRow>,
{
    let rows: Vec<ListedRow> = ListedIn { list: &list, owner: owner.as_str() }.load(connection)?;
    let seen = rows.first().map(|((version, revision, epoch), _)| Seen {
        version: *version,
        revision: *revision,
        epoch: *epoch,
    });
    let listed = |(id, updated_at, is_live)| ListedTask { id, list, updated_at, is_live };
    Ok((seen, rows.into_iter().filter_map(|(_, task)| task).map(listed).collect()))
}

/// What is stored for one owner.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    pub(crate) owner: OwnerId,
    pub(crate) seen: Option<Seen>,
    /// The new version.
    pub(crate) version: i64,
    /// The epoch, if this store creates the owner's row.
    pub(crate) new_epoch: i64,
    /// Identifies this store in the owner's row.
    pub(crate) write_id: i64,
    pub(crate) set: WriteSet,
}

/// The last store of an owner, as recorded in the owner's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LastStore {
    pub(crate) version: i64,
    pub(crate) epoch: i64,
    pub(crate) write_id: i64,
}

/// The statements of the write path on one connection.
pub(crate) trait WriteSession {
    /// Locks the rows of these owners, in the order of their ids, until the transaction ends. With `skip_locked` it
    /// skips rows that another transaction has locked. Returns the owners whose rows exist and are locked now.
    fn lock(&mut self, owners: &[OwnerId], skip_locked: bool) -> QueryResult<Vec<OwnerId>>;

    /// Loads the owners of the reads from one snapshot. The reads of one owner must be adjacent.
    fn load(&mut self, reads: &[ToLoad]) -> QueryResult<Vec<Loaded>>;

    /// Loads the ids of the oldest trashed tasks of an owner. It follows the load of the owner's row: the guard of the
    /// store rejects what has changed since that, hence also what this returns.
    fn load_trash(&mut self, owner: &OwnerId, limit: usize) -> QueryResult<Vec<TrashedId>>;

    /// Loads the tasks of a list, and the owner's row in the same snapshot.
    fn load_listed(&mut self, owner: &OwnerId, list: ListId) -> QueryResult<(Option<Seen>, Vec<ListedTask>)>;

    /// Loads all lists of each of these owners, which are unique. It follows the load of the owners' rows.
    fn load_lists(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<LoadedLists>>;

    /// Loads the manual order of an owner, and the owner's row in the same snapshot.
    fn load_order(&mut self, owner: &OwnerId) -> QueryResult<(Option<Seen>, Vec<OrderedTask>)>;

    /// Stores the owners that pass the guard, in one transaction, and returns the epoch of each of them. Owners must be
    /// unique. After an error nothing is stored, unless the connection is lost.
    fn store(&mut self, stores: &[&Store]) -> QueryResult<Vec<Option<i64>>>;

    /// Stores one owner if it passes the guard, and returns its epoch. Each statement goes to the owner's server of a
    /// distributed database.
    fn store_alone(&mut self, store: &Store) -> QueryResult<Option<i64>> {
        Ok(self.store(&[store])?.pop().flatten())
    }

    /// The last store of each of these owners; `None` without a row.
    fn last_stores(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<Option<LastStore>>>;
}

/// A database that the write path runs on.
pub(crate) trait WriteBackend: Backend<Connection: OwnershipSession> {
    /// Whether other processes may write between load and store, so that the store needs its guard.
    const GUARDED: bool;
}

/// The connections, clock and counters that the executor uses; the simulation replaces them.
pub(crate) trait WriteDatabase {
    type Session: WriteSession;

    /// Whether the store has a guard, because other processes may write between load and store. With a guard, an owner's
    /// row may be cached between batches: the store fails for an owner whose cached row is out of date.
    const GUARDED: bool;

    /// Where the rows of different owners are.
    fn layout(&self) -> Layout {
        Layout::Together
    }

    /// Runs something on one connection; with `transaction`, in one transaction.
    fn attempt<T>(
        &mut self,
        transaction: bool,
        run: impl FnOnce(&mut Self::Session) -> QueryResult<T>,
    ) -> Result<T, Failure>;

    /// The time of a monotonic clock.
    fn now(&self) -> Instant;

    /// Counts a retry of a batch or a part of it.
    fn retried(&self) {}

    /// Counts an owner who lost a race.
    fn lost_race(&self) {}

    /// Reports a committed store that has raised the owner's revision to this one.
    fn stored(&self, owner: &OwnerId, at: OwnerRevision) {
        let _ = (owner, at);
    }

    /// Pauses before the next attempt.
    fn pause(&self) {}

    /// A random number, unique across processes.
    fn random(&mut self) -> i64;
}
