//! Tests of the linearizability checkers on histories with a known result.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "what goes wrong fails the test")]

#[path = "../support/linearizability.rs"]
mod linearizability;

mod feed;
mod lists;
mod order;
mod owners;
mod tasks;

use linearizability::feed::Object;
use linearizability::stored::{ObjectRow, OwnerRow};
use linearizability::{Call, Change, Condition, Event, Reply, State, StoredState, Tags};

/// An event between two times, on task 1.
fn event(begun: u64, ended: u64, call: Call, reply: Reply) -> Event {
    Event { owner: "one".into(), begun, ended, call, reply }
}

fn state(completed: bool, revision: i64) -> State {
    let (title, completed_at) = ("new".into(), completed.then_some(0));
    let (description, priority, list) = (None, 1, None);
    // That of task 1.
    let (created, updated, position) = (0, 0, first(1));
    State {
        title,
        description,
        completed,
        priority,
        completed_at,
        created,
        updated,
        list,
        position,
        revision,
    }
}

/// A task as its creation leaves it.
fn new_task(id: u64, revision: i64) -> State {
    State { position: first(id), ..state(false, revision) }
}

/// The key of a task that comes before all with lower numbers.
fn first(id: u64) -> String {
    format!("A{:03}", 999 - id)
}

fn created(begun: u64, ended: u64, id: u64, revision: i64) -> Event {
    let (title, description) = ("new".into(), None);
    let call = Call::Create { id, title, description, completed: false, list: None, at: 0 };
    event(begun, ended, call, Reply::Task(new_task(id, revision)))
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

/// What is stored: the owner's revision and count, and of each object its revision and whether it is a tombstone.
fn stored(revision: i64, live_tasks: i64, objects: &[(Object, i64, bool)]) -> StoredState {
    let owner_id = || "one".to_owned();
    let row = |&(object, revision, deleted): &(Object, i64, bool)| {
        let (kind, number) = match object {
            Object::Task(number) => ("task", number),
            Object::List(number) => ("list", number),
        };
        let (kind, id) = (kind.to_owned(), format!("00000000-0000-7000-8000-{number:012x}"));
        ObjectRow { owner_id: owner_id(), kind, id, revision, deleted }
    };
    StoredState {
        owners: vec![OwnerRow { owner_id: owner_id(), revision, live_tasks, trashed_tasks: 0 }],
        objects: objects.iter().map(row).collect(),
    }
}

fn stored_tasks(revision: i64, live_tasks: i64, tasks: &[(u64, i64, bool)]) -> StoredState {
    let objects = tasks.iter().map(|&(id, revision, deleted)| (Object::Task(id), revision, deleted));
    stored(revision, live_tasks, &objects.collect::<Vec<_>>())
}
