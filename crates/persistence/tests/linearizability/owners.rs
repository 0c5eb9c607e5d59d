//! All tasks of one owner, and their stored rows.

use crate::linearizability::{Call, Event, QUOTA, Query, Reply, State, verify};
use crate::{
    always, created, deleted, event, first, new_task, state, stored_tasks as stored, toggle, toggled,
};

fn listed(begun: u64, ended: u64, tasks: &[(u64, bool, i64)], total: u64) -> Event {
    let shown = |id, completed, revision| State { position: first(id), ..state(completed, revision) };
    let tasks = tasks.iter().map(|&(id, completed, revision)| (id, shown(id, completed, revision))).collect();
    let reply = Reply::Page { tasks, more: false, total: Some(total) };
    event(begun, ended, Call::List(Query::everything()), reply)
}

#[test]
fn consistent_histories_are_accepted() {
    let events = [
        created(0, 1, 1, 1),
        created(2, 9, 2, 3),
        toggled(2, 9, true, 2),
        listed(3, 4, &[(1, true, 2)], 1),
        listed(3, 4, &[(1, false, 1)], 1),
        listed(5, 6, &[(2, false, 3), (1, true, 2)], 2),
        deleted(10, 11, 1, 4),
        listed(12, 13, &[(2, false, 3)], 1),
    ];
    assert_eq!(verify(&events, &stored(4, 1, &[(1, 4, true), (2, 3, false)])), Ok(()));
}

#[test]
fn stored_rows_match_the_replies() {
    let events = [created(0, 1, 1, 1), created(2, 3, 2, 2), deleted(4, 5, 1, 3)];
    let right = [(1, 3, true), (2, 2, false)];
    assert_eq!(verify(&events, &stored(3, 1, &right)), Ok(()));
    assert!(verify(&events, &stored(4, 1, &right)).is_err(), "a revision without a reply");
    assert!(verify(&events, &stored(3, 2, &right)).is_err(), "a count that is wrong");
    for wrong in [
        &right[..1],
        &[(1, 3, true), (2, 1, false)],
        &[(1, 3, false), (2, 2, false)],
        &[(1, 3, true), (2, 2, true)],
        &[(1, 3, true), (2, 2, false), (9, 2, false)],
    ] {
        assert!(verify(&events, &stored(3, 1, wrong)).is_err(), "{wrong:?}");
    }
}

#[test]
fn quotas_are_neither_exceeded_nor_enforced_early() {
    let verify = |events: &[Event], tasks: i64| {
        let rows: Vec<_> = (1..=tasks).map(|number| (number.unsigned_abs(), number, false)).collect();
        verify(events, &stored(tasks, tasks, &rows))
    };
    let quota = i64::try_from(QUOTA).unwrap();
    let create = |number: i64| {
        let begun = 2 * number.unsigned_abs();
        created(begun, begun + 1, number.unsigned_abs(), number)
    };
    let full = |begun, ended| event(begun, ended, created(0, 0, 100, 1).call, Reply::Full);
    let mut events: Vec<Event> = (1..quota).map(create).collect();
    let last = create(quota);
    assert!(verify(&[&events[..], &[full(last.begun - 1, last.begun)]].concat(), quota - 1).is_err());
    events.push(last.clone());
    for rejected in [full(last.begun, last.begun), full(last.ended + 1, last.ended + 2)] {
        assert_eq!(verify(&[&events[..], &[rejected]].concat(), quota), Ok(()));
    }
    events.push(create(quota + 1));
    assert!(verify(&events, quota + 1).is_err());
}

#[test]
fn revisions_are_unique_and_without_gaps() {
    let two = |one, other| {
        let tasks = [(1, one, false), (2, other, false)];
        verify(&[created(0, 1, 1, one), created(2, 3, 2, other)], &stored(2, 2, &tasks))
    };
    assert_eq!(two(1, 2), Ok(()));
    assert!(two(1, 3).is_err() && two(1, 1).is_err() && two(2, 3).is_err());
}

#[test]
fn revisions_follow_real_time_order() {
    let tasks = [(1, 1, false), (2, 2, false)];
    let overlapping = [created(0, 2, 2, 2), created(1, 3, 1, 1)];
    assert_eq!(verify(&overlapping, &stored(2, 2, &tasks)), Ok(()));
    let apart = [created(0, 1, 2, 2), created(2, 3, 1, 1)];
    assert!(verify(&apart, &stored(2, 2, &tasks)).is_err());
}

#[test]
fn lists_are_snapshots() {
    let verified = |list| {
        let events = [created(0, 1, 1, 1), created(2, 9, 2, 2), toggled(2, 9, true, 3), list];
        verify(&events, &stored(3, 2, &[(1, 3, false), (2, 2, false)]))
    };
    for right in [
        listed(3, 4, &[(1, false, 1)], 1),
        listed(3, 4, &[(2, false, 2), (1, false, 1)], 2),
        listed(3, 4, &[(2, false, 2), (1, true, 3)], 2),
    ] {
        assert_eq!(verified(right), Ok(()));
    }
    assert!(verified(listed(3, 4, &[(1, true, 3)], 1)).is_err(), "the newer change without the older");
    assert!(verified(listed(3, 4, &[(1, false, 1)], 2)).is_err(), "a count of another snapshot");
    assert!(verified(listed(3, 4, &[(1, false, 1), (2, false, 2)], 2)).is_err(), "another order");
    assert!(verified(listed(10, 11, &[(1, false, 1)], 1)).is_err(), "before what was answered");
}

#[test]
fn lists_never_go_back_in_time() {
    let lists = |first, then| {
        let events = [created(0, 1, 1, 1), toggled(2, 9, true, 2), first, then];
        verify(&events, &stored(2, 1, &[(1, 2, false)]))
    };
    let old = |begun| listed(begun, begun + 1, &[(1, false, 1)], 1);
    let new = |begun| listed(begun, begun + 1, &[(1, true, 2)], 1);
    assert_eq!(lists(old(3), new(5)), Ok(()));
    assert!(lists(new(3), old(5)).is_err());
}

#[test]
fn pages_match_their_query() {
    let query = Query { limit: 1, ascending: true, completed: Some(false), ..Query::everything() };
    let page = |more, total| {
        let reply = Reply::Page { tasks: vec![(2, new_task(2, 2))], more, total };
        let events = [
            created(0, 1, 1, 1),
            created(2, 3, 2, 2),
            created(4, 5, 3, 3),
            toggle(6, 7, 1, always(), Reply::Task(state(true, 4))),
            event(8, 9, Call::List(query.clone()), reply),
        ];
        verify(&events, &stored(4, 3, &[(1, 4, false), (2, 2, false), (3, 3, false)]))
    };
    assert_eq!(page(true, Some(2)), Ok(()));
    assert!(page(false, Some(2)).is_err() && page(true, Some(3)).is_err() && page(true, None).is_err());
}

#[test]
fn unexpected_failures_are_found() {
    let failed = event(0, 1, Call::Get { id: 1 }, Reply::Failed("the database is unavailable".into()));
    assert!(verify(&[failed], &stored(0, 0, &[])).is_err());
}
