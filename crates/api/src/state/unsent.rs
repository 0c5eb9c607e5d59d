//! Bounds the memory of lists that wait to be sent: clients that read slowly, or not at all, must not fill it.
//!
//! A list that finds no room after it was read has cost its work for nothing. Therefore one that was long the last time takes
//! its room before it is read, and waits for it (`docs/decisions/0060-long-lists-take-room-first.md`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use actix_web::web::Bytes;
use domain::{Owner, OwnerId};
use quick_cache::sync::Cache;
use tokio::sync::{Notify, Semaphore};

/// Bytes of a list that is not counted.
const SHORT_LIST: usize = 64 * 1024;

/// How long a list waits for room: as long as a read waits for a worker.
const MAX_WAIT: Duration = Duration::from_secs(2);

/// Lists that wait for room at the same time. Each is woken whenever some becomes free.
const MAX_WAITING: usize = 64;

/// Long lists whose length is remembered. Each takes about 50 bytes.
const REMEMBERED: usize = 10_000;

/// Too many lists wait to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NoRoom;

/// The lists of the process that wait to be sent.
#[derive(Debug)]
pub(crate) struct UnsentLists {
    max_bytes: usize,
    held: Mutex<Held>,
    /// Wakes the lists that wait for room.
    freed: Notify,
    waiting: Semaphore,
    /// The lengths of lists when they were last read.
    lengths: Cache<u64, usize>,
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
        Arc::new(Self {
            max_bytes,
            held: Mutex::default(),
            freed: Notify::new(),
            waiting: Semaphore::new(MAX_WAITING),
            lengths: Cache::new(REMEMBERED),
        })
    }

    /// Rejects a list of an owner who has used up the room, before it is read from the database. The list of another owner may
    /// turn out to be short.
    pub(crate) fn check(&self, owner: &Owner) -> Result<(), NoRoom> {
        let (held, owner) = (self.held(), owner.id());
        let may_fit = !held.by_owner.contains_key(owner) || self.has_room(&held, owner, SHORT_LIST + 1);
        if may_fit { Ok(()) } else { Err(NoRoom) }
    }

    /// The room of a list that is to be read. A list that was long the last time waits for it, after the owner's `turn` to wait.
    pub(crate) async fn reserve<T>(
        self: &Arc<Self>,
        owner: &Owner,
        list: u64,
        turn: impl Future<Output = T>,
    ) -> Result<Reserved, NoRoom> {
        let mut room = UnsentBytes { lists: Arc::clone(self), owner: owner.id().clone(), bytes: 0 };
        match self.lengths.get(&list) {
            None => self.check(owner)?,
            Some(bytes) if room.resize(bytes).is_err() => {
                let wait = async {
                    let _turn = turn.await;
                    room.wait_for(bytes).await
                };
                let Ok(waited) = tokio::time::timeout(MAX_WAIT, wait).await else {
                    // It may be short now: then the next attempt is served.
                    self.lengths.remove(&list);
                    return Err(NoRoom);
                };
                waited?;
            }
            Some(_) => {}
        }
        Ok(Reserved { list, room })
    }

    /// Takes the memory of a list, until the value is dropped.
    pub(crate) fn take(self: &Arc<Self>, owner: &Owner, bytes: usize) -> Result<UnsentBytes, NoRoom> {
        let mut room = UnsentBytes { lists: Arc::clone(self), owner: owner.id().clone(), bytes: 0 };
        room.resize(bytes)?;
        Ok(room)
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

impl Held {
    fn add(&mut self, owner: &OwnerId, bytes: usize) {
        self.total += bytes;
        *self.by_owner.entry(owner.clone()).or_default() += bytes;
    }

    fn remove(&mut self, owner: &OwnerId, bytes: usize) {
        self.total = self.total.saturating_sub(bytes);
        if let Some(of_owner) = self.by_owner.get_mut(owner) {
            *of_owner = of_owner.saturating_sub(bytes);
            if *of_owner == 0 {
                self.by_owner.remove(owner);
            }
        }
    }
}

/// The memory of a list that is being read.
#[derive(Debug)]
pub(crate) struct Reserved {
    list: u64,
    room: UnsentBytes,
}

impl Reserved {
    /// Takes the memory of the list, which has been read, until the value is dropped.
    pub(crate) fn take(mut self, bytes: usize) -> Result<UnsentBytes, NoRoom> {
        let lengths = &self.room.lists.lengths;
        if bytes > SHORT_LIST {
            lengths.insert(self.list, bytes);
        } else {
            lengths.remove(&self.list);
        }
        self.room.resize(bytes)?;
        Ok(self.room)
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

    /// Takes this much instead of what it has; nothing if there is no room.
    fn resize(&mut self, bytes: usize) -> Result<(), NoRoom> {
        let before = std::mem::take(&mut self.bytes);
        let mut held = self.lists.held();
        held.remove(&self.owner, before);
        if self.lists.has_room(&held, &self.owner, bytes) {
            held.add(&self.owner, bytes);
            self.bytes = bytes;
        }
        drop(held);
        if self.bytes < before {
            self.lists.freed.notify_waiters();
        }
        if self.bytes == bytes { Ok(()) } else { Err(NoRoom) }
    }

    /// Takes this much as soon as there is room.
    async fn wait_for(&mut self, bytes: usize) -> Result<(), NoRoom> {
        if self.resize(bytes).is_ok() {
            return Ok(());
        }
        let lists = Arc::clone(&self.lists);
        let _place = lists.waiting.try_acquire().map_err(|_| NoRoom)?;
        loop {
            // Before the attempt, so that nothing is missed.
            let freed = lists.freed.notified();
            if self.resize(bytes).is_ok() {
                return Ok(());
            }
            freed.await;
        }
    }
}

impl Drop for UnsentBytes {
    fn drop(&mut self) {
        if self.bytes > 0 {
            self.lists.held().remove(&self.owner, self.bytes);
            self.lists.freed.notify_waiters();
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
    use std::future::ready;

    use futures_util::FutureExt;

    use super::*;

    /// A list that is counted.
    const LONG: usize = SHORT_LIST + 1;

    /// What an owner reads, under a key of its own.
    async fn reserve(lists: &Arc<UnsentLists>, number: u64) -> Result<Reserved, NoRoom> {
        lists.reserve(&Owner::for_test(&format!("owner{number}")), number, ready(())).await
    }

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

    #[tokio::test(start_paused = true)]
    async fn lists_that_were_long_wait_for_room() {
        let lists = UnsentLists::new(LONG);
        let held = [0, 1].map(|number| reserve(&lists, number).now_or_never().unwrap().unwrap().take(LONG));
        let unknown = reserve(&lists, 2).await.unwrap();
        assert_eq!(unknown.take(LONG).unwrap_err(), NoRoom);
        let begun = tokio::time::Instant::now();
        assert!(reserve(&lists, 2).await.is_err());
        assert_eq!(begun.elapsed(), MAX_WAIT);
        assert!(reserve(&lists, 2).await.unwrap().take(SHORT_LIST).is_ok(), "it could be short");
        assert_eq!(reserve(&lists, 2).await.unwrap().take(LONG).unwrap_err(), NoRoom);
        let mut waiting = Box::pin(reserve(&lists, 2));
        assert!((&mut waiting).now_or_never().is_none());
        drop(held);
        let reserved = waiting.now_or_never().unwrap().unwrap();
        assert_eq!(lists.held().total, LONG, "before it is read");
        drop(reserved.take(SHORT_LIST).unwrap());
        let _held = [0, 1].map(|number| reserve(&lists, number).now_or_never().unwrap().unwrap());
        assert!(reserve(&lists, 2).now_or_never().unwrap().is_ok(), "it was short");
    }

    #[tokio::test(start_paused = true)]
    async fn few_lists_wait_for_room_at_the_same_time() {
        let lists = UnsentLists::new(LONG);
        (0..100).for_each(|number| lists.lengths.insert(number, LONG));
        let _held = [0, 1].map(|number| reserve(&lists, number).now_or_never().unwrap().unwrap());
        let mut waiting: Vec<_> = (2..100).map(|number| Box::pin(reserve(&lists, number))).collect();
        let ended = waiting.iter_mut().filter_map(FutureExt::now_or_never).collect::<Vec<_>>();
        assert!(ended.iter().all(Result::is_err));
        assert_eq!(ended.len(), 98 - MAX_WAITING);
    }
}
