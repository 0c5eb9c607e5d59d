use diesel::{QueryResult, SqliteConnection};

use super::Sqlite;
use crate::DatabaseOptions;
use crate::database::replicas::ReplicaBackend;

/// A file has no replicas.
impl ReplicaBackend for Sqlite {
    fn replicas(_: &DatabaseOptions) -> Vec<Self> {
        Vec::new()
    }

    fn identity(_: &mut SqliteConnection) -> QueryResult<String> {
        Ok(String::new())
    }

    fn log_end(_: &mut SqliteConnection) -> QueryResult<Option<i64>> {
        Ok(None)
    }

    fn replayed(_: &mut SqliteConnection) -> QueryResult<Option<i64>> {
        Ok(None)
    }
}
