//! Runs each migration in an exclusive transaction, so that concurrent processes run it once.

use diesel::connection::SimpleConnection;
use diesel::migration::CREATE_MIGRATIONS_TABLE;
use diesel::result::Error;
use diesel::sql_types::{Bool, Text};
use diesel::{QueryResult, RunQueryDsl, SqliteConnection, sql_query};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::{LOCK_WAIT, Sqlite};
use crate::migrations::{self, MigrationBackend, Script, failed, failed_migration, unreachable};
use crate::{MigrateError, MigrationOptions};

impl MigrationBackend for Sqlite {
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("../../migrations/sqlite");

    fn migrations_table_exists(connection: &mut SqliteConnection) -> QueryResult<bool> {
        let exists = "exists (select 1 from sqlite_schema where name = '__diesel_schema_migrations')";
        diesel::select(diesel::dsl::sql::<Bool>(exists)).get_result(connection)
    }

    fn applied_migrations(connection: &mut SqliteConnection) -> QueryResult<Vec<String>> {
        let rows: Vec<Applied> =
            sql_query("select version from __diesel_schema_migrations").load(connection)?;
        Ok(rows.into_iter().map(|applied| applied.version).collect())
    }

    fn read_applied(&self, _: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        let mut connection = self.establish(LOCK_WAIT).map_err(unreachable)?;
        migrations::applied::<Self>(&mut connection).map_err(failed)
    }

    fn existing_tables(&self, _: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        let mut connection = self.establish(LOCK_WAIT).map_err(unreachable)?;
        let tables = format!(
            "select name from sqlite_schema where lower(name) in ({}) order by name",
            migrations::table_names()
        );
        let tables: Vec<Named> = sql_query(tables).load(&mut connection).map_err(failed)?;
        Ok(tables.into_iter().map(|table| table.name).collect())
    }

    fn run_pending(
        &self,
        scripts: &[Script],
        options: &MigrationOptions,
    ) -> Result<Vec<String>, MigrateError> {
        let mut connection = self.establish(options.deadline).map_err(unreachable)?;
        let applied = migrations::applied::<Self>(&mut connection).map_err(failed)?;
        migrations::warn_of_unknown(scripts, &applied);
        migrations::reject_foreign_tables(self, scripts, &applied, options)?;
        let mut ran = Vec::new();
        for script in migrations::pending(scripts, &applied) {
            if run_once(&mut connection, script)? {
                ran.push(script.name.clone());
            }
        }
        Ok(ran)
    }
}

/// Runs a migration, unless another process has run it since.
fn run_once(connection: &mut SqliteConnection, script: &Script) -> Result<bool, MigrateError> {
    if !script.in_transaction {
        let why = format!("{}: run_in_transaction = false is supported on PostgreSQL only", script.name);
        return Err(MigrateError::Failed(why.into()));
    }
    connection
        .exclusive_transaction(|connection| {
            connection.batch_execute(CREATE_MIGRATIONS_TABLE)?;
            if Sqlite::applied_migrations(connection)?.contains(&script.version) {
                return Ok(false);
            }
            connection.batch_execute(&script.sql)?;
            connection.batch_execute(&script.record())?;
            Ok(true)
        })
        .map_err(|error| match error {
            Error::DatabaseError(_, ref information) if information.message().contains("locked") => {
                MigrateError::Locked(error.into())
            }
            error => failed_migration(script, error),
        })
}

#[derive(diesel::QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

#[derive(diesel::QueryableByName)]
struct Applied {
    #[diesel(sql_type = Text)]
    version: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DatabaseOptions;

    fn script(number: u32, sql: &str) -> Script {
        let name = format!("2030-01-01-{number:06}_test");
        Script { name, version: format!("20300101{number:06}"), sql: sql.into(), in_transaction: true }
    }

    #[test]
    fn each_migration_is_a_transaction() {
        let folder = tempfile::tempdir().unwrap();
        let sqlite = Sqlite::open(folder.path().join("x.db"), &DatabaseOptions::default()).unwrap();
        let options = MigrationOptions::default();
        let broken = "create table u (a); select no_such_column";
        let mut scripts = [script(1, "create table t (a)"), script(2, broken), script(3, "drop table u")];
        let error = sqlite.run_pending(&scripts, &options).unwrap_err();
        assert!(matches!(error, MigrateError::Failed(_)), "{error:?}");
        assert_eq!(sqlite.read_applied(&options).unwrap(), [scripts[0].version.clone()]);
        scripts[1].sql = "create table u (a)".into();
        let ran = [scripts[1].name.clone(), scripts[2].name.clone()];
        assert_eq!(sqlite.run_pending(&scripts, &options).unwrap(), ran);
    }

    #[test]
    fn no_migration_runs_outside_a_transaction() {
        let embedded =
            migrations::scripts::<diesel::sqlite::Sqlite>(&<Sqlite as MigrationBackend>::MIGRATIONS).unwrap();
        assert!(embedded.iter().all(|script| script.in_transaction));
    }
}
