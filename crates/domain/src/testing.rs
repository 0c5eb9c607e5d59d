//! Support for the tests of all layers: an in-memory repository, the contract of repositories, fixed owners.
//!
//! It is compiled with the feature `testing` only. Nothing here is for production.

mod any_writes;
pub mod contract;
mod follower;
mod memory;
mod numbers;
mod ports;

pub use any_writes::AnyWrites;
pub use follower::Follower;
pub use memory::MemoryTasks;
pub use numbers::Numbers;
pub use ports::{ManualClock, SequentialIds};

use crate::{Owner, OwnerId};

impl Owner {
    /// An unverified owner for a test.
    ///
    /// # Panics
    /// When the text is not a user id.
    #[must_use]
    #[expect(clippy::expect_used, clippy::disallowed_methods, reason = "compiled for tests only")]
    pub fn for_test(user_id: &str) -> Self {
        Self::verified(OwnerId::parse(user_id).expect("a user id"))
    }
}
