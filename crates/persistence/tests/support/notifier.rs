//! Watches of owners who change in this process, in another one, and by commands.

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Waker};
use std::thread;
use std::time::Duration;

use domain::testing::ManualClock;
use domain::{
    Command, ExistingTask, NewTask, Notifier, Owner, OwnerRevision, Precondition, TaskRepository,
    TrashCapacity, Watch,
};
use persistence::{
    Database, DatabaseObserver, DatabaseOptions, Doctor, ImportedEntry, JobOptions, OwnerData, WorkKind,
};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::eventually;

use crate::ownership_of_both::{RandomIds, at, fill, id, imported};

/// A test fails only after this time.
const DEADLINE: Duration = Duration::from_mins(1);

/// Longer than any test: no poll finds what a notification has to report.
pub(crate) const NEVER: Duration = Duration::from_hours(1);

/// What an observer has counted.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) sent: AtomicUsize,
    pub(crate) received: AtomicUsize,
    pub(crate) missed: AtomicUsize,
    pub(crate) resumed: AtomicUsize,
    statements: [AtomicUsize; WorkKind::ALL.len()],
}

impl DatabaseObserver for Counts {
    fn notifications(&self, sent: usize, received: usize) {
        self.sent.fetch_add(sent, Ordering::SeqCst);
        self.received.fetch_add(received, Ordering::SeqCst);
    }

    fn notifications_missed(&self, changes: usize) {
        self.missed.fetch_add(changes, Ordering::SeqCst);
    }

    fn notifications_resumed(&self) {
        self.resumed.fetch_add(1, Ordering::SeqCst);
    }

    fn statement(&self, kind: WorkKind, _: usize, _: Duration) {
        self.statements[kind as usize].fetch_add(1, Ordering::SeqCst);
    }
}

impl Counts {
    pub(crate) fn statements(&self, kind: WorkKind) -> usize {
        self.statements[kind as usize].load(Ordering::SeqCst)
    }
}

/// A process on a database, with what its observer counts.
pub(crate) struct Process {
    pub(crate) database: Database,
    pub(crate) counts: Arc<Counts>,
}

impl Process {
    pub(crate) fn start(options: &DatabaseOptions) -> Self {
        let counts = Arc::new(Counts::default());
        let observer = Arc::clone(&counts) as _;
        let database = Database::open(&DatabaseOptions { observer, ..options.clone() }).unwrap();
        database.migrate().unwrap();
        Self { database, counts }
    }

    pub(crate) fn tasks(&self) -> Arc<dyn TaskRepository> {
        self.database.tasks()
    }

    /// A watch after the poll that follows its begin, which reports the owner once.
    pub(crate) fn watch(&self, owner: &Owner) -> Watched {
        let mut watched = Watched::new(&*self.database.notifier(), owner);
        watched.next();
        watched
    }

    pub(crate) fn write(&self, owner: &Owner) -> OwnerRevision {
        let new = NewTask::new(domain::Ids::next(&RandomIds), domain::Title::parse("task", 200).unwrap());
        block_on(self.tasks().create(owner, new, at(0))).unwrap();
        block_on(self.tasks().revision(owner)).unwrap()
    }
}

/// Waits for a count.
pub(crate) fn reaches(count: &AtomicUsize, least: usize) {
    let reached = eventually(DEADLINE, || (count.load(Ordering::SeqCst) >= least).then_some(()));
    assert!(reached.is_some(), "{count:?} of {least}");
}

/// A watch that a test waits for.
pub(crate) struct Watched(Option<Box<dyn Watch>>);

impl Watched {
    pub(crate) fn new(notifier: &dyn Notifier, owner: &Owner) -> Self {
        Self(Some(notifier.watch(owner)))
    }

    /// Waits for the next return.
    pub(crate) fn next(&mut self) {
        let mut watch = self.0.take().unwrap();
        let (sender, returned) = mpsc::channel();
        thread::spawn(move || {
            block_on(watch.changed());
            let _ = sender.send(watch);
        });
        self.0 = Some(returned.recv_timeout(DEADLINE).unwrap());
    }

    /// Whether a change is reported already.
    pub(crate) fn has_changed(&mut self) -> bool {
        let changed = pin!(self.0.as_mut().unwrap().changed());
        changed.poll(&mut Context::from_waker(Waker::noop())).is_ready()
    }

    /// Waits for a report after which the reader finds this revision, as a stream does.
    pub(crate) fn follow_to(&mut self, reader: &Process, owner: &Owner, revision: OwnerRevision) {
        self.next();
        while block_on(reader.tasks().revision(owner)).unwrap() != revision {
            self.next();
        }
    }
}

