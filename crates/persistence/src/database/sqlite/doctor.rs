use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::result::ConnectionError;
use diesel::sql_types::Text;
use diesel::{Connection, ConnectionResult, QueryResult, RunQueryDsl, SqliteConnection};

use super::file::FileIdentity;
use super::{LOCK_WAIT, Sqlite, connection, file};
use crate::DatabaseOptions;
use crate::maintenance::doctor::{DoctorBackend, DoctorError, DoctorFinding, Remedy};

impl Sqlite {
    /// Opens an existing file, if it can be a database of this service.
    pub(crate) fn open_existing(path: PathBuf, options: &DatabaseOptions) -> Result<Self, DoctorError> {
        if !path.exists() {
            return Err(DoctorError::Absent { path });
        }
        file::recognize(&path)?;
        let identity = FileIdentity::of(&path).map_err(|error| file::file(&path, error))?;
        let statement_timeout = options.statement_timeout.max(LOCK_WAIT);
        Ok(Self { path, identity, statement_timeout, read_only: options.read_only })
    }
}

impl DoctorBackend for Sqlite {
    fn connect_to_check(&self) -> ConnectionResult<SqliteConnection> {
        let mut connection = connection::bare(&self.path, LOCK_WAIT)?;
        connection
            .batch_execute("pragma query_only = on; pragma trusted_schema = off")
            .map_err(ConnectionError::CouldntSetupConfiguration)?;
        Ok(connection)
    }

    fn transaction<T>(
        connection: &mut SqliteConnection,
        writes: bool,
        run: impl FnOnce(&mut SqliteConnection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        if writes { connection.immediate_transaction(run) } else { connection.transaction(run) }
    }

    /// The messages name pages, rows and indexes, never their content.
    fn integrity(connection: &mut SqliteConnection) -> QueryResult<Vec<DoctorFinding>> {
        let messages: Vec<String> = sql::<Text>("pragma integrity_check(20)").load(connection)?;
        let lines = messages.iter().flat_map(|message| message.lines());
        let wrong = lines.filter(|line| *line != "ok" && !line.starts_with("***"));
        Ok(wrong.map(|line| Remedy::Restore.finding(line.to_owned())).collect())
    }

    /// `SQLITE_CORRUPT` and `SQLITE_NOTADB`.
    fn is_damage(message: &str) -> bool {
        message.contains("malformed") || message.contains("file is not a database")
    }
}
