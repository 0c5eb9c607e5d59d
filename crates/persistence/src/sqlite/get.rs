use diesel::{Connection, SqliteConnection};
use domain::Task;

use crate::dialect::{Get, Outcomes};
use crate::one_task::one_task;

/// Reads one task after the other: a look-up by key costs less than what would join a set to it. Of several, one
/// transaction takes the lock and looks for what others wrote.
pub(super) fn run(connection: &mut SqliteConnection, set: &[Get]) -> Outcomes<Task> {
    match set {
        [get] => Ok(vec![one_task(connection, get)?]),
        _ => connection.transaction(|connection| set.iter().map(|get| one_task(connection, get)).collect()),
    }
}
