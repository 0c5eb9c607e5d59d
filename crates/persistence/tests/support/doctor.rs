//! Each kind of damage, its finding, and its repair.

use std::sync::Arc;
use std::time::Duration;

use domain::{
    Change, Command, EntityTags, Idempotency, IdempotencyKey, KeyLimits, ListQuery, NewTask, Owner,
    Precondition, Task, TaskId, TaskRepository, Timestamp, Title, TrashCapacity,
};
use persistence::{Database, DatabaseOptions, Doctor, DoctorReport, Remedy, Repair};
use pollster::block_on;
use tasknook_persistence as persistence;
use uuid::Uuid;

/// A migrated database, and a way to write to it without the service.
pub(crate) struct TestDatabase {
    pub(crate) options: DatabaseOptions,
    pub(crate) execute: Box<dyn Fn(&str)>,
}

impl TestDatabase {
    pub(crate) fn check(&self) -> DoctorReport {
        Doctor::new(&self.options).unwrap().check().unwrap()
    }

    /// Repairs what this report found, to the end.
    pub(crate) fn repair(&self, report: &DoctorReport) -> Vec<Repair> {
        let mut repairs = Vec::new();
        Doctor::new(&self.options).unwrap().repair(report, &mut |repair| repairs.push(repair)).unwrap();
        repairs
    }

    pub(crate) fn repository(&self) -> std::sync::Arc<dyn TaskRepository> {
        Database::open(&self.options).unwrap().tasks()
    }

    /// Creates three tasks of Alice (revisions 1 to 3), a tombstone of hers (revision 5, under a key), and a task of Bob.
    pub(crate) fn fill(&self) {
        let repository = self.repository();
        let (alice, bob) = (Owner::for_test("alice"), Owner::for_test("bob"));
        for number in 1..=4 {
            create(&*repository, &alice, number);
        }
        let delete = Command::Delete {
            id: task_id(4),
            precondition: Precondition::default(),
            trash: TrashCapacity::NONE,
        };
        block_on(repository.execute(&alice, delete, Some(request()), at())).unwrap();
        create(&*repository, &bob, 1);
    }
}

pub(crate) fn create(repository: &dyn TaskRepository, owner: &Owner, number: u128) -> Task {
    let title = Title::from_stored(format!("Title {number}"));
    block_on(repository.create(owner, NewTask::new(task_id(number), title), at())).unwrap()
}

fn request() -> Idempotency {
    Idempotency {
        key: IdempotencyKey::parse("key").unwrap(),
        request: [1; 32],
        respond: Arc::new(|_| b"response".to_vec()),
        limits: KeyLimits { keep: Duration::MAX, requests: 1, bytes: 100 },
    }
}

pub(crate) fn task_id(number: u128) -> TaskId {
    TaskId::new(Uuid::from_u128(number))
}

fn at() -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465).unwrap()
}

/// What is wrong, in the words of the report.
pub(crate) fn messages(report: &DoctorReport) -> Vec<&str> {
    report.findings().map(|finding| finding.message.as_str()).collect()
}

/// What a check named `name` ended with, in the table of the report.
pub(crate) fn line<'a>(table: &'a str, name: &str) -> &'a str {
    table.lines().find(|line| line.get(9..).is_some_and(|rest| rest.starts_with(name))).unwrap()
}

/// Damage, the only finding, the owner, and the changes of the repair.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

