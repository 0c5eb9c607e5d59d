//! The change feed of one owner.

use crate::linearizability::feed::{Changed, Object, Position};
use crate::linearizability::{Call, Event, Reply, verify};
use crate::{created, deleted, event, new_task, state, stored_tasks, toggled};

fn read(begun: u64, after: Position, changes: &[Changed], next: Position, more: bool) -> Event {
    let limit = if more { u32::try_from(changes.len()).unwrap() } else { 10 };
    let reply = Reply::Changes { changes: changes.to_vec(), next, more };
    event(begun, begun + 1, Call::Changes { after, limit }, reply)
}

fn new(id: u64, revision: i64) -> Changed {
    Changed::Task(id, new_task(id, revision))
}

fn gone(id: u64, revision: i64) -> Changed {
    Changed::Deleted(Object::Task(id), revision)
}

/// Three tasks, of which the first is completed and the second deleted.
fn is_right(events: &[Event]) -> bool {
    let start = [
        created(0, 1, 1, 1),
        created(2, 3, 2, 2),
        created(4, 5, 3, 3),
        toggled(6, 7, true, 4),
        deleted(8, 9, 2, 5),
    ];
    let stored = stored_tasks(5, 2, &[(1, 4, false), (2, 5, true), (3, 3, false)]);
    verify(&[&start[..], events].concat(), &stored).is_ok()
}

fn completed() -> Changed {
    Changed::Task(1, state(true, 4))
}

#[test]
fn pages_have_what_follows_their_position() {
    let page =
        |after, changes: &[Changed], next| is_right(&[read(20, Position::At(after), changes, next, false)]);
    let last = Position::At(5);
    assert!(page(0, &[new(3, 3), completed(), gone(2, 5)], last) && page(5, &[], last));
    assert!(page(3, &[completed(), gone(2, 5)], last) && page(4, &[gone(2, 5)], last));
    assert!(!page(3, &[gone(2, 5)], last), "a change is missing");
    assert!(!page(3, &[completed()], last), "a deletion is missing");
    assert!(!page(3, &[gone(2, 5), completed()], last), "another order");
    assert!(!page(3, &[new(3, 3), completed(), gone(2, 5)], last), "a change before the position");
    assert!(!page(3, &[new(1, 4), gone(2, 5)], last), "an old state");
    assert!(!page(3, &[completed(), gone(2, 5)], Position::At(4)), "another position");
}

#[test]
fn pages_are_of_one_state() {
    let page = |begun, changes: &[Changed], next| {
        is_right(&[read(begun, Position::At(2), changes, Position::At(next), false)])
    };
    assert!(page(5, &[new(3, 3)], 3) && page(6, &[new(3, 3)], 3) && page(6, &[new(3, 3), completed()], 4));
    assert!(!page(8, &[new(3, 3), gone(2, 5)], 5), "the later change without the earlier one");
    assert!(!page(10, &[new(3, 3), completed()], 4), "before what was answered");
}

#[test]
fn snapshots_lead_to_the_last_state() {
    let place = Position::InSnapshot { began: 5, after: Object::Task(1) };
    let page = |changes: &[Changed]| {
        is_right(&[
            read(20, Position::Start, &[completed()], place, true),
            read(22, place, changes, Position::At(5), false),
        ])
    };
    assert!(page(&[new(3, 3)]) && !page(&[]) && !page(&[new(3, 3), gone(2, 5)]));
    assert!(
        !is_right(&[read(20, Position::Start, &[completed()], place, true)]),
        "it was not read to the end"
    );
}

#[test]
fn old_copies_are_updated_page_by_page() {
    let pages = |second: &[Changed]| {
        is_right(&[
            read(20, Position::At(0), &[new(3, 3), completed()], Position::At(4), true),
            read(22, Position::At(4), second, Position::At(5), false),
        ])
    };
    assert!(pages(&[gone(2, 5)]) && !pages(&[]));
}
