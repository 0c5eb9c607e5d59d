//! A task as it is stored, created and changed, and the values it consists of.
//!
//! Values are valid once they exist. What a caller may write belongs to [`input`](crate::input), the rules of a write to
//! [`decide`](crate::decide()).

mod due_date;
mod list;
mod priority;
mod search;
mod tags;
mod text;
mod visible;

use std::fmt;

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use uuid::{Uuid, Variant};

use crate::{OrderKey, OwnerId};

pub use due_date::{DueDate, DueDateError};
pub use list::{Color, CountedList, InvalidColor, List, ListChange, ListId, ListName, NewList};
pub use priority::{InvalidPriority, Priority};
pub use search::SearchRule;
pub use tags::{Tag, TagError, Tags, stored_key};
pub(crate) use text::check;
pub use text::{Description, SEARCH_SEPARATOR, TextError, Title, fold};

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

/// A time in UTC with millisecond precision, so that every database returns what was stored; displayed as RFC 3339 (`2026-11-21T09:15:17.465Z`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(OffsetDateTime);

impl Timestamp {
    /// Converts to UTC and truncates to milliseconds.
    #[must_use]
    pub fn new(time: OffsetDateTime) -> Self {
        let utc = time.to_offset(time::UtcOffset::UTC);
        Self(utc.replace_millisecond(utc.millisecond()).unwrap_or(utc))
    }

    /// Reads a time in RFC 3339, as [`Display`](fmt::Display) writes it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::new)
    }

    /// The time this many milliseconds after 1970-01-01T00:00:00Z; `None` outside the years −9999 to 9999.
    #[must_use]
    pub fn from_unix_millis(millis: i64) -> Option<Self> {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(millis) * 1_000_000).ok().map(Self)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_millis(self) -> i64 {
        self.0.unix_timestamp() * 1000 + i64::from(self.0.millisecond())
    }

    /// The value as the `time` crate has it.
    #[must_use]
    pub const fn as_offset_date_time(self) -> OffsetDateTime {
        self.0
    }
}

/// Written digit by digit: each task of a list has two timestamps, and the formatter of `time` takes seven steps for one.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time) = (self.0.date(), self.0.time());
        let mut text = *b"0000-00-00T00:00:00.000Z";
        let parts = [
            (0..4, date.year().unsigned_abs()),
            (5..7, u8::from(date.month()).into()),
            (8..10, date.day().into()),
            (11..13, time.hour().into()),
            (14..16, time.minute().into()),
            (17..19, time.second().into()),
            (20..23, time.millisecond().into()),
        ];
        for (place, number) in parts {
            fill(text.get_mut(place).unwrap_or_default(), number);
        }
        f.write_str(if date.year() < 0 { "-" } else { "" })?;
        f.write_str(str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// Writes the last digits of a number.
fn fill(digits: &mut [u8], mut number: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
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

    #[test]
    fn timestamps_display_milliseconds_and_z() {
        let display = |millis| Timestamp::from_unix_millis(millis).unwrap().to_string();
        assert_eq!(display(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(display(1_795_252_517_465), "2026-11-21T09:15:17.465Z");
        assert_eq!(display(253_402_300_799_999), "9999-12-31T23:59:59.999Z");
        assert_eq!(display(-62_198_755_199_999), "-0001-01-01T00:00:00.001Z");
    }

    #[test]
    fn displayed_timestamps_are_parsed() {
        for text in ["1970-01-01T00:00:00.000Z", "2026-11-21T09:15:17.465Z", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(Timestamp::parse(text).unwrap().to_string(), text);
        }
        assert_eq!(Timestamp::parse("2026-11-21"), None);
    }

    #[test]
    fn timestamps_are_truncated_to_milliseconds() {
        let fine = OffsetDateTime::from_unix_timestamp_nanos(1_795_252_517_465_999_999).unwrap();
        let truncated = Timestamp::new(fine);
        assert_eq!(truncated.unix_millis(), 1_795_252_517_465);
        assert_eq!(Timestamp::from_unix_millis(truncated.unix_millis()), Some(truncated));
    }
}
