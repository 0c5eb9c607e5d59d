//! Tests of the linearizability checkers on histories with a known result.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what goes wrong fails the test")]

#[path = "../support/linearizability.rs"]
mod linearizability;

mod owners;
mod tasks;

use linearizability::{Call, Change, Condition, Event, Reply, State, Tags};

/// An event between two times, on task 1.
fn event(begun: u64, ended: u64, call: Call, reply: Reply) -> Event {
    Event { owner: "one".into(), begun, ended, call, reply }
}

fn state(completed: bool, revision: i64) -> State {
    let (title, completed_at) = ("new".into(), completed.then_some(0));
    let (description, priority) = (None, 1);
    State { title, description, completed, priority, completed_at, created: 0, updated: 0, revision }
}

fn created(begun: u64, ended: u64, id: u64, revision: i64) -> Event {
    let call = Call::Create { id, title: "new".into(), description: None, completed: false, at: 0 };
    event(begun, ended, call, Reply::Task(state(false, revision)))
}

fn toggle(begun: u64, ended: u64, id: u64, condition: Condition, reply: Reply) -> Event {
    event(begun, ended, Call::Update { id, change: Change::Toggle, condition, at: 0 }, reply)
}

fn toggled(begun: u64, ended: u64, completed: bool, revision: i64) -> Event {
    toggle(begun, ended, 1, always(), Reply::Task(state(completed, revision)))
}

fn read(begun: u64, ended: u64, reply: Reply) -> Event {
    event(begun, ended, Call::Get { id: 1 }, reply)
}

fn deleted(begun: u64, ended: u64, id: u64, revision: i64) -> Event {
    event(begun, ended, Call::Delete { id, condition: always(), for_good: true }, Reply::Deleted { revision })
}

fn trashed(begun: u64, ended: u64, revision: i64) -> Event {
    event(
        begun,
        ended,
        Call::Delete { id: 1, condition: always(), for_good: false },
        Reply::Deleted { revision },
    )
}

fn restored(begun: u64, ended: u64, deletion: i64, reply: Reply) -> Event {
    event(begun, ended, Call::Restore { id: 1, deletion, at: 0 }, reply)
}

fn purged(begun: u64, ended: u64, reply: Reply) -> Event {
    event(begun, ended, Call::Purge { id: 1, condition: always() }, reply)
}

fn always() -> Condition {
    Condition::default()
}

fn if_match(revision: i64) -> Condition {
    Condition { if_match: Some(Tags::Of(vec![revision])), if_none_match: None }
}
