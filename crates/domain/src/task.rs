//! A task as it is stored, created and changed, and the values it consists of.
//!
//! Values are valid once they exist. What a caller may write belongs to [`input`](crate::input), the rules of a write to
//! [`decide`](crate::decide()).

mod text;
mod timestamp;

use std::fmt;

use uuid::Uuid;

use crate::OwnerId;

pub(crate) use text::check;
pub use text::{Description, SEARCH_SEPARATOR, TextError, Title, fold};
pub use timestamp::Timestamp;

/// A task's id: a UUID, version 7 when this service created it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(Uuid);

impl TaskId {
    /// The task with this UUID.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Reads the hyphenated form (RFC 9562 §4), in either case; no other form is accepted.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text.len() == 36 { Uuid::try_parse(text).ok().map(Self) } else { None }
    }

    /// The UUID itself.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The number of a change. Each change of one owner's tasks gets the next number, from 1, in commit order; only a repair
/// of the database, an import and a move leave a gap. A task has the number of its own last change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Revision(i64);

impl Revision {
    /// The change with this number.
    #[must_use]
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// Its id, unique per owner.
    pub id: TaskId,
    /// Its owner.
    pub owner_id: OwnerId,
    /// The title.
    pub title: Title,
    /// The description.
    pub description: Option<Description>,
    /// Whether it is completed.
    pub completed: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The number of its last change.
    pub revision: Revision,
}

/// A task to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTask {
    /// Its id.
    pub id: TaskId,
    /// Whether the id was generated for this task, so that no deleted task can have had it.
    pub id_is_new: bool,
    /// The title.
    pub title: Title,
    /// The description.
    pub description: Option<Description>,
    /// Whether it is completed already.
    pub completed: bool,
}

impl NewTask {
    /// An open task with a title. Every other member has its default.
    #[must_use]
    pub const fn new(id: TaskId, title: Title) -> Self {
        Self { id, id_is_new: false, title, description: None, completed: false }
    }

    /// The task as it is stored.
    #[must_use]
    pub fn into_task(self, owner_id: OwnerId, revision: Revision, created_at: Timestamp) -> Task {
        let Self { id, id_is_new: _, title, description, completed } = self;
        let updated_at = created_at;
        Task { id, owner_id, title, description, completed, created_at, updated_at, revision }
    }
}

/// A task as another place has it, with its times: an export, or another owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedTask {
    /// The task.
    pub task: NewTask,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl ImportedTask {
    /// The task as it is stored, with its own times.
    #[must_use]
    pub fn into_task(self, owner_id: OwnerId, revision: Revision) -> Task {
        let Self { task, created_at, updated_at } = self;
        Task { updated_at, ..task.into_task(owner_id, revision, created_at) }
    }
}

impl From<Task> for ImportedTask {
    fn from(task: Task) -> Self {
        let Task { id, owner_id: _, title, description, completed, created_at, updated_at, revision: _ } =
            task;
        let task = NewTask { id, id_is_new: false, title, description, completed };
        Self { task, created_at, updated_at }
    }
}

/// The change of `completed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completion {
    /// It becomes this.
    Set(bool),
    /// It becomes the opposite.
    Toggle,
}

impl Completion {
    /// The new value for a task with this one.
    #[must_use]
    pub const fn applied_to(self, completed: bool) -> bool {
        match self {
            Self::Set(value) => value,
            Self::Toggle => !completed,
        }
    }
}

/// A change of a task. A member that is `None` keeps its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Change {
    /// The new title.
    pub title: Option<Title>,
    /// The new description; `Some(None)` clears it.
    pub description: Option<Option<Description>>,
    /// The change of `completed`.
    pub completion: Option<Completion>,
}

impl Change {
    /// Whether no member changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Applies the change to a task.
    pub fn apply_to(self, task: &mut Task) {
        let Self { title, description, completion } = self;
        if let Some(title) = title {
            task.title = title;
        }
        if let Some(description) = description {
            task.description = description;
        }
        if let Some(completion) = completion {
            task.completed = completion.applied_to(task.completed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn task_ids_have_the_hyphenated_form() {
        let text = "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11";
        assert_eq!(TaskId::parse(text).unwrap().to_string(), text);
        assert_eq!(TaskId::parse(&text.to_uppercase()), TaskId::parse(text));
        for other in ["", "1", "{019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11}", "019aa4c06d1e7c339d0a3a6a5f3f7b11"] {
            assert_eq!(TaskId::parse(other), None, "{other}");
        }
    }
}