/// Each command reports its owners before it returns.
pub(crate) fn every_command_reports_its_owners(options: &DatabaseOptions) {
    let process = Process::start(&DatabaseOptions { poll: NEVER, ..options.clone() });
    let (tasks, alice, bob) = (process.tasks(), Owner::for_test("alice"), Owner::for_test("bob"));
    let mut watches = [process.watch(&alice), process.watch(&bob)];
    let mut changed = || -> [bool; 2] {
        let [alice, bob] = &mut watches;
        [alice.has_changed(), bob.has_changed()]
    };
    // What polls at the begin have found.
    while changed() != [false; 2] {}
    assert_eq!(changed(), [false; 2], "nothing");
    fill(&*tasks, &[&alice]);
    assert_eq!(changed(), [true, false], "writes");
    assert_eq!(changed(), [false; 2], "once");
    let (precondition, trash) = (Precondition::default(), TrashCapacity::UNLIMITED);
    block_on(tasks.write(&alice, Command::Delete { id: id(2), precondition, trash }, at(0))).unwrap();
    assert_eq!(changed(), [true, false], "a deletion");
    let clock = Arc::new(ManualClock::at_unix_millis(at(9_999).unix_millis()));
    let jobs = JobOptions { keep_trashed: Duration::ZERO, ..JobOptions::new(Duration::MAX, clock) };
    assert_eq!(process.database.run_jobs(&jobs).unwrap().purged, 1);
    assert_eq!(changed(), [true, false], "a job");
    block_on(tasks.move_tasks(&alice, &bob, Arc::new(RandomIds))).unwrap();
    assert_eq!(changed(), [true, true], "a move");
    block_on(tasks.erase(&bob)).unwrap();
    // The move left the revision of alice unknown, so a poll, which each commit on SQLite requests, may report it again.
    let [_, bob] = changed();
    assert!(bob, "an erasure");
}

/// Commands of an operator report to the services, which listen when `listens` returns. Returns how many notifications
/// were received.
pub(crate) fn commands_report_their_owners(
    options: &DatabaseOptions,
    listens: impl FnOnce(),
    run_sql: impl Fn(&str),
) -> usize {
    let process = Process::start(&DatabaseOptions { poll: NEVER, ..options.clone() });
    let (alice, bob) = (Owner::for_test("alice"), Owner::for_test("bob"));
    let data = OwnerData::new(options).unwrap();
    let mut watches = [process.watch(&alice), process.watch(&bob)];
    listens();
    while watches.iter_mut().any(Watched::has_changed) {}
    let mut entries = (1..=3).map(|number| Ok(ImportedEntry::Task(imported(number))));
    data.import(alice.id(), (0, ExistingTask::Reject), &mut entries).unwrap();
    watches[0].next();
    data.move_tasks(alice.id(), bob.id(), &RandomIds).unwrap();
    watches.iter_mut().for_each(Watched::next);
    run_sql("update owners set live_tasks = 9 where owner_id = 'bob'");
    let doctor = Doctor::new(options).unwrap();
    doctor.repair(&doctor.check().unwrap(), &mut drop).unwrap();
    watches[1].next();
    data.erase(bob.id()).unwrap();
    watches[1].next();
    process.counts.received.load(Ordering::SeqCst)
}

/// Without a watch, writes execute what they always do, and nothing polls.
pub(crate) fn writes_without_watches_need_no_more_statements(options: &DatabaseOptions) {
    let process = Process::start(&DatabaseOptions { poll: Duration::from_millis(1), ..options.clone() });
    let owner = Owner::for_test("owner");
    let create = |number| block_on(process.tasks().create(&owner, new(number), at(0))).unwrap();
    (1..=20).for_each(|number| drop(create(number)));
    assert_eq!(process.counts.statements(WorkKind::Write), 20);
    assert_eq!(process.counts.statements(WorkKind::Get), 0);
    // The poll of the watch alone.
    let watch = process.watch(&owner);
    assert!(process.counts.statements(WorkKind::Get) > 0);
    drop(watch);
    create(21);
    assert_eq!(process.counts.statements(WorkKind::Write), 21);
}

fn new(number: u128) -> NewTask {
    NewTask { id_is_new: true, ..NewTask::new(id(number), domain::Title::parse("task", 200).unwrap()) }
}

/// What no process has reported is found by polling.
pub(crate) fn unreported_changes_are_found_by_polling(options: &DatabaseOptions, run_sql: impl Fn(&str)) {
    let process = Process::start(&DatabaseOptions { poll: Duration::from_millis(50), ..options.clone() });
    let owner = Owner::for_test("owner");
    let before = process.write(&owner);
    let mut watched = process.watch(&owner);
    // What a process of an earlier version writes.
    run_sql("update owners set version = version + 1, revision = revision + 1 where owner_id = 'owner'");
    watched.follow_to(
        &process,
        &owner,
        OwnerRevision { revision: domain::Revision::new(before.revision.number() + 1), ..before },
    );
    reaches(&process.counts.missed, 1);
    // A database that has lost what it had.
    run_sql("update owners set revision = revision - 1 where owner_id = 'owner'");
    reaches(&process.counts.missed, 2);
    watched.next();
}
