//! Version 0.1.0 and this one side by side: before, during and after the migration.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use domain::testing::SequentialIds;
use domain::{
    Change, Clock, ListQuery, NewTask, Owner, Precondition, Task, TaskId, TaskRepository, Timestamp, Title,
};
use persistence::{Database, DatabaseOptions, JobOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::SetOnDrop;
use uuid::Uuid;

const OWNERS: usize = 4;
const TASKS: usize = 12;
/// A round of version 0.1.0 that no writer reaches before: at a million a second it takes hours.
const LAST_ROUND: usize = 1 << 40;
/// The ids of the tasks of version 0.1.0 begin here, and those of this version behind all of them.
const OLD_IDS: u128 = 1_000_000;
const NEW_IDS: u128 = 1 << 64;
/// Pause of version 0.1.0 between rounds, so that SQLite, which queues no writers, lets this version write.
const PAUSE: Duration = Duration::from_millis(1);

/// What 0.1.0 sends, statement by statement as it was released.
pub(crate) trait OldVersion: Send {
    fn create(&mut self, owner: &str, id: TaskId, title: &str);
    fn retitle(&mut self, owner: &str, id: TaskId, title: &str);
    fn delete(&mut self, owner: &str, id: TaskId);
}

/// What is stored when all is over.
pub(crate) struct Stored {
    /// Each owner's revision and count of live tasks.
    pub(crate) owners: BTreeMap<String, (i64, i64)>,
    /// The owner, the revision and the number of each tombstone.
    pub(crate) tombstones: Vec<(String, i64, u128)>,
    /// Rows of 0.1.0 for deleted tasks.
    pub(crate) retired: i64,
}

struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        at()
    }
}

fn at() -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465).unwrap()
}

fn owner(number: usize) -> String {
    format!("owner-{number}")
}

pub(crate) fn id(number: u128) -> TaskId {
    TaskId::new(Uuid::from_u128(number))
}

/// What one writer's tasks must be in the end: `None` for a deleted one.
type Expected = BTreeMap<(usize, u128), Option<String>>;

/// Writes rounds of creates, changes and deletions of tasks of its own, for all owners.
fn write_old(old: &mut dyn OldVersion, rounds: std::ops::Range<usize>, expected: &mut Expected) -> usize {
    let mut writes = 0;
    for round in rounds {
        for number in 0..OWNERS {
            let (name, key) = (owner(number), OLD_IDS + round as u128);
            old.create(&name, id(key), "made");
            expected.insert((number, key), Some("made".into()));
            writes += 1;
            if round % 3 > 0 {
                old.retitle(&name, id(key), "changed");
                expected.insert((number, key), Some("changed".into()));
                writes += 1;
            }
            if round % 2 == 0 {
                old.delete(&name, id(key));
                expected.insert((number, key), None);
                writes += 1;
            }
        }
    }
    writes
}

fn write_new(repository: &dyn TaskRepository, rounds: usize, expected: &mut Expected) -> usize {
    let mut writes = 0;
    for round in 0..rounds {
        for number in 0..OWNERS {
            let (owner, key) = (Owner::for_test(&owner(number)), NEW_IDS + round as u128);
            let new = NewTask::new(id(key), Title::from_stored("made".into()));
            block_on(repository.create(&owner, new, at())).unwrap();
            let title = Some(Title::from_stored("changed".into()));
            let change = Change { title, ..Change::default() };
            block_on(repository.update(&owner, id(key), change, Precondition::default(), at())).unwrap();
            expected.insert((number, key), Some("changed".into()));
            writes += 2;
            if round % 2 == 0 {
                block_on(repository.delete(&owner, id(key), Precondition::default(), at())).unwrap();
                expected.insert((number, key), None);
                writes += 1;
            }
        }
    }
    writes
}

/// The ids of deleted tasks are free while 0.1.0's rows of them are there: for a create, and for several tasks at once.
fn reuse_ids(repository: &dyn TaskRepository, expected: &mut Expected) -> usize {
    let deleted = OLD_IDS + LAST_ROUND as u128;
    let [first, second, source] =
        [owner(0), owner(1), "source".to_owned()].map(|name| Owner::for_test(&name));
    for (owner, key) in [(&first, deleted), (&source, deleted), (&source, deleted + 1)] {
        let again = NewTask::new(id(key), Title::from_stored("again".into()));
        let created = block_on(repository.create(owner, again, at())).unwrap();
        assert_eq!(block_on(repository.get(owner, id(key))).unwrap(), created);
    }
    block_on(repository.move_tasks(&source, &second, Arc::new(SequentialIds::default()))).unwrap();
    let again = [(0, deleted), (1, deleted), (1, deleted + 1)];
    expected.extend(again.map(|key| (key, Some("again".into()))));
    again.len()
}

