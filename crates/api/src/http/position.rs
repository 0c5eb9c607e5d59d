//! The text form of a position in the changes of an owner, in `since`, in `next`, and as the id of an event. It needs no
//! signature: it contains only numbers and an id that the client has received, and every query is limited to the owner.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::{FeedPosition, ListId, ObjectId, Owner, OwnerRevision, Revision, TaskId};
use uuid::Uuid;

/// Positions of other versions are unusable, so that their meaning can change.
const VERSION: u8 = 1;

/// The digest of the owner: two users have the same one with a probability of 2^-64.
const OWNER_BYTES: usize = 8;

const LIST: u8 = b'l';
const TASK: u8 = b't';

/// Writes a position of the owner: at most 128 characters of `A-Z a-z 0-9 - _`. That of the start is empty.
pub(crate) fn encode(position: FeedPosition, owner: &Owner) -> String {
    let (at, after) = match position {
        FeedPosition::Start => return String::new(),
        FeedPosition::At(at) => (at, None),
        FeedPosition::InSnapshot { began, after } => (began, Some(after)),
    };
    let mut bytes = vec![VERSION];
    bytes.extend(digest_of(owner));
    bytes.extend(at.epoch.to_be_bytes());
    bytes.extend(at.revision.number().to_be_bytes());
    let (kind, id) = match after {
        None => return URL_SAFE_NO_PAD.encode(bytes),
        Some(ObjectId::List(id)) => (LIST, id.uuid()),
        Some(ObjectId::Task(id)) => (TASK, id.uuid()),
    };
    bytes.push(kind);
    bytes.extend(id.as_bytes());
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Reads a text that [`encode`] wrote for this owner. Every other one is unusable.
pub(crate) fn decode(text: &str, owner: &Owner) -> Option<FeedPosition> {
    if text.is_empty() {
        return Some(FeedPosition::Start);
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (&[version], rest) = bytes.split_first_chunk()?;
    let (of_owner, rest) = rest.split_first_chunk::<OWNER_BYTES>()?;
    let (&epoch, rest) = rest.split_first_chunk()?;
    let (&revision, after) = rest.split_first_chunk()?;
    let (epoch, revision) = (i64::from_be_bytes(epoch), i64::from_be_bytes(revision));
    if version != VERSION || *of_owner != digest_of(owner) || revision < 0 {
        return None;
    }
    let at = OwnerRevision { epoch, revision: Revision::new(revision) };
    // Before the first change there is no epoch.
    if revision == 0 && at != OwnerRevision::NONE {
        return None;
    }
    let Some((&kind, id)) = after.split_first() else { return Some(FeedPosition::At(at)) };
    let id = Uuid::from_slice(id).ok()?;
    let after = match kind {
        LIST => ObjectId::List(ListId::new(id)),
        TASK => ObjectId::Task(TaskId::new(id)),
        _ => return None,
    };
    Some(FeedPosition::InSnapshot { began: at, after })
}

fn digest_of(owner: &Owner) -> [u8; OWNER_BYTES] {
    let mut first = [0; OWNER_BYTES];
    let whole = digest(&SHA256, owner.id().as_str().as_bytes());
    for (byte, of_whole) in first.iter_mut().zip(whole.as_ref()) {
        *byte = *of_whole;
    }
    first
}

#[cfg(test)]
mod tests;
