//! For the tests of every layer: a repository in memory, the contract that each repository keeps, owners made by hand.

pub mod contract;
mod memory;
mod ports;

pub use memory::MemoryTasks;
pub use ports::{CountedIds, SetClock};

use crate::{Owner, OwnerId};

impl Owner {
    /// An owner for a test, verified by nobody.
    ///
    /// # Panics
    /// When the text is no user id.
    #[must_use]
    #[expect(clippy::expect_used, clippy::disallowed_methods, reason = "compiled for tests alone")]
    pub fn for_test(user_id: &str) -> Self {
        Self::verified(OwnerId::parse(user_id).expect("a user id"))
    }
}
