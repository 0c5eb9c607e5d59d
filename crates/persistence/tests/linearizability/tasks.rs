//! One task.

use crate::linearizability::linear::linearizable;
use crate::linearizability::{Call, Change, Condition, Event, Reply, Tags};
use crate::{
    always, created, deleted, event, if_match, purged, read, restored, state, toggle, toggled, trashed,
};

fn is_linearizable(events: &[Event]) -> bool {
    linearizable(&events.iter().collect::<Vec<_>>()).is_ok()
}

#[test]
fn empty_histories_are_linearizable() {
    assert!(is_linearizable(&[]));
}

#[test]
fn sequential_histories_are_linearizable() {
    assert!(is_linearizable(&[
        read(0, 1, Reply::NotFound),
        created(2, 3, 1, 1),
        read(4, 5, Reply::Task(state(false, 1))),
        toggled(6, 7, true, 2),
        toggle(8, 9, 1, if_match(1), Reply::Rejected { current: 2 }),
        toggle(10, 11, 1, if_match(2), Reply::Task(state(false, 3))),
        event(11, 12, created(0, 0, 1, 1).call, Reply::Taken { current: Some(3) }),
        deleted(12, 13, 1, 4),
        toggle(14, 15, 1, always(), Reply::NotFound),
        created(16, 17, 1, 5),
    ]));
}

#[test]
fn trashed_tasks_are_restored_or_purged() {
    let back = |revision| Reply::Task(state(false, revision));
    let start = || vec![created(0, 1, 1, 1), trashed(2, 3, 2), read(4, 5, Reply::NotFound)];
    let is_right = |events: &[Event]| is_linearizable(&[start(), events.to_vec()].concat());
    assert!(is_right(&[restored(6, 7, 2, back(3)), read(8, 9, back(3)), purged(10, 11, Reply::NotFound)]));
    assert!(is_right(&[restored(6, 7, 1, Reply::Rejected { current: 2 }), restored(8, 9, 2, back(3))]));
    assert!(is_right(&[purged(6, 7, Reply::Deleted { revision: 3 }), restored(8, 9, 2, Reply::NotFound)]));
    assert!(is_right(&[event(6, 7, created(0, 0, 1, 1).call, Reply::Taken { current: None })]));
    assert!(!is_right(&[read(6, 7, back(2))]), "it is in the trash");
    assert!(!is_right(&[created(6, 7, 1, 3)]), "it occupies the id");
    assert!(!is_right(&[restored(6, 7, 1, back(3))]), "the condition excludes it");
    assert!(!is_right(&[purged(6, 7, Reply::Deleted { revision: 3 }), restored(8, 9, 2, back(4))]));
}

#[test]
fn overlapping_calls_may_have_any_order() {
    let late = [toggled(1, 9, false, 3), toggled(1, 9, true, 2), created(1, 9, 1, 1)];
    assert!(is_linearizable(&late));
    let either = |reply| is_linearizable(&[created(0, 1, 1, 1), toggled(2, 8, true, 2), read(3, 4, reply)]);
    assert!(either(Reply::Task(state(false, 1))) && either(Reply::Task(state(true, 2))));
    assert!(!either(Reply::NotFound) && !either(Reply::Task(state(false, 2))));
}

#[test]
fn long_overlapping_histories_are_decided_in_time() {
    let toggle = |number: u64| {
        let revision = i64::try_from(number).unwrap();
        toggled(2, 100, number.is_multiple_of(2), revision)
    };
    let read = |number| read(2, 100, toggle(number).reply);
    let mut events = vec![created(0, 1, 1, 1)];
    events.extend((2..40).rev().flat_map(|number| [toggle(number), read(number), read(number)]));
    assert!(is_linearizable(&events));
    events.push(self::read(2, 100, Reply::Task(state(true, 41))));
    assert!(!is_linearizable(&events));
}

#[test]
fn deletions_are_ordered_by_their_revision() {
    // The deletion must come last, although it began first and would be possible at once.
    let rejected = toggle(2, 9, 1, if_match(7), Reply::Rejected { current: 2 });
    let history = |deletion| {
        let events =
            [created(0, 1, 1, 1), deleted(2, 9, 1, deletion), toggled(2, 9, true, 2), rejected.clone()];
        is_linearizable(&events)
    };
    assert!(history(3) && !history(1));
}

