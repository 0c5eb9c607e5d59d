//! The data of owners in a file.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use crate::ownership_of_both::{self, OwnersDatabase};
use crate::{Place, migrated};

#[derive(QueryableByName)]
struct Column {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

const COLUMNS: &str = "select master.name as \"table\", info.name from sqlite_master as master
    join pragma_table_info(master.name) as info where master.type = 'table' order by 1, 2";

fn columns_with(connection: &mut SqliteConnection, text: &str) -> Vec<String> {
    let columns: Vec<Column> = sql_query(COLUMNS).load(connection).unwrap();
    let mut contains = |Column { table, name }: &Column| {
        let query = format!("select count(*) as count from {table} where cast({name} as text) = ?");
        sql_query(query).bind::<Text, _>(text).get_result::<Count>(connection).unwrap().count > 0
    };
    let found: Vec<&Column> = columns.iter().filter(|column| contains(column)).collect();
    found.into_iter().map(|Column { table, name }| format!("{table}.{name}")).collect()
}

pub(crate) fn database(place: &Place) -> OwnersDatabase {
    drop(migrated(&place.options()));
    let file = place.file();
    let columns_with = move |text: &str| {
        let mut connection = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        connection.batch_execute("pragma busy_timeout = 20000").unwrap();
        columns_with(&mut connection, text)
    };
    OwnersDatabase { url: place.url(), columns_with: Box::new(columns_with), distributed: false }
}

#[test]
fn nothing_of_an_erased_owner_remains() {
    let place = Place::new();
    ownership_of_both::nothing_of_an_erased_owner_remains(&database(&place));
}

#[test]
fn exports_are_imported_unchanged() {
    let place = Place::new();
    ownership_of_both::exports_are_imported_unchanged(&database(&place));
}

#[test]
fn imports_are_all_or_nothing() {
    let place = Place::new();
    ownership_of_both::imports_are_all_or_nothing(&database(&place));
}

#[test]
fn ten_thousand_tasks_move_in_one_call() {
    let place = Place::new();
    ownership_of_both::ten_thousand_tasks_move_in_one_call(&database(&place));
}

#[test]
fn moves_beside_writers_lose_and_double_nothing() {
    let place = Place::new();
    ownership_of_both::moves_beside_writers_lose_and_double_nothing(&database(&place));
}

#[test]
fn erasures_beside_writers_leave_no_old_state() {
    let place = Place::new();
    ownership_of_both::erasures_beside_writers_leave_no_old_state(&database(&place));
}
