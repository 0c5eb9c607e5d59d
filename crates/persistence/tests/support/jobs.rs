//! The background jobs on a database with old and new tombstones.

use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use domain::testing::ManualClock;
use domain::{
    Command, Idempotency, IdempotencyKey, KeyLimits, ListQuery, NewTask, Outcome, Owner, Precondition,
    SearchText, TaskId, TaskRepository, Timestamp, Title,
};
use persistence::{Database, DatabaseObserver, DatabaseOptions, Doctor, JobOptions, JobsReport};
use pollster::block_on;
use tasknook_persistence as persistence;
use uuid::Uuid;

const DAY: i64 = 86_400_000;

fn delete_at(repository: &dyn TaskRepository, owner: &Owner, number: u128, millis: i64) {
    let (id, at) = (TaskId::new(Uuid::from_u128(number)), Timestamp::from_unix_millis(millis).unwrap());
    let new = NewTask::new(id, Title::from_stored("task".into()));
    block_on(repository.create(owner, new, at)).unwrap();
    block_on(repository.delete(owner, id, Precondition::default(), at)).unwrap();
}

/// `stored` gives, for an owner, the revisions of the tombstones and `pruned_revision`.
pub(crate) fn prune_what_is_old(options: &DatabaseOptions, stored: impl Fn(&str) -> (Vec<i64>, i64)) {
    let database = Database::open(options).unwrap();
    database.migrate().unwrap();
    let repository = database.tasks();
    let (alice, bob) = (Owner::for_test("alice"), Owner::for_test("bob"));
    for (number, day) in [(1, 0), (2, 5), (3, 20)] {
        delete_at(&*repository, &alice, number, day * DAY);
    }
    delete_at(&*repository, &bob, 1, 20 * DAY);
    let keep_tombstones = Duration::from_hours(24 * 30);
    let run = |day| {
        let clock = Arc::new(ManualClock::at_unix_millis(day * DAY));
        let report = database.run_jobs(&JobOptions::new(keep_tombstones, clock)).unwrap();
        assert!(report.is_completed(), "{report:?}");
        (report.moved, report.pruned)
    };
    assert_eq!(run(30), (0, 0), "nothing is older than 30 days");
    assert_eq!(run(40), (0, 2));
    assert_eq!((stored("alice"), stored("bob")), ((vec![6], 4), (vec![2], 0)));
    // A recreated task removes its tombstone, and writes continue.
    let id = TaskId::new(Uuid::from_u128(3));
    let again = NewTask::new(id, Title::from_stored("again".into()));
    let task = block_on(repository.create(&alice, again, Timestamp::from_unix_millis(0).unwrap())).unwrap();
    assert_eq!((task.revision.number(), stored("alice")), (7, (vec![], 4)));
    assert_eq!(run(400), (0, 1));
    assert_eq!((stored("alice"), stored("bob")), ((vec![], 4), (vec![], 2)));
}

/// `run_sql` executes statements that a process of version 0.1.0 would execute.
pub(crate) fn rewrite_search_texts(options: &DatabaseOptions, run_sql: impl Fn(&str)) {
    let database = Database::open(options).unwrap();
    database.migrate().unwrap();
    let repository = database.tasks();
    let (alice, id) = (Owner::for_test("alice"), TaskId::new(Uuid::from_u128(1)));
    let new = NewTask::new(id, Title::from_stored("Cafe\u{301} Ｏｎｅ".into()));
    block_on(repository.create(&alice, new, Timestamp::from_unix_millis(0).unwrap())).unwrap();
    let found = |text: &str| {
        let search = SearchText::parse(text).unwrap();
        let query = ListQuery { search, count: true, ..ListQuery::default() };
        let page = block_on(repository.list(&alice, query)).unwrap();
        assert_eq!(page.total, Some(page.tasks.len() as u64));
        page.tasks.len()
    };
    let rewritten = |day| {
        let clock = Arc::new(ManualClock::at_unix_millis(day * DAY));
        let report = database.run_jobs(&JobOptions::new(Duration::ZERO, clock)).unwrap();
        assert!(report.is_completed(), "{report:?}");
        report.rewritten
    };
    assert_eq!((rewritten(0), found("café one")), (0, 1));

    // The row as the migration leaves one of version 0.1.0: found by its rule.
    run_sql("update tasks set search_version = 1, search_revision = 0, search_text = null");
    assert_eq!(["café", "one", "cafe\u{301} ｏ"].map(found), [0, 0, 1]);
    let before = block_on(repository.get(&alice, id)).unwrap();
    assert_eq!(rewritten(1), 1);
    assert_eq!(["café", "one", "cafe\u{301} ｏ"].map(found), [1, 1, 1]);
    assert_eq!(block_on(repository.get(&alice, id)).unwrap(), before, "neither the revision nor updated_at");

    // Version 0.1.0 changes the title and leaves the columns that it does not know.
    run_sql("update owners set revision = revision + 1, version = version");
    run_sql(
        "update tasks set title = 'Ｔｗｏ', search = 'ｔｗｏ' || substr(search, 10), revision = revision + 1",
    );
    assert_eq!(
        ["café", "one", "two", "ｔｗ"].map(found),
        [0, 0, 0, 1],
        "not by the text of the former title"
    );
    assert_eq!(rewritten(2), 1);
    assert_eq!(["café", "one", "two", "ｔｗ"].map(found), [0, 0, 1, 1]);
    assert_eq!(rewritten(3), 0);
    // The doctor checks both texts of each row.
    let report = Doctor::new(options).unwrap().check().unwrap();
    assert!(report.is_healthy(), "{report}");
}

