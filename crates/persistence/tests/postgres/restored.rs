//! Restored databases on PostgreSQL.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::Owner;
use persistence::{DatabaseOptions, Restored, RestoredError};
use tasknook_persistence as persistence;
use tasknook_tests::{Postgres, eventually};

use crate::restored_of_both::{self, RestoredDatabase};
use crate::{create, migrated, options};

const LIMIT: Duration = Duration::from_secs(40);
/// "tasksrvc" in ASCII.
const KEY: i64 = i64::from_be_bytes(*b"tasksrvc");

/// The server processes that hold the service lock of the database.
const HOLDERS: &str = "select pid from pg_locks where locktype = 'advisory' and granted
    and database = (select oid from pg_database where datname = current_database())";

fn database() -> RestoredDatabase {
    let url = Postgres::shared().create_database();
    drop(migrated(&url));
    let (queried, locked) = (url.clone(), url.clone());
    let exclude = move || {
        let mut session = PgConnection::establish(&locked).unwrap();
        session.batch_execute(&format!("select pg_advisory_lock({KEY})")).unwrap();
        Box::new(session) as _
    };
    RestoredDatabase {
        service: options(&url),
        command: options(&format!("{url}?application_name=command")),
        // The first line: the others are those of the command itself.
        query: Box::new(move |sql| {
            Postgres::shared().query(&queried, sql).lines().next().unwrap_or_default().to_owned()
        }),
        exclude: Box::new(exclude),
    }
}

#[test]
fn every_owner_gets_an_epoch_and_a_higher_revision() {
    restored_of_both::every_owner_gets_an_epoch_and_a_higher_revision(&database());
}

#[test]
fn writers_beside_a_renewal_decide_again() {
    let lost = restored_of_both::writers_beside_a_renewal_decide_again(&database());
    assert!(lost > 0, "the guard rejects the cached row");
}

#[test]
fn revisions_near_the_bound_are_not_raised() {
    restored_of_both::revisions_near_the_bound_are_not_raised(&database());
}

#[test]
fn services_exclude_a_renewal() {
    restored_of_both::services_exclude_a_renewal(&database());
}

#[test]
fn services_wait_for_a_renewal() {
    restored_of_both::services_wait_for_a_renewal(&database());
}

#[test]
fn many_owners_are_renewed_at_once() {
    let insert = "insert into owners (owner_id) select 'user' || n from generate_series(1, 100000) as n";
    restored_of_both::many_owners_are_renewed_at_once(&database(), insert, 100_000);
}

#[test]
fn lost_service_locks_are_taken_again() {
    let database = database();
    let mut service = persistence::Database::open(&database.service).unwrap();
    service.lock_for_service().unwrap();
    let first = (database.query)(HOLDERS);
    assert!(!first.is_empty());
    let _ = (database.query)(&format!("select pg_terminate_backend({first})"));
    let next = eventually(LIMIT, || {
        Some((database.query)(HOLDERS)).filter(|holder| !holder.is_empty() && *holder != first)
    });
    assert!(next.is_some());
    let error = Restored::new(&database.command).unwrap().renew().unwrap_err();
    assert!(matches!(error, RestoredError::InUse { .. }), "{error}");
}

/// As those of a service behind a transaction-mode pooler, or of an older version.
#[test]
fn sessions_without_the_lock_exclude_a_renewal() {
    let database = database();
    let service = persistence::Database::open(&database.service).unwrap();
    let _ = create(&*service.tasks(), &Owner::for_test("alice"), 1);
    let proxy = Postgres::shared().pool(2);
    let pooled = DatabaseOptions {
        url: format!("{}?application_name=tasknook", proxy.url(&database.service.url)),
        transaction_pooler: true,
        ..database.service.clone()
    };
    // A role without the right to see what sessions of others do.
    let (server, url) = (Postgres::shared(), &database.service.url);
    let _ = server.query(
        url,
        "do $$ begin create role restorer login in role pg_read_all_data, pg_write_all_data; \
         exception when duplicate_object or unique_violation then null; end $$",
    );
    let other_role =
        DatabaseOptions { url: url.replace("postgres@", "restorer@"), ..database.service.clone() };
    for command in [&database.service, &pooled, &other_role] {
        let error = Restored::new(command).unwrap().renew().unwrap_err();
        assert!(error.to_string().contains("pg_stat_activity"), "{error}");
    }
    drop(service);
    let renewed = eventually(LIMIT, || Restored::new(&pooled).unwrap().renew().ok());
    assert_eq!(renewed, Some(1));
}
