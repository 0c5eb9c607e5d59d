//! The pattern of a path, and the parts of a request's path that it names.

use std::rc::Rc;

use actix_web::{HttpMessage, HttpRequest};

/// A path in which names in braces stand for one part each, such as `/api/tasks/{id}`.
pub(crate) struct Pattern {
    text: String,
    parts: Vec<Part>,
}

enum Part {
    Fixed(String),
    /// Any text but an empty one.
    Named(String),
}

impl Pattern {
    pub(crate) fn new(text: String) -> Self {
        let name = |part: &str| Some(part.strip_prefix('{')?.strip_suffix('}')?.to_owned());
        let part = |part| name(part).map_or_else(|| Part::Fixed(part.to_owned()), Part::Named);
        let parts = text.split('/').map(part).collect();
        Self { text, parts }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it is the pattern of these parts.
    fn matches(&self, parts: &[&str]) -> bool {
        self.parts.len() == parts.len()
            && self.parts.iter().zip(parts).all(|(own, part)| match own {
                Part::Fixed(text) => text == part,
                Part::Named(_) => !part.is_empty(),
            })
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.parts.iter().position(|part| matches!(part, Part::Named(own) if own == name))
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
        let mut parts = Vec::with_capacity(8);
        parts.extend(path.split('/'));
        self.0.iter().enumerate().find(|(_, pattern)| pattern.matches(&parts))
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

/// The part of a request's path with this name.
pub(crate) fn parameter<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
    let index = pattern(request)?.index_of(name)?;
    decoded(request).split('/').nth(index)
}

/// The path of a request, in which the encoding of characters that need none is undone.
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
    fn fixed_parts_are_compared_and_named_ones_are_not_empty() {
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
