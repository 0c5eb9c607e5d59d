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
}

impl Touch {
    /// Nothing changes yet.
    #[must_use]
    pub const fn new(id: TaskId) -> Self {
        Self { id, position: None, revision: None, updated_at: None }
    }

    /// Adds a later touch of the same task.
    pub(super) fn merge(&mut self, later: Self) {
        let Self { id: _, position, revision, updated_at } = later;
        self.position = position.or(self.position.take());
        self.revision = revision.or(self.revision);
        self.updated_at = self.updated_at.max(updated_at);
    }

    /// Changes the task.
    pub fn apply_to(&self, task: &mut Task) {
        let Self { id: _, position, revision, updated_at } = self;
        if let Some(position) = position {
            task.position = position.clone();
        }
        if let Some(revision) = revision {
            task.revision = *revision;
        }
        if let Some(updated_at) = updated_at {
            task.updated_at = task.updated_at.max(*updated_at);
        }
    }
}
