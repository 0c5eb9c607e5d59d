//! Erasures, moves, exports and imports on a whole database, beside writers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use domain::{
    Change, Command, ExistingTask, Idempotency, IdempotencyKey, Ids, ImportedTask, KeyLimits, NewTask, Owner,
    OwnerId, Precondition, RepositoryError, Task, TaskId, TaskRepository, Timestamp, Title,
};
use persistence::{
    Database, DatabaseOptions, Doctor, Imported, ImportedEntry, OwnerData, OwnerDataError, StoredEntry,
};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::{SetOnDrop, eventually};
use uuid::Uuid;

use crate::workload::without_timeouts;

/// Services that write, move and erase at the same time.
const SERVICES: usize = 8;
const TIME: Duration = Duration::from_secs(4);
/// For what a slow machine does not do in that time.
const LIMIT: Duration = Duration::from_mins(2);

/// Finds the columns that contain a text, as `table.column`.
type ColumnsWith = Box<dyn Fn(&str) -> Vec<String>>;

/// A migrated database.
pub(crate) struct OwnersDatabase {
    pub(crate) url: String,
    pub(crate) columns_with: ColumnsWith,
    pub(crate) distributed: bool,
}

pub(crate) struct RandomIds;

impl Ids for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "ids of a test")]
    fn next(&self) -> TaskId {
        TaskId::new(Uuid::now_v7())
    }
}

impl OwnersDatabase {
    pub(crate) fn options(&self) -> DatabaseOptions {
        DatabaseOptions { url: self.url.clone(), distributed: self.distributed, ..DatabaseOptions::default() }
    }

    pub(crate) fn data(&self) -> OwnerData {
        OwnerData::new(&self.options()).unwrap()
    }

    pub(crate) fn service(&self) -> Arc<dyn TaskRepository> {
        let options = without_timeouts(&self.url);
        Database::open(&DatabaseOptions { distributed: self.distributed, ..options }).unwrap().tasks()
    }

    pub(crate) fn import(
        &self,
        owner: &OwnerId,
        rules: (i64, ExistingTask),
        tasks: impl IntoIterator<Item = ImportedTask>,
    ) -> Result<Imported, OwnerDataError> {
        self.data().import(owner, rules, &mut tasks.into_iter().map(ImportedEntry::Task).map(Ok))
    }

    pub(crate) fn export(&self, owner: &OwnerId) -> Vec<StoredEntry> {
        let mut entries = Vec::new();
        let done = self.data().export(owner, &mut |entry| {
            entries.push(entry);
            Ok(())
        });
        done.unwrap();
        entries
    }

    pub(crate) fn tasks(&self, owner: &OwnerId) -> Vec<Task> {
        let task = |entry| if let StoredEntry::Task(task) = entry { Some(task) } else { None };
        self.export(owner).into_iter().filter_map(task).collect()
    }

    pub(crate) fn assert_is_healthy(&self) {
        let report = Doctor::new(&self.options()).unwrap().check().unwrap();
        assert!(report.is_healthy(), "{report}");
    }
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465 + millis).unwrap()
}

pub(crate) fn id(number: u128) -> TaskId {
    TaskId::new(Uuid::from_u128(number))
}

fn title(text: &str) -> Title {
    Title::parse(text, 200).unwrap()
}

pub(crate) fn imported(number: u128) -> ImportedTask {
    let task = NewTask::new(id(number), title("imported"));
    ImportedTask {
        task,
        completed_at: None,
        created_at: at(1),
        updated_at: at(2),
        position: None,
        deleted_at: None,
    }
}

/// Creates tasks of these owners, and deletes one of each.
pub(crate) fn fill(repository: &dyn TaskRepository, owners: &[&Owner]) {
    for owner in owners {
        for number in 1..=3 {
            block_on(repository.create(owner, NewTask::new(id(number), title("task")), at(0))).unwrap();
        }
        block_on(repository.delete(owner, id(3), Precondition::default(), at(1))).unwrap();
    }
}

/// Creates a task under a key.
fn create_once(repository: &dyn TaskRepository, owner: &Owner, number: u128) {
    let request = Idempotency {
        key: IdempotencyKey::parse("key").unwrap(),
        request: [1; 32],
        respond: Arc::new(|_| vec![0]),
        limits: KeyLimits { keep: Duration::MAX, requests: 1, bytes: 1 },
    };
    let create = Command::Create(NewTask::new(id(number), title("task")));
    block_on(repository.execute(owner, create, Some(request), at(1))).unwrap();
}

