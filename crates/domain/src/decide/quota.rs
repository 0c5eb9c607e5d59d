use std::num::NonZeroU64;

use super::{OwnerState, Rejection};

/// The limits that a write must respect; by default there are none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteLimits {
    /// The maximum number of live tasks of an owner. Owners above it keep what they have. It does not apply to imported and
    /// moved tasks, which exist already (`docs/decisions/0031-imports-and-moves-exceed-the-quota.md`).
    pub tasks_per_owner: Option<NonZeroU64>,
}

impl WriteLimits {
    /// Rejects a write after which the owner would have one more live task than allowed.
    pub(super) fn allow_another(self, state: &OwnerState) -> Result<(), Rejection> {
        match self.tasks_per_owner.map(NonZeroU64::get) {
            Some(limit) if state.live_tasks().unsigned_abs() >= limit => {
                Err(Rejection::QuotaExceeded { limit })
            }
            _ => Ok(()),
        }
    }
}
