use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::result::ConnectionError;
use diesel::sql_types::Text;
use diesel::{Connection, ConnectionResult, QueryResult, RunQueryDsl, SqliteConnection};

use super::{MIGRATION_WAIT, Sqlite, connection, file};
use crate::DatabaseOptions;
use crate::doctor::{DoctorError, Examined, Finding, Said};

impl Sqlite {
    /// The file, when it is there and looks like one of this service's.
    pub(crate) fn that_is_there(path: PathBuf, options: &DatabaseOptions) -> Result<Self, DoctorError> {
        if !path.exists() {
            return Err(DoctorError::Absent { path });
        }
        file::recognize(&path)?;
        Ok(Self { path, statement_timeout: options.statement_timeout })
    }
}

impl Examined for Sqlite {
    const LOCK: &str = "";

    fn connect_to_examine(&self) -> ConnectionResult<SqliteConnection> {
        let mut connection = connection::bare(&self.path, MIGRATION_WAIT)?;
        connection
            .batch_execute("pragma query_only = on; pragma trusted_schema = off")
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }

    fn reading<T>(
        connection: &mut SqliteConnection,
        run: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        connection.transaction(run)
    }

    fn writing<T>(
        connection: &mut SqliteConnection,
        run: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        connection.immediate_transaction(run)
    }

    /// It says of pages, rows and indexes where they are, never what is in them.
    fn integrity(connection: &mut SqliteConnection) -> QueryResult<Vec<Finding>> {
        let told: Vec<String> = Said::<Text>::new("pragma integrity_check(20)", &[]).load(connection)?;
        let lines = told.iter().flat_map(|one| one.lines());
        let wrong = lines.filter(|line| *line != "ok" && !line.starts_with("***"));
        Ok(wrong.map(|line| Finding::Damaged { says: line.to_owned() }).collect())
    }
}
