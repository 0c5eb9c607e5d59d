//! The trash on PostgreSQL.

use std::sync::Arc;
use std::time::Duration;

use domain::testing::ManualClock;
use domain::{
    Command, ListQuery, Owner, Precondition, Scope, Task, TaskId, TaskRepository, Timestamp, TrashCapacity,
};
use persistence::JobOptions;
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::ownership::database;
use crate::statements::{assert_goes_by_key, explained, plans};
use crate::{create, migrated, options, trash_of_both};

#[test]
fn trashed_tasks_are_exported_imported_and_moved() {
    trash_of_both::trashed_tasks_are_exported_imported_and_moved(&database());
}

#[test]
fn ten_thousand_trashed_tasks_are_emptied_at_once() {
    trash_of_both::ten_thousand_trashed_tasks_are_emptied_at_once(&database());
}

#[test]
fn full_trashes_make_room_at_their_size() {
    trash_of_both::full_trashes_make_room_at_their_size(&database());
}

#[test]
fn jobs_purge_what_is_old_or_too_much() {
    trash_of_both::jobs_purge_what_is_old_or_too_much(&database());
}

fn now() -> Timestamp {
    Timestamp::from_unix_millis(1_795_252_517_465).unwrap()
}

/// Every statement about the trash, at a full one.
fn use_trash(repository: &dyn TaskRepository, owner: &Owner) {
    let write = |command| block_on(repository.write(owner, command, now())).unwrap();
    let (precondition, trash) = (Precondition::default, TrashCapacity::tasks(2));
    let delete = |id: TaskId| write(Command::Delete { id, precondition: precondition(), trash });
    let tasks: Vec<Task> = (1..=4).map(|number| create(repository, owner, number)).collect();
    for task in &tasks {
        delete(task.id);
    }
    block_on(repository.get_trashed(owner, tasks[3].id)).unwrap();
    let query = ListQuery { scope: Scope::Trash, count: true, ..ListQuery::default() };
    block_on(repository.list(owner, query)).unwrap();
    write(Command::Restore { id: tasks[3].id, precondition: precondition() });
    write(Command::Purge { id: tasks[2].id, precondition: precondition() });
    delete(tasks[3].id);
    write(Command::EmptyTrash);
}

#[test]
fn statements_use_indexes_without_statistics() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let database = migrated(&url);
    let _ = server.query(&url, &explained(name));
    use_trash(&*database.tasks(), &Owner::for_test("planned"));
    let plans = plans(name);
    assert!(plans.iter().any(|plan| plan.contains("order by deleted_at, revision")), "{plans:?}");
    // A list of the trash is sorted, so its rows may be read in any order.
    let (lists, others): (Vec<_>, Vec<_>) = plans.iter().partition(|plan| plan.contains("sort_key"));
    assert!(!lists.is_empty() && lists.iter().all(|plan| plan.contains("tasks_deleted")), "{lists:?}");
    for plan in others {
        assert_goes_by_key(plan);
    }
}

/// Full trashes of many owners.
const TRASHES: &str = "
    insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at)
    select 'owner-' || n % 50, gen_random_uuid(), 't', false, 't' || chr(31), now(), now(), n / 50 + 1,
        now() - n * interval '1 minute' from generate_series(1, 50000) as n;
    insert into owners (owner_id, revision, trashed_tasks) select owner_id, 10000, count(*) from tasks group by owner_id";

#[test]
fn making_room_reads_the_oldest_tasks_only() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let _ = migrated(&url);
    let _ = server.query(&url, TRASHES);
    let _ = server.query(&url, "vacuum analyze");
    let analyzed = format!("{}; alter database {name} set auto_explain.log_analyze = on", explained(name));
    let _ = server.query(&url, &analyzed);
    let database = persistence::Database::open(&options(&url)).unwrap();
    let (repository, owner) = (database.tasks(), Owner::for_test("owner-7"));
    let task = create(&*repository, &owner, 1);
    let (precondition, trash) = (Precondition::default(), TrashCapacity::tasks(1000));
    let command = Command::Delete { id: task.id, precondition, trash };
    block_on(repository.write(&owner, command, now())).unwrap();
    let clock = Arc::new(ManualClock::at_unix_millis(now().unix_millis()));
    let keep_trashed = Duration::from_hours(24 * 36_500);
    let options = JobOptions { keep_trashed, ..JobOptions::new(Duration::MAX, clock) };
    assert_eq!(database.run_jobs(&options).unwrap().purged, 0);

    let plans = plans(name);
    let of = |part: &str| plans.iter().filter(|plan| plan.contains(part)).cloned().collect::<Vec<_>>();
    let oldest = of("order by deleted_at, revision");
    assert_eq!(oldest.len(), 1, "{plans:?}");
    assert!(oldest[0].contains("Index Scan Backward using tasks_deleted"), "{}", oldest[0]);
    // The actual rows of the scan, which begins with the oldest: a few, to sort those of one millisecond.
    let scan = oldest[0].lines().find(|line| line.contains("Index Scan Backward")).unwrap();
    let (_, rows) = scan.rsplit_once("rows=").unwrap();
    let rows: u64 = rows.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap();
    assert!(rows < 100, "{}", oldest[0]);
    let trashes = of("case when trashed_tasks = 0");
    assert_eq!(trashes.len(), 1, "{plans:?}");
    for index in ["Index Scan using owners_pkey", "using tasks_deleted on tasks"] {
        assert!(trashes[0].contains(index), "{}", trashes[0]);
    }
    assert!(!["Seq Scan", "Bitmap", "Sort"].iter().any(|node| trashes[0].contains(node)), "{}", trashes[0]);
}
