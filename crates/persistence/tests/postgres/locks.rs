//! Row locks: a write that waited for a lock decides on the rows after the wait.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::{
    Change, Completion, EntityTags, NewTask, Owner, Precondition, RepositoryError, Revision, Task, TaskId,
    TaskRepository, Timestamp, Title,
};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::{Postgres, SetOnDrop, eventually};
use uuid::Uuid;

use crate::{create, migrated, options};

const OWNER: &str = "waiter";

/// Runs `act` while another transaction has locked the owner, runs `meanwhile` in that one, commits it, and returns the
/// result of `act`.
fn after<T: Send>(meanwhile: &str, act: impl FnOnce(&dyn TaskRepository, &Owner, TaskId) -> T + Send) -> T {
    let server = Postgres::shared();
    let url = server.create_database();
    // On a busy machine, seconds pass until the write is seen to wait.
    let long = Duration::from_mins(1);
    let options =
        DatabaseOptions { lock_timeout: long, statement_timeout: long, deadline: long, ..options(&url) };
    let database = Database::open(&options).unwrap();
    database.migrate().unwrap();
    let repository = database.tasks();
    let owner = Owner::for_test(OWNER);
    let task = create(&*repository, &owner, 7);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute("begin; select from owners where owner_id = 'waiter' for update").unwrap();
    let result = thread::scope(|scope| {
        let acting = scope.spawn(|| act(&*repository, &owner, task.id));
        let waits = "select count(*) from pg_stat_activity \
                     where datname = current_database() and wait_event_type = 'Lock'";
        let waiting = || (server.query(&url, waits) == "1").then_some(());
        assert!(eventually(long, waiting).is_some(), "it does not wait");
        other.batch_execute(meanwhile).unwrap();
        other.batch_execute("commit").unwrap();
        acting.join().unwrap()
    });
    let stored = "select revision = (select max(revision) from \
                (select revision from tasks union select revision from tombstones) as stored) \
                and live_tasks = (select count(*) from tasks where deleted_at is null) from owners";
    assert_eq!(server.query(&url, stored), "t");
    result
}

const CHANGED: &str = "update owners set revision = 2; \
                       update tasks set completed = true, description = 'new', search = 'title\u{1f}new', revision = 2";
const DELETED: &str =
    "update owners set revision = 2, live_tasks = 0; update tasks set deleted_at = now(), revision = 2";

fn toggle(
    repository: &dyn TaskRepository,
    owner: &Owner,
    id: TaskId,
    of: Option<i64>,
) -> Result<Task, RepositoryError> {
    let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
    let if_match = of.map(|revision| EntityTags::Revisions(vec![Revision::new(revision)]));
    let precondition = Precondition { if_match, ..Precondition::default() };
    let at = Timestamp::from_unix_millis(1).unwrap();
    block_on(repository.update(owner, id, change, precondition, at))
}

fn delete(
    repository: &dyn TaskRepository,
    owner: &Owner,
    id: TaskId,
    of: Option<i64>,
) -> Result<Revision, RepositoryError> {
    let if_match = of.map(|revision| EntityTags::Revisions(vec![Revision::new(revision)]));
    let precondition = Precondition { if_match, ..Precondition::default() };
    block_on(repository.delete(owner, id, precondition, Timestamp::from_unix_millis(1).unwrap()))
}

#[test]
fn a_toggle_flips_what_it_finds() {
    let task = after(CHANGED, |repository, owner, id| toggle(repository, owner, id, None)).unwrap();
    assert_eq!((task.completed, task.revision), (false, Revision::new(3)));
    assert_eq!(task.description.unwrap().as_str(), "new");
}

#[test]
fn preconditions_are_evaluated_on_the_stored_task() {
    let rejected = after(CHANGED, |repository, owner, id| toggle(repository, owner, id, Some(1)));
    assert!(
        matches!(rejected, Err(RepositoryError::PreconditionFailed { current }) if current.number() == 2)
    );
    let rejected = after(CHANGED, |repository, owner, id| delete(repository, owner, id, Some(1)));
    assert!(
        matches!(rejected, Err(RepositoryError::PreconditionFailed { current }) if current.number() == 2)
    );
}

#[test]
fn concurrently_deleted_tasks_are_not_found() {
    let changed = after(DELETED, |repository, owner, id| toggle(repository, owner, id, None));
    assert!(matches!(changed, Err(RepositoryError::NotFound)), "{changed:?}");
    let deleted = after(DELETED, |repository, owner, id| delete(repository, owner, id, Some(1)));
    assert!(matches!(deleted, Err(RepositoryError::NotFound)), "{deleted:?}");
}

#[test]
fn a_deletion_takes_the_next_revision() {
    let deletion = after(CHANGED, |repository, owner, id| delete(repository, owner, id, None));
    assert_eq!(deletion.unwrap(), Revision::new(3));
}

#[test]
fn failed_preconditions_wait_for_no_lock() {
    let url = Postgres::shared().create_database();
    let repository = migrated(&url).tasks();
    let owner = Owner::for_test(OWNER);
    let task = create(&*repository, &owner, 7);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute("begin; select from owners where owner_id = 'waiter' for update").unwrap();
    let rejected = toggle(&*repository, &owner, task.id, Some(2));
    assert!(
        matches!(rejected, Err(RepositoryError::PreconditionFailed { current }) if current.number() == 1)
    );
    other.batch_execute("commit").unwrap();
}

