use domain::{Outcome, Rejection, Writer};

use super::group::{Item, OwnerCommands};
use super::{LastStore, Loaded, Seen, Store};

/// The commands of one owner, decided on what was loaded.
#[derive(Debug, Clone)]
pub(super) struct Decided {
    pub(super) outcomes: Vec<Result<Outcome, Rejection>>,
    /// Whether the owner's row was taken from the cache.
    pub(super) from_cache: bool,
    /// What must be stored before any of the outcomes is answered; nothing when nothing changes.
    pub(super) store: Option<Store>,
}

/// What became of a store whose reply was lost, and which has not passed the guard when it was tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// It is the owner's last store.
    Stored,
    /// It never passed, and never will: another store came first.
    Lost,
    /// Later stores have overwritten its trace.
    Unknown,
}

/// The largest number that every client can read exactly, as a mask: epochs stay below it.
const BELOW_2_53: i64 = (1 << 53) - 1;

impl Decided {
    pub(super) fn new(group: &OwnerCommands, loaded: Loaded, mut random: impl FnMut() -> i64) -> Self {
        let Loaded { seen, state } = loaded;
        let owner = state.owner_id().clone();
        let mut writer = Writer::new(state);
        let run = |Item { command, now, .. }: &Item| writer.run(command, *now);
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
    /// The owner's row once this is stored.
    pub(super) const fn stored(&self, epoch: i64) -> Seen {
        Seen { version: self.version, revision: self.set.revision, epoch }
    }

    /// Judges by the owner's last store. Two stores with one guard never both pass, so as long as the owner's version
    /// is not beyond this store's, the row tells.
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
