//! The rules of lists.

mod owned;

use super::{Effects, Outcome, OwnerState, Precondition, Rejection, Tombstone};
use crate::{List, ListChange, ListId, NewList, OrderKey, Timestamp};

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
            update(state, found(state, *id, precondition)?, change, now)
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

fn found<'a>(state: &'a OwnerState, id: ListId, precondition: &Precondition) -> Result<&'a List, Rejection> {
    // Whatever the precondition: without a list there is no revision that it could exclude.
    let list = state.lists().get(id).ok_or(Rejection::NotFound)?;
    if precondition.allows(list.revision) {
        Ok(list)
    } else {
        Err(Rejection::PreconditionFailed { current: list.revision })
    }
}

/// Rejects the name of another list.
fn allow_name(state: &OwnerState, list: &List) -> Result<(), Rejection> {
    let key = list.name.key();
    let is_taken = state.lists().iter().any(|other| other.id != list.id && other.name.key() == key);
    if is_taken { Err(Rejection::NameTaken) } else { Ok(()) }
}
