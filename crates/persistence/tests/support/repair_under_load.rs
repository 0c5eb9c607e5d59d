//! Checks and repairs while a service writes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use domain::{Change, Completion, Owner, Precondition, TaskRepository, Timestamp};
use pollster::block_on;
use tasknook_persistence::Remedy;
use tasknook_tests::SetOnDrop;

use crate::doctor_of_both::{TestDatabase, create, task_id};

const WRITERS: u128 = 3;
const CHECKS: usize = 25;

/// One of the writers: creates, updates and deletes tasks of two owners until it is stopped.
fn write(repository: &dyn TaskRepository, writer: u128, stop: &AtomicBool) {
    let owners = [Owner::for_test("alice"), Owner::for_test("bob")];
    let at = Timestamp::from_unix_millis(0).unwrap();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let owner = &owners[number as usize % 2];
        let number = (writer + 1) * 1_000_000 + number;
        create(repository, owner, number);
        let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
        let none = Precondition::default;
        block_on(repository.update(owner, task_id(number), change, none(), at)).unwrap();
        if number.is_multiple_of(3) {
            block_on(repository.delete(owner, task_id(number), none(), at)).unwrap();
        }
    }
}

/// Runs `act` while writers write.
fn meanwhile(database: &TestDatabase, act: impl FnOnce()) {
    let repository = database.repository();
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let _stop = SetOnDrop(&stop);
        for writer in 0..WRITERS {
            let (repository, stop) = (&*repository, &stop);
            scope.spawn(move || write(repository, writer, stop));
        }
        act();
    });
}

pub(crate) fn a_check_finds_nothing(database: &TestDatabase) {
    database.fill();
    meanwhile(database, || {
        for _ in 0..CHECKS {
            let report = database.check();
            assert!(report.is_healthy(), "{report}");
        }
    });
}

/// Each damages rows that the writers never write, so that only a repair can undo it. None lowers a revision
/// that writers use: two tasks would share one before the repair.
const DAMAGES: [&str; 6] = [
    "update tasks set revision = (select max(revision) from owners) + 1000000 where title = 'Title 100'",
    "update tombstones set revision = (select max(revision) from owners) + 1000000
     where object_id = (select object_id from tombstones order by object_id limit 1)",
    "update owners set live_tasks = 100000 + live_tasks",
    "update owners set live_tasks = 0 where owner_id = 'carol'",
    "update tasks set search = 'nothing' where title like 'Title 1__' and deleted_at is null",
    "delete from owners where owner_id = 'carol'",
];

pub(crate) fn a_repair_prevails(database: &TestDatabase) {
    database.fill();
    let repository = database.repository();
    for number in 100..140 {
        create(&*repository, &Owner::for_test("alice"), number);
    }
    create(&*repository, &Owner::for_test("carol"), 1);
    meanwhile(database, || {
        for damage in DAMAGES {
            (database.execute)(damage);
            let report = database.check();
            assert_eq!(report.remedies(), [Remedy::Repair], "{damage}\n{report}");
            assert!(!database.repair(&report).is_empty(), "{damage}");
            let again = database.check();
            assert!(again.is_healthy(), "{damage}\n{again}");
        }
    });
    assert!(database.check().is_healthy(), "{}", database.check());
}
