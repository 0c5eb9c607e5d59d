//! The manual order of one owner.

use crate::linearizability::query::Key;
use crate::linearizability::{Call, Event, Query, Reply, State, To, verify};
use crate::{always, created, deleted, event, first, new_task, stored_tasks};

fn moved(begun: u64, ended: u64, id: u64, to: To, reply: Reply) -> Event {
    event(begun, ended, Call::Move { id, to, condition: always(), at: 0 }, reply)
}

fn at(id: u64, position: &str, revision: i64) -> Reply {
    Reply::Task(State { position: position.into(), ..new_task(id, revision) })
}

/// Three tasks, the last one first, with further events that take revisions up to this one.
fn is_right(events: &[Event], revision: i64) -> bool {
    let start = (1..4_u64).map(|id| created(2 * id, 2 * id + 1, id, i64::try_from(id).unwrap()));
    let events: Vec<Event> = start.chain(events.iter().cloned()).collect();
    let last = |id: u64| {
        let of_task = |event: &&Event| event.call.id() == Some(id) && event.changed();
        let event = events.iter().filter(of_task).max_by_key(|event| event.revision()).unwrap();
        (id, event.revision().unwrap(), matches!(event.reply, Reply::Deleted { .. }))
    };
    let rows = [1, 2, 3].map(last);
    let live = rows.iter().filter(|(_, _, deleted)| !deleted).count();
    verify(&events, &stored_tasks(revision, i64::try_from(live).unwrap(), &rows)).is_ok()
}

fn listed(begun: u64, ended: u64, tasks: &[(u64, &str, i64)]) -> Event {
    let query = Query { key: Key::Position, ascending: true, count: false, ..Query::everything() };
    let shown = |&(id, position, revision): &(u64, &str, i64)| {
        (id, State { position: position.into(), ..new_task(id, revision) })
    };
    let tasks = tasks.iter().map(shown).collect();
    event(begun, ended, Call::List(query), Reply::Page { tasks, more: false, total: None })
}

#[test]
fn moved_tasks_are_in_their_place() {
    let move_one = |to, position| is_right(&[moved(10, 11, 1, to, at(1, position, 4))], 4);
    assert!(move_one(To::First, "A") && move_one(To::Before(3), "A") && move_one(To::After(3), "A9965"));
    assert!(!move_one(To::First, "A9965") && !move_one(To::After(3), "A") && !move_one(To::After(3), "A997"));
    assert!(!move_one(To::Last, "A9985"), "it is the last one already");
    let unchanged = |to| is_right(&[moved(10, 11, 1, to, Reply::Unchanged(new_task(1, 1)))], 3);
    assert!(
        unchanged(To::Last) && unchanged(To::After(2)) && unchanged(To::Before(1)) && !unchanged(To::First)
    );
}

#[test]
fn orders_are_read_as_they_were_moved() {
    let read = |begun, tasks: [(u64, &str, i64); 3]| {
        is_right(&[moved(10, 20, 1, To::First, at(1, "A", 4)), listed(begun, begun + 1, &tasks)], 4)
    };
    let (two, three) = ((2, &*first(2), 2), (3, &*first(3), 3));
    let before = [three, two, (1, &*first(1), 1)];
    let after = [(1, "A", 4), three, two];
    assert!(read(12, before) && read(12, after) && read(30, after) && !read(30, before));
    assert!(!read(12, [three, (1, "A", 4), two]) && !read(12, [(1, "A", 1), three, two]));
}

#[test]
fn moves_beside_each_other_are_decided_in_sequence() {
    // Both move beside 3: whichever is second is directly beside it.
    let both = |one: &str, two: &str| {
        let events = [
            moved(10, 20, 1, To::After(3), at(1, one, 4)),
            moved(10, 20, 2, To::Before(3), at(2, two, 5)),
            listed(30, 31, &[(2, two, 5), (3, &first(3), 3), (1, one, 4)]),
        ];
        is_right(&events, 5)
    };
    assert!(both("A9965", "A") && !both("A9965", "A9963") && !both("A9975", "A"));
}

#[test]
fn neighbours_are_live() {
    let beside_two = |reply| is_right(&[deleted(8, 9, 2, 4), moved(10, 11, 1, To::After(2), reply)], 4);
    assert!(beside_two(Reply::NoNeighbour) && !beside_two(Reply::Unchanged(new_task(1, 1))));
    assert!(!is_right(&[moved(10, 11, 1, To::After(2), Reply::NoNeighbour)], 3));
    assert!(is_right(&[moved(10, 11, 9, To::After(8), Reply::NotFound)], 3));
}

#[test]
fn trashed_tasks_keep_their_place() {
    let trash = Call::Delete { id: 2, condition: always(), for_good: false };
    let trashed = event(8, 9, trash, Reply::Deleted { revision: 4 });
    let restored = |begun, position: &str| {
        let reply = Reply::Task(State { position: position.into(), ..new_task(2, 5) });
        event(begun, begun + 1, Call::Restore { id: 2, deletion: 4, at: 0 }, reply)
    };
    let unmoved = moved(10, 11, 1, To::After(3), Reply::Unchanged(new_task(1, 1)));
    let order = |position: &str| listed(20, 21, &[(3, &first(3), 3), (2, position, 5), (1, &first(1), 1)]);
    let back = |position: &str| {
        is_right(&[trashed.clone(), unmoved.clone(), restored(12, position), order(position)], 5)
    };
    assert!(back(&first(2)) && !back("A9975"));
}
