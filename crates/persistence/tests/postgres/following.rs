//! The changes of an owner on PostgreSQL.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::{FeedPosition, ObjectId, Owner, OwnerRevision, Revision, TaskId, TaskRepository};
use persistence::Database;
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;
use uuid::Uuid;

use crate::concurrency::had_no_deadlock;
use crate::following_of_both::{self, write_as_processes, write_as_services};
use crate::partitions::partitioned;
use crate::statements::{explained, plans};
use crate::{create, migrated, options};

#[test]
fn followers_of_several_services_have_what_is_listed() {
    let url = Postgres::shared().create_database();
    following_of_both::followers_have_what_is_listed(&url, || write_as_services(&url));
    had_no_deadlock(&url);
}

#[test]
fn followers_of_several_processes_have_what_is_listed() {
    let url = Postgres::shared().create_database();
    let worker = "following::child_process_entry_point";
    following_of_both::followers_have_what_is_listed(&url, || write_as_processes(worker, &url));
    had_no_deadlock(&url);
}

#[test]
#[ignore = "a process of the test above"]
fn child_process_entry_point() {
    following_of_both::work();
}

#[test]
fn positions_before_deleted_tombstones_must_resync() {
    let url = Postgres::shared().create_database();
    following_of_both::positions_before_deleted_tombstones_must_resync(&options(&url));
}

#[test]
fn deleted_rows_of_0_1_0_are_deletions() {
    let url = Postgres::shared().create_database();
    following_of_both::deleted_rows_of_0_1_0_are_deletions(&options(&url), |sql| {
        PgConnection::establish(&url).unwrap().batch_execute(sql).unwrap();
    });
}

/// Two hundred owners, each with tasks, half of them deleted, tombstones and lists.
const OWNERS: &str = "
    insert into owners (owner_id, revision, live_tasks) select 'owner-' || n, 500, 50 from generate_series(0, 199) as n;
    insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, deleted_at)
    select 'owner-' || n % 200, gen_random_uuid(), 't', false, 't' || chr(31), now(), now(), n / 200,
        case when n / 200 % 2 = 0 then now() end
    from generate_series(200, 20199) as n;
    insert into tombstones select 'owner-' || n % 200, 'task', gen_random_uuid(), 200 + n / 200, now()
    from generate_series(0, 19999) as n;
    insert into lists (owner_id, id, name, position, created_at, updated_at, revision)
    select 'owner-' || n % 200, gen_random_uuid(), 'list ' || n, 'B', now(), now(), 400 + n / 200
    from generate_series(0, 1999) as n";

/// Reads all kinds of pages, often enough that the server makes a plan that is independent of the values.
fn read(repository: &dyn TaskRepository, owner: &Owner) {
    let at = block_on(repository.revision(owner)).unwrap();
    let later = |number| FeedPosition::At(OwnerRevision { revision: Revision::new(number), ..at });
    let after = ObjectId::Task(TaskId::new(Uuid::from_u128(u128::MAX / 2)));
    for _ in 0..8 {
        for (position, limit) in [
            (later(at.revision.number() - 1), 1000),
            (later(1), 1000),
            (later(1), 2),
            (FeedPosition::Start, 500),
            (FeedPosition::InSnapshot { began: at, after }, 500),
        ] {
            let _ = block_on(repository.changes(owner, position, limit)).unwrap();
        }
    }
}

/// Each table is entered by the owner, and the rows of a page are looked up by their keys.
fn assert_reads_one_owner(plan: &str) {
    assert!(!plan.contains("Seq Scan"), "{plan}");
    let lines: Vec<&str> = plan.lines().collect();
    let is_entry = |line: &str| ["Index Scan", "Index Only Scan"].iter().any(|scan| line.contains(scan));
    for pair in lines.windows(2).filter(|pair| is_entry(pair[0])) {
        assert!(pair[1].contains("Index Cond: (") && pair[1].contains("owner_id = "), "{plan}");
    }
    for row in ["task", "list"] {
        let looks_up = |pair: &[&str]| {
            let index = format!("Index Scan using {row}s_pkey on {row}s {row}");
            pair[0].contains(&index) && pair[1].contains("AND (id = ")
        };
        assert!(lines.windows(2).any(looks_up), "{row}: {plan}");
    }
}

fn check_plans(url: &str, owner: &str) {
    let (_, name) = url.rsplit_once('/').unwrap();
    let _ = Postgres::shared().query(url, &explained(name));
    let database = Database::open(&options(url)).unwrap();
    read(&*database.tasks(), &Owner::for_test(owner));
    let plans = plans(name);
    let (pages, others): (Vec<&String>, Vec<&String>) =
        plans.iter().partition(|plan| plan.contains("object_id"));
    assert_eq!(pages.len(), 40, "{plans:#?}");
    for plan in pages {
        assert_reads_one_owner(plan);
    }
    // Those of the owner's revision.
    assert!(others.len() >= 24 && others.iter().all(|plan| !plan.contains(" on tasks")), "{others:#?}");
}

#[test]
fn changes_are_read_from_the_rows_of_their_owner() {
    let server = Postgres::shared();
    let url = server.create_database();
    let _ = migrated(&url);
    let _ = server.query(&url, OWNERS);
    for table in ["tasks", "owners", "tombstones", "lists"] {
        let _ = server.query(&url, &format!("vacuum analyze {table}"));
    }
    check_plans(&url, "owner-7");
}

#[test]
fn changes_are_read_by_index_without_statistics() {
    let url = Postgres::shared().create_database();
    let database = migrated(&url);
    (1..=3).for_each(|number| drop(create(&*database.tasks(), &Owner::for_test("planned"), number)));
    check_plans(&url, "planned");
}

#[test]
fn a_client_at_the_present_revision_reads_the_owner_alone() {
    let url = partitioned();
    let (_, name) = url.rsplit_once('/').unwrap();
    let owner = Owner::for_test("alice");
    let _ = create(&*Database::open(&options(&url)).unwrap().tasks(), &owner, 1);
    let _ = Postgres::shared().query(&url, &explained(name));
    let repository = Database::open(&options(&url)).unwrap().tasks();
    let present = FeedPosition::At(block_on(repository.revision(&owner)).unwrap());
    let before = plans(name).len();
    let page = block_on(repository.changes(&owner, present, 100)).unwrap();
    assert_eq!((page.changes.len(), page.next, page.more), (0, present, false));
    let plans = plans(name);
    assert_eq!(plans.len(), before + 1, "{plans:#?}");
    assert!(plans[before].contains("select epoch, revision from owners"), "{plans:#?}");
}
