//! A manual clock and sequential ids.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use uuid::Uuid;

use crate::{Clock, Ids, TaskId, Timestamp};

/// A clock that a test advances.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// Starts at this many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn at_unix_millis(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    /// Advances by this many milliseconds.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    #[expect(clippy::expect_used, reason = "compiled for tests only")]
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst)).expect("a time within the supported years")
    }
}

/// Ids in the form of version 7, counting from 1: `00000000-0000-7000-8000-000000000001`, …
#[derive(Debug, Default)]
pub struct SequentialIds(AtomicU64);

impl Ids for SequentialIds {
    fn next(&self) -> TaskId {
        let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        TaskId::new(Uuid::from_u64_pair(0x7000, (0b10 << 62) | count))
    }
}
