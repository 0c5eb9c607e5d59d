use crate::{OrderKey, Revision, Task, TaskId, Timestamp};

/// A change of a task that concerns none of its texts, so that many tasks can be changed without loading them. A member that
/// is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch {
    /// The task, live or in the trash.
    pub id: TaskId,
    /// The new place in the manual order.
    pub position: Option<OrderKey>,
    /// The number of the change.
    pub revision: Option<Revision>,
    /// When it changes; a task that changed later keeps that time.
    pub updated_at: Option<Timestamp>,
    /// Whether it loses its list.
    pub loses_list: bool,
    /// When a live task is moved to the trash.
    pub deleted_at: Option<Timestamp>,
}

impl Touch {
    /// Nothing changes yet.
    #[must_use]
    pub const fn new(id: TaskId) -> Self {
        let (position, revision, updated_at, deleted_at) = (None, None, None, None);
        Self { id, position, revision, updated_at, loses_list: false, deleted_at }
    }

    /// Adds a later touch of the same task.
    pub(super) fn merge(&mut self, later: Self) {
        let Self { id: _, position, revision, updated_at, loses_list, deleted_at } = later;
        self.position = position.or(self.position.take());
        self.revision = revision.or(self.revision);
        self.updated_at = self.updated_at.max(updated_at);
        self.loses_list |= loses_list;
        self.deleted_at = deleted_at.or(self.deleted_at);
    }

    /// Changes the task.
    pub fn apply_to(&self, task: &mut Task) {
        let Self { id: _, position, revision, updated_at, loses_list, deleted_at } = self;
        if let Some(position) = position {
            task.position = position.clone();
        }
        if let Some(revision) = revision {
            task.revision = *revision;
        }
        if let Some(updated_at) = updated_at {
            task.updated_at = task.updated_at.max(*updated_at);
        }
        if *loses_list {
            task.list_id = None;
        }
        if let Some(deleted_at) = deleted_at {
            task.deleted_at = Some(*deleted_at);
        }
    }
}