pub(crate) fn nothing_of_an_erased_owner_remains(database: &OwnersDatabase) {
    let service = database.service();
    let (alice, bob) = (Owner::for_test("Аліса/%20 '--"), Owner::for_test("аліса/%20 '--"));
    fill(&*service, &[&alice, &bob]);
    create_once(&*service, &alice, 4);
    create_once(&*service, &bob, 4);
    let columns = || (database.columns_with)(alice.id().as_str());
    let every_table =
        ["idempotency_keys.owner_id", "owners.owner_id", "tasks.owner_id", "tombstones.owner_id"];
    assert_eq!(columns(), every_table);
    let others = database.export(bob.id());
    let erased = database.data().erase(alice.id()).unwrap();
    assert_eq!((erased.tasks, erased.trashed, erased.tombstones), (3, 0, 1));
    assert_eq!(columns(), [""; 0]);
    fill(&*service, &[&alice]);
    block_on(service.erase(&alice)).unwrap();
    assert_eq!(columns(), [""; 0]);
    let nothing = database.data().erase(alice.id()).unwrap();
    assert_eq!((nothing.tasks, nothing.tombstones, columns()), (0, 0, vec![]));
    block_on(service.move_tasks(&bob, &alice, Arc::new(RandomIds))).unwrap();
    assert_eq!((database.columns_with)(bob.id().as_str()), [""; 0]);
    assert_eq!((database.tasks(alice.id()).len(), others.len()), (3, 5));
    database.assert_is_healthy();
}

pub(crate) fn exports_are_imported_unchanged(database: &OwnersDatabase) {
    let (alice, carol) = (Owner::for_test("alice"), OwnerId::parse("carol").unwrap());
    fill(&*database.service(), &[&alice, &Owner::for_test("bob")]);
    let exported = database.export(alice.id());
    assert_eq!(exported[0], StoredEntry::Revision(4));
    assert!(
        matches!(exported[3], StoredEntry::Tombstone(tombstone) if tombstone.id == id(3)),
        "{exported:?}"
    );
    let tasks = database.tasks(alice.id());
    let done = database.import(&carol, (4, ExistingTask::Reject), tasks.iter().cloned().map(Into::into));
    assert_eq!(done.unwrap(), Imported { written: 2, kept: 0 });
    let copies = database.tasks(&carol);
    for (copy, task) in copies.iter().zip(&tasks) {
        let expected = Task { owner_id: carol.clone(), revision: copy.revision, ..task.clone() };
        assert_eq!(*copy, expected);
        assert!(copy.revision.number() > 4, "no tag from before the export is used again");
    }
    assert_eq!(database.export(&OwnerId::parse("unknown").unwrap()), [StoredEntry::Revision(0)]);
    database.assert_is_healthy();
}

pub(crate) fn imports_are_all_or_nothing(database: &OwnersDatabase) {
    let alice = Owner::for_test("alice");
    fill(&*database.service(), &[&alice]);
    let before = database.export(alice.id());
    // The task in use is on the third page.
    let many = || (10..1200).map(imported).chain([imported(1), imported(2000)]);
    let error = database.import(alice.id(), (0, ExistingTask::Reject), many()).unwrap_err();
    assert!(matches!(error, OwnerDataError::Exists { id: found } if found == id(1)), "{error:?}");
    let broken = many().map(Ok).take(600).chain([Err("line 7".into())]);
    let error = database
        .data()
        .import(alice.id(), (0, ExistingTask::Keep), &mut broken.map(|task| task.map(ImportedEntry::Task)))
        .unwrap_err();
    assert_eq!(error.to_string(), "line 7");
    assert_eq!(database.export(alice.id()), before);

    let kept = database.import(alice.id(), (0, ExistingTask::Keep), many()).unwrap();
    assert_eq!(kept, Imported { written: 1191, kept: 1 });
    let task = |number| database.tasks(alice.id()).into_iter().find(|task| task.id == id(number)).unwrap();
    assert_eq!((task(1).title.as_str(), task(1).revision.number()), ("task", 1));
    let replaced = database.import(alice.id(), (0, ExistingTask::Replace), many()).unwrap();
    assert_eq!(replaced, Imported { written: 1192, kept: 0 });
    assert_eq!((task(1).title.as_str(), task(1).updated_at), ("imported", at(2)));
    // A deleted task comes back, and its tombstone is gone.
    database.import(alice.id(), (0, ExistingTask::Reject), [imported(3)]).unwrap();
    assert!(!database.export(alice.id()).iter().any(|entry| matches!(entry, StoredEntry::Tombstone(_))));
    database.assert_is_healthy();
}

pub(crate) fn ten_thousand_tasks_move_in_one_call(database: &OwnersDatabase) {
    let (from, to) = (Owner::for_test("anonymous"), Owner::for_test("alice"));
    database.import(from.id(), (0, ExistingTask::Reject), (1..=10_000).map(imported)).unwrap();
    // With the time limits of the service.
    let service = Database::open(&database.options()).unwrap().tasks();
    block_on(service.move_tasks(&from, &to, Arc::new(RandomIds))).unwrap();
    assert_eq!(database.tasks(to.id()).len(), 10_000);
    // On SQLite, other users write for a while before the next operation.
    repeated(|| block_on(service.erase(&to))).unwrap();
    for owner in [from, to] {
        assert_eq!((database.columns_with)(owner.id().as_str()), [""; 0]);
    }
}

/// Repeats a call that wrote nothing: other writers of the owner came first each time, or it had to wait for too long.
fn repeated<T>(call: impl Fn() -> Result<T, RepositoryError>) -> Result<T, RepositoryError> {
    loop {
        match call() {
            Err(RepositoryError::Unavailable(_) | RepositoryError::Busy(_) | RepositoryError::Overloaded) => {
            }
            result => return result,
        }
    }
}

