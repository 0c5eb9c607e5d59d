//! The changes of an owner in the order of their revisions: what a client follows to have the same tasks and lists.
//!
//! How a [`FeedPosition`] is written belongs to the API, the statements to a repository.

use super::OwnerRevision;
use crate::{List, ListId, Revision, Task, TaskId};

/// Maximum number of changes on a page.
pub const CHANGES_MAX: u32 = 1000;

/// A task or a list of an owner, in the order of a snapshot: the lists first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectId {
    /// A list.
    List(ListId),
    /// A task.
    Task(TaskId),
}

/// The present state of an object that has changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangedObject {
    /// A live task.
    Task(Task),
    /// A list.
    List(List),
    /// An object that was deleted, or a task in the trash.
    Deleted(ObjectId, Revision),
}

impl ChangedObject {
    /// The change that left this task, live or in the trash.
    #[must_use]
    pub fn of(task: Task) -> Self {
        if task.deleted_at.is_some() {
            Self::Deleted(ObjectId::Task(task.id), task.revision)
        } else {
            Self::Task(task)
        }
    }

    /// Which object it is.
    #[must_use]
    pub const fn id(&self) -> ObjectId {
        match self {
            Self::Task(task) => ObjectId::Task(task.id),
            Self::List(list) => ObjectId::List(list.id),
            Self::Deleted(id, _) => *id,
        }
    }

    /// The revision of its last change.
    #[must_use]
    pub const fn revision(&self) -> Revision {
        match self {
            Self::Task(task) => task.revision,
            Self::List(list) => list.revision,
            Self::Deleted(_, revision) => *revision,
        }
    }
}

/// How far a client has followed the changes of an owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeedPosition {
    /// It has nothing, and begins with a snapshot of all live objects.
    Start,
    /// It has the objects of a snapshot up to one of them.
    InSnapshot {
        /// The revision at which the snapshot began.
        began: OwnerRevision,
        /// The last object that it has.
        after: ObjectId,
    },
    /// It has all changes up to this revision; at [`OwnerRevision::NONE`] there were none.
    At(OwnerRevision),
}

impl FeedPosition {
    /// Whether all that follows is known of an owner at this revision, whose tombstones are kept after `pruned`.
    #[must_use]
    pub fn is_usable(self, at: OwnerRevision, pruned: Revision) -> bool {
        let is_past = |seen: OwnerRevision| seen.epoch == at.epoch && seen.revision <= at.revision;
        match self {
            Self::Start | Self::At(OwnerRevision::NONE) => true,
            // The deletions since then are not needed before it ends.
            Self::InSnapshot { began, .. } => is_past(began),
            Self::At(seen) => is_past(seen) && seen.revision >= pruned,
        }
    }
}

/// A page of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changes {
    /// The changes: in a snapshot the live objects by id, otherwise each changed object once, by revision.
    pub changes: Vec<ChangedObject>,
    /// The position after them.
    pub next: FeedPosition,
    /// Whether more follow already.
    pub more: bool,
}

impl Changes {
    /// The page after a usable position of an owner at this revision. `found` has what follows, in order, and one more than
    /// the limit if there is more.
    #[must_use]
    pub fn page(
        position: FeedPosition,
        at: OwnerRevision,
        mut found: Vec<ChangedObject>,
        limit: u32,
    ) -> Self {
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let end = match position {
            FeedPosition::InSnapshot { began, .. } => began,
            FeedPosition::Start | FeedPosition::At(_) => at,
        };
        let next = match (position, found.last()) {
            (FeedPosition::At(_), Some(last)) if more => {
                FeedPosition::At(OwnerRevision { epoch: at.epoch, revision: last.revision() })
            }
            (_, Some(last)) if more => FeedPosition::InSnapshot { began: end, after: last.id() },
            _ => FeedPosition::At(end),
        };
        Self { changes: found, next, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(epoch: i64, revision: i64) -> OwnerRevision {
        OwnerRevision { epoch, revision: Revision::new(revision) }
    }

    #[test]
    fn positions_fit_one_epoch_up_to_its_revision() {
        let now = at(7, 10);
        let pruned = Revision::new(4);
        let after = ObjectId::Task(TaskId::new(uuid::Uuid::nil()));
        let snapshot = |began| FeedPosition::InSnapshot { began, after };
        for (position, is_usable) in [
            (FeedPosition::Start, true),
            (FeedPosition::At(OwnerRevision::NONE), true),
            (FeedPosition::At(at(7, 10)), true),
            (FeedPosition::At(at(7, 4)), true),
            (FeedPosition::At(at(7, 3)), false),
            (FeedPosition::At(at(7, 11)), false),
            (FeedPosition::At(at(8, 10)), false),
            (FeedPosition::At(at(0, 10)), false),
            (snapshot(at(7, 1)), true),
            (snapshot(at(7, 10)), true),
            (snapshot(at(7, 11)), false),
            (snapshot(at(8, 1)), false),
        ] {
            assert_eq!(position.is_usable(now, pruned), is_usable, "{position:?}");
        }
        assert!(!FeedPosition::At(now).is_usable(OwnerRevision::NONE, Revision::new(0)), "erased");
    }

    #[test]
    fn pages_end_where_the_next_one_begins() {
        let deleted = |number| {
            ChangedObject::Deleted(
                ObjectId::Task(TaskId::new(uuid::Uuid::from_u128(number))),
                Revision::new(9),
            )
        };
        let found = vec![deleted(1), deleted(2), deleted(3)];
        let page = |position, limit| Changes::page(position, at(7, 20), found.clone(), limit);
        let first = page(FeedPosition::Start, 2);
        let (began, after) = (at(7, 20), deleted(2).id());
        assert_eq!((first.changes.len(), first.more), (2, true));
        assert_eq!(first.next, FeedPosition::InSnapshot { began, after });
        let began = at(7, 11);
        let second = page(FeedPosition::InSnapshot { began, after }, 3);
        assert_eq!((second.next, second.more), (FeedPosition::At(began), false));
        assert_eq!(page(FeedPosition::At(at(7, 5)), 1).next, FeedPosition::At(at(7, 9)));
        assert_eq!(page(FeedPosition::At(at(7, 5)), 3).next, FeedPosition::At(at(7, 20)));
    }
}
