//! What a caller wrote, and every reason why it cannot be taken, all of them at once.

use std::fmt;

use crate::{Change, Completion, Description, NewTask, TaskId, TextError, Title};

/// A member of the caller's object: not there, `null`, or a value. Merging needs all three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Field<T> {
    /// Not mentioned: kept.
    #[default]
    Absent,
    /// Mentioned as null.
    Null,
    /// Mentioned with a value.
    Value(T),
}

/// The members of a task that a caller may write, unchecked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TaskInput {
    /// What is to be done.
    pub title: Field<String>,
    /// More about it; null clears it.
    pub description: Field<String>,
    /// Whether it is done.
    pub completed: Field<bool>,
}

/// What a null title or a null `completed` means in a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nulls {
    /// As if it were not there: what clients that send whole objects back rely on.
    Ignored,
    /// A violation: a merge patch (RFC 7396) would delete a member that a task always has.
    Refused,
}

/// How long the texts may be, in Unicode scalar values.
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

/// One rule that one member broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Violation {
    /// The member's name.
    pub field: &'static str,
    /// The rule.
    pub rule: Rule,
}

/// The rules for what a caller writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rule {
    /// It is needed and was not there.
    #[error("is required")]
    Required,
    /// Null where a value is needed.
    #[error("must not be null")]
    NotNull,
    /// The text itself was refused.
    #[error(transparent)]
    Text(TextError),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.rule)
    }
}

impl TaskInput {
    /// Reads it as a new task: a title is required, the rest has defaults.
    pub(crate) fn into_new_task(self, id: TaskId, limits: TextLimits) -> Result<NewTask, Vec<Violation>> {
        let mut violations = Violations::default();
        if self.title == Field::Absent {
            violations.add("title", Rule::Required);
        }
        let Change { title, description, completion } = self.collect(limits, Nulls::Refused, &mut violations);
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

    /// Reads it as a change of a task that is there.
    pub(crate) fn into_change(self, limits: TextLimits, nulls: Nulls) -> Result<Change, Vec<Violation>> {
        let mut violations = Violations::default();
        let change = self.collect(limits, nulls, &mut violations);
        violations.none().map(|()| change)
    }

    fn collect(self, limits: TextLimits, nulls: Nulls, violations: &mut Violations) -> Change {
        let Self { title, description, completed } = self;
        let title = violations.present("title", title, nulls);
        let title = title.and_then(|text| violations.text("title", Title::parse(&text, limits.title_max)));
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

    fn present<T>(&mut self, name: &'static str, field: Field<T>, nulls: Nulls) -> Option<T> {
        match field {
            Field::Value(value) => return Some(value),
            Field::Null if nulls == Nulls::Refused => self.add(name, Rule::NotNull),
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
    fn a_new_task_needs_a_title() {
        assert_eq!(violations(TaskInput::default()), ["title: is required"]);
        let null = TaskInput { title: Field::Null, ..TaskInput::default() };
        assert_eq!(violations(null), ["title: must not be null"]);
    }

    #[test]
    fn every_violation_is_named_at_once() {
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
    fn nulls_are_ignored_or_refused_as_the_caller_of_this_says() {
        let input = TaskInput { title: Field::Null, description: Field::Null, completed: Field::Null };
        let change = input.clone().into_change(LIMITS, Nulls::Ignored).unwrap();
        assert_eq!(change, Change { description: Some(None), ..Change::default() });
        assert_eq!(input.into_change(LIMITS, Nulls::Refused).unwrap_err().len(), 2);
    }

    #[test]
    fn an_empty_description_clears_it() {
        let input = TaskInput { description: Field::Value(String::new()), ..TaskInput::default() };
        assert_eq!(input.into_change(LIMITS, Nulls::Refused).unwrap().description, Some(None));
    }
}
