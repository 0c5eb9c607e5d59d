//! Restored databases whose owners are renewed, beside services and without.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use domain::{FeedPosition, NewTask, Owner, OwnerRevision, RepositoryError, TaskId, TaskRepository, Title};
use persistence::{Database, DatabaseObserver, DatabaseOptions, MigrateError, Restored, RestoredError};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::eventually;
use uuid::Uuid;

use crate::ownership_of_both::at;

pub(crate) const RAISE: i64 = 1 << 32;
const LIMIT: Duration = Duration::from_secs(40);

/// A migrated database.
pub(crate) struct RestoredDatabase {
    pub(crate) service: DatabaseOptions,
    /// Of the command; its sessions have another name, so that those of the service do not count.
    pub(crate) command: DatabaseOptions,
    /// Runs a query with one text as its result.
    pub(crate) query: Box<dyn Fn(&str) -> String>,
    /// Takes the service lock alone, until it is dropped.
    pub(crate) exclude: Box<dyn Fn() -> Box<dyn std::any::Any>>,
}

#[derive(Debug, PartialEq)]
struct Row {
    revision: i64,
    version: i64,
    pruned: i64,
    epoch: i64,
    write_id: i64,
}

impl RestoredDatabase {
    fn renew(&self) -> Result<u64, RestoredError> {
        Restored::new(&self.command).unwrap().renew()
    }

    fn open(&self) -> Database {
        Database::open(&self.service).unwrap()
    }

    /// The rows in the order of their owners.
    fn rows(&self) -> Vec<Row> {
        let row = "revision || ' ' || version || ' ' || pruned_revision || ' ' || epoch || ' ' || write_id";
        let rows = (self.query)(&format!("select string_agg({row}, ',' order by owner_id) from owners"));
        rows.split(',').map(Row::parse).collect()
    }

    fn set(&self, owner: &str, column: &str, value: i64) {
        let _ = (self.query)(&format!(
            "update owners set {column} = {value} where owner_id = '{owner}' returning owner_id"
        ));
    }
}

impl Row {
    fn parse(text: &str) -> Self {
        let numbers: Vec<i64> = text.split(' ').map(|number| number.parse().unwrap()).collect();
        let [revision, version, pruned, epoch, write_id] = numbers[..] else { panic!("{text}") };
        Self { revision, version, pruned, epoch, write_id }
    }
}

fn create(repository: &dyn TaskRepository, owner: &Owner, number: u128) -> i64 {
    let (id, title) = (TaskId::new(Uuid::from_u128(number)), Title::from_stored("title".into()));
    // Such a task needs no load, if the owner's row is cached.
    let task = NewTask { id_is_new: true, ..NewTask::new(id, title) };
    block_on(repository.create(owner, task, at(0))).unwrap().revision.number()
}

fn at_revision(repository: &dyn TaskRepository, owner: &Owner) -> OwnerRevision {
    block_on(repository.revision(owner)).unwrap()
}

pub(crate) fn every_owner_gets_an_epoch_and_a_higher_revision(database: &RestoredDatabase) {
    let service = database.open().tasks();
    let [alice, bob, claimed] = ["alice", "bob", "claimed"].map(Owner::for_test);
    for number in 1..=3 {
        let _ = create(&*service, &alice, number);
    }
    let _ = create(&*service, &bob, 1);
    // An owner whose changes are all younger than the backup, beside a row.
    let _ = (database.query)("insert into owners (owner_id, epoch) values ('claimed', 5) returning owner_id");
    database.set("alice", "pruned_revision", 1);
    assert_eq!(at_revision(&*service, &claimed), OwnerRevision::NONE);
    let positions = [&alice, &bob].map(|owner| FeedPosition::At(at_revision(&*service, owner)));
    let mut before = database.rows();
    let mut epochs: BTreeSet<i64> = before.iter().map(|row| row.epoch).collect();
    let tasks = "select string_agg(owner_id || revision, ',' order by owner_id, revision) from tasks";
    let revisions = (database.query)(tasks);
    for times in 1..=2 {
        assert_eq!(database.renew().unwrap(), 3);
        let after = database.rows();
        for (old, new) in before.iter().zip(&after) {
            assert_eq!(new.revision, old.revision + RAISE);
            assert_eq!((new.version, new.pruned), (old.version + 1, old.pruned));
            assert_ne!(new.write_id, old.write_id);
            assert!(new.revision < 1 << 53);
        }
        epochs.extend(after.iter().map(|row| row.epoch));
        assert_eq!(epochs.len(), 3 * (times + 1), "every epoch is another one");
        before = after;
    }
    assert_eq!((database.query)(tasks), revisions, "tasks keep their revisions");
    for (owner, position) in [&alice, &bob].into_iter().zip(positions) {
        let changes = block_on(service.changes(owner, position, 10));
        assert!(matches!(changes, Err(RepositoryError::ResyncRequired)), "{changes:?}");
    }
    let nothing_yet = FeedPosition::At(OwnerRevision::NONE);
    let changes = block_on(service.changes(&alice, nothing_yet, 10)).unwrap();
    assert_eq!(changes.changes.len(), 3);
    let changes = block_on(service.changes(&claimed, nothing_yet, 10)).unwrap();
    assert_eq!(changes.next, FeedPosition::At(at_revision(&*service, &claimed)));
    assert_eq!(create(&*service, &claimed, 1), 2 * RAISE + 1);
    let report = persistence::Doctor::new(&database.command).unwrap().check().unwrap();
    assert!(report.is_healthy(), "{report}");
}

