//! Integrity checks without extensions and superuser rights: whether every row is readable, whether each index has as many
//! entries as its table, and whether the server has found pages with a wrong checksum.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::OwnerId;

use super::migrations::encoding_error;
use super::{Postgres, notifications};
use crate::MigrateError;
use crate::maintenance::doctor::{DoctorBackend, DoctorFinding, Remedy};
use crate::migrations::table_names;

/// Set per transaction, because a pooler may change the connection. Statements have no time limit and wait a
/// minute for a lock, unless the URL sets them; sequential scans and parallel workers are off on connections of the service.
const SETTINGS: &str =
    "select set_config(name, case name when 'lock_timeout' then '60000' else '0' end, true)
    from pg_settings where name in ('statement_timeout', 'lock_timeout') and source <> 'client';
    set local enable_seqscan = on; set local max_parallel_workers_per_gather to default;
    set local plan_cache_mode = auto";

/// Each index: its name, whether it is usable, the rows that it contains, and its order; none if it is of another kind than
/// those of the migrations, so that a plain `order by` need not read it. The tables follow in the query.
const INDEXES: &str = "select index.relname::text, indisvalid and indisready and indislive,
    indrelid::regclass::text || coalesce(' where ' || pg_get_expr(indpred, indrelid), ''),
    (select string_agg(quote_ident(attname) || case option when 3 then ' desc' else '' end, ', ' order by place)
        from unnest(indkey, indoption, indclass, indcollation) with ordinality
            as key (number, option, class, collation_id, place)
        join pg_attribute on attrelid = indrelid and attnum = key.number
        join pg_opclass on pg_opclass.oid = class
        where place <= indnkeyatts
        having amname = 'btree' and count(*) = indnkeyatts
            and bool_and(option in (0, 3) and opcdefault and collation_id = attcollation))
    from pg_index join pg_class as index on index.oid = indexrelid
    join pg_am on pg_am.oid = index.relam
    where indrelid in ";

/// The rows and the order are parts of SQL.
type Index = (String, bool, String, Option<String>);

/// For each table, the query for the length of everything that can be stored outside of a row. The length of a text in
/// characters requires reading it. The tables follow in the query.
const READ_TEXTS: &str = "select 'select coalesce(sum(' || string_agg(
        format('coalesce(length(%I::text), 0)', attname), ' + ') || '), 0) from ' || attrelid::regclass
    from pg_attribute where attlen = -1 and not attisdropped and attrelid in ";

const CHECKSUM_FAILURES: &str =
    "select cast(coalesce(sum(checksum_failures), 0) as bigint) from pg_stat_database
    where datname = current_database()";

/// Forces plans that read only tables.
const BY_TABLE: &str = "set local max_parallel_workers_per_gather = 0; set local enable_indexscan = off;
    set local enable_indexonlyscan = off; set local enable_bitmapscan = off";

/// Forces plans that read the index with the requested order.
const BY_INDEX: &str = "set local enable_indexscan = on; set local enable_indexonlyscan = on;
    set local enable_seqscan = off; set local enable_sort = off; set local enable_incremental_sort = off";

impl DoctorBackend for Postgres {
    fn transaction<T>(
        connection: &mut PgConnection,
        writes: bool,
        run: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        let mut builder = connection.build_transaction();
        builder = if writes {
            builder.read_committed().read_write()
        } else {
            builder.repeatable_read().read_only()
        };
        builder.run(|connection| {
            connection.batch_execute(SETTINGS)?;
            run(connection)
        })
    }

    fn report(connection: &mut PgConnection, owners: &[&OwnerId]) {
        notifications::report(connection, owners);
    }

    fn wrong_encoding(connection: &mut PgConnection) -> QueryResult<Option<MigrateError>> {
        encoding_error(connection)
    }

    fn integrity(connection: &mut PgConnection) -> QueryResult<Vec<DoctorFinding>> {
        Self::transaction(connection, false, |connection| {
            let tables = format!("(select to_regclass(name) from unnest(array[{}]) as name)", table_names());
            let query = format!("{INDEXES}{tables} order by index.relname");
            let indexes: Vec<Index> = sql::<(Text, Bool, Text, Nullable<Text>)>(&query).load(connection)?;
            let invalid = indexes.iter().filter(|(_, is_usable, ..)| !is_usable);
            let mut findings: Vec<_> =
                invalid.map(|(name, ..)| index_finding(name, "is not valid")).collect();
            let failures = number(connection, CHECKSUM_FAILURES)?;
            if failures > 0 {
                let message = format!("the server has met pages with a wrong checksum: {failures}");
                findings.push(Remedy::Restore.finding(message));
            }
            let queries = format!("{READ_TEXTS}{tables} group by attrelid order by attrelid");
            let queries: Vec<String> = sql::<Text>(&queries).load(connection)?;
            connection.batch_execute(BY_TABLE)?;
            for query in queries {
                scan(connection, &query)?;
            }
            findings.extend(incomplete_indexes(connection, &indexes)?);
            Ok(findings)
        })
    }

    /// `data_corrupted`, `index_corrupted`, or a missing file of a table or index, as [`scan`] reports them.
    fn is_damage(message: &str) -> bool {
        let Some((code, message)) = message.split_once(' ') else { return false };
        let is_missing_file =
            code == "58P01" && ["base/", "pg_tblspc/"].iter().any(|path| message.contains(path));
        ["XX001", "XX002"].contains(&code) || is_missing_file
    }
}

/// The indexes whose number of entries differs from that of their rows. Plans read only tables when it is called.
fn incomplete_indexes(connection: &mut PgConnection, indexes: &[Index]) -> QueryResult<Vec<DoctorFinding>> {
    let mut in_tables = Vec::new();
    for (index, _, rows, order) in indexes {
        if let Some(order) = order {
            in_tables.push((index, rows, order, scan(connection, &format!("select count(*) from {rows}"))?));
        }
    }
    connection.batch_execute(BY_INDEX)?;
    let mut findings = Vec::new();
    for (index, rows, order, in_table) in in_tables {
        // `offset 0` is an optimization fence: without it, the planner drops the order, and with it the index.
        let query =
            format!("select count(*) from (select 1 from {rows} order by {order} offset 0) as listed");
        let in_index = scan(connection, &query)?;
        if in_index != in_table {
            findings.push(index_finding(index, &format!("has {in_index} rows, its table {in_table}")));
        }
    }
    Ok(findings)
}

fn index_finding(index: &str, problem: &str) -> DoctorFinding {
    Remedy::Reindex.finding(format!("the index {index} {problem}"))
}

/// Returns the number of a query. The message of an error begins with its SQLSTATE, which the driver does not pass on and
/// which does not depend on the language.
fn scan(connection: &mut PgConnection, query: &str) -> QueryResult<i64> {
    connection.batch_execute(&format!(
        "do $$ begin perform set_config('tasknook.number', ({query})::text, true);
        exception when others then raise exception '% %', sqlstate, sqlerrm; end $$"
    ))?;
    number(connection, "select cast(current_setting('tasknook.number') as bigint)")
}

fn number(connection: &mut PgConnection, query: &str) -> QueryResult<i64> {
    sql::<BigInt>(query).get_result(connection)
}
