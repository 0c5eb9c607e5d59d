use std::pin::pin;
use std::task::{Context, Waker};

use super::*;

fn notifier(sends: bool) -> OwnerNotifier {
    OwnerNotifier::new(sends, &DatabaseOptions::default())
}

const fn at(epoch: i64, revision: i64) -> OwnerRevision {
    OwnerRevision::new(epoch, revision)
}

fn has_changed(watch: &mut dyn Watch) -> bool {
    pin!(watch.changed()).poll(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn watches_of_an_owner_are_removed_with_the_last() {
    let notifier = notifier(false);
    let owners: Vec<Owner> = (0..10).map(|number| Owner::for_test(&format!("owner-{number}"))).collect();
    let mut watches: Vec<_> = owners.iter().cycle().take(1000).map(|owner| notifier.watch(owner)).collect();
    assert_eq!(notifier.0.watched.known().len(), 10);
    notifier.0.stored(owners[3].id(), Some(at(1, 1)));
    let changed: Vec<bool> = watches.iter_mut().map(|watch| has_changed(&mut **watch)).collect();
    assert_eq!(changed.iter().filter(|changed| **changed).count(), 100);
    assert!(changed.iter().enumerate().all(|(number, changed)| *changed == (number % 10 == 3)));
    // All but one of each, in another order than they began.
    watches.reverse();
    watches.truncate(10);
    assert_eq!(notifier.0.watched.known().len(), 10);
    drop(watches);
    assert!(notifier.0.watched.known().is_empty() && !notifier.0.watched.any());
}

#[test]
fn revisions_that_are_known_are_not_reported_again() {
    let notifier = notifier(false);
    let owner = Owner::for_test("owner");
    let mut watch = notifier.watch(&owner);
    for (revision, is_new) in [
        (Some(at(1, 5)), true),
        (Some(at(1, 5)), false),
        (Some(at(1, 4)), false),
        (Some(at(1, 6)), true),
        (Some(at(2, 1)), true),
        (Some(OwnerRevision::NONE), true),
        (Some(at(2, 2)), true),
        (None, true),
        (None, true),
        (Some(at(2, 2)), true),
    ] {
        notifier.0.stored(owner.id(), revision);
        assert_eq!(has_changed(&mut *watch), is_new, "{revision:?}");
    }
    notifier.0.stored(Owner::for_test("other").id(), Some(at(1, 1)));
    assert!(!has_changed(&mut *watch));
    assert!(!has_changed(&mut *notifier.watch(&owner)), "what was before the watch");
}

#[test]
fn polls_compare_with_what_was_known_before_them() {
    let notifier = notifier(false);
    let owner = Owner::for_test("owner");
    let mut watch = notifier.watch(&owner);
    let mut poll = |known: Option<OwnerRevision>, meanwhile: Option<OwnerRevision>, found: i64| {
        if known.is_some() {
            notifier.0.stored(owner.id(), known);
        }
        let before = notifier.0.watched.known();
        if meanwhile.is_some() {
            notifier.0.stored(owner.id(), meanwhile);
        }
        while has_changed(&mut *watch) {}
        let missed = notifier.0.watched.compare(&before, &[OwnerRevision::new(1, found)]);
        (has_changed(&mut *watch), missed)
    };
    assert_eq!(poll(None, None, 3), (true, 0), "the first");
    assert_eq!(poll(None, None, 3), (false, 0), "the same");
    assert_eq!(poll(None, None, 4), (true, 1), "a later one");
    assert_eq!(poll(None, None, 2), (true, 1), "an earlier one");
    assert_eq!(poll(Some(at(1, 5)), Some(at(1, 6)), 5), (false, 0), "read before a notification");
    assert_eq!(poll(Some(at(1, 7)), Some(at(1, 8)), 9), (true, 0), "read after a notification");
}

#[test]
fn notifications_that_wait_are_bounded_and_one_for_each_owner() {
    let owners: Vec<OwnerId> =
        (0..=PENDING_MAX).map(|number| Owner::for_test(&number.to_string()).id().clone()).collect();
    let notifier = notifier(true);
    for revision in 1..=2 {
        for owner in &owners {
            notifier.0.stored(owner, Some(at(1, revision)));
        }
    }
    let pending = notifier.0.next_exchange(false, Duration::ZERO).unwrap();
    assert_eq!(pending.len(), PENDING_MAX);
    assert!(pending.values().all(|revision| *revision == Some(at(1, 2))));
    notifier.0.stored(&owners[0], None);
    notifier.0.close();
    assert_eq!(notifier.0.next_exchange(false, Duration::ZERO).map(|last| last.len()), Some(1));
    assert!(notifier.0.next_exchange(false, Duration::ZERO).is_none());
}
