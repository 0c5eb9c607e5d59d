//! What is to be written: a new task, or a change of one.

use crate::{Description, Owner, Revision, Task, TaskId, Timestamp, Title};

/// A task about to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Its id, never used before.
    pub id: TaskId,
    /// What is to be done.
    pub title: Title,
    /// More about it.
    pub description: Option<Description>,
    /// Whether it is done already.
    pub completed: bool,
    /// Its time of creation and of its last change.
    pub at: Timestamp,
}

impl NewTask {
    /// The task that it is once it is kept, under this revision of its owner's.
    #[must_use]
    pub fn kept(&self, owner: &Owner, revision: Revision) -> Task {
        Task {
            id: self.id,
            owner_id: owner.id().clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            completed: self.completed,
            created_at: self.at,
            updated_at: self.at,
            revision,
        }
    }
}

/// What becomes of `completed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// It becomes this.
    Set(bool),
    /// It becomes the other one, in one atomic step.
    Toggle,
}

impl Completion {
    /// What a task that has `completed` now will have.
    #[must_use]
    pub const fn applied_to(self, completed: bool) -> bool {
        match self {
            Self::Set(value) => value,
            Self::Toggle => !completed,
        }
    }
}

/// A change that leaves alone what it does not name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The new title.
    pub title: Option<Title>,
    /// The new description; `Some(None)` clears it.
    pub description: Option<Option<Description>>,
    /// What becomes of `completed`.
    pub completion: Option<Completion>,
}

impl Change {
    /// Whether it names nothing: then nothing is written and the task's time and revision stay.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.title.is_none() && self.description.is_none() && self.completion.is_none()
    }
}
