//! Finds out whether stores with a lost response were stored.

use std::time::Instant;

use domain::OwnerId;

use super::decided::Settled;
use super::round::store;
use super::{LastStore, Store, WriteDatabase, WriteSession};
use crate::backend::{Failure, FailureKind};

/// The outcome of each store.
pub(super) fn settle_stores<D: WriteDatabase>(
    database: &mut D,
    stores: &[&Store],
    end: Instant,
) -> Vec<Result<Settled, Failure>> {
    match (settle_together(database, stores, end), stores) {
        (Ok(settled), _) => settled.into_iter().map(Ok).collect(),
        // The owner passed the guard, so the first store is not there. If it arrives late, it fails in the same way or
        // after another store.
        (Err(failure), [_]) if failure.kind == FailureKind::Duplicate => vec![Ok(Settled::Lost)],
        // One owner fails the statement for all, so each is settled alone.
        (Err(failure), [_, _, ..]) if is_undone(&failure) => {
            stores.chunks(1).flat_map(|store| settle_stores(database, store, end)).collect()
        }
        (Err(failure), _) => vec![Err(failure); stores.len()],
    }
}

/// Sends the stores again, and reads the last store of owners that do not pass.
///
/// The loop ends with the first successful round trip. After it the lost store cannot pass any more: the owner's row
/// differs from the one that its guard compares, and never becomes equal again.
fn settle_together<D: WriteDatabase>(
    database: &mut D,
    stores: &[&Store],
    end: Instant,
) -> Result<Vec<Settled>, Failure> {
    loop {
        let mut last = Vec::new();
        let layout = database.layout();
        let passed = database.attempt(false, |session| {
            let passed = store(session, stores, layout)?;
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

/// Whether a store fails for what it contains and would fail again (erased owner, id in use), or must not be retried.
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
