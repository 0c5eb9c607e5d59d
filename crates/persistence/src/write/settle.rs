//! Finds out what became of stores whose reply was lost.

use std::time::Instant;

use domain::OwnerId;

use super::decided::Settled;
use super::{LastStore, Store, WriteDatabase, WriteSession};
use crate::backend::{Failure, FailureKind};

/// What became of each store.
pub(super) fn settle_stores<D: WriteDatabase>(
    database: &mut D,
    stores: &[&Store],
    end: Instant,
) -> Vec<Result<Settled, Failure>> {
    match (settle_together(database, stores, end), stores) {
        (Ok(settled), _) => settled.into_iter().map(Ok).collect(),
        // The owner passed the guard, so nothing was stored before. What comes late fails as this did, or comes after
        // another store.
        (Err(failure), [_]) if failure.kind == FailureKind::Duplicate => vec![Ok(Settled::Lost)],
        // One owner undoes the statement for all of them.
        (Err(failure), [_, _, ..]) if is_undone(&failure) => {
            stores.chunks(1).flat_map(|store| settle_stores(database, store, end)).collect()
        }
        (Err(failure), _) => vec![Err(failure); stores.len()],
    }
}

/// Stores once more, and looks at the owners who do not pass.
fn settle_together<D: WriteDatabase>(
    database: &mut D,
    stores: &[&Store],
    end: Instant,
) -> Result<Vec<Settled>, Failure> {
    loop {
        let mut last = Vec::new();
        let passed = database.attempt(false, |session| {
            let passed = session.store(stores)?;
            let open = stores.iter().zip(&passed).filter(|(_, passed)| passed.is_none());
            let open: Vec<OwnerId> = open.map(|(store, _)| store.owner.clone()).collect();
            last = if open.is_empty() { Vec::new() } else { session.last_stores(&open)? };
            Ok(passed)
        });
        match passed {
            Ok(passed) => return Ok(classify(stores, passed, last)),
            Err(failure) if is_undone(&failure) || database.now() >= end => return Err(failure),
            Err(_) => database.pause(),
        }
    }
}

/// Whether a store was undone for what it is, and will be again (an owner is erased, an id is in use), or must not be
/// tried any more.
const fn is_undone(failure: &Failure) -> bool {
    matches!(
        failure.kind,
        FailureKind::Conflict | FailureKind::Duplicate | FailureKind::Fault | FailureKind::Unknown
    )
}

fn classify(stores: &[&Store], passed: Vec<Option<i64>>, last: Vec<Option<LastStore>>) -> Vec<Settled> {
    let mut last = last.into_iter();
    let classify = |(store, passed): (&&Store, Option<i64>)| match passed {
        Some(_) => Settled::Stored,
        None => store.settled_by(last.next().flatten()),
    };
    stores.iter().zip(passed).map(classify).collect()
}
