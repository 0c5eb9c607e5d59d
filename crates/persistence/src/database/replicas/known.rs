//! What this process knows of owners: what it has stored, and what it has read.

use std::collections::HashMap;
use std::time::Instant;

use domain::{OwnerId, OwnerRevision};
use parking_lot::Mutex;

use super::MAX_AGE;

/// The most owners. When more are written within [`MAX_AGE`], replicas have to be as fresh as that moment.
const OWNERS: usize = 50_000;

/// The last known revision of each owner.
#[derive(Default)]
pub(crate) struct KnownRevisions(Mutex<State>);

#[derive(Default)]
struct State {
    owners: HashMap<OwnerId, Known>,
    /// For owners that are not in the map: everything before this time is forgotten.
    forgotten: Option<Instant>,
}

#[derive(Clone, Copy)]
struct Known {
    /// `None` if it is only known that the owner has changed.
    at: Option<OwnerRevision>,
    /// Since when. A replica that is as fresh as this has it.
    since: Instant,
}

impl KnownRevisions {
    /// This process has stored something.
    pub(crate) fn stored(&self, owner: &OwnerId, at: Option<OwnerRevision>) {
        let mut state = self.0.lock();
        let known = state.owners.get(owner).and_then(|known| known.at);
        // Two workers of one owner can report in another order than they stored.
        let later = known.filter(|known| at.is_some_and(|at| covers(*known, at)));
        state.insert(owner, Known { at: later.or(at), since: Instant::now() });
    }

    /// This process has read the owner at this revision.
    pub(super) fn read(&self, owner: &OwnerId, at: OwnerRevision) {
        let mut state = self.0.lock();
        let since = Instant::now();
        match state.owners.get_mut(owner) {
            None => state.insert(owner, Known { at: Some(at), since }),
            Some(Known { at: Some(known), .. }) if covers(*known, at) => {}
            Some(known) if known.at.is_some_and(|known| covers(at, known)) => {
                *known = Known { at: Some(at), since };
            }
            // Of another epoch, or of an unknown one: a read that began earlier must not replace what was stored.
            Some(known) => *known = Known { at: None, since },
        }
    }

    /// Whether a page at this revision, of a replica that is as fresh as this time, has all that is known.
    pub(super) fn allows(&self, owner: &OwnerId, at: OwnerRevision, as_of: Instant) -> bool {
        let state = self.0.lock();
        match state.owners.get(owner) {
            Some(known) => as_of >= known.since || known.at.is_some_and(|known| covers(at, known)),
            None => state.forgotten.is_none_or(|forgotten| as_of >= forgotten),
        }
    }
}

impl State {
    fn insert(&mut self, owner: &OwnerId, known: Known) {
        if self.owners.len() >= OWNERS && !self.owners.contains_key(owner) {
            // A page is never older than that, so it has these.
            self.owners.retain(|_, known| known.since.elapsed() <= MAX_AGE);
            // Most of them, so that the next search is far away.
            if self.owners.len() >= OWNERS / 2 {
                self.owners.clear();
                self.forgotten = Some(known.since);
            }
        }
        self.owners.insert(owner.clone(), known);
    }
}

/// Whether a revision is the other one or a later one of the same epoch.
fn covers(at: OwnerRevision, known: OwnerRevision) -> bool {
    at.epoch == known.epoch && at.revision >= known.revision
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use domain::Revision;

    use super::*;

    fn at(epoch: i64, revision: i64) -> OwnerRevision {
        OwnerRevision { epoch, revision: Revision::new(revision) }
    }

    fn owner() -> OwnerId {
        OwnerId::parse("alice").unwrap()
    }

    #[test]
    fn older_revisions_than_stored_ones_are_not_allowed() {
        let (known, before) = (KnownRevisions::default(), Instant::now());
        assert!(known.allows(&owner(), OwnerRevision::NONE, before));
        known.stored(&owner(), Some(at(7, 3)));
        for (page, allowed) in [(at(7, 2), false), (OwnerRevision::NONE, false), (at(8, 9), false)] {
            assert_eq!(known.allows(&owner(), page, before), allowed, "{page:?}");
        }
        known.stored(&owner(), Some(at(7, 2)));
        assert!(!known.allows(&owner(), at(7, 2), before));
        assert!(known.allows(&owner(), at(7, 3), before) && known.allows(&owner(), at(7, 4), before));
        // A replica that is as fresh as the write has it, or what came after it.
        assert!(known.allows(&owner(), at(8, 1), Instant::now()));
    }

    #[test]
    fn reads_raise_and_never_lower_what_is_known() {
        let (known, before) = (KnownRevisions::default(), Instant::now());
        known.read(&owner(), at(7, 3));
        known.read(&owner(), at(7, 2));
        assert!(!known.allows(&owner(), at(7, 2), before));
        known.read(&owner(), at(7, 5));
        assert!(!known.allows(&owner(), at(7, 4), before));
        // A read that began before the first write ends after it.
        known.stored(&owner(), Some(at(9, 1)));
        known.read(&owner(), OwnerRevision::NONE);
        assert!(!known.allows(&owner(), OwnerRevision::NONE, before));
    }

    #[test]
    fn erased_owners_wait_for_a_fresh_replica() {
        let (known, before) = (KnownRevisions::default(), Instant::now());
        known.stored(&owner(), Some(at(7, 3)));
        known.stored(&owner(), Some(OwnerRevision::NONE));
        assert!(!known.allows(&owner(), at(7, 3), before));
        assert!(known.allows(&owner(), OwnerRevision::NONE, before));
        known.stored(&owner(), None);
        assert!(!known.allows(&owner(), OwnerRevision::NONE, before));
        assert!(known.allows(&owner(), OwnerRevision::NONE, Instant::now()));
    }

    #[test]
    fn forgotten_owners_wait_for_a_fresh_replica() {
        let (known, before) = (KnownRevisions::default(), Instant::now());
        for number in 0..=OWNERS {
            known.stored(&OwnerId::parse(&number.to_string()).unwrap(), Some(at(1, 1)));
        }
        let first = OwnerId::parse("0").unwrap();
        assert!(!known.allows(&first, at(1, 1), before));
        assert!(known.allows(&first, at(1, 1), Instant::now() + Duration::from_millis(1)));
    }
}
