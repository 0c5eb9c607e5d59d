//! The statements that the server receives.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::testing::ManualClock;
use domain::{
    Change, Command, Completion, FeedPosition, Idempotency, IdempotencyKey, KeyLimits, ListQuery, NewTask,
    Owner, OwnerRevision, Precondition, Sort, SortKey, Status, Task, TaskId, TaskRepository, Title,
};
use persistence::JobOptions;
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;
use uuid::Uuid;

use crate::{create, migrated};

/// The lines that the server logged of this database with this word in them.
fn logged(database: &str, word: &str) -> Vec<String> {
    let log = Postgres::shared().log();
    let of_database = format!("@{database} ");
    let lines = log.lines().filter(|line| line.contains(&of_database) && line.contains(word));
    lines.map(str::to_owned).collect()
}

/// Has the plans of a database's statements logged. Parallel workers cost nothing there.
pub(crate) fn explained(database: &str) -> String {
    [
        "session_preload_libraries = 'auto_explain'",
        "auto_explain.log_min_duration = 0",
        "parallel_setup_cost = 0",
        "parallel_tuple_cost = 0",
        "min_parallel_table_scan_size = 0",
        "min_parallel_index_scan_size = 0",
    ]
    .map(|setting| format!("alter database {database} set {setting}"))
    .join("; ")
}

/// The plans that the server logged of this database. None has parallel workers.
pub(crate) fn plans(database: &str) -> Vec<String> {
    let log = Postgres::shared().log();
    let of_database = format!("@{database} ");
    let mut plans: Vec<String> = Vec::new();
    let mut inside = false;
    for line in log.lines() {
        // What belongs to the line before begins with a tab.
        if line.starts_with('\t') {
            if let Some(plan) = plans.last_mut().filter(|_| inside) {
                plan.push('\n');
                plan.push_str(line);
            }
        } else {
            inside = line.contains(&of_database) && line.contains(" plan:");
            plans.extend(inside.then(|| line.to_owned()));
        }
    }
    assert!(plans.iter().all(|plan| !plan.contains("Gather")), "{plans:#?}");
    plans
}

#[test]
fn statements_are_prepared_once_and_take_one_round_trip() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let database = migrated(&url);
    let _ = server.query(&url, &format!("alter database {name} set log_min_duration_statement = 0"));
    let (repository, owner) = (database.tasks(), Owner::for_test("frequent"));
    for number in 0..20 {
        let task = create(&*repository, &owner, number);
        block_on(repository.get(&owner, task.id)).unwrap();
        block_on(repository.list(&owner, ListQuery::default())).unwrap();
        block_on(repository.changes(&owner, FeedPosition::At(OwnerRevision::NONE), 10)).unwrap();
        block_on(repository.delete(&owner, task.id, Precondition::default(), task.created_at)).unwrap();
    }
    // Seven statements, each prepared on the connection that its worker was given, which is mostly the same. A create
    // is one of them but for the owner's first, which loads; a deletion is two, and so are changes.
    let parsed = logged(name, "parse __diesel_stmt");
    assert!((7..=21).contains(&parsed.len()), "{parsed:#?}");
    assert_eq!(logged(name, "execute __diesel_stmt").len(), 141);
    // A connection that has rested is tried first, which a slow machine may see here too.
    for word in ["statement: BEGIN", "statement: COMMIT"] {
        assert_eq!(logged(name, word), Vec::<String>::new());
    }
}

#[test]
fn statements_use_indexes_without_statistics() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let database = migrated(&url);
    let _ = server.query(&url, &explained(name));
    let (repository, owner) = (database.tasks(), Owner::for_test("planned"));
    let task = create(&*repository, &owner, 1);
    block_on(repository.get(&owner, task.id)).unwrap();
    let pending = ListQuery { count: true, status: Status::Pending, ..ListQuery::default() };
    let by_title = Sort { key: SortKey::Title, ..Sort::default() };
    for query in [pending, ListQuery { sort: by_title, ..ListQuery::default() }, ListQuery::default()] {
        block_on(repository.list(&owner, query)).unwrap();
    }
    block_on(repository.tags(&owner)).unwrap();
    let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
    let (none, at) = (Precondition::default, task.created_at);
    block_on(repository.update(&owner, task.id, change, none(), at)).unwrap();
    block_on(repository.delete(&owner, task.id, none(), at)).unwrap();
    for (number, key) in [(2, "one"), (3, "other")] {
        let new = NewTask::new(TaskId::new(Uuid::from_u128(number)), Title::from_stored("title".into()));
        let create = Command::Create(NewTask { id_is_new: true, ..new });
        block_on(repository.execute(&owner, create, Some(request(key)), at)).unwrap();
    }

    let plans = plans(name);
    assert!(plans.len() >= 7, "{plans:?}");
    for plan in &plans {
        assert_goes_by_key(plan);
    }
}