#[test]
fn a_new_task_takes_the_next_revision() {
    let task = after(CHANGED, |repository, owner, _| create(repository, owner, 8));
    assert_eq!(task.revision, Revision::new(3));
}

/// Writes of one owner, one after the other, until `over`: how many succeeded, how many did not, and the slowest.
fn write_until(over: &AtomicBool, repository: &dyn TaskRepository, owner: &str, first: u128) -> Written {
    let owner = Owner::for_test(owner);
    let mut written = Written::default();
    for number in first.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let begun = Instant::now();
        let (id, at) = (TaskId::new(Uuid::from_u128(number)), Timestamp::from_unix_millis(0).unwrap());
        let new = NewTask::new(id, Title::from_stored("task".into()));
        match block_on(repository.create(&owner, new, at)) {
            Ok(_) => written.done += 1,
            Err(RepositoryError::Busy(_) | RepositoryError::Overloaded) => written.rejected += 1,
            Err(error) => panic!("{error:?}"),
        }
        written.slowest = written.slowest.max(begun.elapsed());
    }
    written
}

#[derive(Debug, Default)]
struct Written {
    done: u64,
    rejected: u64,
    slowest: Duration,
}

#[test]
fn a_locked_owner_delays_no_other_owner() {
    let url = Postgres::shared().create_database();
    let database = migrated(&url);
    let repository = database.tasks();
    create(&*repository, &Owner::for_test("locked"), 1);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute("begin; select from owners where owner_id = 'locked' for update").unwrap();
    let over = AtomicBool::new(false);
    let (locked, others) = thread::scope(|scope| {
        let ended = SetOnDrop(&over);
        let write = |owner: String, first| {
            let (over, repository) = (&over, &repository);
            scope.spawn(move || write_until(over, &**repository, &owner, first))
        };
        let locked: Vec<_> = (0..3).map(|client: u128| write("locked".into(), client << 32 | 2)).collect();
        let others: Vec<_> = (0..8).map(|number| write(format!("other-{number}"), 1)).collect();
        thread::sleep(Duration::from_secs(4));
        drop(ended);
        let joined = |writers: Vec<thread::ScopedJoinHandle<'_, Written>>| -> Vec<Written> {
            writers.into_iter().map(|writer| writer.join().unwrap()).collect()
        };
        (joined(locked), joined(others))
    });
    assert!(locked.iter().all(|written| written.done == 0 && written.rejected > 0), "{locked:?}");
    // Only the first write of the locked owner blocks its worker, for the lock timeout.
    let stalled = |written: &Written| written.rejected > 0 || written.slowest >= Duration::from_millis(1500);
    assert!(!others.iter().any(stalled), "{others:?}");
    other.batch_execute("commit").unwrap();
    let free = || {
        let task = NewTask::new(TaskId::new(Uuid::from_u128(99)), Title::from_stored("free".into()));
        let at = Timestamp::from_unix_millis(0).unwrap();
        block_on(repository.create(&Owner::for_test("locked"), task, at)).ok()
    };
    assert!(eventually(Duration::from_secs(5), free).is_some());
}

#[test]
fn briefly_locked_rows_are_retried() {
    let url = Postgres::shared().create_database();
    // The time of a lock is long, so that a slow machine has time to release it.
    let (lock_timeout, statement_timeout) = (Duration::from_secs(2), Duration::from_secs(10));
    let deadline = Duration::from_secs(30);
    let options = DatabaseOptions { lock_timeout, statement_timeout, deadline, ..options(&url) };
    let _ = migrated(&url);
    let repository = Database::open(&options).unwrap().tasks();
    create(&*repository, &Owner::for_test("locked"), 1);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute("begin; select from owners where owner_id = 'locked' for update").unwrap();
    let write = |owner: &str, number| {
        let task = NewTask::new(TaskId::new(Uuid::from_u128(number)), Title::from_stored("task".into()));
        let at = Timestamp::from_unix_millis(0).unwrap();
        block_on(repository.create(&Owner::for_test(owner), task, at))
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| write("locked", 2));
        let waits = "select count(*) from pg_stat_activity \
                     where datname = current_database() and wait_event_type = 'Lock'";
        let waiting = || (Postgres::shared().query(&url, waits) == "1").then_some(());
        assert!(eventually(Duration::from_secs(5), waiting).is_some(), "it does not wait");
        // They wait behind the first one, and are a batch.
        let second = scope.spawn(|| write("locked", 3));
        let write = &write;
        let others: Vec<_> =
            (0..8).map(|number| scope.spawn(move || write(&format!("other-{number}"), 1))).collect();
        let rejected = first.join().unwrap();
        assert!(matches!(rejected, Err(RepositoryError::Busy(_))), "{rejected:?}");
        for other in others {
            other.join().unwrap().unwrap();
        }
        other.batch_execute("commit").unwrap();
        second.join().unwrap().unwrap();
    });
}
