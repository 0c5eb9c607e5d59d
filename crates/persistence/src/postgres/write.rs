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

use std::slice;

use diesel::PgConnection;

use crate::dialect::{Deed, Outcomes, Write, Written};
use bury::bury;
use change::change;
use create::create;

/// A kind of deed is a statement; the lanes hand over one write at a time, and one is a set.
pub(super) fn run(connection: &mut PgConnection, set: &[Write]) -> Outcomes<Written> {
    let mut outcomes = Vec::with_capacity(set.len());
    for write in set {
        let alone = slice::from_ref(write);
        outcomes.extend(match &write.deed {
            Deed::Create(_) => create(connection, alone)?,
            Deed::Update { .. } => change(connection, alone)?,
            Deed::Delete { .. } => bury(connection, alone)?,
        });
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests;