pub(crate) fn assert_goes_by_key(plan: &str) {
    assert!(!plan.contains("Seq Scan") && !plan.contains("Bitmap"), "{plan}");
    let lines: Vec<&str> = plan.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair[0].contains("Index Scan using")) {
        let key = if pair[0].contains("tasks_pkey") { "AND (id = " } else { "(owner_id = " };
        assert!(pair[1].contains("Index Cond: (") && pair[1].contains(key), "{plan}");
    }
}

/// A request with a key, of which one of each owner is kept.
pub(crate) fn request(key: &str) -> Idempotency {
    Idempotency {
        key: IdempotencyKey::parse(key).unwrap(),
        request: [1; 32],
        respond: Arc::new(|_| vec![0]),
        limits: KeyLimits { keep: Duration::MAX, requests: 1, bytes: u32::MAX },
    }
}

/// Creates, changes and deletes tasks of several owners at once. Their writes wait behind a row that is locked, so that
/// the workers take them as batches.
fn write_in_batches(url: &str, repository: &dyn TaskRepository) {
    let owners: Vec<Owner> = (0..32).map(|number| Owner::for_test(&format!("batch-{number}"))).collect();
    let tasks: Vec<Vec<Task>> =
        owners.iter().map(|owner| (0..4).map(|number| create(repository, owner, number)).collect()).collect();
    let mut other = PgConnection::establish(url).unwrap();
    let locked = "set auto_explain.log_min_duration = -1; begin; select from owners where owner_id in ('batch-0', 'batch-1', 'batch-2', 'batch-3') for update";
    other.batch_execute(locked).unwrap();
    thread::scope(|scope| {
        for (owner, tasks) in owners.iter().zip(&tasks) {
            let at = tasks[0].created_at;
            let toggle = || Change { completion: Some(Completion::Toggle), ..Change::default() };
            scope.spawn(move || {
                block_on(repository.update(owner, tasks[0].id, toggle(), Precondition::default(), at))
            });
            scope.spawn(move || block_on(repository.delete(owner, tasks[1].id, Precondition::default(), at)));
            scope.spawn(move || {
                let new = NewTask::new(TaskId::new(Uuid::from_u128(9)), Title::from_stored("title".into()));
                block_on(repository.create(owner, new, at))
            });
            for key in ["one", "other"] {
                scope.spawn(move || {
                    #[expect(clippy::disallowed_methods, reason = "ids of a test")]
                    let id = TaskId::new(Uuid::now_v7());
                    let create = Command::Create(NewTask::new(id, Title::from_stored("title".into())));
                    block_on(repository.execute(owner, create, Some(request(key)), at))
                });
            }
        }
        thread::sleep(Duration::from_millis(100));
        other.batch_execute("commit").unwrap();
    });
}

/// Half of them deleted, few tasks of each owner: the index of the live ones is then the smaller one.
const MOSTLY_DELETED: &str = "
    insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at)
    select 'owner-' || n / 2, gen_random_uuid(), 't', false, 't' || chr(31), now(), now(), n,
        case when n % 2 > 0 then now() end
    from generate_series(1, 30000) as n";

#[test]
fn groups_use_indexes() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let _ = migrated(&url);
    let _ = server.query(&url, MOSTLY_DELETED);
    let _ = server.query(
        &url,
        "insert into owners (owner_id, revision, live_tasks) select distinct owner_id, 30000, 1 from tasks",
    );
    let tombstones = "insert into tombstones (owner_id, type, object_id, revision, at) \
                      select owner_id, 'task', gen_random_uuid(), revision, now() from tasks";
    let _ = server.query(&url, tombstones);
    let keys = "insert into idempotency_keys select owner_id, revision::text, revision, revision, revision, now(), '', '' \
                from tasks";
    let _ = server.query(&url, keys);
    for table in ["tasks", "owners", "tombstones", "idempotency_keys"] {
        let _ = server.query(&url, &format!("vacuum analyze {table}"));
    }
    let _ = server.query(&url, &explained(name));
    let database = persistence::Database::open(&crate::options(&url)).unwrap();
    write_in_batches(&url, &*database.tasks());

    let plans = plans(name);
    for part in [
        "left join lateral",
        "inserted as",
        "recreated as",
        "updated as",
        "deleted as",
        "as newest",
        "input_key as",
        "dropped as",
    ] {
        let is_batch = |plan: &&String| plan.contains("unnest") && plan.contains(part);
        assert!(plans.iter().any(|plan| is_batch(&plan)), "no batch with {part}: {plans:#?}");
    }
    for plan in &plans {
        assert_goes_by_key(plan);
    }
}

