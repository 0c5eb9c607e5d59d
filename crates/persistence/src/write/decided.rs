use domain::{Outcome, OwnerRevision, Rejection, WriteLimits, Writer};

use super::group::{Item, OwnerCommands};
use super::{LastStore, Loaded, Seen, Store};

/// The commands of one owner, decided on the loaded state. The outcomes are provisional until the store has passed.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub(super) outcomes: Vec<Result<Outcome, Rejection>>,
    /// Whether the owner's row is from the cache.
    pub(super) from_cache: bool,
    /// The store that must pass before any outcome is replied; `None` when nothing changes.
    pub(super) store: Option<Store>,
}

/// The fate of a store whose response was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It is stored.
    Stored,
    /// It did not pass and never will: another store came first.
    Lost,
    /// Later stores have overwritten the evidence.
    Unknown,
}

/// Epochs stay below 2^53, like all numbers that a client may see.
pub(super) const BELOW_2_53: i64 = (1 << 53) - 1;

impl Decided {
    pub(super) fn new(
        group: &OwnerCommands,
        loaded: Loaded,
        limits: WriteLimits,
        mut random: impl FnMut() -> i64,
    ) -> Self {
        let Loaded { seen, state } = loaded;
        let owner = state.owner_id().clone();
        let mut writer = Writer::new(state).with_limits(limits);
        let run =
            |Item { command, request, now, .. }: &Item| writer.run_once(command, request.as_ref(), *now);
        let outcomes = group.items.iter().map(run).collect();
        let store = writer.into_write_set().map(|set| Store {
            owner,
            seen,
            version: seen.map_or(1, |seen| seen.version + 1),
            new_epoch: random() & BELOW_2_53,
            write_id: random(),
            set,
        });
        Self { outcomes, from_cache: false, store }
    }
}

impl Store {
    /// The owner's row after this store.
    pub(super) const fn stored(&self, epoch: i64) -> Seen {
        Seen { version: self.version, revision: self.set.revision, epoch }
    }

    /// The revision to which it has raised the owner's, in this epoch of the row; `None` if it only recorded something.
    pub(super) fn raised_to(&self, epoch: i64) -> Option<OwnerRevision> {
        let is_raised = self.seen.is_none_or(|seen| seen.revision != self.set.revision);
        is_raised.then(|| OwnerRevision::new(epoch, self.set.revision))
    }

    /// Decides by the owner's last store. Two stores with the same guard never both pass, so the row is evidence as long as
    /// its version is not above this store's.
    pub(super) fn settled_by(&self, last: Option<LastStore>) -> Settled {
        let Some(last) = last else { return Settled::Unknown };
        if last.epoch == self.new_epoch {
            return Settled::Stored;
        }
        match self.seen {
            Some(seen) if seen.epoch == last.epoch && last.version <= self.version => {
                if last.version == self.version && last.write_id == self.write_id {
                    Settled::Stored
                } else {
                    Settled::Lost
                }
            }
            _ => Settled::Unknown,
        }
    }
}
