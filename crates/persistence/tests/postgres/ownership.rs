//! The data of owners on PostgreSQL.

use tasknook_tests::Postgres;

use crate::concurrency::had_no_deadlock;
use crate::migrated;
use crate::ownership_of_both::{self, OwnersDatabase};

const COLUMNS: &str = "select table_name || '.' || column_name from information_schema.columns
    where table_schema = 'public' and table_name not like '\\_%'
        and (column_name = 'owner_id' or data_type in ('text', 'character varying')) order by 1";

pub(crate) fn database() -> OwnersDatabase {
    let url = Postgres::shared().create_database();
    drop(migrated(&url));
    let of = url.clone();
    let columns_with = move |text: &str| {
        let columns = Postgres::shared().query(&of, COLUMNS);
        let contains = |column: &&str| {
            let (table, name) = column.split_once('.').unwrap();
            let text = text.replace('\'', "''");
            Postgres::shared().query(&of, &format!("select count(*) from {table} where {name} = '{text}'"))
                != "0"
        };
        columns.lines().filter(contains).map(str::to_owned).collect()
    };
    OwnersDatabase { url, columns_with: Box::new(columns_with), distributed: false }
}

#[test]
fn nothing_of_an_erased_owner_remains() {
    ownership_of_both::nothing_of_an_erased_owner_remains(&database());
}

#[test]
fn exports_are_imported_unchanged() {
    ownership_of_both::exports_are_imported_unchanged(&database());
}

#[test]
fn imports_are_all_or_nothing() {
    ownership_of_both::imports_are_all_or_nothing(&database());
}

#[test]
fn ten_thousand_tasks_move_in_one_call() {
    ownership_of_both::ten_thousand_tasks_move_in_one_call(&database());
}

#[test]
fn moves_beside_writers_lose_and_double_nothing() {
    let database = database();
    ownership_of_both::moves_beside_writers_lose_and_double_nothing(&database);
    had_no_deadlock(&database.url);
}

#[test]
fn erasures_beside_writers_leave_no_old_state() {
    let database = database();
    ownership_of_both::erasures_beside_writers_leave_no_old_state(&database);
    had_no_deadlock(&database.url);
}
