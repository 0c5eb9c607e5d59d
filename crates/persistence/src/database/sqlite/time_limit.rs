//! A time limit for statements that scan many tasks. SQLite has none that can be set without `unsafe`, so these
//! statements call a function for each row, which fails after the deadline.

use std::cell::Cell;
use std::time::{Duration, Instant};

use diesel::serialize::{self, IsNull, Output, ToSql};
use diesel::sql_types::Bool;
use diesel::sqlite::Sqlite;
use diesel::{QueryResult, SqliteConnection};

/// The condition that is true until the deadline.
pub(super) const IN_TIME: &str = " and tasknook_in_time()";

diesel::define_sql_function! {
    fn tasknook_in_time() -> Bool;
}

thread_local! {
    /// The deadline of this thread: SQLite calls the function on the thread that runs the statement.
    static DEADLINE: Cell<Option<Instant>> = const { Cell::new(None) };
}

#[derive(Debug)]
struct InTime;

impl ToSql<Bool, Sqlite> for InTime {
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, Sqlite>) -> serialize::Result {
        if DEADLINE.get().is_some_and(|deadline| Instant::now() >= deadline) {
            return Err("the statement takes too long".into());
        }
        out.set_value(1_i32);
        Ok(IsNull::No)
    }
}

/// Registers the function on a connection.
pub(super) fn register(connection: &SqliteConnection) -> QueryResult<()> {
    tasknook_in_time_utils::register_nondeterministic_impl(connection, || InTime)
}

/// Runs statements with a time limit, which applies to those with the condition.
pub(super) fn within<T>(limit: Duration, run: impl FnOnce() -> T) -> T {
    DEADLINE.set(Some(Instant::now() + limit));
    let result = run();
    DEADLINE.set(None);
    result
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection;
    use diesel::dsl::sql;
    use diesel::sql_types::BigInt;
    use diesel::{Connection, RunQueryDsl, select};
    use domain::{FeedPosition, ListQuery, Owner, OwnerRevision, Sort, SortKey, Status};

    use super::*;
    use crate::backend::Backend;
    use crate::database::sqlite::Sqlite as Database;
    use crate::read::{Follow, List, ReadBackend};
    use crate::{DatabaseOptions, migrations};

    #[test]
    fn statements_end_at_the_time_limit() {
        let mut connection = SqliteConnection::establish(":memory:").unwrap();
        register(&connection).unwrap();
        // Without a limit it would run for days.
        let text = "(with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000000000000) \
                    select count(*) from n where i > 0 and tasknook_in_time())";
        let mut count = || select(sql::<BigInt>(text)).get_result::<i64>(&mut connection);
        let error = within(Duration::from_millis(10), &mut count).unwrap_err();
        assert!(error.to_string().contains("takes too long"), "{error}");
        let few = "(select count(*) from (select 1 union all select 2) where tasknook_in_time())";
        assert_eq!(select(sql::<BigInt>(few)).get_result::<i64>(&mut connection), Ok(2));
    }

    #[test]
    fn only_scans_and_filtered_pages_have_the_time_limit() {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Database::open(folder.path().join("tasks.db"), &DatabaseOptions::default()).unwrap();
        migrations::run(&sqlite, &crate::MigrationOptions::default()).unwrap();
        let mut connection = sqlite.connect().unwrap();
        connection
            .batch_execute(
                "insert into tasks (owner_id, id, title, completed, search, created_at, updated_at, revision, tags) \
                 values ('a', x'00000000000000000000000000000001', 't', 0, 't' || char(31), 0, 0, 1, 'x')",
            )
            .unwrap();
        let mut is_limited = |query: ListQuery| {
            let list = List { owner: Owner::for_test("a"), query };
            within(Duration::ZERO, || Database::list(&mut connection, &[&list])).is_err()
        };
        let by_title = Sort { key: SortKey::Title, ..Sort::default() };
        assert!(is_limited(ListQuery { sort: by_title, ..ListQuery::default() }));
        assert!(is_limited(ListQuery { status: Status::Pending, ..ListQuery::default() }));
        assert!(!is_limited(ListQuery::default()));
        let owner = Owner::for_test("a");
        let tags = within(Duration::ZERO, || Database::tags(&mut connection, &owner));
        assert!(tags.unwrap_err().to_string().contains("takes too long"));
        for after in [FeedPosition::Start, FeedPosition::At(OwnerRevision::NONE)] {
            let follow = Follow { owner: owner.clone(), after, limit: 1 };
            let changes = within(Duration::ZERO, || Database::changes(&mut connection, &follow));
            assert!(changes.unwrap_err().to_string().contains("takes too long"));
        }
    }
}
