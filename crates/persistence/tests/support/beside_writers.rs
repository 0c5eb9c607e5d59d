//! A doctor at work while a service writes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use domain::{Change, Completion, Owner, Precondition, TaskRepository, Timestamp};
use pollster::block_on;

use crate::doctor_of_both::{Ward, create, task_id};

const WRITERS: u128 = 3;
const EXAMINATIONS: usize = 25;

/// One of the writers: makes, changes and deletes tasks of two owners until the others have seen enough.
fn write(repository: &dyn TaskRepository, writer: u128, enough: &AtomicBool) {
    let owners = [Owner::for_test("alice"), Owner::for_test("bob")];
    let at = Timestamp::from_unix_millis(0).unwrap();
    for number in 0.. {
        if enough.load(Ordering::Relaxed) {
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

/// Does something while writers write.
fn meanwhile(ward: &Ward, act: impl FnOnce()) {
    struct Enough<'a>(&'a AtomicBool);
    impl Drop for Enough<'_> {
        fn drop(&mut self) {
            self.0.store(true, Ordering::Relaxed);
        }
    }
    let repository = ward.repository();
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        let _enough = Enough(&enough);
        for writer in 0..WRITERS {
            let (repository, enough) = (&*repository, &enough);
            scope.spawn(move || write(repository, writer, enough));
        }
        act();
    });
}

/// What is written meanwhile is no finding.
pub(crate) fn an_examination_finds_nothing(ward: &Ward) {
    ward.settle();
    meanwhile(ward, || {
        for _ in 0..EXAMINATIONS {
            let found = ward.examine();
            assert!(found.is_healthy(), "{found}");
        }
    });
}

/// What goes wrong under the writers' hands is mended under them, and stays so.
pub(crate) fn a_repair_mends(ward: &Ward) {
    ward.settle();
    // So many that are never written again: no luck of the writers makes up for the damage.
    let repository = ward.repository();
    for number in 100..140 {
        create(&*repository, &Owner::for_test("alice"), number);
    }
    let doctor = tasknook_persistence::Doctor::of(&ward.options).unwrap();
    meanwhile(ward, || {
        for damage in [
            "update owners set revision = 1",
            "update owners set live_tasks = 100000 + live_tasks",
            "update tasks set revision = 3 where title in ('Title 1', 'Title 2', 'Title 100')",
            "update tasks set search = 'nothing' where deleted_at is null",
        ] {
            (ward.execute)(damage);
            let found = doctor.examine().unwrap();
            assert!(found.can_be_mended(), "{damage}\n{found}");
            let repairs = doctor.repair(&found);
            assert!(!repairs.done().is_empty());
            assert!(repairs.into_error().is_none());
            let again = doctor.examine().unwrap();
            assert!(again.is_healthy(), "{damage}\n{again}");
        }
    });
    assert!(ward.examine().is_healthy());
}
