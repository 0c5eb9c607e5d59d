//! Input of a caller, unchecked, and its validation, which reports all violations at once.
//!
//! The parsing of single values belongs to [`task`](crate::task), that of JSON to the API.

use std::fmt;

use crate::{Change, Completion, Description, ImportedTask, NewTask, TaskId, TextError, Timestamp, Title};

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
}

/// What a null title or a null `completed` means in a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NullPolicy {
    /// Treated as absent: clients that send whole objects back rely on it.
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
    /// The text is rejected.
    #[error(transparent)]
    Text(TextError),
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
        self,
        id: TaskId,
        limits: TextLimits,
        parse_title: ParseTitle,
    ) -> Result<NewTask, Vec<Violation>> {
        let mut violations = Violations::default();
        if self.title == Field::Absent {
            violations.add("title", Rule::Required);
        }
        let Change { title, description, completion } =
            self.collect(limits, NullPolicy::Reject, parse_title, &mut violations);
        match (violations.none()?, title) {
            ((), Some(title)) => {
                let new = NewTask::new(id, title);
                Ok(NewTask {
                    description: description.unwrap_or(new.description),
                    completed: completion.map_or(new.completed, |to| to.applied_to(new.completed)),
                    ..new
                })
            }
            ((), None) => Err(vec![Violation { field: "title", rule: Rule::Required }]),
        }
    }

    /// Validates a task from elsewhere by the rules for a new one, but for a title that displays nothing: an export of
    /// version 0.1.0 may have it.
    pub fn into_imported_task(
        self,
        id: TaskId,
        (created_at, updated_at): (Timestamp, Timestamp),
        limits: TextLimits,
    ) -> Result<ImportedTask, Vec<Violation>> {
        let mut violations = Violations::default();
        if updated_at < created_at {
            violations.add("updated_at", Rule::BeforeCreation);
        }
        match (self.into_task_with(id, limits, Title::parse_exported), violations.none()) {
            (Ok(task), Ok(())) => Ok(ImportedTask { task, created_at, updated_at }),
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
        let Self { title, description, completed } = self;
        let title = violations.present("title", title, nulls);
        let title = title.and_then(|text| violations.text("title", parse_title(&text, limits.title_max)));
        let description = match description {
            Field::Absent => None,
            Field::Null => Some(None),
            Field::Value(text) => {
                violations.text("description", Description::parse(&text, limits.description_max))
            }
        };
        let completion = violations.present("completed", completed, nulls).map(Completion::Set);
        Change { title, description, completion }
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

    fn text<T>(&mut self, name: &'static str, parsed: Result<T, TextError>) -> Option<T> {
        parsed.map_err(|error| self.add(name, Rule::Text(error))).ok()
    }

    fn none(self) -> Result<(), Vec<Violation>> {
        if self.0.is_empty() { Ok(()) } else { Err(self.0) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: TextLimits = TextLimits { title_max: 200, description_max: 1000 };

    fn violations(input: TaskInput) -> Vec<String> {
        input
            .into_new_task(TaskId::new(uuid::Uuid::nil()), LIMITS)
            .err()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn new_tasks_require_a_title() {
        assert_eq!(violations(TaskInput::default()), ["title: is required"]);
        let null = TaskInput { title: Field::Null, ..TaskInput::default() };
        assert_eq!(violations(null), ["title: must not be null"]);
    }

    #[test]
    fn all_violations_are_reported_at_once() {
        let input = TaskInput {
            title: Field::Value(" ".into()),
            description: Field::Value("x".repeat(1001)),
            completed: Field::Null,
        };
        let expected = [
            "title: must not be empty",
            "description: must be at most 1000 characters",
            "completed: must not be null",
        ];
        assert_eq!(violations(input), expected);
    }

    #[test]
    fn imported_tasks_follow_the_rules_for_new_ones() {
        let input = TaskInput { title: Field::Value(" ".into()), ..TaskInput::default() };
        let at = |millis| Timestamp::from_unix_millis(millis).unwrap();
        let id = TaskId::new(uuid::Uuid::nil());
        let violations = input.into_imported_task(id, (at(1), at(0)), LIMITS).unwrap_err();
        let violations: Vec<String> = violations.iter().map(ToString::to_string).collect();
        assert_eq!(violations, ["title: must not be empty", "updated_at: must not be before created_at"]);
    }

    #[test]
    fn titles_that_display_nothing_are_only_imported() {
        let input = || TaskInput { title: Field::Value("\u{200b}".into()), ..TaskInput::default() };
        assert_eq!(violations(input()), ["title: must contain a visible character"]);
        assert!(input().into_change(LIMITS, NullPolicy::Ignore).is_err());
        let at = Timestamp::from_unix_millis(0).unwrap();
        let imported = input().into_imported_task(TaskId::new(uuid::Uuid::nil()), (at, at), LIMITS).unwrap();
        assert_eq!(imported.task.title.as_str(), "\u{200b}");
    }

    #[test]
    fn null_policy_ignores_or_rejects_nulls() {
        let input = TaskInput { title: Field::Null, description: Field::Null, completed: Field::Null };
        let change = input.clone().into_change(LIMITS, NullPolicy::Ignore).unwrap();
        assert_eq!(change, Change { description: Some(None), ..Change::default() });
        assert_eq!(input.into_change(LIMITS, NullPolicy::Reject).unwrap_err().len(), 2);
    }

    #[test]
    fn empty_descriptions_clear_the_description() {
        let input = TaskInput { description: Field::Value(String::new()), ..TaskInput::default() };
        assert_eq!(input.into_change(LIMITS, NullPolicy::Reject).unwrap().description, Some(None));
    }
}
