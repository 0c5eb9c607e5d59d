//! The trash in exports, imports, moves and background jobs, on whole databases.

use std::sync::Arc;
use std::time::Duration;

use domain::testing::ManualClock;
use domain::{
    Command, ExistingTask, ImportedTask, ListQuery, Outcome, Owner, Precondition, RepositoryError, Scope,
    Sort, SortKey, Task, TaskId, TaskRepository, Tombstone, TrashCapacity,
};
use persistence::{Database, Imported, JobOptions, StoredEntry};
use pollster::block_on;
use tasknook_persistence as persistence;

use crate::ownership_of_both::{OwnersDatabase, RandomIds, at, fill, id, imported};

/// Moves a live task to the trash.
fn trash(repository: &dyn TaskRepository, owner: &Owner, id: TaskId, size: u64, millis: i64) {
    let (precondition, trash) = (Precondition::default(), TrashCapacity::tasks(size));
    let command = Command::Delete { id, precondition, trash };
    let outcome = block_on(repository.write(owner, command, at(millis)));
    assert!(matches!(outcome, Ok(Outcome::Deleted(_))), "{outcome:?}");
}

/// The first tasks of the trash, the newest first, and their number.
fn trashed(repository: &dyn TaskRepository, owner: &Owner) -> (Vec<Task>, u64) {
    let sort = Sort { key: SortKey::Deleted, ..Sort::default() };
    let query = ListQuery { scope: Scope::Trash, sort, count: true, ..ListQuery::default() };
    let page = block_on(repository.list(owner, query)).unwrap();
    (page.tasks, page.total.unwrap())
}

/// So many trashed tasks, deleted one after another.
fn in_trash(numbers: std::ops::Range<u128>) -> impl Iterator<Item = ImportedTask> {
    let deleted_at = |number| Some(at(i64::try_from(number).unwrap()));
    numbers.map(move |number| ImportedTask { deleted_at: deleted_at(number), ..imported(number) })
}

fn tombstones(database: &OwnersDatabase, owner: &Owner) -> Vec<Tombstone> {
    let tombstone =
        |entry| if let StoredEntry::Tombstone(tombstone) = entry { Some(tombstone) } else { None };
    let mut found: Vec<Tombstone> = database.export(owner.id()).into_iter().filter_map(tombstone).collect();
    found.sort_by_key(|tombstone| tombstone.revision);
    found
}

pub(crate) fn trashed_tasks_are_exported_imported_and_moved(database: &OwnersDatabase) {
    let service = database.service();
    let (alice, bob, carol) = (Owner::for_test("alice"), Owner::for_test("bob"), Owner::for_test("carol"));
    fill(&*service, &[&alice, &carol]);
    trash(&*service, &alice, id(2), 9, 5);
    trash(&*service, &alice, id(1), 9, 6);
    let exported = database.tasks(alice.id());
    let order: Vec<_> = exported.iter().map(|task| (task.id, task.deleted_at)).collect();
    assert_eq!(order, [(id(2), Some(at(5))), (id(1), Some(at(6)))], "in the order of deletion");
    let copies = exported.iter().cloned().map(Into::into);
    let done = database.import(bob.id(), (6, ExistingTask::Reject), copies).unwrap();
    assert_eq!(done, Imported { written: 2, kept: 0 });
    let (copies, total) = trashed(&*service, &bob);
    assert_eq!((copies.len(), total), (2, 2));
    for (copy, task) in copies.iter().rev().zip(&exported) {
        assert_eq!(*copy, Task { owner_id: bob.id().clone(), revision: copy.revision, ..task.clone() });
    }
    // The same ids in the trash of the other owner, and as live ones.
    block_on(service.move_tasks(&alice, &bob, Arc::new(RandomIds))).unwrap();
    assert_eq!(trashed(&*service, &bob).1, 4);
    assert_eq!(database.data().move_tasks(carol.id(), bob.id(), &RandomIds).unwrap(), 2);
    for (owner, name) in [(&alice, "alice"), (&carol, "carol")] {
        assert_eq!(((database.columns_with)(name), trashed(&*service, owner).1), (vec![], 0));
    }
    database.assert_is_healthy();
    let erased = database.data().erase(bob.id()).unwrap();
    assert_eq!((erased.tasks, erased.trashed, erased.tombstones), (2, 4, 0));
    assert_eq!((database.columns_with)("bob"), [""; 0]);
}

