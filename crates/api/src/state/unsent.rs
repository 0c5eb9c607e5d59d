//! Bounds the memory of lists that wait to be sent: clients that read slowly, or not at all, must not fill it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::web::Bytes;
use domain::{Owner, OwnerId};

/// Too many lists wait to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoRoom;

/// The lists of the process that wait to be sent.
#[derive(Debug)]
pub(crate) struct UnsentLists {
    max_bytes: usize,
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    total: usize,
    by_owner: HashMap<OwnerId, usize>,
}

impl UnsentLists {
    /// At most this many bytes; one owner gets at most half of them.
    pub(crate) fn new(max_bytes: usize) -> Arc<Self> {
        Arc::new(Self { max_bytes, held: Mutex::default() })
    }

    /// Rejects a list while there is no room, before it is read from the database.
    pub(crate) fn check(&self, owner: &Owner) -> Result<(), NoRoom> {
        if self.has_room(&self.held(), owner.id(), 1) { Ok(()) } else { Err(NoRoom) }
    }

    /// Takes the memory of a list, until the value is dropped.
    pub(crate) fn take(self: &Arc<Self>, owner: &Owner, bytes: usize) -> Result<UnsentBytes, NoRoom> {
        let owner = owner.id();
        let mut held = self.held();
        if !self.has_room(&held, owner, bytes) {
            return Err(NoRoom);
        }
        held.total += bytes;
        *held.by_owner.entry(owner.clone()).or_default() += bytes;
        drop(held);
        Ok(UnsentBytes { lists: Arc::clone(self), owner: owner.clone(), bytes })
    }

    /// The only list of an owner may be larger than the owner's half.
    fn has_room(&self, held: &Held, owner: &OwnerId, bytes: usize) -> bool {
        let of_owner = held.by_owner.get(owner).copied().unwrap_or_default();
        let fits = |held: usize, most: usize| held == 0 || held.saturating_add(bytes) <= most;
        fits(of_owner, self.max_bytes / 2) && fits(held.total, self.max_bytes)
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The memory of a list.
#[derive(Debug)]
pub(crate) struct UnsentBytes {
    lists: Arc<UnsentLists>,
    owner: OwnerId,
    bytes: usize,
}

impl UnsentBytes {
    /// Keeps the memory until the last part of the list is sent.
    pub(crate) fn hold(self, list: Vec<u8>) -> Bytes {
        Bytes::from_owner(HeldList { list, _held: self })
    }
}

impl Drop for UnsentBytes {
    fn drop(&mut self) {
        let mut held = self.lists.held();
        held.total = held.total.saturating_sub(self.bytes);
        if let Some(of_owner) = held.by_owner.get_mut(&self.owner) {
            *of_owner = of_owner.saturating_sub(self.bytes);
            if *of_owner == 0 {
                held.by_owner.remove(&self.owner);
            }
        }
    }
}

struct HeldList {
    list: Vec<u8>,
    _held: UnsentBytes,
}

impl AsRef<[u8]> for HeldList {
    fn as_ref(&self) -> &[u8] {
        &self.list
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_gets_half_and_the_rest_remains_for_others() {
        let (lists, alice, bob) = (UnsentLists::new(100), Owner::for_test("alice"), Owner::for_test("bob"));
        let first = lists.take(&alice, 40).unwrap().hold(vec![0; 40]);
        assert!(lists.take(&alice, 11).is_err());
        let second = lists.take(&alice, 10).unwrap();
        assert!(lists.check(&alice).is_err());
        assert!(lists.check(&bob).is_ok());
        assert!(lists.take(&bob, 51).is_err());
        let rest = first.slice(20..);
        drop((first, second));
        assert!(lists.take(&alice, 11).is_err(), "the rest of the first list is unsent");
        drop(rest);
        assert!(lists.check(&alice).is_ok());
        assert!(lists.held().by_owner.is_empty());
    }

    #[test]
    fn a_list_above_the_limit_is_sent_alone() {
        let (lists, alice) = (UnsentLists::new(100), Owner::for_test("alice"));
        let _large = lists.take(&alice, 1000).unwrap();
        assert!(lists.take(&alice, 1).is_err());
        assert!(lists.take(&Owner::for_test("bob"), 1).is_err());
    }
}
