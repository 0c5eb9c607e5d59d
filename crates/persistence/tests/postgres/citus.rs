//! On Citus, if there is one. Each test has a schema of its own in the database.

use std::sync::{Arc, Once, OnceLock};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, RunQueryDsl, select};
use domain::testing::ManualClock;
use domain::testing::contract::quota_limits;
use domain::{Owner, TaskRepository};
use persistence::{Database, DatabaseOptions, Doctor, JobOptions, Restored};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::citus_url;

use crate::concurrency::stored;
use crate::ownership_of_both::{self, OwnersDatabase};
use crate::partitions::{migrations, version};
use crate::replicas::Replicas;
use crate::{create, migrated, options, workers, workload};

/// The URL of a new, empty schema with this name.
fn schema(name: &str) -> Option<String> {
    static CLEARED: Once = Once::new();
    let url = citus_url()?;
    let mut connection = PgConnection::establish(&url).unwrap();
    CLEARED.call_once(|| drop_former_schemas(&mut connection));
    connection
        .batch_execute(&format!(
            "set client_min_messages = warning; drop schema if exists {name} cascade; create schema {name}"
        ))
        .unwrap();
    Some(format!("{url}?options=-csearch_path%3D{name}"))
}

/// Those of an earlier run, before any test distributes tables: a copy of a table to all servers locks the copied tables of the
/// other schemas, and would meet a schema that is being dropped in a deadlock.
fn drop_former_schemas(connection: &mut PgConnection) {
    let former = "coalesce((select string_agg(quote_ident(nspname), ' ') from pg_namespace
        where nspname <> 'public' and to_regclass(quote_ident(nspname) || '.owners') is not null), '')";
    let former: String = select(sql::<Text>(former)).get_result(connection).unwrap();
    for name in former.split_whitespace() {
        let drop = format!("set client_min_messages = warning; drop schema {name} cascade");
        connection.batch_execute(&drop).unwrap();
    }
}

/// The URL of a new schema with distributed tables.
fn distributed(name: &str) -> Option<String> {
    let url = schema(name)?;
    assert_eq!(migrated(&url).distribute().unwrap().len(), 5);
    Some(url)
}

fn on_citus(options: DatabaseOptions) -> DatabaseOptions {
    DatabaseOptions { distributed: true, ..options }
}

fn repository() -> Option<Arc<dyn TaskRepository>> {
    static SHARED: OnceLock<Option<Database>> = OnceLock::new();
    let open = || Some(Database::open(&on_citus(options(&distributed("contract")?))).unwrap());
    SHARED.get_or_init(open).as_ref().map(Database::tasks)
}

/// The same with a quota, as three processes that write the same owners.
fn limited() -> Option<Arc<dyn TaskRepository>> {
    static SHARED: OnceLock<Option<Arc<Replicas>>> = OnceLock::new();
    let open = || {
        let url = distributed("quota")?;
        let options = DatabaseOptions { limits: quota_limits(), ..on_citus(options(&url)) };
        let services = (0..3).map(|_| Database::open(&options).unwrap().tasks());
        Some(Arc::new(Replicas::new(services.collect::<Vec<_>>())))
    };
    SHARED.get_or_init(open).clone().map(|replicas| replicas as _)
}

/// The value, or the end of a test that did not run.
macro_rules! or_return {
    ($value:expr) => {
        match $value {
            Some(value) => value,
            None => return,
        }
    };
}

mod servers;

domain::repository_contract!(or_return!(repository()));
domain::quota_contract!(or_return!(limited()));

#[test]
fn histories_of_several_services_are_linearizable() {
    let url = or_return!(distributed("services"));
    let options = on_citus(workload::options(&url));
    let services = (0..4).map(|_| Database::open(&options).unwrap().tasks());
    workload::check(&Replicas::new(services), || stored(&url));
}

#[test]
fn histories_of_several_processes_are_linearizable() {
    let url = or_return!(distributed("processes"));
    let database = Database::open(&on_citus(workload::options(&url))).unwrap();
    let (workload, events) = workers::run("citus::child_process_entry_point", &url);
    workload.verify(events, &*database.tasks(), || stored(&url));
}

#[test]
#[ignore = "a process of the test above"]
fn child_process_entry_point() {
    workers::work(|url| Database::open(&on_citus(workload::options(url))).unwrap().tasks());
}

#[test]
fn distributed_tables_are_recognized_and_kept() {
    let url = or_return!(schema("recognized"));
    let database = migrated(&url);
    let (repository, owner) = (database.tasks(), Owner::for_test("before"));
    let task = create(&*repository, &owner, 1);
    assert!(!database.is_distributed().unwrap());
    assert_eq!(database.distribute().unwrap().len(), 5);
    assert!(database.is_distributed().unwrap());
    assert_eq!(database.distribute().unwrap(), Vec::<String>::new());
    let database = Database::open(&on_citus(options(&url))).unwrap();
    block_on(database.readiness().check()).unwrap();
    assert_eq!(block_on(database.tasks().get(&owner, task.id)).unwrap(), task);
}

