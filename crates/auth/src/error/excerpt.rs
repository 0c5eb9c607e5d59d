//! Untrusted text inside a message.

use std::fmt;

/// The longest excerpt, in characters.
const MAX_CHARACTERS: usize = 64;

/// A short piece of untrusted text: at most 64 characters, shown in quotes as printable ASCII, so that it can neither
/// flood a log, forge a line of it, nor break out of a header.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt {
    start: Box<str>,
    is_cut: bool,
}

impl Excerpt {
    pub(crate) fn of(text: &str) -> Self {
        let end = text.char_indices().nth(MAX_CHARACTERS).map(|(at, _)| at);
        let start = end.and_then(|end| text.get(..end)).unwrap_or(text);
        Self { start: start.into(), is_cut: end.is_some() }
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dots = if self.is_cut { "..." } else { "" };
        write!(f, "\"{}{dots}\"", self.start.escape_default())
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_short_text_in_quotes() {
        assert_eq!(Excerpt::of("key-1").to_string(), r#""key-1""#);
    }

    #[test]
    fn escapes_everything_but_printable_ascii() {
        assert_eq!(Excerpt::of("a\r\n\"é").to_string(), r#""a\r\n\"\u{e9}""#);
    }

    #[test]
    fn cuts_long_text_at_a_character() {
        let shown = Excerpt::of(&"é".repeat(65)).to_string();
        assert_eq!(shown, format!("\"{}...\"", r"\u{e9}".repeat(64)));
        assert_eq!(Excerpt::of(&"k".repeat(64)).to_string().len(), 66);
    }
}