const REPAIRED: [Case; 10] = [
    (
        "update owners set live_tasks = 7 where owner_id = 'alice'",
        r#""alice": live_tasks is 7; live tasks: 3"#,
        "alice",
        &["live_tasks changed from 7 to 3", "revision raised from 5 to 6"],
    ),
    (
        "update owners set trashed_tasks = 7 where owner_id = 'alice'",
        r#""alice": trashed_tasks is 7; tasks in the trash: 0"#,
        "alice",
        &["trashed_tasks changed from 7 to 0", "revision raised from 5 to 6"],
    ),
    (
        "update owners set revision = 4 where owner_id = 'alice'",
        r#""alice": the owner's revision is 4, the highest of a task, list or tombstone 5"#,
        "alice",
        &["revision raised from 4 to 6"],
    ),
    (
        "update tasks set revision = 9 where owner_id = 'alice' and revision = 2",
        r#""alice": the owner's revision is 5, the highest of a task, list or tombstone 9"#,
        "alice",
        &["revision raised from 5 to 10"],
    ),
    (
        "update owners set pruned_revision = 7 where owner_id = 'bob'",
        r#""bob": the owner's revision is 1, the highest of a task, list or tombstone 7"#,
        "bob",
        &["revision raised from 1 to 8"],
    ),
    (
        "insert into lists (owner_id, id, name, position, created_at, updated_at, revision)
         select owner_id, id, 'List', 'C000000001', created_at, updated_at, 9 from tasks
         where owner_id = 'alice' and revision = 1",
        r#""alice": the owner's revision is 5, the highest of a task, list or tombstone 9"#,
        "alice",
        &["revision raised from 5 to 10"],
    ),
    (
        "insert into lists (owner_id, id, name, position, created_at, updated_at, revision)
         select 'carol', id, 'List', 'C000000001', created_at, updated_at, 2 from tasks
         where owner_id = 'bob' and revision = 1",
        r#""carol": no row in owners; tasks, tombstones, keys and lists: 1"#,
        "carol",
        &["row in owners created", "revision raised from 0 to 3"],
    ),
    (
        "delete from owners where owner_id = 'alice'",
        r#""alice": no row in owners; tasks, tombstones, keys and lists: 5"#,
        "alice",
        &["row in owners created", "live_tasks changed from 0 to 3", "revision raised from 0 to 6"],
    ),
    (
        "update tasks set search = title where owner_id = 'alice' and revision = 2",
        r#""alice": tasks that are searched by other texts than their own: 1"#,
        "alice",
        &["search texts rewritten: 1", "revision raised from 5 to 6"],
    ),
    (
        "update tasks set position = 'B' where owner_id = 'alice' and deleted_at is null",
        r#""alice": tasks that share a position: 3"#,
        "alice",
        &["positions cleared: 2", "revision raised from 5 to 6"],
    ),
];

pub(crate) fn all_damage_is_found_and_repaired(create: impl Fn() -> TestDatabase) {
    for (damage, message, owner, changes) in REPAIRED {
        let database = create();
        database.fill();
        assert!(database.check().is_healthy(), "{}", database.check());
        let before = tasks(&*database.repository());
        (database.execute)(damage);
        let report = database.check();
        assert_eq!(messages(&report), [message], "{damage}\n{report}");
        assert_eq!(report.remedies(), [Remedy::Repair]);

        let repairs = database.repair(&report);
        assert!(repairs.len() == 1 && repairs[0].owner == owner, "{damage}\n{repairs:?}");
        assert_eq!(repairs[0].changes, changes, "{damage}");
        let again = database.check();
        assert!(again.is_healthy(), "{damage}\n{again}");
        assert_eq!(database.repair(&report), [], "nothing is repaired twice");
        assert_eq!(database.repair(&again), []);
        writes_continue(&database, &before);
    }
}

/// Damage that only an operator can decide about, and its only finding.
const REPORTED: [(&str, &str); 9] = [
    (
        "update idempotency_keys set end_byte = end_byte + 1 where owner_id = 'alice'",
        r#""alice": recorded requests of another size than their responses: 1"#,
    ),
    (
        "update tasks set revision = 2 where owner_id = 'alice' and revision < 4",
        r#""alice": tasks, lists and tombstones that share a revision, or have one below 1: 3"#,
    ),
    (
        "update tasks set revision = 5 where owner_id = 'alice' and revision = 1",
        r#""alice": tasks, lists and tombstones that share a revision, or have one below 1: 2"#,
    ),
    (
        "update tasks set revision = -1 where owner_id = 'alice' and revision = 1",
        r#""alice": tasks, lists and tombstones that share a revision, or have one below 1: 1"#,
    ),
    (
        "insert into lists (owner_id, id, name, position, created_at, updated_at, revision)
         select owner_id, id, 'List', 'C000000001', created_at, updated_at, 3 from tasks
         where owner_id = 'alice' and revision = 1",
        r#""alice": tasks, lists and tombstones that share a revision, or have one below 1: 2"#,
    ),
    (
        "insert into lists (owner_id, id, name, position, created_at, updated_at, revision)
         select owner_id, id, 'List', 'C000000001', created_at, updated_at, 0 from tasks
         where owner_id = 'alice' and revision = 1",
        r#""alice": tasks, lists and tombstones that share a revision, or have one below 1: 1"#,
    ),
    (
        "update tasks set list_id = id where owner_id = 'alice' and revision = 1",
        r#""alice": tasks in a list that does not exist: 1"#,
    ),
    (
        "update tombstones set object_id = (select id from tasks where owner_id = 'alice' and revision = 1)",
        r#""alice": tasks that have a tombstone: 1"#,
    ),
    (
        "update owners set live_tasks = 2 where owner_id = 'alice';
         update tasks set deleted_at = updated_at, title = '', description = 'secret' where owner_id = 'alice' and revision = 1",
        r#""alice": deleted tasks that still have texts: 1"#,
    ),
];

