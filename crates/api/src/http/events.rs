//! The text of an event stream (HTML, "Server-sent events"), and where a client asks it to begin.

use std::io::Write;

use actix_web::HttpRequest;
use actix_web::http::header::{HeaderMap, HeaderName};
use domain::{FeedPosition, Owner};

use super::position;
use super::problem::Problem;
use super::query::Parameters;

/// The media type of a stream.
pub(crate) const EVENT_STREAM: &str = "text/event-stream";

/// The header in which a client sends the id of the last event that it has.
pub(crate) const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// A comment, which clients ignore.
pub(crate) const HEARTBEAT: &[u8] = b":\n\n";

/// The names of the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum EventName {
    /// A task or a list has changed.
    Change,
    /// All that changed before has been sent.
    Ready,
    /// What follows the position is not known. The last event.
    Resync,
    /// The token is no longer accepted. The last event.
    Expired,
}

impl EventName {
    /// The name in the stream.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Change => "change",
            Self::Ready => "ready",
            Self::Resync => "resync",
            Self::Expired => "expired",
        }
    }
}

/// Appends an event. JSON contains no line breaks, so the data is one line.
pub(crate) fn write(text: &mut Vec<u8>, name: EventName, id: Option<&str>, data: impl FnOnce(&mut Vec<u8>)) {
    if let Some(id) = id {
        let _ = writeln!(text, "id: {id}");
    }
    let _ = write!(text, "event: {}\ndata: ", name.as_str());
    data(text);
    text.extend_from_slice(b"\n\n");
}

/// The data of an event without details.
pub(crate) fn no_details(json: &mut Vec<u8>) {
    json.extend_from_slice(b"{}");
}

/// The time after which the client connects again.
pub(crate) fn retry(milliseconds: u64) -> String {
    format!("retry: {milliseconds}\n\n")
}

/// Where a stream begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Begin {
    /// With what changes from now on.
    Now,
    /// With what changed since a position.
    After(FeedPosition),
    /// Nowhere: the text is not a position that a stream can begin at.
    Unusable,
}

impl Begin {
    /// Reads `Last-Event-ID`, or else `since`; empty ones are absent.
    pub(crate) fn of(request: &HttpRequest, owner: &Owner) -> Result<Self, Problem> {
        let mut parameters = Parameters::read(request.query_string(), &["since"]);
        let since = parameters.take("since", "", |text| Some(text.to_owned())).unwrap_or_default();
        let since = parameters.finish(since)?;
        Ok(match last_event_id(request.headers()) {
            Ok("") => Self::at(&since, owner),
            Ok(id) => Self::at(id, owner),
            Err(Ambiguous) => Self::Unusable,
        })
    }

    fn at(text: &str, owner: &Owner) -> Self {
        match position::decode(text, owner) {
            Some(FeedPosition::Start) => Self::Now,
            Some(at @ FeedPosition::At(_)) => Self::After(at),
            Some(FeedPosition::InSnapshot { .. }) | None => Self::Unusable,
        }
    }
}

/// The header has bytes that no position has, or several values.
struct Ambiguous;

fn last_event_id(headers: &HeaderMap) -> Result<&str, Ambiguous> {
    let mut ids = headers.get_all(LAST_EVENT_ID).filter(|id| !id.is_empty());
    let Some(first) = ids.next() else { return Ok("") };
    if ids.any(|other| other != first) {
        return Err(Ambiguous);
    }
    first.to_str().map_err(|_| Ambiguous)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use domain::{ObjectId, OwnerRevision, Revision, TaskId};

    use super::*;
    use crate::http::write_json::string;

    #[test]
    fn events_are_lines() {
        let mut text = Vec::new();
        write(&mut text, EventName::Change, Some("abc"), |json| string(json, "a\nb"));
        write(&mut text, EventName::Expired, None, no_details);
        let expected = "id: abc\nevent: change\ndata: \"a\\nb\"\n\nevent: expired\ndata: {}\n\n";
        assert_eq!(String::from_utf8(text).unwrap(), expected);
    }

    #[test]
    fn the_header_decides_and_empty_texts_are_absent() {
        let owner = Owner::for_test("alice");
        let at = |revision| FeedPosition::At(OwnerRevision { epoch: 7, revision: Revision::new(revision) });
        let older = OwnerRevision { epoch: 7, revision: Revision::new(1) };
        let after = ObjectId::Task(TaskId::new(uuid::Uuid::from_u128(1)));
        let [one, two] = [1, 2].map(|revision| position::encode(at(revision), &owner));
        let snapshot = position::encode(FeedPosition::InSnapshot { began: older, after }, &owner);
        let begin = |ids: &[&str], query: &str| {
            let mut request = TestRequest::default().uri(&format!("/?{query}"));
            for id in ids {
                request = request.append_header((LAST_EVENT_ID, *id));
            }
            Begin::of(&request.to_http_request(), &owner)
        };
        let since = format!("since={two}");
        let cases: [(&[&str], &str, Begin); 10] = [
            (&[], "", Begin::Now),
            (&[""], "since=", Begin::Now),
            (&[], &since, Begin::After(at(2))),
            (&[""], &since, Begin::After(at(2))),
            (&[&one], &since, Begin::After(at(1))),
            (&[&one, "", &one], "", Begin::After(at(1))),
            (&[&one, &two], "", Begin::Unusable),
            (&["x"], &since, Begin::Unusable),
            (&[], "since=x", Begin::Unusable),
            (&[&snapshot], "", Begin::Unusable),
        ];
        for (ids, query, expected) in cases {
            assert_eq!(begin(ids, query).unwrap(), expected, "{ids:?} {query}");
        }
        assert!(begin(&[], "since=%ff").is_err() && begin(&[], "since=a&since=b").is_err());
    }
}