#[test]
fn tasks_are_read_by_key_beside_deleted_rows() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let _ = migrated(&url);
    let _ = server.query(&url, MOSTLY_DELETED);
    let _ = server.query(&url, "vacuum analyze tasks");
    let _ = server.query(&url, &explained(name));
    let database = persistence::Database::open(&crate::options(&url)).unwrap();
    let owner = Owner::for_test("owner-7");
    let id = server.query(&url, "select id from tasks where owner_id = 'owner-7' and deleted_at is null");
    let id = domain::TaskId::new(uuid::Uuid::parse_str(&id).unwrap());
    block_on(database.tasks().get(&owner, id)).unwrap();

    let plans = plans(name);
    let of_the_task = plans.iter().filter(|plan| plan.contains("title")).collect::<Vec<_>>();
    assert!(!of_the_task.is_empty(), "{plans:?}");
    for plan in of_the_task {
        assert!(plan.contains("tasks_pkey") && !plan.contains("tasks_newest"), "{plan}");
    }
}

/// A few of the deleted tasks are rows of version 0.1.0, and a few of the tombstones are from before 1971.
const OLD_ROWS: &str = "
    insert into owners (owner_id, revision) select 'owner-' || n, 1 from generate_series(1, 5000) as n;
    insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at)
    select 'owner-' || n % 5000 + 1, gen_random_uuid(), case when n > 3 then 't' else '' end, false, '', now(), now(), 1,
        case when n % 2 > 0 then now() end
    from generate_series(1, 50000) as n;
    insert into tombstones
    select 'owner-' || n % 5000 + 1, 'task', gen_random_uuid(), 1, case when n > 3 then now() else to_timestamp(0) end
    from generate_series(1, 50000) as n;
    insert into idempotency_keys
    select 'owner-' || n % 5000 + 1, n, n, n, n + 1, case when n > 3 then now() else to_timestamp(0) end, '', ''
    from generate_series(1, 50000) as n";

#[test]
fn jobs_find_and_change_rows_by_index() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let _ = migrated(&url);
    let _ = server.query(&url, OLD_ROWS);
    let _ = server.query(&url, "analyze");
    let _ = server.query(&url, &explained(name));
    let database = persistence::Database::open(&crate::options(&url)).unwrap();
    let clock = Arc::new(ManualClock::at_unix_millis(86_400_000));
    let options = JobOptions { keep_keys: Duration::ZERO, ..JobOptions::new(Duration::ZERO, clock) };
    let report = database.run_jobs(&options).unwrap();
    assert_eq!((report.moved, report.pruned, report.expired), (2, 3, 3));

    let plans = plans(name);
    // A range of several rows.
    let of_keys = plans.iter().filter(|plan| plan.contains("delete from idempotency_keys"));
    assert!(
        of_keys.clone().count() > 0
            && of_keys.clone().all(|plan| plan.contains("on idempotency_keys_by_number"))
    );
    for (statement, index) in [
        ("order by owner_id, deleted_at desc", "Index Scan using tasks_deleted on tasks"),
        ("order by owner_id, type, object_id", "Index Scan using tombstones_pkey on tombstones"),
        ("for update skip locked", "Index Scan using owners_pkey on owners"),
        ("update owners set version = version + 1,", "Index Scan using owners_pkey on owners"),
        ("update owners set version = version + 1 where", "Index Scan using owners_pkey on owners"),
        ("insert into tombstones", "Index Scan using tasks_pkey on tasks"),
        ("delete from tasks", "Index Scan using tasks_pkey on tasks"),
        ("delete from tombstones", "Index Scan using tombstones_pkey on tombstones"),
        ("order by at, owner_id", "using idempotency_keys_by_time on idempotency_keys"),
    ] {
        let mut of_statement = plans.iter().filter(|plan| plan.contains(statement)).peekable();
        assert!(of_statement.peek().is_some(), "{statement}");
        for plan in of_statement {
            assert!(plan.contains(index) && plan.contains("Index Cond: ("), "{plan}");
            assert!(!["Seq Scan", "Bitmap", "Sort"].iter().any(|node| plan.contains(node)), "{plan}");
        }
    }
}
