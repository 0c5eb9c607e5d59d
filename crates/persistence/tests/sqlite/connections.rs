//! Every connection has the settings for durability and lock waits. They are not the file's but the
//! connection's, so they show only in what it does.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::{Integer, Text};
use diesel::{RunQueryDsl, select};
use domain::{NewTask, Owner, TaskId, Timestamp, Title};
use pollster::block_on;
use uuid::Uuid;

use crate::{Place, migrated};

#[test]
fn the_file_is_in_wal_mode_and_its_tables_are_strict() {
    let place = Place::new();
    let _database = migrated(&place.options());
    let mut connection = place.connection();
    let mode: String = select(sql::<Text>("(select journal_mode from pragma_journal_mode)"))
        .get_result(&mut connection)
        .unwrap();
    assert_eq!(mode, "wal");
    let strict = "(select sum(strict) from pragma_table_list where name in ('owners', 'tasks'))";
    let strict: i32 = select(sql::<Integer>(strict)).get_result(&mut connection).unwrap();
    assert_eq!(strict, 2);
}

#[test]
fn readers_do_not_wait_for_a_writer() {
    let place = Place::new();
    let database = migrated(&place.options());
    let owner = Owner::for_test("reader");
    let id = TaskId::new(Uuid::from_u128(7));
    let at = Timestamp::from_unix_millis(0).unwrap();
    let title = Title::from_stored("there".into());
    let task = block_on(database.tasks().create(&owner, NewTask::new(id, title), at)).unwrap();
    let mut writer = place.connection();
    writer.batch_execute("begin immediate; update tasks set title = 'unseen'").unwrap();
    assert_eq!(block_on(database.tasks().get(&owner, id)).unwrap(), task);
    writer.batch_execute("rollback").unwrap();
}

#[test]
fn the_library_has_the_options_of_the_workspace() {
    let place = Place::new();
    let mut connection = place.connection();
    for option in ["THREADSAFE=2", "ENABLE_QPSG"] {
        let used = format!("sqlite_compileoption_used('{option}')");
        let used: i32 = select(sql::<Integer>(&used)).get_result(&mut connection).unwrap();
        assert_eq!(used, 1, "{option} of .cargo/config.toml");
    }
}
