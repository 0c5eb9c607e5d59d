//! A clock that stands still until it is moved, and ids that count.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use uuid::Uuid;

use crate::{Clock, Ids, TaskId, Timestamp};

/// A clock that a test sets.
#[derive(Debug)]
pub struct SetClock(AtomicI64);

impl SetClock {
    /// Shows this many milliseconds after 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn at_unix_millis(millis: i64) -> Self {
        Self(AtomicI64::new(millis))
    }

    /// Moves on by this many milliseconds.
    pub fn advance_millis(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    #[expect(clippy::expect_used, reason = "compiled for tests alone")]
    fn now(&self) -> Timestamp {
        Timestamp::from_unix_millis(self.0.load(Ordering::SeqCst)).expect("a moment within the calendar")
    }
}

/// Ids that look like version 7 and count from 1: `00000000-0000-7000-8000-000000000001`, …
#[derive(Debug, Default)]
pub struct CountedIds(AtomicU64);

impl Ids for CountedIds {
    fn next(&self) -> TaskId {
        let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        TaskId::new(Uuid::from_u64_pair(0x7000, (0b10 << 62) | count))
    }
}
