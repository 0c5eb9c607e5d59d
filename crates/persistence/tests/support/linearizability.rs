//! The model that the repository is held to: what each task may answer, and what each owner's changes add up to.
//!
//! A history is what many callers at once asked and were answered, each with the moments of call and answer. Two judges
//! read it. [`linear`] knows one task and no revisions' order: it searches for any order of the calls in which each
//! answer is right and in which nothing comes before what was answered before it was asked. [`chain`] knows one owner:
//! its changes are in the order of their revisions, and everything else must have a place between two of them.

#[path = "linearizability/chain.rs"]
pub(crate) mod chain;
#[path = "linearizability/history.rs"]
mod history;
#[path = "linearizability/linear.rs"]
pub(crate) mod linear;
#[path = "linearizability/query.rs"]
pub(crate) mod query;
#[path = "linearizability/slot.rs"]
mod slot;
#[path = "linearizability/stored.rs"]
pub(crate) mod stored;

use std::collections::BTreeMap;

pub(crate) use history::{Call, Change, Condition, Event, Reply, State, Tags};
pub(crate) use query::Query;
pub(crate) use slot::Slot;
pub(crate) use stored::StoredState;

/// Judges a history, and what the database keeps at its end; says what is wrong.
pub(crate) fn verify(events: &[Event], stored: &StoredState) -> Result<(), String> {
    if let Some(event) = events.iter().find(|event| matches!(event.reply, Reply::Failed(_))) {
        return Err(format!("nothing may fail so: {event:?}"));
    }
    let mut owners: BTreeMap<&str, Vec<&Event>> = BTreeMap::new();
    for event in events {
        owners.entry(&event.owner).or_default().push(event);
    }
    for (owner, events) in owners {
        let mut tasks: BTreeMap<u64, Vec<&Event>> = BTreeMap::new();
        for event in &events {
            if let Some(id) = event.call.id() {
                tasks.entry(id).or_default().push(event);
            }
        }
        for (id, events) in tasks {
            linear::linearizable(&events).map_err(|why| format!("task {id} of {owner}: {why}"))?;
        }
        chain::chained(&events, &stored.of(owner)).map_err(|why| format!("{owner}: {why}"))?;
    }
    Ok(())
}
