//! The owner of a task. A user id is opaque text, which is never parsed, trimmed, folded or normalized.
//!
//! How a user is authenticated does not belong here.

mod changes;

use std::fmt;
use std::sync::Arc;

use crate::Revision;

pub use changes::{CHANGES_MAX, ChangedObject, Changes, FeedPosition, ObjectId};

/// A user's id as the issuer wrote it: 1–255 bytes of text without control characters, compared byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OwnerId(Arc<str>);

/// The text is not a user id: it is empty, longer than 255 bytes, or contains a control character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a user id is 1 to 255 bytes of text without control characters")]
pub struct InvalidOwnerId;

impl OwnerId {
    /// The longest id, in bytes.
    pub const MAX_BYTES: usize = 255;

    /// Accepts the text unchanged.
    pub fn parse(text: &str) -> Result<Self, InvalidOwnerId> {
        let fits = (1..=Self::MAX_BYTES).contains(&text.len());
        if fits && !text.chars().any(char::is_control) { Ok(Self(text.into())) } else { Err(InvalidOwnerId) }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for OwnerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// A user whose identity has been verified. It authorizes access to that owner's tasks only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    id: OwnerId,
}

impl Owner {
    /// Creates the owner from the id in a verified token. The one place that may call this is the HTTP
    /// extractor; elsewhere the lint `clippy::disallowed_methods` rejects it.
    #[must_use]
    pub const fn verified(id: OwnerId) -> Self {
        Self { id }
    }

    /// The verified id.
    #[must_use]
    pub const fn id(&self) -> &OwnerId {
        &self.id
    }

    /// Whether these bytes are exactly this owner's id.
    #[must_use]
    pub fn is_named(&self, user_id: &[u8]) -> bool {
        self.id.0.as_bytes() == user_id
    }
}

/// How far the changes of an owner have come. What is stored of an owner is the same whenever this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnerRevision {
    /// A random number of the owner, another one after an erasure.
    pub epoch: i64,
    /// The number of the last change.
    pub revision: Revision,
}

impl OwnerRevision {
    /// Of an owner of whom nothing was ever stored, or nothing since an erasure.
    pub const NONE: Self = Self { epoch: 0, revision: Revision::new(0) };

    /// The revision of an owner's row. A row can exist before the first change, which makes no difference to readers.
    #[must_use]
    pub const fn new(epoch: i64, revision: i64) -> Self {
        if revision == 0 { Self::NONE } else { Self { epoch, revision: Revision::new(revision) } }
    }
}

/// What was read of an owner at a revision, from one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AtRevision<T> {
    /// What was read.
    pub read: T,
    /// The revision.
    pub at: OwnerRevision,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owner_ids_accept_the_formats_of_issuers() {
        for id in [
            "Y5125BvTgO7wvvqfs7E3CbVLBUcfE2MF",
            "1",
            "019aa4c0-6d1e-7c33-9d0a-3a6a5f3f7b11",
            "zoë@x",
            "a b/%",
        ] {
            assert_eq!(OwnerId::parse(id).unwrap().as_str(), id);
        }
        assert!(OwnerId::parse(&"u".repeat(255)).is_ok());
    }

    #[test]
    fn owner_ids_reject_empty_long_and_control_texts() {
        for id in ["", "a\0", "a\r\nb", "\u{85}", &"u".repeat(256), &"é".repeat(128)] {
            assert_eq!(OwnerId::parse(id), Err(InvalidOwnerId), "{id:?}");
        }
    }

    #[test]
    fn owner_ids_are_compared_bytewise() {
        let owner = Owner::for_test("user-a");
        assert!(owner.is_named(b"user-a"));
        for other in ["USER-A", "user-a ", "user_a", "", "\u{ff55}ser-a"] {
            assert!(!owner.is_named(other.as_bytes()), "{other}");
        }
    }
}