pub(crate) fn ten_thousand_trashed_tasks_are_emptied_at_once(database: &OwnersDatabase) {
    let alice = Owner::for_test("alice");
    database.import(alice.id(), (0, ExistingTask::Reject), in_trash(1..10_001)).unwrap();
    // With the time limits of the service.
    let service = Database::open(&database.options()).unwrap().tasks();
    let outcome = block_on(service.write(&alice, Command::EmptyTrash, at(0))).unwrap();
    assert_eq!((outcome, trashed(&*service, &alice).1), (Outcome::Purged(10_000), 0));
    let revisions = tombstones(database, &alice);
    assert!(revisions.iter().map(|tombstone| tombstone.revision.number()).eq(10_001..=20_000));
    database.assert_is_healthy();
}

pub(crate) fn full_trashes_make_room_at_their_size(database: &OwnersDatabase) {
    let (alice, service) = (Owner::for_test("alice"), database.service());
    database.import(alice.id(), (0, ExistingTask::Reject), in_trash(1..1001)).unwrap();
    let live = (5001..5004).map(imported);
    database.import(alice.id(), (0, ExistingTask::Reject), live).unwrap();
    for number in 5001..5004 {
        trash(&*service, &alice, id(number), 1000, 2000);
    }
    let gone: Vec<TaskId> = tombstones(database, &alice).iter().map(|tombstone| tombstone.id).collect();
    assert_eq!((gone, trashed(&*service, &alice).1), (vec![id(1), id(2), id(3)], 1000));
    let precondition = Precondition::default();
    let restore = |number| Command::Restore { id: id(number), precondition: precondition.clone() };
    assert!(matches!(block_on(service.write(&alice, restore(1), at(0))), Err(RepositoryError::NotFound)));
    assert!(matches!(block_on(service.write(&alice, restore(4), at(0))), Ok(Outcome::Task(_))));
    database.assert_is_healthy();
}

pub(crate) fn jobs_purge_what_is_old_or_too_much(database: &OwnersDatabase) {
    const DAY: i64 = 24 * 60 * 60 * 1000;
    let (alice, bob, service) = (Owner::for_test("alice"), Owner::for_test("bob"), database.service());
    let old = |number| ImportedTask { deleted_at: Some(at(0)), ..imported(number) };
    let new = |number| ImportedTask { deleted_at: Some(at(20 * DAY)), ..imported(number) };
    // More old ones than one step deletes.
    let theirs = (1..=120).map(old).chain((121..=123).map(new)).chain([imported(200)]);
    database.import(alice.id(), (0, ExistingTask::Reject), theirs).unwrap();
    database.import(bob.id(), (0, ExistingTask::Reject), (1..=4).map(new)).unwrap();
    let jobs = Database::open(&database.options()).unwrap();
    let run = |days: i64, keep: u64, trash| {
        let clock = Arc::new(ManualClock::at_unix_millis(at(days * DAY).unix_millis()));
        let keep_trashed = Duration::from_hours(24 * keep);
        let options = JobOptions { keep_trashed, trash, ..JobOptions::new(Duration::MAX, clock) };
        let report = jobs.run_jobs(&options).unwrap();
        assert!(report.is_completed(), "{report:?}");
        (report.purged, trashed(&*service, &alice).1, trashed(&*service, &bob).1)
    };
    assert_eq!(run(30, 30, TrashCapacity::tasks(123)), (0, 123, 4), "nothing is older than 30 days");
    assert_eq!(run(31, 30, TrashCapacity::UNLIMITED), (120, 3, 4));
    let purged = tombstones(database, &alice);
    assert!(purged.iter().map(|tombstone| tombstone.revision.number()).eq(125..=244));
    assert_eq!(run(31, 30, TrashCapacity::tasks(3)), (1, 3, 3), "what a lower limit leaves over");
    assert_eq!(run(21, 0, TrashCapacity::NONE), (6, 0, 0), "without a trash");
    assert_eq!(database.tasks(alice.id()).len(), 1);
    database.assert_is_healthy();
    // The next write continues from there.
    let next = domain::NewTask::new(id(999), imported(1).task.title);
    assert_eq!(block_on(service.create(&bob, next, at(0))).unwrap().revision.number(), 4 + 4 + 1);
}
