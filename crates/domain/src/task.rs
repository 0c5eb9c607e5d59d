//! A task as it is stored, created and changed, and the values it consists of.
//!
//! Values are valid once they exist. What a caller may write belongs to [`input`](crate::input), the rules of a write to
//! [`decide`](crate::decide()).

mod due_date;
mod list;
mod order_key;
mod priority;
mod search;
mod tags;
mod text;
mod timestamp;
mod visible;

use std::fmt;

use uuid::{Uuid, Variant};

use crate::OwnerId;

pub use due_date::{DueDate, DueDateError};
pub use list::{Color, CountedList, InvalidColor, List, ListChange, ListId, ListName, NewList};
pub use order_key::{OrderKey, Placement};
pub use priority::{InvalidPriority, Priority};
pub use search::SearchRule;
pub use tags::{Tag, TagError, Tags, stored_key};
pub(crate) use text::check;
pub use text::{Description, SEARCH_SEPARATOR, TextError, Title, fold};
pub use timestamp::Timestamp;

/// A task's id: a UUID, version 7 when this service generated it. Ids are unique per owner.
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

    /// Whether a caller may choose it for a new task: only versions 4 and 7 (RFC 9562 §5.4, §5.7) are random enough to be
    /// new each time.
    #[must_use]
    pub fn may_be_chosen(self) -> bool {
        self.0.get_variant() == Variant::RFC4122 && matches!(self.0.get_version_num(), 4 | 7)
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

impl From<Revision> for i64 {
    fn from(revision: Revision) -> Self {
        revision.0
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
    /// How urgent it is.
    pub priority: Priority,
    /// Its tags.
    pub tags: Tags,
    /// When it is due.
    pub due_date: Option<DueDate>,
    /// The list that it is in.
    pub list_id: Option<ListId>,
    /// When it was completed; `None` for an open task, and if version 0.1.0 completed it.
    pub completed_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The number of its last change.
    pub revision: Revision,
    /// Its place in the manual order of the owner's tasks.
    pub position: OrderKey,
    /// When it was moved to the trash; `None` while it is live.
    pub deleted_at: Option<Timestamp>,
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
    /// How urgent it is.
    pub priority: Priority,
    /// Its tags.
    pub tags: Tags,
    /// When it is due.
    pub due_date: Option<DueDate>,
    /// The list that it is in.
    pub list_id: Option<ListId>,
}

impl NewTask {
    /// An open task with a title. Every other member has its default.
    #[must_use]
    pub fn new(id: TaskId, title: Title) -> Self {
        let (priority, tags) = (Priority::default(), Tags::default());
        Self {
            id,
            id_is_new: false,
            title,
            description: None,
            completed: false,
            priority,
            tags,
            due_date: None,
            list_id: None,
        }
    }

    /// The same task with an id that the caller has chosen, and which a deleted task may have had.
    #[must_use]
    pub fn with_id(self, id: TaskId) -> Self {
        Self { id, id_is_new: false, ..self }
    }

    /// The task as it is stored.
    #[must_use]
    pub fn into_task(self, owner_id: OwnerId, revision: Revision, created_at: Timestamp) -> Task {
        let Self { id, id_is_new: _, title, description, completed, priority, tags, due_date, list_id } =
            self;
        Task {
            id,
            owner_id,
            title,
            description,
            completed,
            priority,
            tags,
            due_date,
            list_id,
            completed_at: completed.then_some(created_at),
            created_at,
            updated_at: created_at,
            revision,
            position: OrderKey::first(revision),
            deleted_at: None,
        }
    }
}

/// A task as another place has it, with its times: an export, or another owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedTask {
    /// The task.
    pub task: NewTask,
    /// When it was completed, if that is known.
    pub completed_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// Its place in the manual order; `None` derives it from the time of creation.
    pub position: Option<OrderKey>,
    /// When it was moved to the trash, if it was.
    pub deleted_at: Option<Timestamp>,
}

impl ImportedTask {
    /// The task as it is stored, with its own times.
    #[must_use]
    pub fn into_task(self, owner_id: OwnerId, revision: Revision) -> Task {
        let Self { task, completed_at, created_at, updated_at, position, deleted_at } = self;
        let completed_at = completed_at.filter(|_| task.completed);
        let position = position.unwrap_or_else(|| OrderKey::derived(created_at, task.id.uuid()));
        Task {
            completed_at,
            updated_at,
            position,
            deleted_at,
            ..task.into_task(owner_id, revision, created_at)
        }
    }
}

impl From<Task> for ImportedTask {
    fn from(task: Task) -> Self {
        let Task {
            id,
            owner_id: _,
            title,
            description,
            completed,
            priority,
            tags,
            due_date,
            list_id,
            completed_at,
            created_at,
            updated_at,
            revision: _,
            position,
            deleted_at,
        } = task;
        let task = NewTask {
            id,
            id_is_new: false,
            title,
            description,
            completed,
            priority,
            tags,
            due_date,
            list_id,
        };
        Self { task, completed_at, created_at, updated_at, position: Some(position), deleted_at }
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
    /// The new priority.
    pub priority: Option<Priority>,
    /// The new tags.
    pub tags: Option<Tags>,
    /// The new due date; `Some(None)` clears it.
    pub due_date: Option<Option<DueDate>>,
    /// The new list; `Some(None)` takes it out of its list.
    pub list_id: Option<Option<ListId>>,
}

impl Change {
    /// Applies the change to a task. If that completes it, it is completed at this time.
    pub fn apply_to(self, task: &mut Task, at: Timestamp) {
        let Self { title, description, completion, priority, tags, due_date, list_id } = self;
        if let Some(title) = title {
            task.title = title;
        }
        if let Some(description) = description {
            task.description = description;
        }
        if let Some(completion) = completion {
            let completed = completion.applied_to(task.completed);
            if completed != task.completed {
                task.completed_at = completed.then_some(at);
            }
            task.completed = completed;
        }
        if let Some(priority) = priority {
            task.priority = priority;
        }
        if let Some(tags) = tags {
            task.tags = tags;
        }
        if let Some(due_date) = due_date {
            task.due_date = due_date;
        }
        if let Some(list_id) = list_id {
            task.list_id = list_id;
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

    #[test]
    fn only_random_versions_of_ids_may_be_chosen() {
        let may_be_chosen = |text| TaskId::parse(text).unwrap().may_be_chosen();
        assert!(may_be_chosen("019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11"));
        assert!(may_be_chosen("5f0c3b1e-8a55-4c7e-bb1c-0d9f1f8e2a10"));
        for other in [
            "00000000-0000-0000-0000-000000000000",
            "ffffffff-ffff-ffff-ffff-ffffffffffff",
            "c232ab00-9414-11ec-b3c8-9f6bdeced846",
            "1ec9414c-232a-6b00-b3c8-9f6bdeced846",
            "2489e9ad-2ee2-8e00-8ec9-32d5f69181c0",
            // Version 4 in another variant.
            "5f0c3b1e-8a55-4c7e-cb1c-0d9f1f8e2a10",
        ] {
            assert!(!may_be_chosen(other), "{other}");
        }
    }
}
