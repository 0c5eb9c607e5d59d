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
    pub(crate) fn matches(&self, parts: &[&str]) -> bool {
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

/// The pattern that a request has matched.
struct Matched(Rc<Pattern>);

/// Notes the pattern that a request has matched.
pub(crate) fn note(request: &HttpRequest, pattern: &Rc<Pattern>) {
    request.extensions_mut().insert(Matched(Rc::clone(pattern)));
}

/// The pattern that a request has matched; `None` if the path is unknown.
pub(crate) fn pattern(request: &HttpRequest) -> Option<Rc<Pattern>> {
    request.extensions().get::<Matched>().map(|Matched(pattern)| Rc::clone(pattern))
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
        Pattern::new(pattern.to_owned()).matches(&path.split('/').collect::<Vec<_>>())
    }

    #[test]
    fn fixed_parts_are_compared_and_named_ones_are_not_empty() {
        for path in ["/api/u/tasks/1", "/api/tasks/tasks/tasks", "/api/{user_id}/tasks/{id}"] {
            assert!(matches("/api/{user_id}/tasks/{id}", path), "{path}");
        }
        let others =
            ["/api//tasks/1", "/api/u/tasks/", "/api/u/tasks", "/api/u/Tasks/1", "/api/u/tasks/1/2", "", "/"];
        for path in others {
            assert!(!matches("/api/{user_id}/tasks/{id}", path), "{path}");
        }
        assert!(matches("/", "/") && matches("/livez", "/livez") && !matches("/livez", "/livez/"));
    }
}
