//! Which of an owner's tasks, in which order, from where on.

use crate::text::check;
use crate::{SEARCH_SEPARATOR, Task, TaskId, TextError, Timestamp, fold};

/// The most tasks on one page, and how many there are when nobody says.
pub const PAGE_MAX: u32 = 1000;

/// Which tasks by whether they are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// All of them.
    #[default]
    All,
    /// Those still to do.
    Pending,
    /// Those done.
    Completed,
}

impl Status {
    /// What `completed` must be, if it must be something.
    #[must_use]
    pub const fn completed(self) -> Option<bool> {
        match self {
            Self::All => None,
            Self::Pending => Some(false),
            Self::Completed => Some(true),
        }
    }
}

/// What tasks are ordered by, before their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SortKey {
    /// The time of creation.
    #[default]
    Created,
    /// The time of the last change.
    Updated,
    /// The folded title, by code points.
    Title,
}

/// Which end comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// The smallest first.
    Ascending,
    /// The largest, or newest, first.
    #[default]
    Descending,
}

/// A total order: the key, then the id, both in this direction. The default is newest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sort {
    /// What decides first.
    pub key: SortKey,
    /// Which end comes first.
    pub direction: Direction,
}

/// A place in an order: just after the task that had this key and this id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Position {
    /// In an order by a time.
    Time(Timestamp, TaskId),
    /// In the order by title, which is folded.
    Title(String, TaskId),
}

impl SortKey {
    /// The place of a task in the order by this key. Places of one order compare as the order does.
    #[must_use]
    pub fn position(self, task: &Task) -> Position {
        match self {
            Self::Created => Position::Time(task.created_at, task.id),
            Self::Updated => Position::Time(task.updated_at, task.id),
            Self::Title => Position::Title(fold(task.title.as_str()), task.id),
        }
    }
}

/// A text to find, folded; no character in it has a meaning of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchText(String);

impl SearchText {
    /// The longest search, in Unicode scalar values. It stands in cursors, and those in headers.
    pub const MAX: usize = 200;

    /// Nothing for an empty text; otherwise no control character but tab, LF and CR, at most [`Self::MAX`] long.
    pub fn parse(text: &str) -> Result<Option<Self>, TextError> {
        if text.is_empty() {
            return Ok(None);
        }
        check(text, Self::MAX).map(|()| Some(Self(fold(text))))
    }

    /// The folded text, to be found in what [`SearchText::document`] makes.
    #[must_use]
    pub fn folded(&self) -> &str {
        &self.0
    }

    /// The text that searches look into: the folded title and the folded description, parted so that nothing is found
    /// across them.
    #[must_use]
    pub fn document(title: &str, description: Option<&str>) -> String {
        let mut text = fold(title);
        text.push(SEARCH_SEPARATOR);
        text.push_str(&fold(description.unwrap_or_default()));
        text
    }
}

/// What a caller asks of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Which by whether they are done.
    pub status: Status,
    /// Only those with this text in title or description.
    pub search: Option<SearchText>,
    /// In which order.
    pub sort: Sort,
    /// Only those behind this place of the order, whose key must be the order's.
    pub after: Option<Position>,
    /// How many to pass over first.
    pub offset: u64,
    /// At most how many, 1 to [`PAGE_MAX`].
    pub limit: u32,
    /// Whether to count all that the filter lets through.
    pub count: bool,
}

impl Default for ListQuery {
    fn default() -> Self {
        Self {
            status: Status::All,
            search: None,
            sort: Sort::default(),
            after: None,
            offset: 0,
            limit: PAGE_MAX,
            count: false,
        }
    }
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The tasks, in order.
    pub tasks: Vec<Task>,
    /// Whether more remain behind them.
    pub more: bool,
    /// How many the filter lets through on all pages, when it was asked.
    pub total: Option<u64>,
}

impl Page {
    /// The place behind this page, when more remain.
    #[must_use]
    pub fn next(&self, key: SortKey) -> Option<Position> {
        if self.more { self.tasks.last().map(|task| key.position(task)) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_search_is_none_and_wildcards_are_letters() {
        assert_eq!(SearchText::parse(""), Ok(None));
        assert_eq!(SearchText::parse("50%_\\").unwrap().unwrap().folded(), "50%_\\");
        assert!(SearchText::parse("\u{1f}").is_err() && SearchText::parse("\0").is_err());
    }

    #[test]
    fn nothing_is_found_across_title_and_description() {
        let text = SearchText::document("Buy", Some("MILK"));
        assert!(text.contains("buy") && text.contains("milk") && !text.contains("buymilk"));
    }
}