#[test]
fn lost_updates_are_found() {
    let retitled = |begun, revision, text: &str| {
        let change = Change::Retitle(text.into());
        let mut left = state(false, revision);
        left.title = text.into();
        let call = Call::Update { id: 1, change, condition: if_match(1), at: 0 };
        event(begun, 9, call, Reply::Task(left))
    };
    assert!(is_linearizable(&[created(0, 1, 1, 1), retitled(2, 2, "mine")]));
    assert!(!is_linearizable(&[created(0, 1, 1, 1), retitled(2, 2, "mine"), retitled(2, 3, "yours")]));
}

#[test]
fn lost_toggles_are_found() {
    assert!(is_linearizable(&[created(0, 1, 1, 1), toggled(2, 9, true, 2), toggled(2, 9, false, 3)]));
    assert!(!is_linearizable(&[created(0, 1, 1, 1), toggled(2, 9, true, 2), toggled(2, 9, true, 3)]));
}

#[test]
fn stale_reads_are_found() {
    let (before, after) = (Reply::Task(state(false, 1)), Reply::Task(state(true, 2)));
    assert!(!is_linearizable(&[created(0, 1, 1, 1), toggled(2, 3, true, 2), read(4, 5, before.clone())]));
    // Also while the write is in progress, once another read has seen its effect.
    let both = |first: &Reply, then: &Reply| {
        let reads = [read(3, 4, first.clone()), read(5, 6, then.clone())];
        is_linearizable(&[&[created(0, 1, 1, 1), toggled(2, 9, true, 2)][..], &reads[..]].concat())
    };
    assert!(both(&before, &after) && !both(&after, &before));
}

#[test]
fn resurrected_tasks_are_found() {
    let gone = [created(0, 1, 1, 1), deleted(2, 3, 1, 2)];
    let later = |event: Event| is_linearizable(&[&gone[..], &[event]].concat());
    assert!(later(created(4, 5, 1, 3)), "its id is free again");
    assert!(!later(read(4, 5, Reply::Task(state(false, 1)))) && !later(toggled(4, 5, true, 3)));
    assert!(!later(deleted(4, 5, 1, 3)) && !later(created(4, 5, 1, 2)));
}

#[test]
fn rejected_creates_have_a_reason() {
    let rejected = |reply| event(2, 3, created(0, 0, 1, 1).call, reply);
    let on_a_task = |reply| is_linearizable(&[created(0, 1, 1, 1), rejected(reply)]);
    assert!(on_a_task(Reply::Taken { current: Some(1) }));
    assert!(!on_a_task(Reply::Taken { current: Some(2) }), "another revision is current");
    assert!(!on_a_task(Reply::Full), "the id is looked up before the quota");
    assert!(is_linearizable(&[rejected(Reply::Full)]));
}

#[test]
fn missing_tasks_are_found() {
    let missing = [
        read(2, 3, Reply::NotFound),
        toggle(2, 3, 1, always(), Reply::NotFound),
        toggle(2, 3, 1, if_match(7), Reply::NotFound),
    ];
    for event in missing {
        assert!(!is_linearizable(&[created(0, 1, 1, 1), event]));
    }
    assert!(!is_linearizable(&[event(0, 1, created(0, 0, 1, 1).call, Reply::Taken { current: Some(1) })]));
}

#[test]
fn rejections_have_a_reason_and_the_current_revision() {
    let rejected = |condition, current| {
        let rejected = toggle(4, 5, 1, condition, Reply::Rejected { current });
        is_linearizable(&[created(0, 1, 1, 1), toggled(2, 3, true, 2), rejected])
    };
    assert!(rejected(if_match(1), 2));
    assert!(!rejected(if_match(1), 1) && !rejected(if_match(1), 3), "another revision is current");
    assert!(!rejected(if_match(2), 2) && !rejected(always(), 2), "the condition is fulfilled");
    let none_match = |tags| Condition { if_match: None, if_none_match: Some(tags) };
    assert!(rejected(none_match(Tags::Any), 2) && rejected(none_match(Tags::Of(vec![2])), 2));
    assert!(!rejected(none_match(Tags::Of(vec![1])), 2));
}

#[test]
fn changes_affect_only_named_members() {
    let mut left = state(true, 2);
    left.title = "another".into();
    assert!(!is_linearizable(&[created(0, 1, 1, 1), toggle(2, 3, 1, always(), Reply::Task(left))]));
}
