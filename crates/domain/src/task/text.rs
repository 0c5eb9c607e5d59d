//! The texts of a task, and the order of titles.

use std::fmt;

use super::visible::displays;

/// Separates the folded title from the folded description in the search document (U+001F, unit separator). Neither of
/// them, nor a search text, can contain it.
pub const SEARCH_SEPARATOR: char = '\u{1f}';

/// Why a text is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Empty, or only white space.
    #[error("must not be empty")]
    Empty,
    /// No character that displays something.
    #[error("must contain a visible character")]
    Invisible,
    /// More Unicode scalar values than the limit.
    #[error("must be at most {max} characters")]
    TooLong {
        /// The limit.
        max: usize,
    },
    /// One of the control characters U+0000 to U+001F, other than tab, line feed and carriage return.
    #[error("must not contain the control character U+{:04X}", u32::from(*character))]
    ControlCharacter {
        /// The first of them.
        character: char,
    },
}

/// A title: with a visible character, without white space at either end. Version 0.1.0 accepted titles that display nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Title(String);

impl Title {
    /// Trims, then checks: 1 to `max` Unicode scalar values, no control character but tab, LF and CR, a visible character.
    pub fn parse(text: &str, max: usize) -> Result<Self, TextError> {
        let title = Self::parse_exported(text, max)?;
        if displays(&title.0) { Ok(title) } else { Err(TextError::Invisible) }
    }

    /// The title of a task that was exported, which may display nothing.
    pub(crate) fn parse_exported(text: &str, max: usize) -> Result<Self, TextError> {
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

/// A description: never empty (no description is `None`), otherwise exactly as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Description(String);

impl Description {
    /// `None` for an empty text; otherwise at most `max` Unicode scalar values, no control character but tab, LF, CR.
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

/// Case-folds a text for the order of titles: each character to upper case, then to lower case, so that `ß` equals `SS` and
/// the two small sigmas are one. Nothing is normalized. Stored titles are in this order, hence the rule never changes.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_uppercase).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_trimmed_and_otherwise_unchanged() {
        assert_eq!(Title::parse(" \u{a0}Zoë 🚀 e\u{301} \n", 200).unwrap().as_str(), "Zoë 🚀 e\u{301}");
        assert_eq!(Title::parse("a\r\nb", 200).unwrap().as_str(), "a\r\nb");
    }

    #[test]
    fn titles_of_white_space_are_empty() {
        assert_eq!(Title::parse(" \u{a0}\u{2003}\t", 200), Err(TextError::Empty));
    }

    #[test]
    fn titles_display_something() {
        assert_eq!(Title::parse(" \u{200b}\u{2800} ", 200), Err(TextError::Invisible));
        assert_eq!(
            Title::parse("\u{200b}\u{7}", 200),
            Err(TextError::ControlCharacter { character: '\u{7}' })
        );
        assert_eq!(
            Title::parse(" \u{200b}x ", 200).unwrap().as_str(),
            "\u{200b}x",
            "nothing else is removed"
        );
        assert!(Description::parse("\u{200b}", 1000).is_ok());
    }

    #[test]
    fn title_limit_counts_scalar_values_after_trimming() {
        assert!(Title::parse(&format!(" {} ", "🚀".repeat(200)), 200).is_ok());
        assert_eq!(Title::parse(&"x".repeat(201), 200), Err(TextError::TooLong { max: 200 }));
    }

    #[test]
    fn control_characters_are_rejected() {
        let error = Title::parse("a\0b", 200).unwrap_err();
        assert_eq!(error.to_string(), "must not contain the control character U+0000");
        assert!(Description::parse("bell \u{7}", 1000).is_err());
    }

    #[test]
    fn empty_descriptions_are_none() {
        assert_eq!(Description::parse("", 1000), Ok(None));
        assert_eq!(Description::parse(" x ", 1000).unwrap().unwrap().as_str(), " x ");
    }

    #[test]
    fn folding_ignores_case_in_every_script() {
        for (one, other) in
            [("STRASSE", "straße"), ("ΟΔΟΣ", "οδος"), ("Ꮳ", "ꮳ"), ("ÉCOLE", "école"), ("ſ", "S")]
        {
            assert_eq!(fold(one), fold(other));
        }
        assert_ne!(fold("e\u{301}"), fold("é"), "nothing is normalised");
    }
}