pub(crate) fn contradictions_are_reported_only(create: impl Fn() -> TestDatabase) {
    for (damage, message) in REPORTED {
        let database = create();
        database.fill();
        (database.execute)(damage);
        let report = database.check();
        assert_eq!(messages(&report), [message], "{damage}\n{report}");
        assert_eq!(report.remedies(), [Remedy::Decide]);
        assert!(!report.to_string().contains("secret"), "{report}");
        assert_eq!(database.repair(&report), []);
        assert_eq!(database.check(), report);
        (database.execute)(&documented_corrections());
        let _ = database.repair(&database.check());
        assert!(database.check().is_healthy(), "{damage}\n{}", database.check());
    }
}

/// The statements under "Contradicting rows" in the operator's guide.
fn documented_corrections() -> String {
    let guide = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/operations/integrity.md");
    let guide = std::fs::read_to_string(guide).unwrap();
    let (_, section) = guide.split_once("### Contradicting rows").unwrap();
    let (_, sql) = section.split_once("```sql").unwrap();
    sql.split_once("```").unwrap().0.to_owned()
}

/// What version 0.1.0 left of a deleted task is no damage.
pub(crate) fn rows_of_0_1_0_are_not_damage(database: &TestDatabase) {
    database.fill();
    (database.execute)(
        "update tasks set title = '', description = null, search = '', deleted_at = updated_at, revision = 6
         where owner_id = 'alice' and revision = 2;
         update owners set live_tasks = 2, revision = 6 where owner_id = 'alice'",
    );
    assert!(database.check().is_healthy(), "{}", database.check());
}

/// The live tasks of both owners.
fn tasks(repository: &dyn TaskRepository) -> Vec<(Owner, Task)> {
    let of = |name| {
        let owner = Owner::for_test(name);
        let page = block_on(repository.list(&owner, ListQuery::default())).unwrap();
        page.tasks.into_iter().map(move |task| (owner.clone(), task)).collect::<Vec<_>>()
    };
    ["alice", "bob"].into_iter().flat_map(of).collect()
}

/// Tasks are what they were, and each update gets a revision above all others.
fn writes_continue(database: &TestDatabase, before: &[(Owner, Task)]) {
    let repository = database.repository();
    for (owner, old) in before {
        let now = block_on(repository.get(owner, old.id)).unwrap();
        let position = old.position.clone();
        assert_eq!(Task { revision: old.revision, position, ..now.clone() }, *old);
        let highest = tasks(&*repository).into_iter().filter(|(of, _)| of.id() == owner.id());
        let highest = highest.map(|(_, task)| task.revision).max().unwrap();
        let if_match = Some(EntityTags::Revisions(vec![now.revision]));
        let title = Some(Title::from_stored("changed".into()));
        let change = Change { title, ..Change::default() };
        let precondition = Precondition { if_match, ..Precondition::default() };
        let task = block_on(repository.update(owner, old.id, change, precondition, at())).unwrap();
        assert!(task.revision > highest);
    }
    assert!(database.check().is_healthy(), "{}", database.check());
}

/// A report lists some owners and counts the others; a repair goes through all.
pub(crate) fn reports_are_bounded_and_repairs_complete(database: &TestDatabase) {
    let repository = database.repository();
    let owners = DoctorReport::MAX_FINDINGS + 5;
    for number in 0..owners {
        create(&*repository, &Owner::for_test(&format!("owner {number:02}")), 1);
    }
    for damage in ["update owners set live_tasks = 9", "update tasks set search = 'x'"] {
        (database.execute)(damage);
        let report = database.check();
        assert_eq!(report.findings().count(), DoctorReport::MAX_FINDINGS);
        assert!(report.to_string().contains("and 5 more"), "{report}");
        assert_eq!(database.repair(&report).len(), owners);
        assert!(database.check().is_healthy(), "{}", database.check());
    }
}

/// With a migration that this build does not know, nothing is repaired.
pub(crate) fn repairs_require_the_schema_of_this_build(database: &TestDatabase) {
    database.fill();
    (database.execute)("insert into __diesel_schema_migrations (version) values ('29991231235959')");
    (database.execute)("update owners set live_tasks = 9 where owner_id = 'bob'");
    let report = database.check();
    let unknown = "migration 29991231235959 has run and is unknown to this build";
    assert_eq!(messages(&report), [unknown, r#""bob": live_tasks is 9; live tasks: 1"#]);
    assert_eq!(database.repair(&report), []);
    assert_eq!(database.check(), report);
}
