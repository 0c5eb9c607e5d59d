//! Fair scheduling: owners take turns, each with their own queue.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::time::Instant;

use domain::OwnerId;

use crate::workers::call::{CallStatus, Group, PendingCall, Request};

type Key = Option<OwnerId>;

pub(super) struct QueuedCall<R, A> {
    pub(super) request: R,
    pub(super) call: PendingCall<A>,
    /// Whether it is run without calls of other owners.
    pub(super) alone: bool,
}

struct OwnerQueue<R, A> {
    waiting: VecDeque<QueuedCall<R, A>>,
    /// Number of running groups.
    running: usize,
    /// Whether the owner is in [`Turns::order`], where only owners with waiting calls are.
    has_turn: bool,
}

pub(super) struct Turns<R, A> {
    owners: HashMap<Key, OwnerQueue<R, A>>,
    /// Owners with calls that may be run, the next one first.
    order: VecDeque<Key>,
    waiting: usize,
    running_per_owner: usize,
    /// The status of calls that were removed, until it is reported.
    pub(super) ended: Vec<CallStatus>,
}

impl<R: Request, A> Turns<R, A> {
    pub(super) fn new(running_per_owner: usize) -> Self {
        Self {
            owners: HashMap::new(),
            order: VecDeque::new(),
            waiting: 0,
            running_per_owner,
            ended: Vec::new(),
        }
    }

    /// The number of waiting calls.
    pub(super) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// How many calls are ahead of the next one of this owner, and how many of them are the owner's.
    pub(super) fn ahead(&self, owner: Option<&OwnerId>) -> (usize, usize) {
        // The common case, without a look-up.
        if self.waiting == 0 {
            return (0, 0);
        }
        let own = self.owners.get(&owner.cloned()).map_or(0, |owner| owner.waiting.len());
        (self.waiting.min((own + 1) * self.order.len().max(1)), own)
    }

    /// Adds a call. False if it may not be run yet, because its owner has as many groups running as allowed.
    pub(super) fn push(&mut self, call: QueuedCall<R, A>) -> bool {
        let owner = self.owner_of(&call);
        owner.waiting.push_back(call);
        owner.has_turn
    }

    pub(super) fn push_front(&mut self, call: QueuedCall<R, A>) {
        self.owner_of(&call).waiting.push_front(call);
    }

    /// The call's owner, counting the call.
    fn owner_of(&mut self, call: &QueuedCall<R, A>) -> &mut OwnerQueue<R, A> {
        let key = call.request.owner().cloned();
        let owner = self.owners.entry(key.clone()).or_insert_with(OwnerQueue::new);
        self.waiting += 1;
        if !owner.has_turn && owner.running < self.running_per_owner {
            owner.has_turn = true;
            self.order.push_back(key);
        }
        owner
    }

    /// Takes calls in turn, up to this capacity.
    pub(super) fn take(&mut self, capacity: usize, weight: fn(&R) -> usize) -> Group<R, A> {
        let (mut group, mut room, mut skipped) = (Group::default(), capacity, Vec::new());
        let (mut runs_alone, now) = (None, Instant::now());
        while room > 0 {
            let Some(key) = self.order.pop_front() else { break };
            let Entry::Occupied(mut entry) = self.owners.entry(key) else { continue };
            let owner = entry.get_mut();
            let before = owner.waiting.len();
            let mut is_skipped = false;
            if let Some(call) = owner.next(false, now, &mut self.ended) {
                let (needed, alone) = (weight(&call.request), call.alone);
                is_skipped = !group.is_empty() && (needed > room || alone);
                if is_skipped {
                    group.is_full |= needed > room;
                    owner.waiting.push_front(call);
                } else {
                    room = if alone { 0 } else { room.saturating_sub(needed) };
                    group.is_full |= room == 0 && !alone;
                    group.push(call);
                    while let Some(next) = alone.then(|| owner.next(true, now, &mut self.ended)).flatten() {
                        group.push(next);
                    }
                    runs_alone = (alone || needed >= capacity).then(|| entry.key().clone());
                }
            }
            let owner = entry.get_mut();
            self.waiting -= before - owner.waiting.len();
            if is_skipped {
                skipped.push(entry.key().clone());
            } else if !owner.waiting.is_empty() {
                self.order.push_back(entry.key().clone());
            } else if owner.running > 0 {
                owner.has_turn = false;
            } else {
                entry.remove();
            }
        }
        skipped.into_iter().rev().for_each(|key| self.order.push_front(key));
        group.owner = runs_alone.flatten().filter(|owner| self.note_running(owner));
        group
    }

    /// Counts a group as running for its owner. False if that is not limited. Groups of several owners are not counted: one
    /// that is slow would keep all of them from the other workers.
    fn note_running(&mut self, owner: &OwnerId) -> bool {
        if self.running_per_owner == usize::MAX {
            return false;
        }
        let key = Some(owner.clone());
        let owner = self.owners.entry(key.clone()).or_insert_with(OwnerQueue::new);
        owner.running += 1;
        if owner.running >= self.running_per_owner && owner.has_turn {
            owner.has_turn = false;
            self.order.retain(|other| *other != key);
        }
        true
    }

    /// Ends a running group of this owner. Whether calls that waited for it may be run now.
    pub(super) fn finish(&mut self, owner: OwnerId) -> bool {
        let key = Some(owner);
        let Some(owner) = self.owners.get_mut(&key) else { return false };
        owner.running = owner.running.saturating_sub(1);
        if owner.waiting.is_empty() {
            if owner.running == 0 {
                self.owners.remove(&key);
            }
            return false;
        }
        if owner.has_turn {
            return false;
        }
        owner.has_turn = true;
        self.order.push_back(key);
        true
    }

    /// Keeps the calls that match.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&PendingCall<A>) -> bool) {
        for owner in self.owners.values_mut() {
            let before = owner.waiting.len();
            owner.waiting.retain(|waiting| keep(&waiting.call));
            self.waiting -= before - owner.waiting.len();
        }
        // If all workers hang, no other code removes owners without calls.
        self.owners.retain(|_, owner| owner.running > 0 || !owner.waiting.is_empty());
        let Self { owners, order, .. } = self;
        order.retain(|key| {
            owners.get_mut(key).is_some_and(|owner| {
                owner.has_turn = !owner.waiting.is_empty();
                owner.has_turn
            })
        });
    }
}

impl<R, A> OwnerQueue<R, A> {
    const fn new() -> Self {
        Self { waiting: VecDeque::new(), running: 0, has_turn: false }
    }

    /// The next waiting call; with `only_alone`, only one that is run alone.
    fn next(
        &mut self,
        only_alone: bool,
        now: Instant,
        ended: &mut Vec<CallStatus>,
    ) -> Option<QueuedCall<R, A>> {
        while self.waiting.front().is_some_and(|next| next.alone || !only_alone) {
            let next = self.waiting.pop_front()?;
            match next.call.expire(now) {
                CallStatus::Waiting => return Some(next),
                status => ended.push(status),
            }
        }
        None
    }
}

impl<R, A> Group<R, A> {
    fn push(&mut self, waiting: QueuedCall<R, A>) {
        self.requests.push(waiting.request);
        self.calls.push(waiting.call);
    }
}
