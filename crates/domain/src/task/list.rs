//! A list that groups tasks of one owner.

mod color;

use std::fmt;

use uuid::Uuid;

use super::tags::caseless;
use super::{Revision, TaskId, TextError, Timestamp, Title};
use crate::{OrderKey, OwnerId};

pub use color::{Color, InvalidColor};

/// A list's id: a UUID, version 7 when this service created it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ListId(Uuid);

impl ListId {
    /// The list with this UUID.
    #[must_use]
    pub const fn new(uuid: Uuid) -> Self {
        Self(uuid)
    }

    /// Reads the hyphenated form (RFC 9562 §4), in either case; no other form is accepted.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        TaskId::parse(text).map(|id| Self(id.uuid()))
    }

    /// Whether a caller may choose it for a new list, as for tasks.
    #[must_use]
    pub fn may_be_chosen(self) -> bool {
        TaskId::new(self.0).may_be_chosen()
    }

    /// The UUID itself.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}

impl fmt::Display for ListId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// The name of a list: a title of at most 100 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListName(Title);

impl ListName {
    /// Maximum length in Unicode scalar values.
    pub const MAX_CHARS: usize = 100;

    /// Trims, then checks.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        Title::parse(text, Self::MAX_CHARS).map(Self)
    }

    /// A name that was parsed when it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(Title::from_stored(text))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Equal for names that differ only in case or in the composition of letters.
    #[must_use]
    pub fn key(&self) -> String {
        caseless(self.as_str())
    }
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Its id, unique per owner.
    pub id: ListId,
    /// Its owner.
    pub owner_id: OwnerId,
    /// The name, unique per owner.
    pub name: ListName,
    /// The color.
    pub color: Option<Color>,
    /// Its key in the manual order, unique per owner.
    pub position: OrderKey,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// The number of its last change.
    pub revision: Revision,
}

/// A list with the numbers of its live tasks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountedList {
    /// The list.
    pub list: List,
    /// The number of open tasks.
    pub open: u64,
    /// The number of completed tasks.
    pub completed: u64,
}

/// A list to create.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewList {
    /// Its id.
    pub id: ListId,
    /// The name.
    pub name: ListName,
    /// The color.
    pub color: Option<Color>,
}

/// A change of a list. A member that is `None` keeps its value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListChange {
    /// The new name.
    pub name: Option<ListName>,
    /// The new color; `Some(None)` clears it.
    pub color: Option<Option<Color>>,
}

impl ListChange {
    /// Applies the change to a list.
    pub fn apply_to(self, list: &mut List) {
        let Self { name, color } = self;
        if let Some(name) = name {
            list.name = name;
        }
        if let Some(color) = color {
            list.color = color;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_titles_of_at_most_100_characters() {
        assert_eq!(ListName::parse(" Zoë 🚀 ").unwrap().as_str(), "Zoë 🚀");
        assert!(ListName::parse(&"🚀".repeat(100)).is_ok());
        assert_eq!(ListName::parse(&"x".repeat(101)), Err(TextError::TooLong { max: 100 }));
        assert_eq!(ListName::parse("\u{200b}"), Err(TextError::Invisible));
        assert_eq!(ListName::parse(" "), Err(TextError::Empty));
    }

    #[test]
    fn names_compare_without_case() {
        let key = |text| ListName::parse(text).unwrap().key();
        assert_eq!(key("STRASSE"), key("straße"));
        assert_eq!(key("E\u{301}cole"), key("école"));
        assert_ne!(key("ecole"), key("école"));
    }
}
