//! The lists of one owner.

use crate::linearizability::feed::Object;
use crate::linearizability::{Call, Change, Condition, Event, Fate, ListState, Reply, State, To, verify};
use crate::{always, created, event, if_match, new_task, stored, toggle};

fn list(name: &str, position: &str, revision: i64) -> ListState {
    ListState { name: name.into(), created: 0, updated: 0, position: position.into(), revision }
}

fn created_list(begun: u64, id: u64, left: ListState) -> Event {
    let call = Call::CreateList { list: id, name: left.name.clone(), at: 0 };
    event(begun, begun + 1, call, Reply::TaskList(left))
}

/// Task 1 gets list 1.
fn listed(begun: u64, ended: u64, reply: Reply) -> Event {
    let call = Call::Update { id: 1, change: Change::List(Some(1)), condition: always(), at: 0 };
    event(begun, ended, call, reply)
}

fn in_list(revision: i64) -> State {
    State { list: Some(1), ..new_task(1, revision) }
}

fn deleted_list(begun: u64, ended: u64, fate: Fate, condition: Condition, reply: Reply) -> Event {
    event(begun, ended, Call::DeleteList { list: 1, fate, condition, at: 0 }, reply)
}

fn read_lists(begun: u64, ended: u64, lists: Vec<(u64, ListState, [u64; 2])>) -> Event {
    event(begun, ended, Call::TaskLists, Reply::TaskLists(lists))
}

fn start() -> Vec<Event> {
    vec![created(0, 1, 1, 1), created_list(2, 1, list("one", "C1", 2)), listed(4, 5, Reply::Task(in_list(3)))]
}

const ONE_LIST: [(Object, i64, bool); 2] = [(Object::Task(1), 3, false), (Object::List(1), 2, false)];

fn is_right(events: &[Event], revision: i64, live: i64, objects: &[(Object, i64, bool)]) -> bool {
    verify(&[start(), events.to_vec()].concat(), &stored(revision, live, objects)).is_ok()
}

#[test]
fn deleted_lists_lose_their_tasks_first() {
    let gone = |task, deleted| [(Object::Task(1), task, deleted), (Object::List(1), 5, true)];
    let deletion = |fate, revision| deleted_list(6, 7, fate, if_match(2), Reply::Deleted { revision });
    assert!(is_right(&[deletion(Fate::Keep, 5)], 5, 1, &gone(4, false)));
    assert!(is_right(&[deletion(Fate::DeleteForGood, 5)], 5, 0, &gone(4, true)));
    assert!(!is_right(&[deletion(Fate::Keep, 4)], 4, 1, &gone(3, false)), "its task takes a revision");
    assert!(!is_right(&[deletion(Fate::Keep, 5)], 5, 1, &gone(3, false)), "also in the database");
    let left = |list, revision| State { list, ..new_task(1, revision) };
    let read = |task| event(8, 9, Call::Get { id: 1 }, Reply::Task(task));
    let later = |event| is_right(&[deletion(Fate::Keep, 5), event], 5, 1, &gone(4, false));
    assert!(later(read(left(None, 4))) && !later(read(left(Some(1), 4))) && !later(read(in_list(3))));
    assert!(later(listed(8, 9, Reply::NoList)) && !later(listed(8, 9, Reply::NotFound)));
    assert!(later(deleted_list(8, 9, Fate::Keep, always(), Reply::NotFound)));
}

#[test]
fn deletions_of_lists_are_atomic() {
    let reads = |task: State, lists: bool| {
        let deletion = deleted_list(6, 20, Fate::Keep, always(), Reply::Deleted { revision: 5 });
        let read = event(7, 8, Call::Get { id: 1 }, Reply::Task(task));
        let list = (1, list("one", "C1", 2), [1, 0]);
        let lists = read_lists(9, 10, if lists { vec![list] } else { Vec::new() });
        let objects = [(Object::Task(1), 4, false), (Object::List(1), 5, true)];
        is_right(&[deletion, read, lists], 5, 1, &objects)
    };
    let without = State { list: None, ..new_task(1, 4) };
    assert!(reads(in_list(3), true) && reads(in_list(3), false) && reads(without.clone(), false));
    assert!(!reads(without, true), "its list was read after it had lost it");
}

