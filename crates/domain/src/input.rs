//! Input of a caller, unchecked, and its validation, which reports all violations at once.
//!
//! The parsing of single values belongs to [`task`](crate::task), that of JSON to the API.

mod list;
mod move_input;

use std::fmt;

use crate::{
    Change, Completion, Description, DueDate, DueDateError, ImportedTask, InvalidColor, InvalidPriority,
    ListId, NewTask, Priority, TagError, Tags, TaskId, TextError, Timestamp, Title,
};

pub use list::ListInput;
pub use move_input::MoveInput;

/// A member of an input object: absent, `null`, or a value. Merging distinguishes all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Absent: unchanged.
    #[default]
    Absent,
    /// Null.
    Null,
    /// A value.
    Value(T),
}

/// The members of a task that a caller may write, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskInput {
    /// The title.
    pub title: Field<String>,
    /// The description; null clears it.
    pub description: Field<String>,
    /// Whether it is completed.
    pub completed: Field<bool>,
    /// The name of the priority; null means the default.
    pub priority: Field<String>,
    /// The tags; null clears them.
    pub tags: Field<Vec<String>>,
    /// The due date; null and an empty text clear it.
    pub due_date: Field<String>,
    /// The id of the list; null and an empty text take the task out of its list.
    pub list_id: Field<String>,
}

/// What null means in a change for a member that a task always has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullPolicy {
    /// The default of the priority; otherwise treated as absent: clients that send whole objects back rely on it.
    Ignore,
    /// A violation: a merge patch (RFC 7396) would delete a member that a task always has.
    Reject,
}

/// Maximum lengths of the texts, in Unicode scalar values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextLimits {
    /// The longest title.
    pub title_max: usize,
    /// The longest description.
    pub description_max: usize,
}

impl Default for TextLimits {
    fn default() -> Self {
        Self { title_max: 200, description_max: 1000 }
    }
}

/// The times of a task from elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedTimes {
    /// When it was completed, if that is known.
    pub completed_at: Option<Timestamp>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Reads a title of at most this length.
type ParseTitle = fn(&str, usize) -> Result<Title, TextError>;

/// A rule that a member violates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// The member's name.
    pub field: &'static str,
    /// The rule.
    pub rule: Rule,
}

