use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header;
use domain::{List, Task};

use crate::http::representation::lists::ListJson;
use crate::http::representation::{self, TaskJson};
use crate::http::write_json::to_vec;

/// The version of the format of recorded replies, their first byte. A reply of another version is not read.
const VERSION: u8 = 1;

/// A successful response, as it is recorded under a key. Headers that are the same on every response are not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    status: StatusCode,
    etag: String,
    location: String,
    body: Vec<u8>,
}

impl Reply {
    /// A response without a body.
    pub(crate) fn no_content() -> Self {
        let (etag, location, body) = (String::new(), String::new(), Vec::new());
        Self { status: StatusCode::NO_CONTENT, etag, location, body }
    }

    /// A response with a task.
    pub(crate) fn task(status: StatusCode, task: &Task) -> Self {
        let (etag, body) = (representation::etag(task.revision), to_vec(&TaskJson(task)));
        Self { status, etag, location: String::new(), body }
    }

    /// A response with a list.
    pub(crate) fn list(status: StatusCode, list: &List) -> Self {
        let (etag, body) = (representation::etag(list.revision), to_vec(&ListJson(list)));
        Self { status, etag, location: String::new(), body }
    }

    /// A response with other JSON.
    pub(crate) fn json(status: StatusCode, body: Vec<u8>) -> Self {
        let (etag, location) = (String::new(), String::new());
        Self { status, etag, location, body }
    }

    /// Adds the URL of what was created.
    pub(crate) fn at(self, location: String) -> Self {
        Self { location, ..self }
    }

    /// The response. The body of one that has any is JSON.
    pub(crate) fn into_response(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        for (name, value) in [(header::ETAG, self.etag), (header::LOCATION, self.location)] {
            if !value.is_empty() {
                response.insert_header((name, value));
            }
        }
        if self.body.is_empty() {
            return response.finish();
        }
        representation::private_cache_headers(&mut response).content_type("application/json").body(self.body)
    }

    /// The version, the status, then the headers, each after its length, then the body.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let Self { status, etag, location, body } = self;
        let mut bytes = vec![VERSION];
        bytes.extend(status.as_u16().to_be_bytes());
        for text in [etag, location] {
            // Both are shorter than the request, whose headers have at most 128 KiB.
            bytes.extend(u32::try_from(text.len()).unwrap_or_default().to_be_bytes());
            bytes.extend(text.as_bytes());
        }
        bytes.extend(body);
        bytes
    }

    /// Reads what [`to_bytes`](Self::to_bytes) has written.
    pub(super) fn from_bytes(mut bytes: &[u8]) -> Option<Self> {
        let rest = &mut bytes;
        if take(rest, 1)? != [VERSION] {
            return None;
        }
        let status = StatusCode::from_u16(u16::from_be_bytes(take(rest, 2)?.try_into().ok()?)).ok()?;
        let mut text = || {
            let length = u32::from_be_bytes(take(rest, 4)?.try_into().ok()?);
            String::from_utf8(take(rest, usize::try_from(length).ok()?)?.to_vec()).ok()
        };
        let (etag, location) = (text()?, text()?);
        Some(Self { status, etag, location, body: bytes.to_vec() })
    }
}

/// Takes this many bytes from the front.
fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (front, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(front)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn created() -> Reply {
        let (etag, location) = ("\"7\"".to_owned(), "/api/alice/tasks/1".to_owned());
        Reply { status: StatusCode::CREATED, etag, location, body: b"{}".to_vec() }
    }

    /// Recorded by an earlier build of this version; later builds must read it.
    const RECORDED: &[u8] = b"\x01\x00\xc9\x00\x00\x00\x03\"7\"\x00\x00\x00\x12/api/alice/tasks/1{}";

    #[test]
    fn replies_are_read_as_they_were_recorded() {
        assert_eq!(created().to_bytes(), RECORDED);
        for reply in [created(), Reply::no_content()] {
            assert_eq!(Reply::from_bytes(&reply.to_bytes()), Some(reply));
        }
    }

    #[test]
    fn other_bytes_are_no_reply() {
        for length in 0..RECORDED.len() - 2 {
            assert_eq!(Reply::from_bytes(&RECORDED[..length]), None, "{length}");
        }
        let mut newer = RECORDED.to_vec();
        newer[0] += 1;
        assert_eq!(Reply::from_bytes(&newer), None);
    }
}
