use diesel::{OptionalExtension, QueryResult, RunQueryDsl};
use domain::{OwnerId, Revision, Task, TaskId, Timestamp, Tombstone};

use super::statements::{
    Claim, DeleteKeys, DeleteLists, DeleteOwner, DeleteTasks, DeleteTombstones, PageOfKeys, PageOfTaskIds,
    PageOfTasks, PageOfTombstones, PageOfTrash, RevisionOf, TombstonesAfter,
};
use super::{Erased, FIRST};
use crate::backend::rows::TaskRow;
use crate::write::WriteSession;

/// A position among the tasks of an owner: the live ones by their ids, then the trash in the order of deletion.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    /// After the live task of this id.
    Live(TaskId),
    /// After the trashed task that was deleted at this time and this revision.
    Trash(Timestamp, i64),
}

impl Place {
    /// Before the first task.
    pub(crate) const FIRST: Self = Self::Live(FIRST);

    fn next(self, last: Option<&Task>) -> Option<Self> {
        match (self, last) {
            (Self::Live(_), Some(task)) => Some(Self::Live(task.id)),
            // No time is before the year 0.
            (Self::Live(_), None) => Timestamp::parse("0000-01-01T00:00:00Z").map(|at| Self::Trash(at, 0)),
            (Self::Trash(..), last) => {
                last.and_then(|task| Some(Self::Trash(task.deleted_at?, task.revision.number())))
            }
        }
    }
}

/// A connection that reads and deletes everything of an owner, within a transaction.
pub(crate) trait OwnershipSession: WriteSession {
    /// Creates the owner's row with this epoch, or raises its version; either locks it. Returns its epoch.
    fn claim(&mut self, owner: &OwnerId, epoch: i64) -> QueryResult<i64>;

    /// The tasks after a position, a page at most, and the position after them, unless it is the end.
    fn tasks_after(&mut self, owner: &OwnerId, after: Place) -> QueryResult<(Vec<Task>, Option<Place>)>;

    /// The number of the owner's last change; 0 without a row.
    fn revision(&mut self, owner: &OwnerId) -> QueryResult<i64>;

    /// The tombstones after an id, in the order of their ids: a page at most. Those of version 0.1.0 are among them.
    fn tombstones_after(&mut self, owner: &OwnerId, after: TaskId) -> QueryResult<Vec<Tombstone>>;

    /// Deletes all rows of an owner that was claimed.
    fn delete_rows(&mut self, owner: &OwnerId) -> QueryResult<Erased>;
}

macro_rules! ownership_session {
    ($connection:ty) => {
        impl OwnershipSession for $connection {
            fn claim(&mut self, owner: &OwnerId, epoch: i64) -> QueryResult<i64> {
                Claim { owner: owner.as_str(), epoch: &epoch }.get_result(self)
            }

            fn tasks_after(
                &mut self,
                owner: &OwnerId,
                after: Place,
            ) -> QueryResult<(Vec<Task>, Option<Place>)> {
                let id = owner.as_str();
                let rows: Vec<TaskRow> = match &after {
                    Place::Live(after) => PageOfTasks { owner: id, after }.load(self)?,
                    Place::Trash(at, revision) => PageOfTrash { owner: id, at, revision }.load(self)?,
                };
                let page: Vec<Task> = rows.into_iter().map(|row| row.into_task(owner)).collect();
                let next = after.next(page.last());
                Ok((page, next))
            }

            fn revision(&mut self, owner: &OwnerId) -> QueryResult<i64> {
                let revision = RevisionOf { owner: owner.as_str() }.get_result(self).optional()?;
                Ok(revision.unwrap_or_default())
            }

            fn tombstones_after(&mut self, owner: &OwnerId, after: TaskId) -> QueryResult<Vec<Tombstone>> {
                let (owner, retired_of) = (owner.as_str(), owner.as_str());
                let page = TombstonesAfter { owner, after: &after, retired_of, retired_after: &after };
                let rows: Vec<(TaskId, i64, Timestamp)> = page.load(self)?;
                let tombstone = |(id, revision, at)| Tombstone { id, revision: Revision::new(revision), at };
                Ok(rows.into_iter().map(tombstone).collect())
            }

            fn delete_rows(&mut self, owner: &OwnerId) -> QueryResult<Erased> {
                let (owner, mut erased) = (owner.as_str(), Erased::default());
                let mut after = FIRST;
                loop {
                    let page: Vec<(TaskId, bool, bool)> =
                        PageOfTaskIds { owner, after: &after }.load(self)?;
                    let Some((last, ..)) = page.last() else { break };
                    DeleteTasks { owner, after: &after, last }.execute(self)?;
                    erased.tasks += page.iter().filter(|(_, is_live, _)| *is_live).count() as u64;
                    erased.trashed += page.iter().filter(|(.., is_trashed)| *is_trashed).count() as u64;
                    after = *last;
                }
                let (mut kind, mut after) = (String::new(), FIRST);
                loop {
                    let page: Vec<(String, TaskId)> =
                        PageOfTombstones { owner, kind: &kind, after: &after }.load(self)?;
                    let Some((last_kind, last)) = page.last() else { break };
                    DeleteTombstones { owner, kind: &kind, after: &after, last_kind, last }.execute(self)?;
                    erased.tombstones += page.len() as u64;
                    (kind, after) = (last_kind.clone(), *last);
                }
                let mut after = 0;
                loop {
                    let page: Vec<i64> = PageOfKeys { owner, after: &after }.load(self)?;
                    let Some(last) = page.last() else { break };
                    DeleteKeys { owner, after: &after, last }.execute(self)?;
                    after = *last;
                }
                // A user has few.
                erased.lists = DeleteLists { owner }.execute(self)? as u64;
                DeleteOwner { owner }.execute(self)?;
                Ok(erased)
            }
        }
    };
}

#[cfg(feature = "postgres")]
ownership_session!(diesel::PgConnection);

#[cfg(feature = "sqlite")]
ownership_session!(diesel::SqliteConnection);