/// The first migration runs before the tables are distributed by hand, all others after it.
#[test]
fn distributed_tables_are_migrated() {
    let url = or_return!(schema("migrated"));
    let mut connection = PgConnection::establish(&url).unwrap();
    let (first, tables) = migrations().swap_remove(0);
    let run = |connection: &mut PgConnection, sql: &str| connection.batch_execute(sql).unwrap();
    run(&mut connection, &tables);
    run(&mut connection, diesel::migration::CREATE_MIGRATIONS_TABLE);
    run(&mut connection, &format!("insert into __diesel_schema_migrations (version) values ('{first}')"));
    run(&mut connection, "select create_distributed_table('owners', 'owner_id')");
    run(&mut connection, "select create_distributed_table('tasks', 'owner_id', colocate_with => 'owners')");
    let database = Database::open(&on_citus(options(&url))).unwrap();
    let ran: Vec<String> = database.migrate().unwrap().iter().map(|name| version(name)).collect();
    assert_eq!(ran, migrations().into_iter().skip(1).map(|(version, _)| version).collect::<Vec<_>>());
    block_on(database.readiness().check()).unwrap();
    let colocated = "(select count(*) from pg_dist_partition where colocationid = (
        select colocationid from pg_dist_partition where logicalrelid = to_regclass('owners'))
        and logicalrelid in (to_regclass('owners'), to_regclass('tasks'), to_regclass('tombstones'),
            to_regclass('idempotency_keys'), to_regclass('lists')))";
    assert_eq!(select(sql::<BigInt>(colocated)).get_result::<i64>(&mut connection), Ok(5));
    create(&*database.tasks(), &Owner::for_test("after"), 1);
    // The history is on all servers by now.
    for undo in [
        "drop table lists",
        "alter table tasks drop column list_id",
        "delete from __diesel_schema_migrations where version = '20261128000006'",
    ] {
        run(&mut connection, undo);
    }
    assert_eq!(database.migrate().unwrap().len(), 1);
    block_on(database.readiness().check()).unwrap();
}

/// Through each server that has the tables.
#[test]
fn services_of_different_servers_share_the_owners() {
    let url = or_return!(distributed("any_server"));
    let mut connection = PgConnection::establish(&url).unwrap();
    let addresses = "select string_agg(nodename || ':' || nodeport, ' ') from pg_dist_node";
    let addresses: String =
        select(sql::<Text>(&format!("({addresses})"))).get_result(&mut connection).unwrap();
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let user = authority.rsplit_once('@').map(|(user, _)| format!("{user}@")).unwrap_or_default();
    let services: Vec<Database> = addresses
        .split(' ')
        .map(|address| on_citus(workload::options(&format!("{scheme}://{user}{address}/{path}"))))
        .map(|options| Database::open(&options).unwrap())
        .collect();
    assert!(services.len() > 1, "{addresses}");
    for service in &services {
        assert!(service.is_distributed().unwrap());
        assert_eq!(service.migrate().unwrap(), Vec::<String>::new());
        block_on(service.readiness().check()).unwrap();
    }
    let tasks: Vec<_> = services.iter().map(Database::tasks).collect();
    workload::check(&Replicas::new(tasks), || stored(&url));
}

/// A run that ended between a migration and the distribution of its table.
#[test]
fn a_table_that_was_left_out_is_distributed_later() {
    let url = or_return!(distributed("incomplete"));
    let mut connection = PgConnection::establish(&url).unwrap();
    connection.batch_execute("select undistribute_table('lists')").unwrap();
    assert_eq!(migrated(&url).distribute().unwrap(), Vec::<String>::new());
}

#[test]
fn checks_jobs_and_restores_serve_all_servers() {
    let url = or_return!(distributed("maintenance"));
    let database = Database::open(&on_citus(workload::options(&url))).unwrap();
    workload::check(&*database.tasks(), || stored(&url));
    let clock = Arc::new(ManualClock::at_unix_millis(4_000_000_000_000));
    let report = database.run_jobs(&JobOptions::new(Duration::ZERO, clock)).unwrap();
    assert!(report.is_completed() && report.pruned > 0, "{report:?}");
    drop(database);
    assert!(
        Restored::new(&options(&format!("{url}&application_name=command"))).unwrap().renew().unwrap() > 1
    );
    let report = Doctor::new(&options(&url)).unwrap().check().unwrap();
    for check in &report.checks {
        assert!(matches!(check.outcome, persistence::CheckOutcome::Passed), "{check:?}");
    }
}

/// A database whose columns are those of the tables' schema.
fn owners(name: &'static str) -> Option<OwnersDatabase> {
    let url = distributed(name)?;
    let of = url.clone();
    let columns_with = move |text: &str| {
        let mut connection = PgConnection::establish(&of).unwrap();
        let count = |column: &&str| {
            let (table, name) = column.split_once('.').unwrap();
            let text = text.replace('\'', "''");
            let rows = format!("(select count(*) from {table} where {name} = '{text}')");
            select(sql::<BigInt>(&rows)).get_result::<i64>(&mut connection).unwrap() > 0
        };
        let mut count = count;
        COLUMNS.iter().copied().filter(|column| count(column)).map(str::to_owned).collect()
    };
    Some(OwnersDatabase { url, columns_with: Box::new(columns_with), distributed: true })
}

const COLUMNS: [&str; 5] = [
    "idempotency_keys.owner_id",
    "lists.owner_id",
    "owners.owner_id",
    "tasks.owner_id",
    "tombstones.owner_id",
];

#[test]
fn nothing_of_an_erased_owner_remains() {
    ownership_of_both::nothing_of_an_erased_owner_remains(&or_return!(owners("erased")));
}

#[test]
fn exports_are_imported_unchanged() {
    ownership_of_both::exports_are_imported_unchanged(&or_return!(owners("exported")));
}

#[test]
fn ten_thousand_tasks_move_in_one_call() {
    ownership_of_both::ten_thousand_tasks_move_in_one_call(&or_return!(owners("moved")));
}

#[test]
fn moves_beside_writers_lose_and_double_nothing() {
    ownership_of_both::moves_beside_writers_lose_and_double_nothing(&or_return!(owners("moves")));
}

#[test]
fn erasures_beside_writers_leave_no_old_state() {
    ownership_of_both::erasures_beside_writers_leave_no_old_state(&or_return!(owners("erasures")));
}
