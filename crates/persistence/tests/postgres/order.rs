//! The manual order on PostgreSQL.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::{Command, ListQuery, MoveTo, Owner, Precondition, Sort, SortKey, TaskRepository};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::ownership::database;
use crate::statements::{assert_goes_by_key, explained, plans};
use crate::{create, migrated, options, order_of_both};

/// Inserts rows as version 0.1.0 does, created at a time. Days and the rest are added one after the other, since an interval of
/// more than 2^53 microseconds is rounded.
fn insert_old(url: &str) -> impl Fn(uuid::Uuid, i64) {
    move |id, millis| {
        let (days, rest) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
        let sql = format!(
            "insert into owners (owner_id) values ('alice') on conflict do nothing;
            update owners set revision = revision + 1, live_tasks = live_tasks + 1;
            insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision)
            select 'alice', '{id}', 'old', false, 'old' || chr(31), at, at, revision from owners,
                (select (timestamp 'epoch' + {days} * interval '1 day' + {rest} * interval '1 millisecond')
                    at time zone 'UTC') as time (at)"
        );
        PgConnection::establish(url).unwrap().batch_execute(&sql).unwrap();
    }
}

#[test]
fn rows_are_in_the_order_of_their_keys() {
    let server = Postgres::shared();
    let url = server.create_database();
    order_of_both::rows_are_in_the_order_of_their_keys(&options(&url), insert_old(&url), |id, key| {
        let _ = server.query(&url, &format!("update tasks set position = '{key}' where id = '{id}'"));
    });
}

#[test]
fn rows_of_0_1_0_have_derived_keys() {
    let server = Postgres::shared();
    let url = server.create_database();
    order_of_both::rows_of_0_1_0_have_derived_keys(&options(&url), insert_old(&url), || {
        server.query(&url, "select count(*) from tasks where position is null").parse().unwrap()
    });
}

#[test]
fn positions_are_exported_and_imported() {
    order_of_both::positions_are_exported_and_imported(&database());
}

/// Two owners with an order that must be renumbered, among many others with many rows.
const ORDERS: &str = "
    insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, position, deleted_at)
    select 'owner-' || n % 500, gen_random_uuid(), 't', false, 't' || chr(31), now(), now(), n, 'B' || n,
        case when n % 3 = 0 then now() end
    from generate_series(1, 20000) as n;
    insert into owners (owner_id, revision, live_tasks) select owner_id, 20000, 1 from tasks group by owner_id";

fn write(repository: &dyn TaskRepository, owner: &Owner) {
    let tasks: Vec<_> = (1..=3).map(|number| create(repository, owner, number)).collect();
    let to = MoveTo::Before(tasks[0].id);
    let command = Command::Move { id: tasks[2].id, to, precondition: Precondition::default() };
    block_on(repository.write(owner, command, tasks[0].created_at)).unwrap();
}

#[test]
fn moves_use_indexes_without_statistics() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let (repository, owner) = (migrated(&url).tasks(), Owner::for_test("planned"));
    let tasks: Vec<_> = (1..=3).map(|number| create(&*repository, &owner, number)).collect();
    // No key is between these.
    let _ = server.query(&url, "update tasks set position = case when revision = 1 then 'B' else 'B0' end");
    let _ = server.query(&url, &explained(name));
    let repository = persistence::Database::open(&options(&url)).unwrap().tasks();
    let (to, precondition) = (MoveTo::After(tasks[0].id), Precondition::default());
    let command = Command::Move { id: tasks[2].id, to, precondition };
    block_on(repository.write(&owner, command, tasks[0].created_at)).unwrap();
    let touched = block_on(repository.get(&owner, tasks[1].id)).unwrap();
    assert!(touched.position.as_str() > "B" && touched.revision > tasks[2].revision, "{touched:?}");

    let plans = plans(name);
    for part in ["touched as", "from owners left join tasks"] {
        assert!(plans.iter().any(|plan| plan.contains(part)), "no {part}: {plans:#?}");
    }
    for plan in &plans {
        // All rows of an owner are read.
        if !plan.contains("from owners left join tasks") {
            assert_goes_by_key(plan);
        }
        assert!(!plan.contains("Seq Scan"), "{plan}");
    }
}

#[test]
fn an_order_is_read_from_the_rows_of_its_owner() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    let _ = migrated(&url);
    let _ = server.query(&url, ORDERS);
    let _ = server.query(&url, "vacuum analyze");
    let _ = server.query(&url, &explained(name));
    let database = persistence::Database::open(&options(&url)).unwrap();
    write(&*database.tasks(), &Owner::for_test("owner-7"));
    let plans = plans(name);
    let orders: Vec<_> = plans.iter().filter(|plan| plan.contains("from owners left join tasks")).collect();
    assert!(!orders.is_empty(), "{plans:#?}");
    for plan in orders {
        assert!(!plan.contains("Seq Scan") && plan.contains("owner_id = "), "{plan}");
    }
}

#[test]
fn only_the_tasks_of_a_sorted_page_are_read_with_their_texts() {
    // The plans of a database that was new when they were made, and with what is known later.
    for is_new in [true, false] {
        let server = Postgres::shared();
        let url = server.create_database();
        let (_, name) = url.rsplit_once('/').unwrap();
        let _ = migrated(&url);
        let _ = server.query(&url, "alter table tasks set (autovacuum_enabled = false)");
        if is_new {
            let _ = server.query(&url, "vacuum analyze");
        }
        let _ = server.query(&url, ORDERS);
        let _ = server.query(&url, "update tasks set owner_id = 'owner-7' where revision > 10000");
        if !is_new {
            let _ = server.query(&url, "vacuum analyze");
        }
        let _ = server.query(&url, &explained(name));
        let database = persistence::Database::open(&options(&url)).unwrap();
        for key in [SortKey::Updated, SortKey::Title, SortKey::DueDate, SortKey::Priority, SortKey::Position]
        {
            let sort = Sort { key, ..Sort::default() };
            for offset in [0, 5000] {
                let query = ListQuery { sort, offset, ..ListQuery::default() };
                block_on(database.tasks().list(&Owner::for_test("owner-7"), query)).unwrap();
            }
        }
        let plans = plans(name);
        let pages: Vec<_> = plans.iter().filter(|plan| plan.contains("of_id")).collect();
        assert_eq!(pages.len(), 10, "{plans:#?}");
        for plan in pages {
            // Below the limit all ids are sorted; beside it each task is looked up.
            let (_, below) = plan.split_once("Limit").unwrap();
            assert!(below.contains("AND (id = ") && !plan.contains("Seq Scan"), "{plan}");
        }
    }
}

#[test]
fn touched_tasks_keep_their_texts() {
    let repository = migrated(&Postgres::shared().create_database()).tasks();
    assert!(order_of_both::touched_tasks_keep_their_texts(&*repository, &Owner::for_test("alice")) > 0);
}
