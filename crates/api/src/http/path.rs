//! The pattern of a path, and the segments of a request's path that it names.

use std::iter;
use std::rc::Rc;

use actix_web::{HttpMessage, HttpRequest};

/// A path in which names in braces stand for one segment each, such as `/api/tasks/{id}`.
pub(crate) struct Pattern {
    text: Rc<str>,
    segments: Vec<Segment>,
}

enum Segment {
    Literal(String),
    /// Any text but an empty one.
    Parameter(String),
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let name = |segment: &str| Some(segment.strip_prefix('{')?.strip_suffix('}')?.to_owned());
        let segment = |text| name(text).map_or_else(|| Segment::Literal(text.to_owned()), Segment::Parameter);
        let segments = text.split('/').map(segment).collect();
        Self { text: text.into(), segments }
    }

    pub(crate) const fn text(&self) -> &Rc<str> {
        &self.text
    }

    fn index_of(&self, name: &str) -> Option<usize> {
        self.segments.iter().position(|segment| matches!(segment, Segment::Parameter(own) if own == name))
    }
}

/// The patterns of all endpoints, in the order in which paths are matched.
#[derive(Default)]
pub(crate) struct Patterns {
    patterns: Vec<Rc<Pattern>>,
    tree: Node,
}

/// Where patterns go on after the segments that they share. Comparing each pattern took an eighth of the time that a
/// request for one task spends outside of the kernel.
#[derive(Default)]
struct Node {
    /// The first pattern that ends here.
    end: Option<usize>,
    literals: Vec<(String, Node)>,
    parameter: Option<Box<Node>>,
}

impl Patterns {
    pub(crate) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut all = Self::default();
        for text in texts {
            let pattern = Pattern::new(text);
            all.tree.add(&pattern.segments, all.patterns.len());
            all.patterns.push(Rc::new(pattern));
        }
        all
    }

    /// The first pattern of this path, and its place. The path may end with a slash.
    pub(crate) fn find(&self, path: &str) -> Option<(usize, &Rc<Pattern>)> {
        let path = path.strip_suffix('/').filter(|rest| !matches!(*rest, "" | "/")).unwrap_or(path);
        let place = self.tree.find(Some(path))?;
        Some((place, self.patterns.get(place)?))
    }
}

impl Node {
    /// Adds the segments of a pattern that are left.
    fn add(&mut self, segments: &[Segment], place: usize) {
        let Some((segment, rest)) = segments.split_first() else {
            self.end.get_or_insert(place);
            return;
        };
        match segment {
            Segment::Parameter(_) => self.parameter.get_or_insert_default().add(rest, place),
            Segment::Literal(literal) => {
                if let Some((_, node)) = self.literals.iter_mut().find(|(own, _)| own == literal) {
                    return node.add(rest, place);
                }
                let mut node = Self::default();
                node.add(rest, place);
                self.literals.push((literal.clone(), node));
            }
        }
    }

    /// The place of the first pattern of the segments that are left.
    fn find(&self, path: Option<&str>) -> Option<usize> {
        let Some(path) = path else { return self.end };
        let (segment, rest) = first_segment(path);
        let literal = self.literals.iter().find(|(literal, _)| literal == segment);
        let parameter = self.parameter.as_ref().filter(|_| !segment.is_empty());
        let literal = literal.and_then(|(_, node)| node.find(rest));
        let parameter = parameter.and_then(|node| node.find(rest));
        literal.into_iter().chain(parameter).min()
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

/// The segments of a path.
fn split(path: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(path);
    iter::from_fn(move || {
        let (segment, after) = first_segment(rest.take()?);
        rest = after;
        Some(segment)
    })
}

/// A segment, and the path after it. The searches of `str` are made for long texts: `split` took ten times the instructions here.
fn first_segment(path: &str) -> (&str, Option<&str>) {
    match path.bytes().position(|byte| byte == b'/') {
        Some(end) => (&path[..end], Some(&path[end + 1..])),
        None => (path, None),
    }
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

    #[test]
    fn of_several_patterns_the_first_is_found() {
        let patterns = |texts: &[&str], path: &str| {
            Patterns::new(texts.iter().copied()).find(path).map(|(place, _)| place)
        };
        let (own, named) = ("/api/tasks/{id}", "/api/{user_id}/tasks");
        assert_eq!(patterns(&[own, named], "/api/tasks/tasks"), Some(0));
        assert_eq!(patterns(&[named, own], "/api/tasks/tasks"), Some(0));
        assert_eq!(patterns(&[own, named, "/api/{a}/{b}"], "/api/lists/tasks"), Some(1));
        assert_eq!(patterns(&[own, named, "/api/{a}/{b}"], "/api/lists/5"), Some(2));
        assert_eq!(patterns(&["/api/tasks/{id}/events", named, "/{a}/{b}/{c}"], "/api/tasks/5"), Some(2));
        assert_eq!(patterns(&["/{a}", "/{b}"], "/x"), Some(0));
    }
}