/// The rules for input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// A required member is absent.
    #[error("is required")]
    Required,
    /// Null where a value is required.
    #[error("must not be null")]
    NotNull,
    /// A change before the creation.
    #[error("must not be before created_at")]
    BeforeCreation,
    /// No place in an order, or several.
    #[error("exactly one of before, after and to is required")]
    OnePlace,
    /// No end of an order.
    #[error("must be first or last")]
    End,
    /// No id.
    #[error("must be a UUID")]
    Id,
    /// No neighbour in the order.
    #[error("must be the id of an existing one of the user, outside the trash")]
    UnknownNeighbour,
    /// The text is rejected.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The priority is rejected.
    #[error(transparent)]
    Priority(#[from] InvalidPriority),
    /// A tag is rejected.
    #[error(transparent)]
    Tag(#[from] TagError),
    /// The due date is rejected.
    #[error(transparent)]
    DueDate(#[from] DueDateError),
    /// Not the id of a list of the owner.
    #[error("must be the id of one of your lists")]
    UnknownList,
    /// The color is rejected.
    #[error(transparent)]
    Color(#[from] InvalidColor),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

impl TaskInput {
    /// Validates a new task: the title is required, other members have defaults.
    pub(crate) fn into_new_task(self, id: TaskId, limits: TextLimits) -> Result<NewTask, Vec<Violation>> {
        self.into_task_with(id, limits, Title::parse)
    }

    fn into_task_with(
        mut self,
        id: TaskId,
        limits: TextLimits,
        parse_title: ParseTitle,
    ) -> Result<NewTask, Vec<Violation>> {
        let mut violations = Violations::default();
        if self.title == Field::Absent {
            violations.add("title", Rule::Required);
        }
        if self.priority == Field::Null {
            self.priority = Field::Absent;
        }
        let Change { title, description, completion, priority, tags, due_date, list_id } =
            self.collect(limits, NullPolicy::Reject, parse_title, &mut violations);
        match (violations.none()?, title) {
            ((), Some(title)) => {
                let new = NewTask::new(id, title);
                Ok(NewTask {
                    description: description.unwrap_or(new.description),
                    completed: completion.map_or(new.completed, |to| to.applied_to(new.completed)),
                    priority: priority.unwrap_or(new.priority),
                    tags: tags.unwrap_or(new.tags),
                    due_date: due_date.unwrap_or(new.due_date),
                    list_id: list_id.unwrap_or(new.list_id),
                    ..new
                })
            }
            ((), None) => Err(vec![Violation { field: "title", rule: Rule::Required }]),
        }
    }

    /// Validates a task from elsewhere by the rules for a new one, except that its title may display nothing: version 0.1.0
    /// accepted such titles.
    pub fn into_imported_task(
        self,
        id: TaskId,
        ImportedTimes { completed_at, created_at, updated_at }: ImportedTimes,
        limits: TextLimits,
    ) -> Result<ImportedTask, Vec<Violation>> {
        let mut violations = Violations::default();
        if updated_at < created_at {
            violations.add("updated_at", Rule::BeforeCreation);
        }
        match (self.into_task_with(id, limits, Title::parse_exported), violations.none()) {
            (Ok(task), Ok(())) => Ok(ImportedTask {
                task,
                completed_at,
                created_at,
                updated_at,
                position: None,
                deleted_at: None,
            }),
            (Err(task), Err(times)) => Err([task, times].concat()),
            (Err(violations), Ok(())) | (Ok(_), Err(violations)) => Err(violations),
        }
    }

    /// Validates a change of an existing task.
    pub(crate) fn into_change(self, limits: TextLimits, nulls: NullPolicy) -> Result<Change, Vec<Violation>> {
        let mut violations = Violations::default();
        let change = self.collect(limits, nulls, Title::parse, &mut violations);
        violations.none().map(|()| change)
    }

    fn collect(
        self,
        limits: TextLimits,
        nulls: NullPolicy,
        parse_title: ParseTitle,
        violations: &mut Violations,
    ) -> Change {
        let Self { title, description, completed, priority, tags, due_date, list_id } = self;
        let title = violations.present("title", title, nulls);
        let title = title.and_then(|text| violations.parsed("title", parse_title(&text, limits.title_max)));
        let description = match description {
            Field::Absent => None,
            Field::Null => Some(None),
            Field::Value(text) => {
                violations.parsed("description", Description::parse(&text, limits.description_max))
            }
        };
        let completion = violations.present("completed", completed, nulls).map(Completion::Set);
        let priority = match priority {
            Field::Null if nulls == NullPolicy::Ignore => Some(Priority::default()),
            other => {
                let name = violations.present("priority", other, nulls);
                name.and_then(|name| violations.parsed("priority", Priority::parse(&name)))
            }
        };
        let tags = match tags {
            Field::Absent => None,
            Field::Null => Some(Tags::default()),
            Field::Value(texts) => violations.parsed("tags", Tags::parse(&texts)),
        };
        let due_date = match due_date {
            Field::Absent => None,
            Field::Null => Some(None),
            // As HTML forms send an empty field.
            Field::Value(text) if text.is_empty() => Some(None),
            Field::Value(text) => violations.parsed("due_date", DueDate::parse(&text)).map(Some),
        };
        let list_id = match list_id {
            Field::Absent => None,
            Field::Null => Some(None),
            // As HTML forms send an empty field.
            Field::Value(text) if text.is_empty() => Some(None),
            Field::Value(text) => {
                violations.parsed("list_id", ListId::parse(&text).ok_or(Rule::UnknownList)).map(Some)
            }
        };
        Change { title, description, completion, priority, tags, due_date, list_id }
    }
}

#[derive(Default)]
struct Violations(Vec<Violation>);

impl Violations {
    fn add(&mut self, field: &'static str, rule: Rule) {
        self.0.push(Violation { field, rule });
    }

    fn present<T>(&mut self, name: &'static str, field: Field<T>, nulls: NullPolicy) -> Option<T> {
        match field {
            Field::Value(value) => return Some(value),
            Field::Null if nulls == NullPolicy::Reject => self.add(name, Rule::NotNull),
            Field::Null | Field::Absent => {}
        }
        None
    }

    fn parsed<T, E: Into<Rule>>(&mut self, name: &'static str, parsed: Result<T, E>) -> Option<T> {
        parsed.map_err(|error| self.add(name, error.into())).ok()
    }

    fn none(self) -> Result<(), Vec<Violation>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests;
