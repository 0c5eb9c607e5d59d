//! Lists: filter, order, position and page.
//!
//! How a cursor encodes a [`Position`] belongs to the API, the statements to a repository.

mod due;
mod tag_count;

use std::cmp::Ordering;

use crate::task::check;
use crate::{
    Description, ListId, OrderKey, OwnerRevision, Priority, Revision, SearchRule, Tag, Task, TaskId,
    TextError, Timestamp, fold,
};

pub use due::{DueFilter, DueLimit, Overdue, Zone};
pub use tag_count::{TAG_COUNTS_MAX, TagCount, count_tags};

/// Maximum and default number of tasks on a page.
pub const PAGE_MAX: u32 = 1000;

/// Which tasks are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scope {
    /// The live ones.
    #[default]
    Live,
    /// Those in the trash.
    Trash,
}

impl Scope {
    /// Whether it contains a task.
    #[must_use]
    pub const fn contains(self, task: &Task) -> bool {
        matches!((self, task.deleted_at), (Self::Live, None) | (Self::Trash, Some(_)))
    }
}

/// Filters by the list that tasks are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListFilter {
    /// Tasks in no list.
    None,
    /// Tasks in this list.
    Of(ListId),
}

impl ListFilter {
    /// Whether a task is in it.
    #[must_use]
    pub fn matches(self, task: &Task) -> bool {
        match self {
            Self::None => task.list_id.is_none(),
            Self::Of(list) => task.list_id == Some(list),
        }
    }
}

/// Filters by `completed`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// All tasks.
    #[default]
    All,
    /// Open tasks.
    Pending,
    /// Completed tasks.
    Completed,
}

impl Status {
    /// The required value of `completed`, if any.
    #[must_use]
    pub const fn completed(self) -> Option<bool> {
        match self {
            Self::All => None,
            Self::Pending => Some(false),
            Self::Completed => Some(true),
        }
    }
}

/// The first key of an order; the second one is the id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    /// The time of creation.
    #[default]
    Created,
    /// The time of the last change.
    Updated,
    /// The folded title, by code points.
    Title,
    /// The due date; tasks without one come last in both directions.
    DueDate,
    /// The priority, the lowest first.
    Priority,
    /// Open tasks first.
    Completed,
    /// The manual order.
    Position,
    /// The revision, which in the trash is that of the deletion.
    Deleted,
}

/// The direction of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest, or newest, first.
    #[default]
    Descending,
}

/// A total order by key, then id, both in this direction. The default is newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// The first key.
    pub key: SortKey,
    /// The direction of an order.
    pub direction: Direction,
}

/// A position in an order: directly after the task with this key and id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// In an order by a time.
    Time(Timestamp, TaskId),
    /// In the order by title, which is folded.
    Title(String, TaskId),
    /// In the order by due date, of which it has the [`sort_key`](crate::DueDate::sort_key).
    DueDate(Option<i64>, TaskId),
    /// In the order by priority.
    Priority(Priority, TaskId),
    /// In the order by `completed`.
    Completed(bool, TaskId),
    /// In the manual order.
    Manual(OrderKey, TaskId),
    /// In the order of deletion.
    Revision(Revision, TaskId),
}

impl SortKey {
    /// Whether the key of a listed task can change. If it does between two pages, the task can be on both of them, or on
    /// neither.
    #[must_use]
    pub const fn can_change(self) -> bool {
        match self {
            // A task in the trash has the revision of its deletion.
            Self::Created | Self::Deleted => false,
            Self::Updated
            | Self::Title
            | Self::DueDate
            | Self::Priority
            | Self::Completed
            | Self::Position => true,
        }
    }

    /// The position of a task in the order by this key.
    #[must_use]
    pub fn position(self, task: &Task) -> Position {
        match self {
            Self::Created => Position::Time(task.created_at, task.id),
            Self::Updated => Position::Time(task.updated_at, task.id),
            Self::Title => Position::Title(fold(task.title.as_str()), task.id),
            Self::DueDate => Position::DueDate(task.due_date.map(crate::DueDate::sort_key), task.id),
            Self::Priority => Position::Priority(task.priority, task.id),
            Self::Completed => Position::Completed(task.completed, task.id),
            Self::Position => Position::Manual(task.position.clone(), task.id),
            Self::Deleted => Position::Revision(task.revision, task.id),
        }
    }
}

