//! The parts of the readiness check that are particular to a file.

use std::io::{self, Write};
use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::result::{DatabaseErrorKind, Error};
use diesel::sql_types::BigInt;
use diesel::{QueryResult, RunQueryDsl, SqliteConnection, select};
use tempfile::tempfile_in;

use super::Sqlite;
use crate::database::readiness::ProbeBackend;

/// Reads the first and the last row of each table, through each of its indexes.
const ENDS: &str = "select owner_id from owners order by owner_id limit 1;
    select live_tasks from owners order by owner_id desc limit 1;
    select search from tasks order by owner_id, id limit 1;
    select search from tasks order by owner_id desc, id desc limit 1;
    select search from tasks where deleted_at is null order by owner_id, created_at desc, id desc limit 1;
    select search from tasks where deleted_at is not null order by owner_id, deleted_at desc, id desc limit 1;
    select at from tombstones order by owner_id, type, object_id limit 1;
    select at from tombstones order by owner_id desc, type desc, object_id desc limit 1;
    select name from lists order by owner_id, id limit 1;
    select name from lists order by owner_id desc, id desc limit 1;
    select response from idempotency_keys order by owner_id, key limit 1;
    select response from idempotency_keys order by owner_id desc, key desc limit 1;
    select response from idempotency_keys order by owner_id, number limit 1;
    select response from idempotency_keys order by owner_id desc, number desc limit 1;
    select response from idempotency_keys order by at, owner_id, number limit 1;
    select response from idempotency_keys order by at desc, owner_id desc, number desc limit 1";

/// Reads each row and each entry of an index, until the time limit of a statement.
const ALL: [&str; 9] = [
    "(select coalesce(sum(live_tasks), 0) from owners where tasknook_in_time())",
    "(select coalesce(sum(length(search) + completed), 0) from tasks not indexed where tasknook_in_time())",
    "(select count(id) from tasks indexed by tasks_newest where deleted_at is null and tasknook_in_time())",
    "(select count(id) from tasks indexed by tasks_deleted where deleted_at is not null and tasknook_in_time())",
    "(select coalesce(sum(at), 0) from tombstones where tasknook_in_time())",
    "(select coalesce(sum(length(name)), 0) from lists where tasknook_in_time())",
    "(select coalesce(sum(length(hex(response))), 0) from idempotency_keys not indexed where tasknook_in_time())",
    "(select count(number) from idempotency_keys indexed by idempotency_keys_by_number where tasknook_in_time())",
    "(select count(at) from idempotency_keys indexed by idempotency_keys_by_time where tasknook_in_time())",
];

/// More than a large write needs, so that the next ones will not fail.
const SPACE: usize = 256 << 10;

impl ProbeBackend for Sqlite {
    fn try_access(&self, connection: &mut SqliteConnection) -> QueryResult<()> {
        self.check_identity()?;
        connection.batch_execute(ENDS)
    }

    fn read_everything(&self, connection: &mut SqliteConnection) -> QueryResult<()> {
        for rows in ALL {
            let _: i64 = select(sql::<BigInt>(rows)).get_result(connection)?;
        }
        Ok(())
    }

    /// Writes the header of the file again. That needs so little space that it may succeed where a write fails, hence the
    /// space is tried first.
    fn try_write(&self, connection: &mut SqliteConnection) -> QueryResult<bool> {
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        write_beside(folder.unwrap_or(Path::new("."))).map_err(|error| {
            let message = format!("disk I/O error: {error}");
            Error::DatabaseError(DatabaseErrorKind::Unknown, Box::new(message))
        })?;
        let version = "(select user_version from pragma_user_version)";
        let version: i64 = select(sql::<BigInt>(version)).get_result(connection)?;
        connection.batch_execute(&format!("pragma user_version = {version}"))?;
        Ok(true)
    }
}

fn write_beside(folder: &Path) -> io::Result<()> {
    let mut file = tempfile_in(folder)?;
    file.write_all(&vec![0; SPACE])?;
    file.sync_all()
}
