//! Distributes the tables by owner over the servers of Citus, those of one owner together.

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::sql_types::Bool;
use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, select, sql_query};

use super::super::bounded::Bounded;
use super::super::connection::Server;
use super::super::settings;
use super::Named;
use super::lock::MigrationLock;
use crate::migrations::{TABLES, failed, table_names};
use crate::{MigrateError, MigrationOptions};

/// A service that uses another server than the coordinator reads the history of the migrations there. Readiness reads it,
/// and is to ask one server alone: hence only if the coordinator is one of the servers that have a copy.
const COPY_HISTORY: &str = "select create_reference_table('__diesel_schema_migrations'),
        truncate_local_data_after_distributing_table('__diesel_schema_migrations')
    where exists (select from pg_dist_node where groupid = 0)
        and not exists (select from pg_dist_partition where logicalrelid = to_regclass('__diesel_schema_migrations'))";

/// Whether the table of owners is distributed, so that statements have to name one owner.
pub(in super::super) fn is_distributed(connection: &mut PgConnection) -> QueryResult<bool> {
    Ok(has_citus(connection)? && distributed(connection)?.iter().any(|table| table == "owners"))
}

/// Whether some tables are distributed and others are not.
pub(super) fn is_incomplete(connection: &mut PgConnection) -> QueryResult<bool> {
    if !has_citus(connection)? {
        return Ok(false);
    }
    let distributed = distributed(connection)?;
    Ok(distributed.iter().any(|table| table == "owners") && distributed.len() < TABLES.len())
}

/// Distributes the tables that are not distributed yet, and returns their names.
pub(super) fn run(server: &Server, options: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
    let mut connection = Bounded::open(server, options.response_timeout)?;
    if !connection.query(has_citus)?.map_err(failed)? {
        return Err(MigrateError::NotDistributable);
    }
    let lock = MigrationLock::acquire(server, options)?;
    let distributed = distribute(&mut connection, options)?;
    lock.release();
    Ok(distributed)
}

/// The same within a run of migrations, of which one may have created a table.
pub(super) fn new_tables(connection: &mut Bounded, options: &MigrationOptions) -> Result<(), MigrateError> {
    if connection.query(is_distributed)?.map_err(failed)? {
        distribute(connection, options)?;
    }
    Ok(())
}

fn distribute(connection: &mut Bounded, options: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
    let limits = settings::for_migration_transaction(options.deadline);
    let all = move |connection: &mut PgConnection| {
        connection.transaction(|connection| {
            connection.batch_execute(&limits)?;
            let already = distributed(connection)?;
            let missing = TABLES.into_iter().filter(|table| !already.iter().any(|name| name == table));
            let missing: Vec<String> = missing.map(str::to_owned).collect();
            for table in &missing {
                let with = if table == "owners" { "" } else { ", colocate_with => 'owners'" };
                connection.batch_execute(&format!(
                    "select create_distributed_table('{table}', 'owner_id'{with});
                    select truncate_local_data_after_distributing_table('{table}')"
                ))?;
            }
            connection.batch_execute(COPY_HISTORY)?;
            Ok(missing)
        })
    };
    connection.run(all)?.map_err(failed)
}

fn has_citus(connection: &mut PgConnection) -> QueryResult<bool> {
    select(sql::<Bool>("to_regclass('pg_dist_partition') is not null")).get_result(connection)
}

/// The distributed ones of the tables.
fn distributed(connection: &mut PgConnection) -> QueryResult<Vec<String>> {
    let distributed = format!(
        "select name from unnest(array[{}]) as name join pg_dist_partition on logicalrelid = to_regclass(name)",
        table_names()
    );
    let tables: Vec<Named> = sql_query(distributed).load(connection)?;
    Ok(tables.into_iter().map(|table| table.name).collect())
}
