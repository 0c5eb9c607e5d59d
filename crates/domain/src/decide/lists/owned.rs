use std::collections::{BTreeMap, BTreeSet};

use super::ListEffect;
use crate::decide::Tombstone;
use crate::{List, ListId, Revision};

/// The loaded lists of an owner, with the changes of the commands so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OwnedLists {
    lists: BTreeMap<ListId, List>,
    /// The lists that were written, each with the tombstone if it was deleted last.
    written: BTreeMap<ListId, Option<Tombstone<ListId>>>,
    /// Those of them that were not there before.
    created: BTreeSet<ListId>,
}

/// What is stored of the lists of an owner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListWrites {
    /// Lists to insert, or to replace by their id.
    pub put: Vec<List>,
    /// Those of them whose ids may have tombstones, to delete.
    pub created: Vec<ListId>,
    /// Lists to delete, unless they are absent, and their tombstones to insert or replace.
    pub deleted: Vec<Tombstone<ListId>>,
}

impl ListWrites {
    /// Whether nothing is stored.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.put.is_empty() && self.deleted.is_empty()
    }
}

impl OwnedLists {
    /// Adds a loaded list.
    pub fn insert(&mut self, list: List) {
        self.lists.insert(list.id, list);
    }

    /// The list of this id.
    #[must_use]
    pub fn get(&self, id: ListId) -> Option<&List> {
        self.lists.get(&id)
    }

    /// All lists, by id.
    pub fn iter(&self) -> impl Iterator<Item = &List> {
        self.lists.values()
    }

    /// The number of lists.
    pub(super) fn number(&self) -> usize {
        self.lists.len()
    }

    /// Applies effects, and returns the highest of their revisions.
    pub(in crate::decide) fn apply(&mut self, effects: Vec<ListEffect>) -> Option<Revision> {
        let mut revisions = Vec::new();
        for effect in effects {
            let (id, revision, tombstone) = match effect {
                ListEffect::Put(list) => {
                    let (id, revision) = (list.id, list.revision);
                    if self.lists.insert(id, list).is_none() {
                        self.created.insert(id);
                    }
                    (id, revision, None)
                }
                ListEffect::Delete(tombstone) => {
                    self.lists.remove(&tombstone.id);
                    (tombstone.id, tombstone.revision, Some(tombstone))
                }
            };
            self.written.insert(id, tombstone);
            revisions.push(revision);
        }
        revisions.into_iter().max()
    }

    /// Takes what is to be stored.
    pub(in crate::decide) fn take_pending(&mut self) -> ListWrites {
        let (written, created) = (std::mem::take(&mut self.written), std::mem::take(&mut self.created));
        let put: Vec<List> = written.keys().filter_map(|id| self.lists.get(id)).cloned().collect();
        ListWrites {
            created: put.iter().map(|list| list.id).filter(|id| created.contains(id)).collect(),
            put,
            deleted: written.into_values().flatten().collect(),
        }
    }
}
