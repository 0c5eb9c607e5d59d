//! The manual order in a file.

use diesel::sql_types::{BigInt, Binary, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use domain::Owner;

use crate::ownership::database;
use crate::{Place, migrated, order_of_both};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Inserts rows as version 0.1.0 does, created at a time.
fn insert_old(place: &Place) -> impl Fn(uuid::Uuid, i64) {
    move |id, millis| {
        let connection = &mut place.connection();
        sql_query("insert into owners (owner_id) values ('alice') on conflict do nothing")
            .execute(connection)
            .unwrap();
        sql_query("update owners set revision = revision + 1, live_tasks = live_tasks + 1")
            .execute(connection)
            .unwrap();
        sql_query(
            "insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision)
            select 'alice', ?, 'old', false, 'old' || char(31), ?, ?, revision from owners",
        )
        .bind::<Binary, _>(id.into_bytes().to_vec())
        .bind::<BigInt, _>(millis)
        .bind::<BigInt, _>(millis)
        .execute(connection)
        .unwrap();
    }
}

#[test]
fn rows_are_in_the_order_of_their_keys() {
    let place = Place::new();
    order_of_both::rows_are_in_the_order_of_their_keys(&place.options(), insert_old(&place), |id, key| {
        sql_query("update tasks set position = ? where id = ?")
            .bind::<Text, _>(key.as_str())
            .bind::<Binary, _>(id.into_bytes().to_vec())
            .execute(&mut place.connection())
            .unwrap();
    });
}

#[test]
fn rows_of_0_1_0_have_derived_keys() {
    let place = Place::new();
    order_of_both::rows_of_0_1_0_have_derived_keys(&place.options(), insert_old(&place), || {
        let count = sql_query("select count(*) as count from tasks where position is null");
        count.get_result::<Count>(&mut place.connection()).unwrap().count.unsigned_abs()
    });
}

#[test]
fn positions_are_exported_and_imported() {
    let place = Place::new();
    order_of_both::positions_are_exported_and_imported(&database(&place));
}

#[test]
fn touched_tasks_keep_their_texts() {
    let place = Place::new();
    let repository = migrated(&place.options()).tasks();
    assert!(order_of_both::touched_tasks_keep_their_texts(&*repository, &Owner::for_test("alice")) > 0);
}
