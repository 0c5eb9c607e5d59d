//! What other processes write to the file, by its `data_version` (<https://sqlite.org/pragma.html#pragma_data_version>). It
//! changes with each commit of another connection, those of this process included.

use std::time::Duration;

use diesel::sql_types::Integer;
use diesel::{QueryResult, QueryableByName, RunQueryDsl, SqliteConnection, sql_query};

use super::Sqlite;
use crate::backend::Backend;
use crate::database::NotifyBackend;
use crate::database::notifier::{Exchange, ExchangeError, Notifications, Received};

/// Half of what a poll of hundreds of owners takes, at most.
const PAUSE: Duration = Duration::from_millis(20);

/// Watches the file while owners are watched.
struct FileChanges {
    file: Sqlite,
    opened: Option<(SqliteConnection, i32)>,
}

impl NotifyBackend for Sqlite {
    const SENDS: bool = false;

    fn exchange(&self) -> Box<dyn Exchange> {
        Box::new(FileChanges { file: self.clone(), opened: None })
    }
}

impl Exchange for FileChanges {
    fn pause(&self) -> Duration {
        PAUSE
    }

    fn exchange(&mut self, _: Notifications, listen: bool) -> Result<Received, ExchangeError> {
        let opened = self.opened.take().filter(|_| listen);
        if !listen {
            return Ok(Received::default());
        }
        let (mut connection, seen) = match opened {
            Some((connection, seen)) => (connection, Some(seen)),
            None => (self.file.connect()?, None),
        };
        let version = data_version(&mut connection)?;
        self.opened = Some((connection, version));
        Ok(Received { poll: seen != Some(version), ..Received::default() })
    }
}

#[derive(QueryableByName)]
struct DataVersion {
    #[diesel(sql_type = Integer)]
    data_version: i32,
}

fn data_version(connection: &mut SqliteConnection) -> QueryResult<i32> {
    let row: DataVersion = sql_query("pragma data_version").get_result(connection)?;
    Ok(row.data_version)
}
