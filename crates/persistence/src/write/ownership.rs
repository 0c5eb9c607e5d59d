//! Operations on everything that an owner has: erasure and moving.
//!
//! Each is one transaction that begins with a claim: the owner's row is created or updated, which locks it. A writer that
//! comes later waits for the end of the transaction; one that was decided before loses its race, because the version is
//! higher or the row is gone. A transaction over two owners claims them in the order of their ids, as the store does, so it
//! never deadlocks with another transaction. Rows are read and deleted page by page, so that no statement takes long.

mod session;
mod statements;
mod worker;

use std::collections::HashMap;
use std::{iter, slice};

use diesel::QueryResult;
use diesel::result::Error as DieselError;
use domain::{
    AdoptedOrder, Command, Idempotency, Ids, ImportedTask, List, ListId, Outcome, OwnerId, Rejection, Task,
    TaskId, Timestamp, Writer,
};
use uuid::Uuid;

use super::{Loaded, Seen, Store, ToLoad, WriteSession};

pub(crate) use session::{OwnershipSession, Place};
pub(crate) use worker::{Ownership, OwnershipServer};

/// Rows per page.
const ROWS: usize = 1000;

/// The id before the first one; no task has it.
pub(crate) const FIRST: TaskId = TaskId::new(Uuid::nil());

/// The number of rows that an erasure deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Erased {
    /// Live tasks.
    pub tasks: u64,
    /// Tasks in the trash.
    pub trashed: u64,
    /// Lists.
    pub lists: u64,
    /// Tombstones of deleted tasks and lists.
    pub tombstones: u64,
}

/// Deletes all rows of an owner.
pub(crate) fn erase<C: OwnershipSession>(
    connection: &mut C,
    owner: &OwnerId,
    random: &mut dyn FnMut() -> i64,
) -> QueryResult<Erased> {
    connection.claim(owner, epoch(random))?;
    connection.delete_rows(owner)
}

/// Moves the tasks of one owner to another one, those in the trash in the order of their deletion, erases the first, and
/// returns the number of moved tasks.
pub(crate) fn move_tasks<C: OwnershipSession>(
    connection: &mut C,
    (from, to): (&OwnerId, &OwnerId),
    ids: &dyn Ids,
    random: &mut dyn FnMut() -> i64,
) -> QueryResult<u64> {
    if from == to {
        return Ok(0);
    }
    let (_, to_is_new) = claim_both(connection, (from, to), random)?;
    let (moved, has_lists) = move_claimed(connection, (from, to), ids, random)?;
    if moved == 0 && !has_lists && to_is_new {
        connection.delete_rows(to)?;
    }
    Ok(moved)
}

/// The same at most once for the key of the request, which is recorded for the owner who gets the tasks.
fn move_once<C: OwnershipSession>(
    connection: &mut C,
    (from, to): (&OwnerId, &OwnerId),
    ids: &dyn Ids,
    random: &mut dyn FnMut() -> i64,
    (request, now): &(Idempotency, Timestamp),
) -> QueryResult<Result<Outcome, Rejection>> {
    let (from_is_new, _) = claim_both(connection, (from, to), random)?;
    let key = || vec![ToLoad { owner: to.clone(), task: None, key: Some(request.key.clone()) }];
    let writer = Writer::new(load(connection, &key())?.0.state);
    if let Some(recorded) = writer.recorded(request, *now) {
        if from_is_new {
            connection.delete_rows(from)?;
        }
        return Ok(recorded);
    }
    move_claimed(connection, (from, to), ids, random)?;
    change(connection, &key(), random, |writer| {
        writer.record(request, &Outcome::Moved, *now);
        Ok(())
    })?;
    Ok(Ok(Outcome::Moved))
}

/// Claims both owners, and returns which of them are new.
fn claim_both<C: OwnershipSession>(
    connection: &mut C,
    (from, to): (&OwnerId, &OwnerId),
    random: &mut dyn FnMut() -> i64,
) -> QueryResult<(bool, bool)> {
    let mut claim = |owner: &OwnerId| {
        let epoch = epoch(random);
        connection.claim(owner, epoch).map(|stored| stored == epoch)
    };
    if from < to {
        Ok((claim(from)?, claim(to)?))
    } else {
        let to_is_new = claim(to)?;
        Ok((claim(from)?, to_is_new))
    }
}

