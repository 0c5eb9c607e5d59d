//! The tags of a task, and how they compare.

use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;

/// Why a tag is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// A tag of nothing but white space.
    #[error("must not have an empty tag")]
    Empty,
    /// A tag that is too long.
    #[error("must have tags of at most {} characters", Tag::MAX_CHARS)]
    TooLong,
    /// A control character (general category Cc) or a comma.
    #[error("must not have a tag with a comma or a control character")]
    Character,
    /// Too many tags.
    #[error("must have at most {} tags", Tags::MAX)]
    TooMany,
}

/// A tag as it was written, without white space at its ends.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tag(String);

impl Tag {
    /// Maximum length in Unicode scalar values.
    pub const MAX_CHARS: usize = 50;

    /// Trims, then checks.
    pub fn parse(text: &str) -> Result<Self, TagError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(TagError::Empty);
        }
        if text.chars().nth(Self::MAX_CHARS).is_some() {
            return Err(TagError::TooLong);
        }
        if text.contains(|character: char| character == ',' || character.is_control()) {
            return Err(TagError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The tag as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Equal for tags that differ only in case or in the composition of letters.
    #[must_use]
    pub fn key(&self) -> String {
        caseless(&self.0)
    }
}

/// Equal for texts that are the same after NFC, full case folding and NFC.
pub(super) fn caseless(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let nfc = ComposingNormalizer::new_nfc();
    nfc.normalize(&CaseMapper::new().fold_string(&nfc.normalize(text))).into_owned()
}

/// The tags of a task, in the order in which they were written, no two with the same key.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tags(Vec<Tag>);

/// Before each key in the stored form. A tag cannot contain control characters.
const KEY: char = '\u{1f}';

/// Between a key and its spelling.
const SPELLING: char = '\u{1e}';

impl Tags {
    /// Maximum number of tags.
    pub const MAX: usize = 20;

    /// Parses each tag; of those with the same key the first one remains.
    pub fn parse(texts: &[String]) -> Result<Self, TagError> {
        let (mut tags, mut keys) = (Vec::new(), Vec::new());
        for text in texts {
            let tag = Tag::parse(text)?;
            let key = tag.key();
            if keys.contains(&key) {
                continue;
            }
            if tags.len() == Self::MAX {
                return Err(TagError::TooMany);
            }
            keys.push(key);
            tags.push(tag);
        }
        Ok(Self(tags))
    }

    /// The tags in order.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Tag> {
        self.0.iter()
    }

    /// The stored form: the key and the spelling of each tag, so that a filter is a search for [`stored_key`].
    #[must_use]
    pub fn to_stored(&self) -> String {
        self.0.iter().flat_map(|tag| [stored_key(&tag.key()), tag.0.clone()]).collect()
    }

    /// Reads the stored form.
    #[must_use]
    pub fn from_stored(text: &str) -> Self {
        let spelling = |part: &str| part.split_once(SPELLING).map(|(_, spelling)| Tag(spelling.to_owned()));
        Self(text.split(KEY).filter_map(spelling).collect())
    }
}

impl IntoIterator for Tags {
    type Item = Tag;
    type IntoIter = std::vec::IntoIter<Tag>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// A part of the stored form of all tags, and of those only, that include one with this key.
#[must_use]
pub fn stored_key(key: &str) -> String {
    format!("{KEY}{key}{SPELLING}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(texts: &[&str]) -> Result<Vec<String>, TagError> {
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        Tags::parse(&texts).map(|tags| tags.iter().map(|tag| tag.as_str().to_owned()).collect())
    }

    #[test]
    fn tags_are_trimmed_and_keep_their_order() {
        assert_eq!(tags(&[" work\n", "a b", "\u{a0}Zoë 🚀"]).unwrap(), ["work", "a b", "Zoë 🚀"]);
        assert_eq!(tags(&[]).unwrap(), [""; 0]);
    }

    #[test]
    fn the_first_of_equal_spellings_remains() {
        for same in
            [["Work", "WORK"], ["Straße", "STRASSE"], ["é", "E\u{301}"], ["ΟΔΟΣ", "οδος"], ["ŉ", "ʼN"]]
        {
            assert_eq!(tags(&same).unwrap(), [same[0]]);
        }
        for other in [["e", "é"], ["ı", "i"], ["ﬁ1", "fi"], ["１", "1"]] {
            assert_eq!(tags(&other).unwrap().len(), 2, "{other:?}");
        }
    }

    #[test]
    fn wrong_tags_are_rejected() {
        let long = "🚀".repeat(51);
        for (text, error) in [
            ("", TagError::Empty),
            (" \t", TagError::Empty),
            ("a,b", TagError::Character),
            ("a\nb", TagError::Character),
            ("a\u{7f}", TagError::Character),
            ("a\u{9f}b", TagError::Character),
            (&long, TagError::TooLong),
        ] {
            assert_eq!(tags(&[text]), Err(error), "{text:?}");
        }
        assert!(tags(&[&"🚀".repeat(50)]).is_ok());
    }

    #[test]
    fn the_limit_counts_different_tags() {
        let texts: Vec<String> = (0..20).map(|number| format!("t{number}")).collect();
        let again: Vec<String> = texts.iter().map(|text| text.to_uppercase()).collect();
        assert_eq!(Tags::parse(&[texts.clone(), again].concat()).unwrap().iter().len(), 20);
        assert_eq!(Tags::parse(&[texts, vec!["x".into()]].concat()), Err(TagError::TooMany));
    }

    #[test]
    fn stored_tags_are_read_back_and_found_by_key() {
        let texts = ["Straße".to_owned(), "a b".to_owned()];
        let tags = Tags::parse(&texts).unwrap();
        let stored = tags.to_stored();
        assert_eq!(Tags::from_stored(&stored), tags);
        assert_eq!(Tags::from_stored(""), Tags::default());
        let finds = |text: &str| stored.contains(&stored_key(&Tag::parse(text).unwrap().key()));
        assert!(finds("STRASSE") && finds("A B") && !finds("a") && !finds("b") && !finds("stra"));
    }
}
