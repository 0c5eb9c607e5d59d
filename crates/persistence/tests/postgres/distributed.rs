//! The statements for tables that are distributed by owner, on one server.

use std::sync::{Arc, OnceLock};

use domain::testing::contract::quota_limits;
use domain::{Command, NewTask, Owner, TaskId, TaskRepository, Timestamp, Title};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;
use uuid::Uuid;

use crate::concurrency::{had_no_deadlock, stored};
use crate::replicas::Replicas;
use crate::statements::{explained, plans, request};
use crate::{migrated, options, workload};

fn repository() -> Arc<dyn TaskRepository> {
    static SHARED: OnceLock<Database> = OnceLock::new();
    let open = || {
        let url = Postgres::shared().create_database();
        migrated(&url);
        Database::open(&DatabaseOptions { distributed: true, ..options(&url) }).unwrap()
    };
    SHARED.get_or_init(open).tasks()
}

/// The same with a quota, as three processes that write the same owners.
fn limited() -> Arc<dyn TaskRepository> {
    static SHARED: OnceLock<Arc<Replicas>> = OnceLock::new();
    let open = || {
        let url = Postgres::shared().create_database();
        let limits = quota_limits();
        let options = DatabaseOptions { distributed: true, limits, ..options(&url) };
        migrated(&url);
        let services = (0..3).map(|_| Database::open(&options).unwrap().tasks());
        Arc::new(Replicas::new(services.collect::<Vec<_>>()))
    };
    Arc::clone(SHARED.get_or_init(open)) as _
}

domain::repository_contract!(repository());
domain::quota_contract!(limited());

#[test]
fn each_statement_names_one_owner() {
    let server = Postgres::shared();
    let url = server.create_database();
    let (_, name) = url.rsplit_once('/').unwrap();
    migrated(&url);
    let _ = server.query(&url, &explained(name));
    let options = DatabaseOptions { distributed: true, ..workload::options(&url) };
    let services = (0..3).map(|_| Database::open(&options).unwrap().tasks());
    record(&*Database::open(&options).unwrap().tasks());
    let look = || {
        let _ = server.query(&url, &format!("alter database {name} reset session_preload_libraries"));
        stored(&url)
    };
    workload::check(&Replicas::new(services), look);
    had_no_deadlock(&url);

    let plans = plans(name);
    for statement in ["select ", "insert into ", "update ", "delete from "] {
        let reads = |plan: &&String| plan.contains(&format!("Query Text: {statement}"));
        assert!(plans.iter().any(|plan| reads(&plan)), "no {statement}");
    }
    for plan in &plans {
        assert_is_of_one_owner(plan);
    }
}

/// Two requests of one owner with keys, of which one is kept.
fn record(repository: &dyn TaskRepository) {
    let owner = Owner::for_test("with keys");
    for (number, key) in [(1, "one"), (2, "other")] {
        let task = NewTask::new(TaskId::new(Uuid::from_u128(number)), Title::from_stored("title".into()));
        let at = Timestamp::from_unix_millis(0).unwrap();
        block_on(repository.execute(&owner, Command::Create(task), Some(request(key)), at)).unwrap();
    }
    block_on(repository.erase(&owner)).unwrap();
}

#[test]
fn servers_without_citus_are_rejected() {
    let database = migrated(&Postgres::shared().create_database());
    assert!(!database.is_distributed().unwrap());
    let error = database.distribute().unwrap_err().to_string();
    assert!(error.contains("create extension citus") && error.contains("citus_add_node"), "{error}");
}

const TABLES: [&str; 5] = ["owners", "tasks", "tombstones", "idempotency_keys", "lists"];

/// Each scan of a table has a condition on its owner, which is a value, and that of all others.
fn assert_is_of_one_owner(plan: &str) {
    let lines: Vec<&str> = plan.lines().collect();
    let mut owners: Vec<&str> = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let on = |table: &str| line.contains(&format!(" on {table}"));
        if !line.contains("Scan ") || !TABLES.iter().any(|table| on(table)) {
            continue;
        }
        let condition = lines.get(number + 1).copied().unwrap_or_default();
        // As `'a'::text`, `'a'::text COLLATE "C"`, `$1` or `($1)::text`.
        let owner = condition.split_once("(owner_id = ").map(|(_, rest)| rest.trim_start_matches('('));
        let owner = owner.and_then(|owner| owner.split([')', ':']).next()).unwrap_or_default();
        let is_value = owner.starts_with('$') || owner.starts_with('\'');
        assert!(is_value && condition.contains("Cond: "), "{plan}");
        // The first plans of a statement have values, later ones may have the numbers of parameters.
        owners.extend(owner.starts_with('\'').then_some(owner));
    }
    assert!(owners.windows(2).all(|pair| pair[0] == pair[1]), "{plan}");
}
