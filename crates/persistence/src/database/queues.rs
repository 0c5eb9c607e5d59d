//! The queues of a server, each with its workers.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use domain::{Outcome, Owner, OwnerId, OwnerRevision};

use super::outage::Outages;
use crate::read::{Found, LookUp, PageOf, Paged, Scan, Scanned};
use crate::workers::{DeadlineTimer, Sender};
use crate::write::{BlockedOwners, Ownership, Write};

/// The queues of one server, or of a file.
pub(super) struct Queues {
    pub(super) gets: Sender<LookUp, Found>,
    pub(super) pages: Sender<PageOf, Paged>,
    pub(super) scans: Sender<Scan, Scanned>,
    /// One for each write worker.
    pub(super) writes: Vec<Sender<Write, Outcome>>,
    /// For owners with locked rows, so that no other owner waits behind them.
    pub(super) blocked_writes: Sender<Write, Outcome>,
    pub(super) blocked_owners: Arc<BlockedOwners>,
    /// Erasures and moves.
    pub(super) owners: Sender<Ownership, Outcome>,
    pub(super) outages: Arc<Outages>,
    pub(super) timer: Arc<DeadlineTimer>,
    /// The numbers of open connections and of those in use.
    pub(super) connections: Box<dyn Fn() -> (u32, u32) + Send + Sync>,
}

impl Queues {
    /// The queue for the writes of an owner. All of them go to one worker, where they do not race.
    pub(super) fn writes_of(&self, owner: &OwnerId) -> Option<&Sender<Write, Outcome>> {
        if self.blocked_owners.contains(owner) {
            return Some(&self.blocked_writes);
        }
        let mut hasher = DefaultHasher::new();
        owner.hash(&mut hasher);
        let number = hasher.finish() % (self.writes.len().max(1) as u64);
        usize::try_from(number).ok().and_then(|number| self.writes.get(number))
    }

    /// The revisions of these owners, if they can be read. It blocks.
    pub(super) fn revisions(&self, owners: Vec<Owner>) -> Option<Vec<OwnerRevision>> {
        match self.gets.submit_blocking(LookUp::Revisions(owners)) {
            Ok(Found::Revisions(revisions)) => Some(revisions),
            _ => None,
        }
    }
}
