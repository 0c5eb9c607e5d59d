//! One step of each job.

use diesel::{QueryResult, RunQueryDsl};
use domain::{TaskId, Timestamp};
use uuid::Uuid;

use super::statements::{
    CopyRetired, DeleteRetired, DeleteTombstone, FindRetired, PageOfTombstones, RaisePruned, RaiseVersion,
};
use super::{CHANGES, ROWS};

/// The key of a tombstone: the owner, the type, the object.
pub(super) type Key = (String, String, TaskId);

/// A tombstone as it is read: its key, its revision, and when it was made.
type Tombstone = (String, String, TaskId, i64, Timestamp);

/// A connection that runs the steps.
pub(crate) trait JobConnection {
    /// Moves rows that version 0.1.0 kept for deleted tasks to the tombstones; gives how many.
    fn move_retired(&mut self) -> QueryResult<u64>;

    /// Looks through the tombstones behind a key, and deletes those from before a moment. Gives the last key and how
    /// many were deleted; nothing when there are no more.
    fn prune(&mut self, after: &Key, oldest: Timestamp) -> QueryResult<Option<(Key, u64)>>;
}

/// Before the first tombstone.
pub(super) fn first_tombstone() -> Key {
    (String::new(), String::new(), TaskId::new(Uuid::nil()))
}

fn key((owner, kind, id, ..): &Tombstone) -> Key {
    (owner.clone(), kind.clone(), *id)
}

macro_rules! job_connection {
    ($connection:ty) => {
        impl JobConnection for $connection {
            fn move_retired(&mut self) -> QueryResult<u64> {
                let mut found: Vec<(String, TaskId)> = FindRetired { limit: &CHANGES }.load(self)?;
                found.sort_unstable();
                for rows in found.chunk_by(|(one, _), (next, _)| one == next) {
                    let Some((owner, _)) = rows.first() else { continue };
                    RaiseVersion { owner }.execute(self)?;
                    for (_, id) in rows {
                        CopyRetired { owner, id }.execute(self)?;
                        DeleteRetired { owner, id }.execute(self)?;
                    }
                }
                Ok(found.len() as u64)
            }

            fn prune(&mut self, after: &Key, oldest: Timestamp) -> QueryResult<Option<(Key, u64)>> {
                let (owner, kind, id) = after;
                let page = PageOfTombstones { owner, kind, id, limit: &ROWS };
                let page: Vec<Tombstone> = page.load(self)?;
                let Some(end) = page.last().map(key) else { return Ok(None) };
                let old: Vec<Tombstone> = page
                    .into_iter()
                    .filter(|(.., at)| *at < oldest)
                    .take(usize::try_from(CHANGES).unwrap_or(1))
                    .collect();
                // What is left of the page comes with the next step.
                let is_all = old.len() < usize::try_from(CHANGES).unwrap_or(1);
                let last = if is_all { end } else { old.last().map_or(end, key) };
                for tombstones in old.chunk_by(|(one, ..), (next, ..)| one == next) {
                    let Some((owner, ..)) = tombstones.first() else { continue };
                    let revision =
                        tombstones.iter().map(|(.., revision, _)| *revision).max().unwrap_or_default();
                    RaisePruned { lower: &revision, revision: &revision, owner }.execute(self)?;
                    for (owner, kind, id, revision, _) in tombstones {
                        DeleteTombstone { owner, kind, id, revision }.execute(self)?;
                    }
                }
                Ok(Some((last, old.len() as u64)))
            }
        }
    };
}

#[cfg(feature = "postgres")]
job_connection!(diesel::PgConnection);
#[cfg(feature = "sqlite")]
job_connection!(diesel::SqliteConnection);
