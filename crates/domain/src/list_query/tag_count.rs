//! How often each tag is used.

use std::collections::{BTreeMap, HashMap};

use crate::{Tag, Tags};

/// Maximum number of counted tags.
pub const TAG_COUNTS_MAX: usize = 1000;

/// A tag, and the number of tasks that have it in any spelling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagCount {
    /// The spelling most used; of several, the first by code points.
    pub tag: Tag,
    /// The number of tasks.
    pub count: u64,
}

/// Counts the tags of tasks, given how many tasks have the same ones. The result is sorted by [`Tag::key`], code point by
/// code point. It has the [`TAG_COUNTS_MAX`] most used tags; of those used equally often, the first of this order.
#[must_use]
pub fn count_tags(tasks: impl IntoIterator<Item = (Tags, u64)>) -> Vec<TagCount> {
    let mut spellings: HashMap<Tag, u64> = HashMap::new();
    for (tags, count) in tasks {
        for tag in tags {
            *spellings.entry(tag).or_default() += count;
        }
    }
    // The total, and the spelling most used with its number.
    let mut tags: BTreeMap<String, (u64, Tag, u64)> = BTreeMap::new();
    for (spelling, count) in spellings {
        let key = spelling.key();
        match tags.get_mut(&key) {
            None => {
                tags.insert(key, (count, spelling, count));
            }
            Some((total, most_used, most)) => {
                *total += count;
                if count > *most || (count == *most && spelling.as_str() < most_used.as_str()) {
                    (*most_used, *most) = (spelling, count);
                }
            }
        }
    }
    let mut counts: Vec<(String, TagCount)> =
        tags.into_iter().map(|(key, (count, tag, _))| (key, TagCount { tag, count })).collect();
    if counts.len() > TAG_COUNTS_MAX {
        // The sort is stable: tags used equally often stay in the order of their keys.
        counts.sort_by_key(|(_, tag)| std::cmp::Reverse(tag.count));
        counts.truncate(TAG_COUNTS_MAX);
        counts.sort_by(|(one, _), (other, _)| one.cmp(other));
    }
    counts.into_iter().map(|(_, tag)| tag).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(tasks: &[(&[&str], u64)]) -> Vec<(String, u64)> {
        let tags = |texts: &[&str]| Tags::parse(&texts.iter().map(ToString::to_string).collect::<Vec<_>>());
        let counts = count_tags(tasks.iter().map(|(texts, count)| (tags(texts).unwrap(), *count)));
        counts.into_iter().map(|one| (one.tag.as_str().to_owned(), one.count)).collect()
    }

    #[test]
    fn spellings_of_a_tag_are_counted_together() {
        let tasks: &[(&[&str], u64)] = &[
            (&["Work", "Straße"], 2),
            (&["WORK"], 3),
            (&["work", "STRASSE"], 2),
            (&["e\u{301}"], 1),
            (&["É"], 1),
            (&["zoo", "e"], 1),
        ];
        let expected = [("e", 1), ("STRASSE", 4), ("WORK", 7), ("zoo", 1), ("e\u{301}", 2)]
            .map(|(name, count)| (name.to_owned(), count));
        assert_eq!(counted(tasks), expected);
        assert_eq!(counted(&[]), []);
    }

    #[test]
    fn the_most_used_tags_remain() {
        let names: Vec<String> = (0..1_002).map(|number| format!("t{number:04}")).collect();
        let count = |number: usize| if number == 1_001 { 5 } else { 1 };
        let tasks = names
            .iter()
            .enumerate()
            .map(|(number, name)| (Tags::parse(std::slice::from_ref(name)).unwrap(), count(number)));
        let counts = count_tags(tasks);
        let found: Vec<&str> = counts.iter().map(|one| one.tag.as_str()).collect();
        let expected: Vec<&String> = names[..999].iter().chain([&names[1_001]]).collect();
        assert_eq!(found, expected);
    }
}
