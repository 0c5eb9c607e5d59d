//! The groups that are attempted together, and what remains of them after an attempt.

use std::time::Instant;

use diesel::QueryResult;
use domain::{Outcome, OwnerId, RepositoryError};

use super::decided::Decided;
use super::group::OwnerCommands;
use super::{Store, WriteSession};
use crate::backend::{Failure, Layout};

/// Called once for each command, with its index in the batch.
pub(super) type OnOutcome<'a> = &'a mut dyn FnMut(usize, Result<Outcome, RepositoryError>);

/// Groups that are attempted together.
#[derive(Debug)]
pub(super) struct Round {
    pub(super) groups: Vec<OwnerCommands>,
    pub(super) locking: Locking,
    /// Whether to load also the tasks that creates assume to be absent.
    pub(super) everything: bool,
    /// Whether the owners were skipped once because their rows were locked.
    pub(super) passed_over: bool,
    pub(super) attempt: u32,
    /// After a timeout of a round with more owners: until when this one is attempted, and its failure after that.
    pub(super) deadline: Option<(Instant, Failure)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Locking {
    /// The guard alone.
    None,
    /// The owners' rows are locked before they are loaded.
    Wait,
    /// As above, but locked rows are skipped.
    Skip,
}

impl Round {
    pub(super) fn new(groups: Vec<OwnerCommands>, locking: Locking) -> Self {
        Self { groups, locking, everything: false, passed_over: false, attempt: 1, deadline: None }
    }

    pub(super) fn again(self) -> Self {
        Self { attempt: self.attempt + 1, ..self }
    }

    /// A round for each owner. Those whose rows are locked by other transactions do not delay the next ones.
    pub(super) fn separate(self) -> Vec<Self> {
        let Self { groups, locking, everything, passed_over, attempt, deadline } = self;
        let locking = if locking == Locking::None { Locking::Skip } else { locking };
        let alone = |group| {
            let (groups, deadline) = (vec![group], deadline.clone());
            Self { groups, locking, everything, passed_over, attempt, deadline }
        };
        groups.into_iter().map(alone).collect()
    }

    /// The failure of a round whose deadline has passed.
    pub(super) fn expired(&self, now: Instant) -> Option<Failure> {
        self.deadline.as_ref().filter(|(until, _)| now > *until).map(|(_, failure)| failure.clone())
    }

    pub(super) fn owners(&self) -> Vec<OwnerId> {
        self.groups.iter().map(|group| group.owner.clone()).collect()
    }
}

/// The result of one attempt for a group.
pub(super) enum AttemptResult {
    Decided(Box<Decided>),
    /// Another transaction has locked the owner's row.
    Blocked,
    /// Another process has written the owner while it was loaded.
    Changed,
    /// There is no row to lock. Creating it after locking other rows breaks the lock order and causes deadlocks.
    NewOwner,
}

/// The groups of a round to retry.
#[derive(Debug)]
pub(super) struct Retries {
    pub(super) everything: bool,
    pub(super) was_passed_over: bool,
    pub(super) attempt: u32,
    pub(super) deadline: Option<(Instant, Failure)>,
    /// Retried without a lock.
    pub(super) unlocked: Vec<OwnerCommands>,
    /// Retried with a lock, since other processes write these owners too.
    pub(super) locked: Vec<OwnerCommands>,
    /// Retried with a lock, since another transaction held the rows.
    pub(super) passed_over: Vec<OwnerCommands>,
}

impl Retries {
    pub(super) fn of(round: &Round) -> Self {
        Self {
            everything: round.everything,
            was_passed_over: round.passed_over,
            attempt: round.attempt,
            deadline: round.deadline.clone(),
            unlocked: Vec::new(),
            locked: Vec::new(),
            passed_over: Vec::new(),
        }
    }

    pub(super) fn rounds(self) -> Vec<Round> {
        let (everything, attempt) = (self.everything, self.attempt + 1);
        [
            (self.unlocked, Locking::None, self.was_passed_over),
            (self.locked, Locking::Wait, self.was_passed_over),
            (self.passed_over, Locking::Wait, true),
        ]
        .into_iter()
        .filter(|(groups, ..)| !groups.is_empty())
        .map(|(groups, locking, passed_over)| Round {
            groups,
            locking,
            everything,
            passed_over,
            attempt,
            deadline: self.deadline.clone(),
        })
        .collect()
    }
}

/// The stores of a round, in the order of the groups.
pub(super) fn stores(tried: &[AttemptResult]) -> Vec<&Store> {
    tried
        .iter()
        .filter_map(|tried| match tried {
            AttemptResult::Decided(decided) => decided.store.as_ref(),
            AttemptResult::Blocked | AttemptResult::Changed | AttemptResult::NewOwner => None,
        })
        .collect()
}

/// Stores the owners that pass the guard.
pub(super) fn store<S: WriteSession>(
    session: &mut S,
    stores: &[&Store],
    layout: Layout,
) -> QueryResult<Vec<Option<i64>>> {
    match layout {
        Layout::Together => session.store(stores),
        Layout::Distributed => stores.iter().map(|store| session.store_alone(store)).collect(),
    }
}

pub(super) fn reject(groups: Vec<OwnerCommands>, failure: &Failure, reply: OnOutcome<'_>) -> Vec<Round> {
    for item in groups.into_iter().flat_map(|group| group.items) {
        reply(item.index, Err(failure.error()));
    }
    Vec::new()
}

pub(super) fn accept(group: OwnerCommands, decided: Decided, reply: OnOutcome<'_>) {
    for (item, outcome) in group.items.into_iter().zip(decided.outcomes) {
        reply(item.index, outcome.map_err(RepositoryError::from));
    }
}
