//! The rules of lists.

mod delete;
mod owned;

use super::{Effects, MoveTo, Outcome, OwnerState, Precondition, Rejection, Tombstone};
use crate::{List, ListChange, ListId, NewList, OrderKey, Placement, Revision, Timestamp};

pub use delete::{ListedTask, TasksOfList};
pub use owned::{ListWrites, OwnedLists};

/// The most lists of one owner.
pub const LISTS_MAX: usize = 200;

/// One write of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListCommand {
    /// Create a list.
    Create(NewList),
    /// Change a list if the precondition allows it.
    Update {
        /// The list.
        id: ListId,
        /// The change.
        change: ListChange,
        /// The condition.
        precondition: Precondition,
    },
    /// Move a list in the order of the owner's lists if the precondition allows it.
    Move {
        /// The list.
        id: ListId,
        /// Its new place.
        to: MoveTo<ListId>,
        /// The condition.
        precondition: Precondition,
    },
    /// Delete a list for good if the precondition allows it.
    Delete {
        /// The list.
        id: ListId,
        /// What becomes of its tasks.
        tasks: TasksOfList,
        /// The condition.
        precondition: Precondition,
    },
}

impl ListCommand {
    /// The list whose tasks must be loaded.
    pub(super) const fn reads_tasks_of(&self) -> Option<ListId> {
        if let Self::Delete { id, .. } = self { Some(*id) } else { None }
    }
}

/// What is written of one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListEffect {
    /// The list is stored as it is here.
    Put(List),
    /// The list is deleted and leaves a tombstone.
    Delete(Tombstone<ListId>),
}

/// Decides one command on the lists of its owner, which are loaded.
pub(super) fn decide(
    state: &OwnerState,
    command: &ListCommand,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    match command {
        ListCommand::Create(new) => create(state, new, now),
        ListCommand::Update { id, change, precondition } => {
            update(state, allowed(found(state, *id)?, precondition)?, change, now)
        }
        ListCommand::Move { id, to, precondition } => move_list(state, (*id, *to), precondition, now),
        ListCommand::Delete { id, tasks, precondition } => {
            Ok(delete::delete(state, allowed(found(state, *id)?, precondition)?, *tasks, now))
        }
    }
}

fn create(state: &OwnerState, new: &NewList, now: Timestamp) -> Result<Effects, Rejection> {
    // Before the name and the quota: a client that repeats a request which was executed must learn that.
    if let Some(list) = state.lists().get(new.id) {
        return Err(Rejection::AlreadyExists { current: Some(list.revision) });
    }
    let revision = state.next_revision();
    let NewList { id, name, color } = new.clone();
    let owner_id = state.owner_id().clone();
    let position = OrderKey::last(revision);
    let list = List { id, owner_id, name, color, position, created_at: now, updated_at: now, revision };
    allow_name(state, &list)?;
    if state.lists().number() >= LISTS_MAX {
        return Err(Rejection::QuotaExceeded { limit: LISTS_MAX as u64 });
    }
    Ok(put(list))
}

fn update(
    state: &OwnerState,
    before: &List,
    change: &ListChange,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    let mut list = before.clone();
    change.clone().apply_to(&mut list);
    if list == *before {
        return Ok(Effects::of_lists(Outcome::List(list), Vec::new()));
    }
    allow_name(state, &list)?;
    list.updated_at = before.updated_at.max(now);
    list.revision = state.next_revision();
    Ok(put(list))
}

fn put(list: List) -> Effects {
    Effects::of_lists(Outcome::List(list.clone()), vec![ListEffect::Put(list)])
}

/// Decides the move of a list among the others.
fn move_list(
    state: &OwnerState,
    (id, to): (ListId, MoveTo<ListId>),
    precondition: &Precondition,
    now: Timestamp,
) -> Result<Effects, Rejection> {
    let list = found(state, id)?;
    if let Some((_, member)) =
        to.neighbour().filter(|(neighbour, _)| state.lists().get(**neighbour).is_none())
    {
        return Err(Rejection::UnknownNeighbour { member });
    }
    allowed(list, precondition)?;
    let mut others: Vec<&List> = state.lists().iter().filter(|other| other.id != id).collect();
    others.sort_by_key(|other| (&other.position, other.id));
    let place_of = |neighbour| others.iter().position(|other| other.id == neighbour);
    let from = others.partition_point(|other| (&other.position, other.id) < (&list.position, id));
    let index = match to {
        MoveTo::First => 0,
        MoveTo::Last => others.len(),
        // A list beside itself stays where it is.
        MoveTo::Before(neighbour) => place_of(neighbour).unwrap_or(from),
        MoveTo::After(neighbour) => place_of(neighbour).map_or(from, |place| place + 1),
    };
    if index == from {
        return Ok(Effects::of_lists(Outcome::List(list.clone()), Vec::new()));
    }
    let keys: Vec<&OrderKey> = others.iter().map(|other| &other.position).collect();
    let Placement { key, renumbered } = Placement::before(&keys, index, state.next_revision());
    let mut revision = state.next_revision().number();
    let mut lists = Vec::new();
    for (index, position) in renumbered {
        let Some(other) = others.get(index) else { continue };
        let other = List { position, revision: Revision::new(revision), ..(*other).clone() };
        revision += 1;
        lists.push(ListEffect::Put(other));
    }
    let moved = List {
        position: key,
        updated_at: list.updated_at.max(now),
        revision: Revision::new(revision),
        ..list.clone()
    };
    lists.push(ListEffect::Put(moved.clone()));
    Ok(Effects::of_lists(Outcome::List(moved), lists))
}

fn found(state: &OwnerState, id: ListId) -> Result<&List, Rejection> {
    // Whatever the precondition: without a list there is no revision that it could exclude.
    state.lists().get(id).ok_or(Rejection::NotFound)
}

fn allowed<'a>(list: &'a List, precondition: &Precondition) -> Result<&'a List, Rejection> {
    if precondition.allows(list.revision) {
        Ok(list)
    } else {
        Err(Rejection::PreconditionFailed { current: list.revision })
    }
}

/// Decides the addition of a list of another owner, or of an export: its id here, and what is written. A list of the same
/// name takes its place. If its id is in use, it gets the other one, or without one is the list of that id. Its number is not
/// limited: the user has the list already, and would lose it.
pub(super) fn add(state: &OwnerState, list: List, other: Option<ListId>) -> (ListId, Option<Effects>) {
    let key = list.name.key();
    if let Some(same) = state.lists().iter().find(|same| same.name.key() == key) {
        return (same.id, None);
    }
    let id = match (state.lists().get(list.id), other) {
        (None, _) => list.id,
        (Some(_), Some(other)) => other,
        (Some(same), None) => return (same.id, None),
    };
    let revision = state.next_revision();
    let owner_id = state.owner_id().clone();
    (id, Some(put(List { id, owner_id, position: OrderKey::last(revision), revision, ..list })))
}

/// Rejects a list that the owner does not have.
pub(super) fn allow(state: &OwnerState, id: Option<ListId>) -> Result<(), Rejection> {
    match id {
        Some(id) if state.lists().get(id).is_none() => Err(Rejection::UnknownList),
        _ => Ok(()),
    }
}

/// Rejects the name of another list.
fn allow_name(state: &OwnerState, list: &List) -> Result<(), Rejection> {
    let key = list.name.key();
    let is_taken = state.lists().iter().any(|other| other.id != list.id && other.name.key() == key);
    if is_taken { Err(Rejection::NameTaken) } else { Ok(()) }
}
