//! Look-ups by a key. Those of tasks and of revisions share a queue, and so their groups.

use domain::{Owner, OwnerId, OwnerRevision, Task};

use super::{Get, ReadBackend, Rows};
use crate::workers::{Replies, Reply, Request};

/// Reads one row.
#[derive(Debug)]
pub(crate) enum LookUp {
    /// Reads a task.
    Task(Get),
    /// Reads the revision of an owner.
    Revision(Owner),
    /// Reads the revisions of several owners.
    Revisions(Vec<Owner>),
}

/// The result of a look-up.
pub(crate) enum Found {
    /// Of [`LookUp::Task`].
    Task(Task),
    /// Of [`LookUp::Revision`].
    Revision(OwnerRevision),
    /// Of [`LookUp::Revisions`], in the order of the owners.
    Revisions(Vec<OwnerRevision>),
}

impl Request for LookUp {
    fn owner(&self) -> Option<&OwnerId> {
        match self {
            Self::Task(get) => Some(get.owner.id()),
            Self::Revision(owner) => Some(owner.id()),
            Self::Revisions(_) => None,
        }
    }
}

impl Rows for Found {
    fn rows(&self) -> usize {
        match self {
            Self::Task(_) | Self::Revision(_) => 1,
            Self::Revisions(revisions) => revisions.len(),
        }
    }
}

/// The replies of all kinds, in the order of the group.
pub(super) fn look_up<B: ReadBackend>(
    database: &B,
    connection: &mut B::Connection,
    group: &[LookUp],
) -> Replies<Found> {
    let (mut tasks, mut owners) = (Vec::with_capacity(group.len()), Vec::new());
    for one in group {
        match one {
            LookUp::Task(get) => tasks.push(get),
            LookUp::Revision(owner) => owners.push(owner),
            LookUp::Revisions(several) => owners.extend(several),
        }
    }
    let tasks = if tasks.is_empty() { Vec::new() } else { B::get(connection, &tasks)? };
    let revisions = if owners.is_empty() { Vec::new() } else { database.revisions(connection, &owners)? };
    let mut tasks = tasks.into_iter().map(|reply| reply.map(Found::Task));
    let mut revisions = revisions.into_iter();
    let next = |one: &LookUp| -> Option<Reply<Found>> {
        match one {
            LookUp::Task(_) => tasks.next(),
            LookUp::Revision(_) => revisions.next().map(|revision| Ok(Found::Revision(revision))),
            LookUp::Revisions(owners) => {
                Some(Ok(Found::Revisions(revisions.by_ref().take(owners.len()).collect())))
            }
        }
    };
    // `collect` would reserve more: this iterator does not tell its length.
    let mut found = Vec::with_capacity(group.len());
    found.extend(group.iter().filter_map(next));
    Ok(found)
}
