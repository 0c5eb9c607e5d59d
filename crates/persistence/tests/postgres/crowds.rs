//! Many callers on one server, through one service, several, and several processes.

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use persistence::Database;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::crowd::{self, patient};
use crate::model::Kept;
use crate::replicas::Replicas;
use crate::workers;

/// What the server keeps, for the model.
pub(crate) fn kept(url: &str) -> Kept {
    let tasks = "select owner_id, id::text as id, revision, deleted_at is not null as buried from tasks
        union all select owner_id, object_id::text, revision, true from tombstones";
    let mut connection = PgConnection::establish(url).unwrap();
    Kept {
        owners: sql_query(crowd::OWNERS).load(&mut connection).unwrap(),
        tasks: sql_query(tasks).load(&mut connection).unwrap(),
    }
}

/// The server undid nobody's work in favour of another's: the workers would try again, and the answers not show it.
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
fn whatever_many_callers_are_answered_has_an_order_that_explains_it() {
    let url = Postgres::shared().create_database();
    let database = Database::open(&patient(&url)).unwrap();
    database.migrate().unwrap();
    crowd::check(&*database.tasks(), || kept(&url));
    had_no_deadlock(&url);
}

#[test]
fn whatever_many_callers_of_several_services_are_answered_has_an_order_that_explains_it() {
    let url = Postgres::shared().create_database();
    Database::open(&patient(&url)).unwrap().migrate().unwrap();
    let services = (0..4).map(|_| Database::open(&patient(&url)).unwrap().tasks());
    crowd::check(&Replicas::new(services), || kept(&url));
    had_no_deadlock(&url);
}

#[test]
fn whatever_many_callers_in_several_processes_are_answered_has_an_order_that_explains_it() {
    let url = Postgres::shared().create_database();
    let database = Database::open(&patient(&url)).unwrap();
    database.migrate().unwrap();
    let (crowd, events) = workers::run("crowds::one_of_several_processes", &url);
    crowd.judge(events, &*database.tasks(), || kept(&url));
    had_no_deadlock(&url);
}

#[test]
#[ignore = "a process of the test above"]
fn one_of_several_processes() {
    workers::work(|url| Database::open(&patient(url)).unwrap().tasks());
}
