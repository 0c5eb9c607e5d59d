//! Concurrent callers of one server: one service, several services, several processes.

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use persistence::Database;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::linearizability::StoredState;
use crate::replicas::Replicas;
use crate::{workers, workload};

/// What the server keeps, for the model.
pub(crate) fn stored(url: &str) -> StoredState {
    let objects = "select owner_id, 'task' as kind, id::text as id, revision, deleted_at is not null as deleted from tasks
        union all select owner_id, 'list', id::text, revision, false from lists
        union all select owner_id, type, object_id::text, revision, true from tombstones";
    let mut connection = PgConnection::establish(url).unwrap();
    StoredState {
        owners: sql_query(workload::OWNERS).load(&mut connection).unwrap(),
        objects: sql_query(objects).load(&mut connection).unwrap(),
    }
}

/// The server ended no transaction as a deadlock. Workers would retry, so the replies do not show it.
pub(crate) fn had_no_deadlock(url: &str) {
    let (_, name) = url.rsplit_once('/').unwrap();
    let of_database = format!("@{name} ");
    let log = Postgres::shared().log();
    let deadlocks: Vec<&str> = log
        .lines()
        .filter(|line| line.contains(&of_database) && line.contains("deadlock detected"))
        .collect();
    assert!(deadlocks.is_empty(), "{deadlocks:#?}");
}

#[test]
fn concurrent_histories_are_linearizable() {
    let url = Postgres::shared().create_database();
    let database = Database::open(&workload::options(&url)).unwrap();
    database.migrate().unwrap();
    workload::check(&*database.tasks(), || stored(&url));
    had_no_deadlock(&url);
}

#[test]
fn histories_of_several_services_are_linearizable() {
    let url = Postgres::shared().create_database();
    Database::open(&workload::options(&url)).unwrap().migrate().unwrap();
    let services = (0..4).map(|_| Database::open(&workload::options(&url)).unwrap().tasks());
    workload::check(&Replicas::new(services), || stored(&url));
    had_no_deadlock(&url);
}

#[test]
fn histories_of_several_processes_are_linearizable() {
    let url = Postgres::shared().create_database();
    let database = Database::open(&workload::options(&url)).unwrap();
    database.migrate().unwrap();
    let (workload, events) = workers::run("concurrency::child_process_entry_point", &url);
    workload.verify(events, &*database.tasks(), || stored(&url));
    had_no_deadlock(&url);
}

#[test]
#[ignore = "a process of the test above"]
fn child_process_entry_point() {
    workers::work(|url| Database::open(&workload::options(url)).unwrap().tasks());
}
