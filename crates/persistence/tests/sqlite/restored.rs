//! Restored files.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, symlink};

use diesel::connection::SimpleConnection;
use diesel::sql_types::Text;
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};
use persistence::{Database, DatabaseOptions, Restored, RestoredError};
use tasknook_persistence as persistence;

use crate::restored_of_both::{self, RestoredDatabase};
use crate::{Place, migrated};

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}

fn database(place: &Place) -> RestoredDatabase {
    drop(migrated(&place.options()));
    let (file, lock) = (place.file(), place.file().with_file_name("tasks.db-lock"));
    let exclude = move || {
        let file = File::create(&lock).unwrap();
        file.lock().unwrap();
        Box::new(file) as _
    };
    let query = move |sql: &str| {
        let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        connection.batch_execute("pragma busy_timeout = 20000").unwrap();
        if sql.starts_with("select") {
            sql_query(format!("select ({sql}) as line")).get_result::<Line>(&mut connection).unwrap().line
        } else {
            connection.batch_execute(sql).unwrap();
            String::new()
        }
    };
    RestoredDatabase {
        service: place.options(),
        command: place.options(),
        query: Box::new(query),
        exclude: Box::new(exclude),
    }
}

#[test]
fn every_owner_gets_an_epoch_and_a_higher_revision() {
    let place = Place::new();
    restored_of_both::every_owner_gets_an_epoch_and_a_higher_revision(&database(&place));
}

#[test]
fn writers_beside_a_renewal_decide_again() {
    let place = Place::new();
    let _ = restored_of_both::writers_beside_a_renewal_decide_again(&database(&place));
}

#[test]
fn revisions_near_the_bound_are_not_raised() {
    let place = Place::new();
    restored_of_both::revisions_near_the_bound_are_not_raised(&database(&place));
}

#[test]
fn services_exclude_a_renewal() {
    let place = Place::new();
    restored_of_both::services_exclude_a_renewal(&database(&place));
}

#[test]
fn services_wait_for_a_renewal() {
    let place = Place::new();
    restored_of_both::services_wait_for_a_renewal(&database(&place));
}

#[test]
fn many_owners_are_renewed_at_once() {
    let place = Place::new();
    let insert = "insert into owners (owner_id) with recursive numbers(n) as
        (select 1 union all select n + 1 from numbers where n < 100000) select 'user' || n from numbers";
    restored_of_both::many_owners_are_renewed_at_once(&database(&place), insert, 100_000);
}

#[test]
fn service_locks_follow_links_and_leave_a_private_file() {
    let place = Place::new();
    let _ = database(&place);
    let link = place.file().with_file_name("link.db");
    symlink(place.file(), &link).unwrap();
    let url = format!("sqlite://{}", link.display());
    let mut service = Database::open(&DatabaseOptions { url, ..place.options() }).unwrap();
    service.lock_for_service().unwrap();
    let restored = Restored::new(&place.options()).unwrap();
    assert!(matches!(restored.renew(), Err(RestoredError::InUse { .. })));
    drop(service);
    assert_eq!(restored.renew().unwrap(), 0);
    let lock = fs::metadata(place.file().with_file_name("tasks.db-lock")).unwrap();
    assert_eq!(lock.mode() & 0o777, 0o600);
}

/// A link to nowhere cannot be opened or created, whatever the rights of the user.
#[test]
fn services_run_without_a_usable_lock_but_renewals_do_not() {
    let place = Place::new();
    let _ = database(&place);
    let lock = place.file().with_file_name("tasks.db-lock");
    symlink(place.file().with_file_name("missing/file"), &lock).unwrap();
    Database::open(&place.options()).unwrap().lock_for_service().unwrap();
    let error = Restored::new(&place.options()).unwrap().renew().unwrap_err();
    assert!(matches!(error, RestoredError::Lock(_)), "{error}");
}
