//! The server stops or hangs, and recovers.

use std::time::{Duration, Instant};

use domain::{Owner, Precondition, RepositoryError, Timestamp};
use pollster::block_on;
use tasknook_tests::{Postgres, eventually};

use crate::{create, migrated};

/// The deadline is two seconds; a busy machine gets more before a test fails.
const SOON: Duration = Duration::from_secs(4);
const RECOVERY: Duration = Duration::from_secs(8);

#[test]
fn calls_recover_after_a_server_restart() {
    goes_and_comes_back(Postgres::stop, Postgres::start_again);
}

#[test]
fn calls_recover_after_a_server_hang() {
    goes_and_comes_back(Postgres::freeze, Postgres::thaw);
}

fn goes_and_comes_back(go: impl Fn(&Postgres), come_back: impl Fn(&Postgres)) {
    let server = Postgres::start();
    let database = migrated(&server.create_database());
    let (repository, owner) = (database.tasks(), Owner::for_test("without_timeouts"));
    let task = create(&*repository, &owner, 1);
    let get = || block_on(repository.get(&owner, task.id));
    assert_eq!(get().unwrap(), task);
    block_on(database.readiness().check()).unwrap();

    go(&server);
    let at = Timestamp::from_unix_millis(1).unwrap();
    let none = Precondition::default;
    is_an_outage(get);
    is_an_outage(|| block_on(repository.delete(&owner, task.id, if_match_nothing(), at)));
    is_an_outage(|| block_on(repository.list(&owner, domain::ListQuery::default())));
    is_an_outage(|| block_on(database.readiness().check()));
    come_back(&server);

    let recovered = eventually(RECOVERY, || get().ok());
    assert_eq!(recovered, Some(task.clone()));
    // From the first answer on no call meets a connection of before.
    for number in 2..20 {
        create(&*repository, &owner, number);
        get().unwrap();
        block_on(database.readiness().check()).unwrap();
    }
    block_on(repository.delete(&owner, task.id, none(), at)).unwrap();
}

fn if_match_nothing() -> Precondition {
    Precondition { if_match: Some(domain::EntityTags::Revisions(vec![])), ..Precondition::default() }
}

fn is_an_outage<T: std::fmt::Debug>(call: impl FnOnce() -> Result<T, RepositoryError>) {
    let begun = Instant::now();
    let error = call().unwrap_err();
    assert!(matches!(error, RepositoryError::Unavailable(_) | RepositoryError::Busy(_)), "{error:?}");
    assert!(begun.elapsed() < SOON, "after {:?}: {error:?}", begun.elapsed());
}

#[test]
fn connections_broken_by_a_restart_are_not_used() {
    let server = Postgres::start();
    let database = migrated(&server.create_database());
    let (repository, owner) = (database.tasks(), Owner::for_test("idler"));
    create(&*repository, &owner, 1);
    server.stop();
    server.start_again();
    let recovered = eventually(RECOVERY, || block_on(database.readiness().check()).ok());
    assert!(recovered.is_some());
    for number in 2..20 {
        create(&*repository, &owner, number);
    }
}

#[test]
fn connections_end_with_the_database_and_its_ports() {
    let server = Postgres::shared();
    let url = server.create_database();
    let database = migrated(&url);
    let (repository, readiness) = (database.tasks(), database.readiness());
    create(&*repository, &Owner::for_test("last"), 1);
    drop(database);
    block_on(readiness.check()).unwrap();
    drop((repository, readiness));
    let others = "select count(*) from pg_stat_activity \
                  where datname = current_database() and pid <> pg_backend_pid()";
    let none = || (server.query(&url, others) == "0").then_some(());
    assert!(eventually(RECOVERY, none).is_some());
}

#[test]
fn a_locked_row_fails_only_its_own_writes() {
    use diesel::connection::SimpleConnection;
    use diesel::{Connection, PgConnection};
    let url = Postgres::shared().create_database();
    let database = migrated(&url);
    let (repository, owner) = (database.tasks(), Owner::for_test("kept"));
    let task = create(&*repository, &owner, 1);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute("begin; select from owners for update").unwrap();
    is_an_outage(|| block_on(repository.delete(&owner, task.id, Precondition::default(), task.created_at)));
    assert_eq!(block_on(repository.get(&owner, task.id)).unwrap(), task);
    other.batch_execute("commit").unwrap();
}
