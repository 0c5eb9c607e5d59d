//! What a server can say of itself without an extension and without its superuser: whether every row can be read,
//! whether each index has as many, and whether it has met pages with a wrong checksum.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{ConnectionResult, PgConnection, QueryResult, RunQueryDsl};

use super::{Postgres, settings};
use crate::doctor::{Examined, Finding, Said};
use crate::migrations::MigrationBackend;

const TABLES: &str =
    "select count(*) from unnest(array['owners', 'tasks']) as name where to_regclass(name) is not null";

const UNUSABLE: &str = "select relname::text from pg_index join pg_class on pg_class.oid = indexrelid
    where indrelid in ('owners'::regclass, 'tasks'::regclass) and not (indisvalid and indisready and indislive)
    order by relname";

const WRONG_PAGES: &str = "select cast(coalesce(sum(checksum_failures), 0) as bigint) from pg_stat_database
    where datname = current_database()";

/// Plans for the table alone. A length is known only of a text that can be read.
const BY_TABLE: &str = "set local max_parallel_workers_per_gather = 0; set local enable_indexscan = off;
    set local enable_indexonlyscan = off; set local enable_bitmapscan = off";

const READ_ALL: &str =
    "select cast(coalesce(sum(length(title) + length(search) + coalesce(length(description), 0)), 0)
    as bigint) from tasks";

/// Plans for the index that has the order which is asked for.
const BY_INDEX: &str = "set local enable_indexscan = on; set local enable_indexonlyscan = on;
    set local enable_seqscan = off; set local enable_sort = off; set local enable_incremental_sort = off";

/// Each index, the rows that it should have, and its order.
const INDEXES: [(&str, &str, &str); 4] = [
    ("owners_pkey", "owners", "owner_id"),
    ("tasks_pkey", "tasks", "owner_id, id"),
    ("tasks_newest", "tasks where deleted_at is null", "owner_id, created_at desc, id desc"),
    ("tasks_by_revision", "tasks", "owner_id, revision"),
];

impl Examined for Postgres {
    const LOCK: &str = " for no key update";

    fn connect_to_examine(&self) -> ConnectionResult<PgConnection> {
        self.connect_to_migrate()
    }

    fn reading<T>(
        connection: &mut PgConnection,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        connection
            .build_transaction()
            .repeatable_read()
            .read_only()
            .run(|connection| patiently(connection, run))
    }

    fn writing<T>(
        connection: &mut PgConnection,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        connection
            .build_transaction()
            .read_committed()
            .read_write()
            .run(|connection| patiently(connection, run))
    }

    fn integrity(connection: &mut PgConnection) -> QueryResult<Vec<Finding>> {
        Self::reading(connection, |connection| {
            if number(connection, TABLES)? < 2 {
                return Ok(Vec::new());
            }
            let unusable: Vec<String> = Said::<Text>::new(UNUSABLE, &[]).load(connection)?;
            let mut found: Vec<Finding> =
                unusable.into_iter().map(|index| damaged(&index, "is not valid".into())).collect();
            let pages = number(connection, WRONG_PAGES)?;
            if pages > 0 {
                let says = format!("the server has met pages with a wrong checksum: {pages}");
                found.push(Finding::Damaged { says });
            }
            found.extend(incomplete(connection)?);
            Ok(found)
        })
    }
}

/// Says for the transaction what was said for the connection, which behind a pooler is another one each time.
fn patiently<T>(
    connection: &mut PgConnection,
    run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> QueryResult<T> {
    connection.batch_execute(&settings::of_a_migration())?;
    run(connection)
}

/// The indexes that do not have as many rows as their tables.
fn incomplete(connection: &mut PgConnection) -> QueryResult<Vec<Finding>> {
    connection.batch_execute(BY_TABLE)?;
    number(connection, READ_ALL)?;
    let mut in_tables = Vec::new();
    for (_, rows, _) in INDEXES {
        in_tables.push(number(connection, &format!("select count(*) from {rows}"))?);
    }
    connection.batch_execute(BY_INDEX)?;
    let mut found = Vec::new();
    for ((index, rows, order), in_table) in INDEXES.into_iter().zip(in_tables) {
        // The inner order is kept as it is asked for, and with it the index.
        let sql = format!("select count(*) from (select from {rows} order by {order} offset 0) as listed");
        let in_index = number(connection, &sql)?;
        if in_index != in_table {
            found.push(damaged(index, format!("has {in_index} rows, its table {in_table}")));
        }
    }
    Ok(found)
}

fn damaged(index: &str, says: String) -> Finding {
    Finding::IndexDamaged { index: index.to_owned(), says }
}

fn number(connection: &mut PgConnection, sql: &str) -> QueryResult<i64> {
    Said::<BigInt>::new(sql.to_owned(), &[]).get_result(connection)
}
