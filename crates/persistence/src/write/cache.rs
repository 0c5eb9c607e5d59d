use std::collections::HashMap;

use domain::{OwnerId, OwnerState};

use super::{Loaded, Seen};

/// The owners' rows as the last store left them, so that a create needs no load. A row that another process has
/// changed meanwhile does not pass the guard; a wrong entry costs a lost race and nothing else.
#[derive(Debug, Default)]
pub(super) struct OwnerCache(HashMap<OwnerId, Known>);

#[derive(Debug, Clone, Copy)]
struct Known {
    seen: Seen,
    live_tasks: i64,
}

/// How many owners are kept, at some 150 bytes each. A full cache is emptied: the next create of each owner loads again.
const OWNERS: usize = 10_000;

impl OwnerCache {
    pub(super) fn get(&self, owner: &OwnerId) -> Option<Loaded> {
        let Known { seen, live_tasks } = *self.0.get(owner)?;
        Some(Loaded { seen: Some(seen), state: OwnerState::new(owner.clone(), seen.revision, live_tasks) })
    }

    pub(super) fn insert(&mut self, owner: OwnerId, seen: Seen, live_tasks: i64) {
        if self.0.len() >= OWNERS && !self.0.contains_key(&owner) {
            self.0.clear();
        }
        self.0.insert(owner, Known { seen, live_tasks });
    }

    pub(super) fn forget(&mut self, owner: &OwnerId) {
        self.0.remove(owner);
    }
}
