//! The writes. Each statement takes a set, is a transaction of its own, and costs one round trip.
//!
//! # Why one statement is right under `read committed`
//!
//! A statement sees the rows as they were when it began. A row that it locks it sees as it is at that moment: when
//! somebody else held the lock, the row's newest version is looked up and tested again. So each statement locks the
//! owner first, then the tasks, and all that it decides by and computes from (whether a task is live, at which
//! revision, what stays of it) comes with the lock. It writes by upsert, which finds a row by its key and in its newest
//! version as well, where an update would look among the versions of its snapshot first.
//!
//! The owner's row is the one gate of all writes of that owner: they pass one by one, in the order of their revisions.
//! A task that was made after a statement began is not there for it, as if the statement had come first.
//!
//! Owners are locked in the order of their ids, so that statements with several of them cannot lock each other out.
//! No task comes twice in one set.

mod bury;
mod change;
mod create;
mod targets;

use std::collections::HashMap;
use std::mem::{Discriminant, discriminant};

use diesel::PgConnection;
use domain::{OwnerId, TaskId};

use super::sets::sets_by;
use crate::dialect::{Deed, Outcomes, Write, Written};
use bury::bury;
use change::change;
use create::create;

/// Runs a set whose deeds are of one kind.
pub(super) fn run(connection: &mut PgConnection, set: &[Write]) -> Outcomes<Written> {
    match set.first().map(|write| &write.deed) {
        Some(Deed::Create(_)) => create(connection, set),
        Some(Deed::Update { .. }) => change(connection, set),
        Some(Deed::Delete { .. }) => bury(connection, set),
        None => Ok(Vec::new()),
    }
}

/// Which writes of a batch one statement can do: those of one kind, but not two on one task; the second comes with the
/// next set of that kind.
pub(super) fn sets(writes: &[Write]) -> Vec<usize> {
    let mut seen: HashMap<(Discriminant<Deed>, &OwnerId, TaskId), usize> = HashMap::new();
    sets_by(writes, |write| {
        let kind = discriminant(&write.deed);
        let times = seen.entry((kind, write.owner.id(), task(&write.deed))).or_default();
        *times += 1;
        (kind, *times)
    })
}

const fn task(deed: &Deed) -> TaskId {
    match deed {
        Deed::Create(task) => task.id,
        Deed::Update { id, .. } | Deed::Delete { id, .. } => *id,
    }
}

#[cfg(test)]
mod tests;