/// 0.1.0 fills a database of its own schema, goes on writing while it is migrated and while this version writes the
/// same owners and runs its jobs; nothing that any of them wrote is lost, and each revision is given once.
pub(crate) fn loses_nothing(
    options: &DatabaseOptions,
    mut old: impl OldVersion,
    stored: impl FnOnce() -> Stored,
) {
    let mut expected = Expected::new();
    let mut writes = write_old(&mut old, 0..TASKS, &mut expected);
    let database = Database::open(options).unwrap();
    let jobs = JobOptions::new(Duration::from_mins(1), Arc::new(Now));
    let over = AtomicBool::new(false);
    let (mut of_old, mut of_new) = (Expected::new(), Expected::new());
    writes += thread::scope(|scope| {
        let upgraded = SetOnDrop(&over);
        let beside = scope.spawn(|| {
            let mut writes = 0;
            for round in TASKS.. {
                writes += write_old(&mut old, round..round + 1, &mut of_old);
                if over.load(Ordering::Relaxed) {
                    return writes;
                }
                thread::sleep(PAUSE);
            }
            writes
        });
        assert!(!database.migrate().unwrap().is_empty());
        let writes = write_new(&*database.tasks(), TASKS, &mut of_new);
        database.run_jobs(&jobs).unwrap();
        drop(upgraded);
        writes + beside.join().unwrap()
    });
    // An even round leaves a deleted row, whatever the threads had time for.
    writes += write_old(&mut old, LAST_ROUND..LAST_ROUND + 1, &mut of_old);
    writes += reuse_ids(&*database.tasks(), &mut of_old);
    assert!(database.run_jobs(&jobs).unwrap().moved > 0);
    assert_eq!(database.run_jobs(&jobs).unwrap(), persistence::JobsReport::default());
    expected.extend(of_old);
    expected.extend(of_new);
    compare(&*database.tasks(), &expected, writes, &stored());
}

fn all_tasks(repository: &dyn TaskRepository, owner: &Owner) -> Vec<Task> {
    let mut tasks = Vec::new();
    loop {
        let offset = tasks.len() as u64;
        let query = ListQuery { offset, ..ListQuery::default() };
        let page = block_on(repository.list(owner, query)).unwrap();
        tasks.extend(page.tasks);
        if !page.more {
            return tasks;
        }
    }
}

fn compare(repository: &dyn TaskRepository, expected: &Expected, writes: usize, stored: &Stored) {
    assert_eq!(stored.retired, 0);
    let revisions: i64 = stored.owners.values().map(|(revision, _)| revision).sum();
    assert_eq!(usize::try_from(revisions).unwrap(), writes, "each write has a revision");
    for number in 0..OWNERS {
        let name = owner(number);
        let tasks = all_tasks(repository, &Owner::for_test(&name));
        let theirs = expected.iter().filter(|((of, _), _)| *of == number);
        let (live, deleted): (Vec<_>, Vec<_>) = theirs.partition(|(_, title)| title.is_some());
        let titles: BTreeMap<TaskId, &str> =
            tasks.iter().map(|task| (task.id, task.title.as_str())).collect();
        let live: BTreeMap<TaskId, &str> =
            live.iter().map(|((_, key), title)| (id(*key), title.as_deref().unwrap())).collect();
        // The old version may have had time for thousands of tasks; only the differences are printed.
        let both = titles.keys().chain(live.keys());
        let different: BTreeSet<_> = both.filter(|id| titles.get(id) != live.get(id)).collect();
        assert!(different.is_empty(), "{different:?}");
        let tombstones: Vec<_> = stored.tombstones.iter().filter(|(owner, ..)| *owner == name).collect();
        let deleted_keys: BTreeSet<u128> = tombstones.iter().map(|(_, _, key)| *key).collect();
        assert_eq!(deleted_keys, deleted.iter().map(|((_, key), _)| *key).collect());
        let mut revisions: Vec<i64> = tasks.iter().map(|task| task.revision.number()).collect();
        revisions.extend(tombstones.iter().map(|(_, revision, _)| *revision));
        let unique: BTreeSet<i64> = revisions.iter().copied().collect();
        assert_eq!(unique.len(), revisions.len(), "a revision is given once");
        assert!(unique.last().unwrap() <= &stored.owners[&name].0);
        assert_eq!(stored.owners[&name].1, i64::try_from(titles.len()).unwrap());
    }
}