impl Sort {
    /// Compares two positions in this order.
    #[must_use]
    pub fn compare(self, one: &Position, other: &Position) -> Ordering {
        match (one, other, self.direction) {
            (Position::DueDate(None, _), Position::DueDate(Some(_), _), _) => Ordering::Greater,
            (Position::DueDate(Some(_), _), Position::DueDate(None, _), _) => Ordering::Less,
            (.., Direction::Ascending) => one.cmp(other),
            (.., Direction::Descending) => other.cmp(one),
        }
    }
}

/// A search text, folded by each rule. No character is a wildcard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText {
    folded: String,
    by_case: String,
}

impl SearchText {
    /// Maximum length in Unicode scalar values. Cursors contain the text, and headers contain cursors.
    pub const MAX: usize = 200;

    /// `None` for an empty text; otherwise no control character but tab, LF and CR, at most [`Self::MAX`] long.
    pub fn parse(text: &str) -> Result<Option<Self>, TextError> {
        if text.is_empty() {
            return Ok(None);
        }
        // The limit applies before folding, which may lengthen the text.
        check(text, Self::MAX)?;
        let [folded, by_case] = [SearchRule::CURRENT, SearchRule::Case].map(|rule| rule.fold(text));
        Ok(Some(Self { folded, by_case }))
    }

    /// The text folded by a rule, a substring of the [`SearchRule::document`] of each match.
    #[must_use]
    pub fn folded(&self, rule: SearchRule) -> &str {
        match rule {
            SearchRule::Case => &self.by_case,
            SearchRule::Compatibility => &self.folded,
        }
    }
}

/// The query for one page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Live or trashed tasks.
    pub scope: Scope,
    /// Only tasks with this status.
    pub status: Status,
    /// Only tasks with one of these priorities; all if there is none.
    pub priorities: Vec<Priority>,
    /// Only tasks with all of these tags.
    pub tags: Vec<Tag>,
    /// Only tasks with such a due date.
    pub due: DueFilter,
    /// Only tasks in this list, or in none.
    pub list: Option<ListFilter>,
    /// Only tasks with this text in title or description.
    pub search: Option<SearchText>,
    /// The order.
    pub sort: Sort,
    /// Only tasks after this position; its key must be that of the order.
    pub after: Option<Position>,
    /// The number of tasks to skip.
    pub offset: u64,
    /// The page size, 1 to [`PAGE_MAX`].
    pub limit: u32,
    /// Whether to count all tasks that match.
    pub count: bool,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            scope: Scope::Live,
            status: Status::All,
            priorities: Vec::new(),
            tags: Vec::new(),
            due: DueFilter::default(),
            list: None,
            search: None,
            sort: Sort::default(),
            after: None,
            offset: 0,
            limit: PAGE_MAX,
            count: false,
        }
    }
}

impl ListQuery {
    /// Whether a task is one of the list. A database has the same conditions in SQL.
    #[must_use]
    pub fn matches(&self, task: &Task) -> bool {
        let found = |search: &SearchText| {
            let description = task.description.as_ref().map(Description::as_str);
            SearchRule::CURRENT
                .document(task.title.as_str(), description)
                .contains(search.folded(SearchRule::CURRENT))
        };
        let has = |wanted: &Tag| task.tags.iter().any(|tag| tag.key() == wanted.key());
        self.scope.contains(task)
            && self.status.completed().is_none_or(|completed| task.completed == completed)
            && (self.priorities.is_empty() || self.priorities.contains(&task.priority))
            && self.tags.iter().all(has)
            && self.due.matches(task)
            && self.list.is_none_or(|list| list.matches(task))
            && self.search.as_ref().is_none_or(found)
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The tasks, in order.
    pub tasks: Vec<Task>,
    /// Whether more tasks follow.
    pub more: bool,
    /// The number of tasks that match on all pages, if requested.
    pub total: Option<u64>,
    /// The owner's revision that was read. At this revision the page is always the same, but for what the time changes.
    pub at: OwnerRevision,
    /// When the time may change the page; `None` if it cannot.
    pub until: Option<Timestamp>,
}

impl Page {
    /// The position after this page, if more tasks follow.
    #[must_use]
    pub fn next(&self, key: SortKey) -> Option<Position> {
        if self.more { self.tasks.last().map(|task| key.position(task)) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_texts_have_no_wildcards() {
        assert_eq!(SearchText::parse(""), Ok(None));
        let search = SearchText::parse("50%_\\").unwrap().unwrap();
        assert_eq!(search.folded(SearchRule::CURRENT), "50%_\\");
        assert!(SearchText::parse("\u{1f}").is_err() && SearchText::parse("\0").is_err());
    }
}
