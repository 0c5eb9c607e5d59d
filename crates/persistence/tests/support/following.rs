//! Clients that follow the changes while other services or processes write, and jobs delete tombstones.

use std::env;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use domain::testing::{AnyWrites, Follower, ManualClock, Numbers};
use domain::{
    ChangedObject, FeedPosition, NewTask, ObjectId, Owner, OwnerRevision, Precondition, RepositoryError,
    Revision, TaskId, TaskRepository, Timestamp, Title, TrashCapacity,
};
use persistence::{Database, DatabaseOptions, JobOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::SetOnDrop;
use uuid::Uuid;

use crate::workload::without_timeouts;

const WRITERS: u64 = 4;
const WRITES: usize = 100;
const FOLLOWERS: u64 = 4;

fn owners() -> [Owner; 3] {
    ["alice", "bob", "carol"].map(Owner::for_test)
}

/// Jobs at a time when all that was written is old.
fn jobs() -> JobOptions {
    let clock = Arc::new(ManualClock::at_unix_millis(86_400_000));
    let (keep_trashed, trash) = (Duration::ZERO, TrashCapacity::tasks(3));
    JobOptions { keep_trashed, trash, ..JobOptions::new(Duration::ZERO, clock) }
}

/// Has clients follow while these writers write, and compares what they have in the end.
pub(crate) fn followers_have_what_is_listed(url: &str, write: impl FnOnce() + Send) {
    let options = without_timeouts(url);
    let database = Database::open(&options).unwrap();
    database.migrate().unwrap();
    let repository = &*database.tasks();
    let mut writes = AnyWrites::new(&owners(), 1000);
    (0..60).for_each(|_| writes.write(repository));
    let mut early = owners().map(Follower::new);
    for follower in &mut early {
        follower.catch_up(repository, 3);
    }
    let over = &AtomicBool::new(false);
    let followed: Vec<(Follower, usize)> = thread::scope(|scope| {
        let written = SetOnDrop(over);
        let followers: Vec<_> = (0..FOLLOWERS)
            .map(|seed| {
                let options = &options;
                scope.spawn(move || follow(&*Database::open(options).unwrap().tasks(), seed, over))
            })
            .collect();
        scope.spawn(|| delete_tombstones(&database, over));
        write();
        drop(written);
        followers.into_iter().map(|follower| follower.join().unwrap()).collect()
    });
    let pages: usize = followed.iter().map(|(_, pages)| pages).sum();
    assert!(pages > 4, "{pages} pages of changes");
    for mut follower in early.iter().cloned().chain(followed.into_iter().map(|(follower, _)| follower)) {
        follower.catch_up(repository, 10);
        assert!(follower.has_what_is_listed(repository), "{follower:?}");
    }
    let _ = database.run_jobs(&jobs()).unwrap();
    for follower in &mut early {
        follower.catch_up(repository, 10);
        assert!(follower.resyncs() == 1 && follower.has_what_is_listed(repository), "{follower:?}");
    }
}

/// Follows until the writers are done. Gives how many pages of changes there were beside those of snapshots.
fn follow(repository: &dyn TaskRepository, seed: u64, over: &AtomicBool) -> (Follower, usize) {
    let numbers = &mut Numbers::new(seed);
    let mut follower = Follower::new(numbers.one_of(&owners()));
    let (mut kept, mut changes) = (follower.clone(), 0);
    while !over.load(Ordering::Relaxed) {
        if numbers.is_one_in(50) {
            // It lost what came after.
            follower = kept.clone();
        }
        let before = follower.position();
        if !follower.read(repository, numbers.one_of(&[1, 2, 4, 9, 1000])) {
            thread::sleep(Duration::from_millis(2));
        }
        if let (FeedPosition::At(seen), FeedPosition::At(next)) = (before, follower.position()) {
            changes += usize::from(next.revision > seen.revision);
        }
        if numbers.is_one_in(20) {
            kept = follower.clone();
        }
    }
    (follower, changes)
}

/// Deletes old tombstones and old tasks of the trash from time to time.
fn delete_tombstones(database: &Database, over: &AtomicBool) {
    let repository = database.tasks();
    let revisions = || owners().each_ref().map(|owner| block_on(repository.revision(owner)).unwrap());
    let mut last = revisions();
    while !over.load(Ordering::Relaxed) {
        let is_much_later = |(seen, now): (&OwnerRevision, &OwnerRevision)| {
            seen.epoch != now.epoch || now.revision.number() > seen.revision.number() + 40
        };
        let now = revisions();
        if last.iter().zip(&now).any(is_much_later) {
            let _ = database.run_jobs(&jobs()).unwrap();
            last = now;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn write(repository: &dyn TaskRepository, seed: u64) {
    let mut writes = AnyWrites::new(&owners(), seed);
    (0..WRITES).for_each(|_| writes.write(repository));
}

/// Writes as several services in this process.
pub(crate) fn write_as_services(url: &str) {
    thread::scope(|scope| {
        for seed in 0..WRITERS {
            let service = Database::open(&without_timeouts(url)).unwrap();
            scope.spawn(move || write(&*service.tasks(), seed));
        }
    });
}

/// The variable with the seed and the URL of a process that writes.
const WRITER: &str = "TASKNOOK_WRITER";

/// Writes as several processes that are this binary with `worker`, the name of an ignored test that calls [`work`].
pub(crate) fn write_as_processes(worker: &str, url: &str) {
    let start = |seed| {
        Command::new(env::current_exe().unwrap())
            .args([worker, "--exact", "--ignored", "--nocapture"])
            .env(WRITER, format!("{seed} {url}"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    };
    let processes: Vec<_> = (0..WRITERS).map(start).collect();
    for process in processes {
        let output = process.wait_with_output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

/// What each process does.
pub(crate) fn work() {
    let Some(writer) = env::var_os(WRITER) else {
        panic!("this is no test, but a process that another one starts")
    };
    let (seed, url) = writer.to_str().unwrap().split_once(' ').unwrap();
    write(&*Database::open(&without_timeouts(url)).unwrap().tasks(), seed.parse().unwrap());
}

fn create(repository: &dyn TaskRepository, owner: &Owner, number: u128) -> TaskId {
    let id = TaskId::new(Uuid::from_u128(number));
    let new = NewTask::new(id, Title::from_stored("task".into()));
    block_on(repository.create(owner, new, Timestamp::from_unix_millis(0).unwrap())).unwrap().id
}

type Read = Result<Vec<ChangedObject>, RepositoryError>;

fn read(repository: &dyn TaskRepository, owner: &Owner, after: FeedPosition) -> Read {
    block_on(repository.changes(owner, after, 100)).map(|page| page.changes)
}

fn deleted(id: TaskId, revision: i64) -> ChangedObject {
    ChangedObject::Deleted(ObjectId::Task(id), Revision::new(revision))
}

pub(crate) fn positions_before_deleted_tombstones_must_resync(options: &DatabaseOptions) {
    let database = Database::open(options).unwrap();
    database.migrate().unwrap();
    let (repository, owner) = (&*database.tasks(), Owner::for_test("alice"));
    let [a, b] = [1, 2].map(|number| create(repository, &owner, number));
    for id in [a, b] {
        let at = Timestamp::from_unix_millis(0).unwrap();
        block_on(repository.delete(&owner, id, Precondition::default(), at)).unwrap();
    }
    let now = block_on(repository.revision(&owner)).unwrap();
    let at = |number| OwnerRevision { revision: Revision::new(number), ..now };
    assert_eq!(read(repository, &owner, FeedPosition::At(at(3))).unwrap(), [deleted(b, 4)]);
    assert_eq!(database.run_jobs(&jobs()).unwrap().pruned, 2);
    let c = create(repository, &owner, 3);
    for number in 1..4 {
        let old = read(repository, &owner, FeedPosition::At(at(number)));
        assert!(matches!(old, Err(RepositoryError::ResyncRequired)), "{number}: {old:?}");
    }
    let after = ObjectId::Task(a);
    let usable = [
        FeedPosition::At(at(4)),
        FeedPosition::Start,
        FeedPosition::At(OwnerRevision::NONE),
        FeedPosition::InSnapshot { began: at(1), after },
    ];
    for position in usable {
        let ids: Vec<ObjectId> =
            read(repository, &owner, position).unwrap().iter().map(ChangedObject::id).collect();
        assert_eq!(ids, [ObjectId::Task(c)], "{position:?}");
    }
}

/// `run_sql` executes statements that a process of version 0.1.0 would execute.
pub(crate) fn deleted_rows_of_0_1_0_are_deletions(options: &DatabaseOptions, run_sql: impl Fn(&str)) {
    let database = Database::open(options).unwrap();
    database.migrate().unwrap();
    let (repository, owner) = (&*database.tasks(), Owner::for_test("alice"));
    let [a, b] = [1, 2].map(|number| create(repository, &owner, number));
    let mut follower = Follower::new(owner.clone());
    follower.catch_up(repository, 10);
    let position = follower.position();
    run_sql("update owners set revision = revision + 1, live_tasks = live_tasks - 1");
    run_sql(
        "update tasks set title = '', description = null, search = '', deleted_at = created_at, revision = 3
        where revision = 1",
    );
    assert_eq!(read(repository, &owner, position).unwrap(), [deleted(a, 3)]);
    let ids: Vec<ObjectId> =
        read(repository, &owner, FeedPosition::Start).unwrap().iter().map(ChangedObject::id).collect();
    assert_eq!(ids, [ObjectId::Task(b)]);
    // The same deletion, once the job has made a tombstone of it.
    let options = JobOptions { keep_tombstones: Duration::MAX, ..jobs() };
    assert_eq!(database.run_jobs(&options).unwrap().moved, 1);
    assert_eq!(read(repository, &owner, position).unwrap(), [deleted(a, 3)]);
    follower.catch_up(repository, 10);
    assert!(follower.has_what_is_listed(repository), "{follower:?}");
}