/// Moves lists and tasks, and returns the number of tasks, and whether there were lists.
fn move_claimed<C: OwnershipSession>(
    connection: &mut C,
    (from, to): (&OwnerId, &OwnerId),
    ids: &dyn Ids,
    random: &mut dyn FnMut() -> i64,
) -> QueryResult<(u64, bool)> {
    let revision = load(connection, &tasks_to_load(from, &[FIRST]))?.1.revision;
    let revision = revision.max(load(connection, &tasks_to_load(to, &[FIRST]))?.1.revision);
    let order = AdoptedOrder::new(connection.load_order(from)?.1, revision);
    let moved_lists = lists_in_order(connection, from)?;
    let mut lists: HashMap<ListId, ListId> = HashMap::new();
    if !moved_lists.is_empty() {
        change(connection, &tasks_to_load(to, &[FIRST]), random, |writer| {
            writer.raise_revision(revision);
            for list in moved_lists {
                let other = Some(ListId::new(ids.next().uuid()));
                lists.insert(list.id, writer.add_list(list, other));
            }
            Ok(())
        })?;
    }
    let (mut moved, mut place) = (0, Some(Place::FIRST));
    while let Some(after) = place {
        let page;
        (page, place) = connection.tasks_after(from, after)?;
        if page.is_empty() {
            continue;
        }
        moved += page.len() as u64;
        let ids_of_page: Vec<TaskId> = page.iter().map(|task| task.id).collect();
        change(connection, &tasks_to_load(to, &ids_of_page), random, |writer| {
            writer.raise_revision(revision);
            adopt(writer, page, (&order, &lists), ids)
        })?;
    }
    connection.delete_rows(from)?;
    Ok((moved, !lists.is_empty()))
}

fn adopt(
    writer: &mut Writer,
    page: Vec<Task>,
    (order, lists): (&AdoptedOrder, &HashMap<ListId, ListId>),
    ids: &dyn Ids,
) -> QueryResult<()> {
    for task in page {
        let list_id = task.list_id.and_then(|list| lists.get(&list).copied());
        let task = Task { list_id, ..task };
        let task = ImportedTask { position: order.position(task.id), ..ImportedTask::from(task) };
        // Only an id that was generated twice is rejected.
        writer.adopt(task, ids).map_err(|_| DieselError::RollbackTransaction)?;
    }
    Ok(())
}

/// Changes a claimed owner: loads these tasks and keys, and stores what is decided on them.
pub(crate) fn change<C: WriteSession>(
    connection: &mut C,
    reads: &[ToLoad],
    random: &mut dyn FnMut() -> i64,
    decide: impl FnOnce(&mut Writer) -> QueryResult<()>,
) -> QueryResult<()> {
    let (mut loaded, seen) = load(connection, reads)?;
    let owner = loaded.state.owner_id().clone();
    for list in lists_in_order(connection, &owner)? {
        loaded.state.lists_mut().insert(list);
    }
    let mut writer = Writer::new(loaded.state);
    decide(&mut writer)?;
    store(connection, owner, seen, writer, random)
}

/// The lists of an owner, in their order.
pub(crate) fn lists_in_order<C: WriteSession>(connection: &mut C, owner: &OwnerId) -> QueryResult<Vec<List>> {
    let loaded = connection.load_lists(slice::from_ref(owner))?.pop().unwrap_or_default();
    let mut lists = loaded.lists;
    lists.sort_by(|one, other| one.position.cmp(&other.position));
    Ok(lists)
}

/// Executes a command that names no task on an owner whose row is locked, and returns its outcome.
pub(crate) fn execute<C: WriteSession>(
    connection: &mut C,
    owner: &OwnerId,
    (command, now): (&Command, Timestamp),
    random: &mut dyn FnMut() -> i64,
) -> QueryResult<Result<Outcome, Rejection>> {
    let (Loaded { mut state, .. }, seen) =
        load(connection, &[ToLoad { owner: owner.clone(), task: None, key: None }])?;
    let oldest = state.trash_to_load(iter::once(command));
    state.insert_trashed(connection.load_trash(owner, oldest)?);
    let mut writer = Writer::new(state);
    let outcome = writer.run(command, now);
    store(connection, owner.clone(), seen, writer, random)?;
    Ok(outcome)
}

fn store<C: WriteSession>(
    connection: &mut C,
    owner: OwnerId,
    seen: Seen,
    writer: Writer,
    random: &mut dyn FnMut() -> i64,
) -> QueryResult<()> {
    let Some(set) = writer.into_write_set() else { return Ok(()) };
    let store = Store {
        owner,
        seen: Some(seen),
        version: seen.version + 1,
        new_epoch: epoch(random),
        write_id: random(),
        set,
    };
    // The row is locked, so the guard passes.
    connection.store_alone(&store)?.map(|_| ()).ok_or(DieselError::RollbackTransaction)
}

/// The reads of these tasks.
pub(crate) fn tasks_to_load(owner: &OwnerId, tasks: &[TaskId]) -> Vec<ToLoad> {
    let read = |task: &TaskId| ToLoad { owner: owner.clone(), task: Some(*task), key: None };
    tasks.iter().map(read).collect()
}

fn load<C: WriteSession>(connection: &mut C, reads: &[ToLoad]) -> QueryResult<(Loaded, Seen)> {
    let loaded = connection.load(reads)?.pop().ok_or(DieselError::NotFound)?;
    let seen = loaded.seen.ok_or(DieselError::NotFound)?;
    Ok((loaded, seen))
}

/// The epoch of a row that a claim creates.
pub(crate) fn epoch(random: &mut dyn FnMut() -> i64) -> i64 {
    random() & super::decided::BELOW_2_53
}