#[derive(Default)]
struct Races(AtomicU64);

impl DatabaseObserver for Races {
    fn lost_race(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

/// A writer that runs in spite of the rules, and caches the row, decides again. Returns how many races it lost.
pub(crate) fn writers_beside_a_renewal_decide_again(database: &RestoredDatabase) -> u64 {
    let races = Arc::new(Races::default());
    let options = DatabaseOptions { observer: Arc::clone(&races) as _, ..database.service.clone() };
    let service = Database::open(&options).unwrap().tasks();
    let alice = Owner::for_test("alice");
    assert_eq!([1, 2].map(|number| create(&*service, &alice, number)), [1, 2]);
    assert_eq!(database.renew().unwrap(), 1);
    let epoch = database.rows()[0].epoch;
    assert_eq!(create(&*service, &alice, 3), RAISE + 3);
    assert_eq!(database.rows()[0].epoch, epoch);
    races.0.load(Ordering::Relaxed)
}

pub(crate) fn revisions_near_the_bound_are_not_raised(database: &RestoredDatabase) {
    let service = database.open().tasks();
    for name in ["alice", "bob"] {
        let _ = create(&*service, &Owner::for_test(name), 1);
    }
    let highest = (1 << 53) - 2 * RAISE;
    database.set("bob", "revision", highest + 1);
    let before = database.rows();
    let error = database.renew().unwrap_err();
    assert!(matches!(&error, RestoredError::TooHigh { owner, .. } if owner == "bob"), "{error}");
    assert_eq!(database.rows(), before, "nothing was written");
    database.set("bob", "revision", highest);
    assert_eq!(database.renew().unwrap(), 2);
}

pub(crate) fn services_exclude_a_renewal(database: &RestoredDatabase) {
    let mut services = [database.open(), database.open()];
    for service in &mut services {
        service.lock_for_service().unwrap();
    }
    let before = (database.query)("select cast(count(*) as text) from owners");
    let _ = create(&*services[0].tasks(), &Owner::for_test("alice"), 1);
    let rows = database.rows();
    for service in services {
        let error = database.renew().unwrap_err();
        let message = error.to_string();
        assert!(message.contains("service lock") && message.contains("stop every service"), "{message}");
        drop(service);
    }
    assert_eq!(database.rows(), rows, "nothing was written");
    let renewed = eventually(LIMIT, || database.renew().ok());
    assert_eq!((renewed, before.as_str()), (Some(1), "0"));
}

pub(crate) fn services_wait_for_a_renewal(database: &RestoredDatabase) {
    let with_timeout = |startup_timeout| DatabaseOptions { startup_timeout, ..database.service.clone() };
    let exclusion = (database.exclude)();
    let mut impatient = Database::open(&with_timeout(Duration::ZERO)).unwrap();
    let error = impatient.lock_for_service().unwrap_err();
    assert!(matches!(&error, MigrateError::Locked(by) if by.to_string().contains("restored")), "{error:?}");
    let mut waiting = Database::open(&with_timeout(LIMIT)).unwrap();
    std::thread::scope(|scope| {
        let locked = scope.spawn(|| waiting.lock_for_service());
        assert!(!locked.is_finished());
        drop(exclusion);
        locked.join().unwrap().unwrap();
    });
    let error = database.renew().unwrap_err();
    assert!(matches!(error, RestoredError::InUse { .. }), "{error}");
}

/// Renews owners that this statement creates, each in one transaction and with an epoch of its own.
pub(crate) fn many_owners_are_renewed_at_once(database: &RestoredDatabase, insert: &str, owners: u64) {
    let _ = (database.query)(insert);
    assert_eq!(database.renew().unwrap(), owners);
    let state =
        "select count(distinct epoch) || ' ' || count(distinct write_id) || ' ' || min(revision) from owners";
    assert_eq!((database.query)(state), format!("{owners} {owners} {RAISE}"));
}