#[test]
fn lists_are_read_with_their_counts() {
    let read = |lists| is_right(&[read_lists(6, 7, lists)], 3, 1, &ONE_LIST);
    assert!(read(vec![(1, list("one", "C1", 2), [1, 0])]));
    assert!(!read(vec![(1, list("one", "C1", 2), [0, 1])]) && !read(vec![(1, list("two", "C1", 2), [1, 0])]));
    assert!(!read(Vec::new()));
}

#[test]
fn names_of_lists_are_unique() {
    let create =
        |name: &str, reply| event(6, 7, Call::CreateList { list: 2, name: name.into(), at: 0 }, reply);
    let rejected = |event| is_right(&[event], 3, 1, &ONE_LIST);
    assert!(rejected(create("ONE", Reply::NameTaken)) && !rejected(create("two", Reply::NameTaken)));
    let [task, one] = ONE_LIST;
    let two = |name: &str| {
        is_right(&[created_list(6, 2, list(name, "C2", 4))], 4, 1, &[task, one, (Object::List(2), 4, false)])
    };
    assert!(two("two") && !two("One"));
}

#[test]
fn lost_renames_are_found() {
    let rename = |begun, seen, left: ListState| {
        let call = Call::RenameList { list: 1, name: left.name.clone(), seen, at: 0 };
        event(begun, 20, call, Reply::TaskList(left))
    };
    let renamed = |seen| {
        let events = [rename(6, Some(2), list("x", "C1", 4)), rename(6, seen, list("y", "C1", 5))];
        is_right(&events, 5, 1, &[ONE_LIST[0], (Object::List(1), 5, false)])
    };
    assert!(renamed(None) && renamed(Some(4)) && !renamed(Some(2)));
    let same = |name: &str| is_right(&[rename(6, Some(2), list(name, "C1", 2))], 3, 1, &ONE_LIST);
    assert!(same("one") && !same("two"), "a rename without a revision changes nothing");
}

#[test]
fn moved_lists_are_in_their_place() {
    let moved = |position: &str, to| {
        let call = Call::MoveList { list: 2, to, seen: 4, at: 0 };
        let events = [
            created_list(6, 2, list("two", "C2", 4)),
            event(8, 9, call, Reply::TaskList(list("two", position, 5))),
            read_lists(
                10,
                11,
                vec![(2, list("two", position, 5), [0, 0]), (1, list("one", "C1", 2), [1, 0])],
            ),
        ];
        is_right(&events, 5, 1, &[ONE_LIST[0], ONE_LIST[1], (Object::List(2), 5, false)])
    };
    assert!(moved("A", To::First) && moved("C0", To::Before(1)));
    assert!(!moved("C3", To::Before(1)) && !moved("A", To::After(1)) && !moved("A", To::Last));
}

#[test]
fn tasks_enter_lists_that_exist() {
    let enter = |reply| {
        let events = [created(0, 1, 1, 1), listed(2, 3, reply)];
        verify(&events, &stored(1, 1, &[(Object::Task(1), 1, false)])).is_ok()
    };
    assert!(enter(Reply::NoList) && !enter(Reply::Rejected { current: 1 }));
    let events = [created(0, 1, 1, 1), listed(2, 3, Reply::Task(in_list(2)))];
    assert!(verify(&events, &stored(2, 1, &[(Object::Task(1), 2, false)])).is_err());
    assert!(!is_right(&[listed(6, 7, Reply::NoList)], 3, 1, &ONE_LIST));
    let kept = toggle(
        6,
        7,
        1,
        always(),
        Reply::Task(State { completed: true, completed_at: Some(0), ..in_list(4) }),
    );
    assert!(is_right(&[kept], 4, 1, &[(Object::Task(1), 4, false), ONE_LIST[1]]));
}