/// What the writers were answered: the last acknowledged title of each task.
type Acknowledged = BTreeMap<TaskId, String>;

/// Creates tasks and retitles them wherever they are. An owner who has just lost a task to a move does not find it.
fn write(
    service: &dyn TaskRepository,
    writer: usize,
    owners: &[Owner],
    (over, rounds): (&AtomicBool, &AtomicUsize),
) -> Acknowledged {
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    let mut acknowledged = Acknowledged::new();
    for round in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let owner = &owners[(writer + round) % owners.len()];
        let task = id(NUMBER.fetch_add(1, Ordering::Relaxed).into());
        repeated(|| block_on(service.create(owner, NewTask::new(task, title("new")), at(0)))).unwrap();
        acknowledged.insert(task, "new".into());
        let text = format!("round {round}");
        for owner in owners {
            let change = Change { title: Some(title(&text)), ..Change::default() };
            let update =
                || block_on(service.update(owner, task, change.clone(), Precondition::default(), at(1)));
            match repeated(update) {
                Ok(_) => drop(acknowledged.insert(task, text.clone())),
                Err(RepositoryError::NotFound) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        rounds.fetch_add(1, Ordering::Relaxed);
    }
    acknowledged
}

pub(crate) fn moves_beside_writers_lose_and_double_nothing(database: &OwnersDatabase) {
    let owners = ["anonymous", "alice"].map(Owner::for_test);
    let (over, rounds) = (AtomicBool::new(false), AtomicUsize::new(0));
    let acknowledged: Acknowledged = thread::scope(|scope| {
        let ended = SetOnDrop(&over);
        let (owners, over, rounds) = (&owners, &over, &rounds);
        let writers: Vec<_> = (0..SERVICES)
            .map(|number| {
                let service = database.service();
                let (from, to) = (&owners[number % 2], &owners[(number + 1) % 2]);
                scope.spawn(move || {
                    if number >= SERVICES / 2 {
                        return write(&*service, number, owners, (over, rounds));
                    }
                    while !over.load(Ordering::Relaxed) {
                        repeated(|| block_on(service.move_tasks(from, to, Arc::new(RandomIds)))).unwrap();
                        thread::sleep(Duration::from_millis(10));
                    }
                    Acknowledged::new()
                })
            })
            .collect();
        thread::sleep(TIME);
        // A slow machine takes longer for enough of them.
        let enough = || (rounds.load(Ordering::Relaxed) > 40).then_some(());
        assert!(eventually(LIMIT, enough).is_some(), "too few writes");
        drop(ended);
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let found = owners.each_ref().map(|owner| database.tasks(owner.id())).concat();
    let titles: Acknowledged = found.iter().map(|task| (task.id, task.title.as_str().to_owned())).collect();
    assert_eq!(titles.len(), found.len(), "no task is in both");
    assert_eq!(titles, acknowledged);
    let retitled = titles.values().filter(|title| *title != "new").count();
    assert!(titles.len() > 40 && retitled > 10, "{} tasks, {retitled} retitled", titles.len());
    database.assert_is_healthy();
}

/// Each user is erased while others write their first tasks, and never again: nothing hides what an erasure left.
pub(crate) fn erasures_beside_writers_leave_no_old_state(database: &OwnersDatabase) {
    let user = |number: usize| Owner::for_test(&format!("user-{number}"));
    let (over, current) = (AtomicBool::new(false), AtomicUsize::new(0));
    thread::scope(|scope| {
        let _ended = SetOnDrop(&over);
        let (over, current) = (&over, &current);
        for number in 0..SERVICES {
            let service = database.service();
            scope.spawn(move || {
                while !over.load(Ordering::Relaxed) {
                    let owner = user(current.load(Ordering::Relaxed));
                    if number == 0 {
                        repeated(|| block_on(service.erase(&owner))).unwrap();
                        current.fetch_add(1, Ordering::Relaxed);
                        thread::sleep(Duration::from_millis(5));
                    } else {
                        let new = NewTask { id_is_new: true, ..NewTask::new(RandomIds.next(), title("x")) };
                        repeated(|| block_on(service.create(&owner, new.clone(), at(0)))).unwrap();
                    }
                }
            });
        }
        thread::sleep(TIME);
        // A slow machine takes longer for enough of them.
        let enough = || (current.load(Ordering::Relaxed) > 10).then_some(());
        assert!(eventually(LIMIT, enough).is_some(), "too few erasures");
    });
    let erased = current.into_inner();
    database.assert_is_healthy();
    for owner in (0..erased).map(user) {
        let tasks = database.tasks(owner.id());
        // Each task was created after the erasure, so the revisions count them.
        let revisions: BTreeSet<i64> = tasks.iter().map(|task| task.revision.number()).collect();
        assert!(revisions.into_iter().eq(1..=i64::try_from(tasks.len()).unwrap()), "{owner:?}: {tasks:?}");
    }
}