struct Reports(Mutex<mpsc::Sender<JobsReport>>);

impl DatabaseObserver for Reports {
    fn jobs_run(&self, report: JobsReport, _: Duration) {
        self.0.lock().unwrap().send(report).unwrap();
    }
}

/// `trigger` makes the database reject the deletion of a tombstone of `bob`.
pub(crate) fn report_what_a_failed_run_did(options: &DatabaseOptions, trigger: impl Fn()) {
    let (sender, reports) = mpsc::channel();
    let observer = Arc::new(Reports(Mutex::new(sender)));
    let database = Database::open(&DatabaseOptions { observer, ..options.clone() }).unwrap();
    database.migrate().unwrap();
    for owner in ["alice", "bob", "carol"] {
        delete_at(&*database.tasks(), &Owner::for_test(owner), 1, 0);
    }
    trigger();
    let clock = Arc::new(ManualClock::at_unix_millis(DAY));
    let _jobs = database.start_jobs(JobOptions::new(Duration::ZERO, clock)).unwrap();
    let report = reports.recv().unwrap();
    assert_eq!((report.pruned, report.has_failed(), report.is_completed()), (1, true, false));
}

/// `keys` gives the keys that are recorded of an owner.
pub(crate) fn delete_expired_keys(options: &DatabaseOptions, keys: impl Fn(&str) -> Vec<String>) {
    let database = Database::open(options).unwrap();
    database.migrate().unwrap();
    let limits = KeyLimits { keep: Duration::from_hours(24), requests: 10, bytes: 1000 };
    let execute = |owner: &str, key: &str, hour: i64| {
        let request = Idempotency {
            key: IdempotencyKey::parse(key).unwrap(),
            request: [1; 32],
            respond: Arc::new(|_| vec![0]),
            limits,
        };
        #[expect(clippy::disallowed_methods, reason = "ids of a test")]
        let id = TaskId::new(Uuid::now_v7());
        let create = Command::Create(NewTask::new(id, Title::from_stored("task".into())));
        let at = Timestamp::from_unix_millis(hour * DAY / 24).unwrap();
        let owner = Owner::for_test(owner);
        block_on(database.tasks().execute(&owner, create, Some(request), at)).unwrap()
    };
    for (owner, key, hour) in [("alice", "a", 0), ("bob", "b", 1), ("alice", "c", 2), ("alice", "d", 20)] {
        execute(owner, key, hour);
    }
    let run = |hour: i64| {
        let clock = Arc::new(ManualClock::at_unix_millis(hour * DAY / 24));
        let options = JobOptions { keep_keys: limits.keep, ..JobOptions::new(Duration::MAX, clock) };
        let report = database.run_jobs(&options).unwrap();
        assert!(report.is_completed(), "{report:?}");
        report.expired
    };
    assert_eq!((run(23), keys("alice"), keys("bob")), (0, to_texts(["a", "c", "d"]), to_texts(["b"])));
    assert_eq!((run(26), keys("alice"), keys("bob")), (3, to_texts(["d"]), vec![]));
    // The next request continues the numbers, and is replayed.
    assert!(matches!(execute("alice", "a", 26), Outcome::Task(_)));
    assert!(matches!(execute("alice", "a", 27), Outcome::Replayed(_)));
    assert_eq!((run(50), keys("alice")), (2, vec![]));
    assert!(matches!(execute("alice", "a", 50), Outcome::Task(_)));
}

fn to_texts<const N: usize>(keys: [&str; N]) -> Vec<String> {
    keys.map(ToOwned::to_owned).to_vec()
}
