//! Conditional requests (RFC 9110 §13). The entity tags of tasks are revisions, `"7"`; those of collections are in `collection`.

mod collection;

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use domain::{EntityTags, Precondition, Revision, TaskError};

use crate::http::problem::{Problem, ProblemKind};
use crate::http::representation;

pub(crate) use collection::Collection;

/// Reads the precondition from `If-Match` (strong comparison) and `If-None-Match` (weak).
pub(crate) fn precondition(headers: &HeaderMap) -> Result<Precondition, Problem> {
    Ok(Precondition {
        if_match: tags(headers, &header::IF_MATCH, |field| revisions(field, Comparison::Strong))?,
        if_none_match: tags(headers, &header::IF_NONE_MATCH, |field| revisions(field, Comparison::Weak))?,
    })
}

/// Evaluates the precondition of a read, of a task or list at this revision: 304 if the client has it. To be called after it
/// was read, so that for one of another user, every precondition gets the same 404.
pub(crate) fn unchanged(
    headers: &HeaderMap,
    current: Revision,
    problem: impl FnOnce(TaskError) -> Problem,
) -> Result<Option<HttpResponse>, Problem> {
    let Precondition { if_match, if_none_match } = precondition(headers)?;
    if if_match.is_some_and(|tags| !tags.matches(current)) {
        return Err(problem(TaskError::PreconditionFailed { current }));
    }
    let is_unchanged = if_none_match.is_some_and(|tags| tags.matches(current));
    Ok(is_unchanged.then(|| {
        let mut response = HttpResponse::NotModified();
        let etag = (header::ETAG, representation::etag(current));
        representation::private_cache_headers(&mut response).insert_header(etag).finish()
    }))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Strong,
    Weak,
}

/// The tags of a field, if it was sent.
fn tags<T>(
    headers: &HeaderMap,
    name: &HeaderName,
    parse: impl FnOnce(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let mut lines = Vec::new();
    for value in headers.get_all(name) {
        lines.push(value.to_str()?);
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let field = lines.join(",");
    parse(&field).map(Some).ok_or_else(|| {
        Problem::new(ProblemKind::Malformed, format!("{name} must be * or a list of quoted entity tags."))
    })
}

/// Reads a field as revisions. Tags that are not a revision match nothing, and are dropped.
fn revisions(field: &str, comparison: Comparison) -> Option<EntityTags> {
    Some(match listed(field, comparison, revision)? {
        Listed::Any => EntityTags::Any,
        Listed::Tags(revisions) => EntityTags::Revisions(revisions),
    })
}

/// What a field lists.
enum Listed<T> {
    /// `*`
    Any,
    Tags(Vec<T>),
}

/// Reads `*` or a list of `"opaque"` and `W/"opaque"`. Tags that cannot match are dropped: those that are not read, and weak
/// ones where the comparison is strong. What a compressing proxy appended is removed.
fn listed<T>(field: &str, comparison: Comparison, read: impl Fn(&str) -> Option<T>) -> Option<Listed<T>> {
    let mut rest = field.trim();
    if rest == "*" {
        return Some(Listed::Any);
    }
    let mut tags = Vec::new();
    loop {
        rest = rest.trim_start_matches([',', ' ', '\t']);
        if rest.is_empty() {
            return Some(Listed::Tags(tags));
        }
        let weak = rest.starts_with("W/");
        let quoted = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"')?;
        let (opaque, after) = quoted.split_once('"')?;
        if !(after.is_empty() || after.starts_with([',', ' ', '\t'])) {
            return None;
        }
        if !(weak && comparison == Comparison::Strong) {
            let opaque = CODINGS.iter().find_map(|coding| opaque.strip_suffix(coding)).unwrap_or(opaque);
            tags.extend(read(opaque));
        }
        rest = after;
    }
}

/// What a compressing proxy appends to the tag of a representation that it encodes (RFC 9110 §8.8.3.3), as Apache and Caddy
/// do: `"7-gzip"` is the strong tag of revision 7 in that coding.
const CODINGS: [&str; 4] = ["-gzip", "-br", "-zstd", "-deflate"];

/// Tags compare as text, so only the canonical form of a revision matches.
fn revision(opaque: &str) -> Option<Revision> {
    let number: i64 = opaque.parse().ok()?;
    (number.to_string() == opaque).then(|| Revision::new(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(numbers: &[i64]) -> EntityTags {
        EntityTags::Revisions(numbers.iter().copied().map(Revision::new).collect())
    }

    #[test]
    fn entity_tags_are_parsed() {
        assert_eq!(revisions(" * ", Comparison::Strong), Some(EntityTags::Any));
        assert_eq!(revisions("\"1\", W/\"2\" ,\"x\",\"3\"", Comparison::Weak), Some(of(&[1, 2, 3])));
        assert_eq!(revisions("\"1\", W/\"2\"", Comparison::Strong), Some(of(&[1])));
        assert_eq!(revisions("\"stale\"", Comparison::Strong), Some(of(&[])));
    }

    #[test]
    fn tags_of_encoded_representations_are_their_revision() {
        let field = "\"1-gzip\", \"2-br\", \"3-zstd\", \"4-deflate\", W/\"5-gzip\"";
        assert_eq!(revisions(field, Comparison::Strong), Some(of(&[1, 2, 3, 4])));
        assert_eq!(revisions(field, Comparison::Weak), Some(of(&[1, 2, 3, 4, 5])));
    }

    #[test]
    fn other_spellings_of_a_number_do_not_match() {
        for tag in
            ["\"01\"", "\"+1\"", "\" 1\"", "\"1.0\"", "\"\"", "\"01-gzip\"", "\"1-gzip-gzip\"", "\"1-x\""]
        {
            assert_eq!(revisions(tag, Comparison::Strong), Some(of(&[])), "{tag}");
        }
    }

    #[test]
    fn unquoted_tags_are_rejected() {
        for field in ["abc", "1", "\"1", "\"1\"\"2\"", "w/\"1\"", "\"1\" *"] {
            assert_eq!(revisions(field, Comparison::Strong), None, "{field}");
        }
    }
}
