//! The pattern of a path, and the segments of a request's path that it names.

use std::iter;
use std::rc::Rc;

use actix_web::{HttpMessage, HttpRequest};

/// A path in which names in braces stand for one segment each, such as `/api/tasks/{id}`.
pub(crate) struct Pattern {
    text: String,
    segments: Vec<Segment>,
}

enum Segment {
    Literal(String),
    /// Any text but an empty one.
    Parameter(String),
}

impl Pattern {
    pub(crate) fn new(text: String) -> Self {
        let name = |segment: &str| Some(segment.strip_prefix('{')?.strip_suffix('}')?.to_owned());
        let segment = |text| name(text).map_or_else(|| Segment::Literal(text.to_owned()), Segment::Parameter);
        let segments = text.split('/').map(segment).collect();
        Self { text, segments }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    fn matches(&self, segments: &[&str]) -> bool {
        self.segments.len() == segments.len()
            && self.segments.iter().zip(segments).all(|(own, text)| match own {
                Segment::Literal(literal) => literal == text,
                Segment::Parameter(_) => !text.is_empty(),
            })
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.segments.iter().position(|segment| matches!(segment, Segment::Parameter(own) if own == name))
    }
}

/// The patterns of all endpoints, in the order in which paths are matched.
pub(crate) struct Patterns(Vec<Rc<Pattern>>);

impl Patterns {
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        Self(texts.map(|text| Rc::new(Pattern::new(text.to_owned()))).collect())
    }

    /// The first pattern of this path, and its place. The path may end with a slash.
    pub(crate) fn find(&self, path: &str) -> Option<(usize, &Rc<Pattern>)> {
        let path = path.strip_suffix('/').filter(|rest| !matches!(*rest, "" | "/")).unwrap_or(path);
        let mut segments = Vec::with_capacity(8);
        segments.extend(split(path));
        self.0.iter().enumerate().find(|(_, pattern)| pattern.matches(&segments))
    }
}

/// The pattern that a request has matched.
struct Matched(Rc<Pattern>);

/// Notes the pattern that a request has matched.
pub(crate) fn note(request: &HttpRequest, pattern: &Rc<Pattern>) {
    request.extensions_mut().insert(Matched(Rc::clone(pattern)));
}

/// The pattern of a request's path; `None` if the path is unknown.
pub(crate) fn pattern(request: &HttpRequest) -> Option<Rc<Pattern>> {
    if let Some(Matched(pattern)) = request.extensions().get() {
        return Some(Rc::clone(pattern));
    }
    // Preflights, and requests over the limit of their address, are answered before they reach the router.
    let (_, pattern) = request.app_data::<Rc<Patterns>>()?.find(decoded(request))?;
    Some(Rc::clone(pattern))
}

/// The segment of a request's path with this name.
pub(crate) fn parameter<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let index = pattern(request)?.index_of(name)?;
    split(decoded(request)).nth(index)
}

/// The segments of a path. `str::split` searches as is best for long texts: ten times the instructions for these.
fn split(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    iter::from_fn(move || {
        let text = rest.take()?;
        let Some(end) = text.bytes().position(|byte| byte == b'/') else { return Some(text) };
        rest = text.get(end + 1..);
        text.get(..end)
    })
}

/// The path of a request, without the percent-encoding of characters that do not need it.
pub(crate) fn decoded(request: &HttpRequest) -> &str {
    request.match_info().as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, path: &str) -> bool {
        Patterns::new([pattern].into_iter()).find(path).is_some()
    }

    #[test]
    fn literals_are_compared_and_parameters_are_not_empty() {
        for path in
            ["/api/u/tasks/1", "/api/u/tasks/1/", "/api/tasks/tasks/tasks", "/api/{user_id}/tasks/{id}"]
        {
            assert!(matches("/api/{user_id}/tasks/{id}", path), "{path}");
        }
        let others = [
            "/api//tasks/1",
            "/api/u/tasks/",
            "/api/u/tasks",
            "/api/u/Tasks/1",
            "/api/u/tasks/1/2",
            "/api/u/tasks/1//",
            "",
            "/",
        ];
        for path in others {
            assert!(!matches("/api/{user_id}/tasks/{id}", path), "{path}");
        }
        assert!(matches("/", "/") && matches("/livez", "/livez") && matches("/livez", "/livez/"));
        assert!(!matches("/", "//") && !matches("/", "") && !matches("/livez", "/livez//"));
    }
}
