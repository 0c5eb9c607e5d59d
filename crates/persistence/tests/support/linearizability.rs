//! Linearizability checkers for histories of the repository.
//!
//! A history has the calls of many concurrent callers, with the times of call and reply. [`linear`] checks one task: it
//! searches an order of the calls that respects real time and explains each reply. [`chain`] checks one owner: changes are
//! ordered by revision, and each other call must fit between two of them. [`feed`] checks the copies of clients.

#[path = "linearizability/chain.rs"]
pub(crate) mod chain;
#[path = "linearizability/feed.rs"]
pub(crate) mod feed;
#[path = "linearizability/history.rs"]
mod history;
#[path = "linearizability/linear.rs"]
pub(crate) mod linear;
#[path = "linearizability/lists.rs"]
mod lists;
#[path = "linearizability/order.rs"]
mod order;
#[path = "linearizability/owner.rs"]
mod owner;
#[path = "linearizability/query.rs"]
pub(crate) mod query;
#[path = "linearizability/slot.rs"]
mod slot;
#[path = "linearizability/stored.rs"]
pub(crate) mod stored;

use std::collections::BTreeMap;

pub(crate) use history::{Call, Change, Condition, Event, Fate, ListState, Reply, State, Tags};
pub(crate) use order::To;
pub(crate) use owner::OwnerState;
pub(crate) use query::Query;
pub(crate) use slot::Slot;
pub(crate) use stored::StoredState;

/// The quota of each owner.
pub(crate) const QUOTA: usize = 16;

/// Verifies a history and the stored rows at its end; the error describes the problem.
pub(crate) fn verify(events: &[Event], stored: &StoredState) -> Result<(), String> {
    if let Some(event) = events.iter().find(|event| matches!(event.reply, Reply::Failed(_))) {
        return Err(format!("unexpected failure: {event:?}"));
    }
    let mut owners: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        owners.entry(&event.owner).or_default().push(event);
    }
    for (owner, events) in owners {
        let of_lists = chain::chained(&events, &stored.of(owner)).map_err(|why| format!("{owner}: {why}"))?;
        let mut tasks: BTreeMap<u64, Vec<&Event>> = BTreeMap::new();
        for event in events.into_iter().chain(&of_lists) {
            if let Some(id) = event.call.id() {
                tasks.entry(id).or_default().push(event);
            }
        }
        for (id, events) in tasks {
            linear::linearizable(&events).map_err(|why| format!("task {id} of {owner}: {why}"))?;
        }
    }
    Ok(())
}
