//! The words of a task, and how they are compared when somebody searches.

use std::fmt;

/// Parts the folded title from the folded description in the text that is searched (U+001F, unit separator). Neither
/// of them, nor a search, can hold it.
pub const SEARCH_SEPARATOR: char = '\u{1f}';

/// Why a text was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Nothing, or only white space, where something is needed.
    #[error("must not be empty")]
    Empty,
    /// More Unicode scalar values than the limit.
    #[error("must be at most {max} characters")]
    TooLong {
        /// The limit that was passed.
        max: usize,
    },
    /// One of the control characters U+0000 to U+001F, other than tab, line feed and carriage return.
    #[error("must not contain the control character U+{:04X}", u32::from(*character))]
    ControlCharacter {
        /// The first of them.
        character: char,
    },
}

/// What is to be done: trimmed of white space at both ends, not empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// Trims, then checks: 1 to `max` Unicode scalar values, no control character but tab, LF and CR.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(TextError::Empty);
        }
        check(trimmed, max).map(|()| Self(trimmed.to_owned()))
    }

    /// A title that was parsed when it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The title as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// More about a task: never empty (no description is `None`), otherwise exactly as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// Nothing for an empty text; otherwise at most `max` Unicode scalar values, no control character but tab, LF, CR.
    pub fn parse(text: &str, max: usize) -> Result<Option<Self>, TextError> {
        if text.is_empty() {
            return Ok(None);
        }
        check(text, max).map(|()| Some(Self(text.to_owned())))
    }

    /// A description that was parsed when it was stored.
    #[must_use]
    pub const fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The description as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Title {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

pub(crate) fn check(text: &str, max: usize) -> Result<(), TextError> {
    if let Some(character) = text.chars().find(|c| *c < ' ' && !matches!(c, '\t' | '\n' | '\r')) {
        return Err(TextError::ControlCharacter { character });
    }
    // `nth` stops at the limit: a text of megabytes costs no more than the limit itself.
    if text.chars().nth(max).is_some() { Err(TextError::TooLong { max }) } else { Ok(()) }
}

/// Case-folds a text for comparison: each character to upper case, then to lower case, so that `ß` equals `SS` and
/// the two small sigmas are one. Character by character, hence the fold of a part is a part of the fold.
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_trimmed_and_kept_as_written() {
        assert_eq!(Title::parse(" \u{a0}Zoë 🚀 e\u{301} \n", 200).unwrap().as_str(), "Zoë 🚀 e\u{301}");
        assert_eq!(Title::parse("a\r\nb", 200).unwrap().as_str(), "a\r\nb");
    }

    #[test]
    fn a_title_of_white_space_is_empty() {
        assert_eq!(Title::parse(" \u{a0}\u{2003}\t", 200), Err(TextError::Empty));
    }

    #[test]
    fn the_limit_counts_scalar_values_after_the_trim() {
        assert!(Title::parse(&format!(" {} ", "🚀".repeat(200)), 200).is_ok());
        assert_eq!(Title::parse(&"x".repeat(201), 200), Err(TextError::TooLong { max: 200 }));
    }

    #[test]
    fn control_characters_are_refused_by_name() {
        let error = Title::parse("a\0b", 200).unwrap_err();
        assert_eq!(error.to_string(), "must not contain the control character U+0000");
        assert!(Description::parse("bell \u{7}", 1000).is_err());
    }

    #[test]
    fn an_empty_description_is_none_and_spaces_are_kept() {
        assert_eq!(Description::parse("", 1000), Ok(None));
        assert_eq!(Description::parse(" x ", 1000).unwrap().unwrap().as_str(), " x ");
    }

    #[test]
    fn folding_forgets_case_in_every_script() {
        for (one, other) in
            [("STRASSE", "straße"), ("ΟΔΟΣ", "οδος"), ("Ꮳ", "ꮳ"), ("ÉCOLE", "école"), ("ſ", "S")]
        {
            assert_eq!(fold(one), fold(other));
        }
        assert_ne!(fold("e\u{301}"), fold("é"), "nothing is normalised");
    }

    #[test]
    fn the_fold_of_a_part_is_a_part_of_the_fold() {
        assert!(fold("ΟΔΟΣΑ").contains(&fold("ΟΔΟΣ")));
    }
}
