//! Bounds the memory of lists that wait to be sent: clients that read slowly, or not at all, must not fill it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::web::Bytes;
use domain::{Owner, OwnerId};

/// Bytes of a list that is not counted.
const SHORT_LIST: usize = 64 * 1024;

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
    /// At most this many bytes, of which one owner gets a quarter; and as many again for the first list of each owner, so that a
    /// few owners who do not read cannot keep the others from theirs.
    pub(crate) fn new(max_bytes: usize) -> Arc<Self> {
        Arc::new(Self { max_bytes, held: Mutex::default() })
    }

    /// Rejects a list of an owner who has used up the room, before it is read from the database. The list of another owner may
    /// turn out to be short.
    pub(crate) fn check(&self, owner: &Owner) -> Result<(), NoRoom> {
        let (held, owner) = (self.held(), owner.id());
        let may_fit = !held.by_owner.contains_key(owner) || self.has_room(&held, owner, SHORT_LIST + 1);
        if may_fit { Ok(()) } else { Err(NoRoom) }
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

    /// Short lists always have room: the kernel has space for them. The first list of an owner may be larger than a quarter.
    fn has_room(&self, held: &Held, owner: &OwnerId, bytes: usize) -> bool {
        let fits = |held: usize, most: usize| held == 0 || held.saturating_add(bytes) <= most;
        match held.by_owner.get(owner) {
            _ if bytes <= SHORT_LIST => true,
            None => fits(held.total, self.max_bytes.saturating_mul(2)),
            Some(of_owner) => fits(*of_owner, self.max_bytes / 4) && fits(held.total, self.max_bytes),
        }
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
    pub(crate) fn hold(self, list: impl Into<Bytes>) -> Bytes {
        Bytes::from_owner(HeldList { list: list.into(), _held: self })
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
    list: Bytes,
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

    /// A list that is counted.
    const LONG: usize = SHORT_LIST + 1;

    #[test]
    fn one_owner_gets_a_quarter_until_the_last_part_is_sent() {
        let (lists, alice) = (UnsentLists::new(LONG * 8), Owner::for_test("alice"));
        let first = lists.take(&alice, LONG).unwrap().hold(vec![0; 40]);
        let second = lists.take(&alice, LONG).unwrap();
        assert!(lists.check(&alice).is_err() && lists.take(&alice, LONG).is_err());
        assert!(lists.take(&alice, SHORT_LIST).is_ok(), "short lists have room");
        let rest = first.slice(20..);
        drop(first);
        assert!(lists.check(&alice).is_err(), "the rest of the first list is unsent");
        drop(rest);
        assert!(lists.check(&alice).is_ok());
        drop(second);
        assert!(lists.held().by_owner.is_empty());
    }

    #[test]
    fn owners_who_do_not_read_leave_room_for_others() {
        let lists = UnsentLists::new(LONG * 8);
        let owners: Vec<_> = (0..16).map(|number| Owner::for_test(&format!("owner{number}"))).collect();
        let greedy = owners.iter().take(4).flat_map(|owner| [owner; 3]);
        let mut held: Vec<_> = greedy.filter_map(|owner| lists.take(owner, LONG).ok()).collect();
        assert_eq!(held.len(), 8);
        held.extend(owners.iter().skip(4).filter_map(|owner| lists.take(owner, LONG).ok()));
        assert_eq!(held.len(), 16, "twice the limit is the most");
    }

    #[test]
    fn the_first_list_of_an_owner_may_exceed_a_quarter() {
        let (lists, alice) = (UnsentLists::new(LONG), Owner::for_test("alice"));
        let _large = lists.take(&alice, LONG * 10).unwrap();
        assert!(lists.take(&alice, LONG).is_err());
    }
}
