use domain::{Command, OwnerId, Timestamp};

use super::Read;

/// A command of a batch, with its index in it.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) index: usize,
    pub(super) command: Command,
    pub(super) now: Timestamp,
}

/// The commands of one owner, in their order.
#[derive(Debug, Clone)]
pub(super) struct OwnerCommands {
    pub(super) owner: OwnerId,
    pub(super) items: Vec<Item>,
}

/// One write of an owner.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    pub(crate) owner: OwnerId,
    pub(crate) command: Command,
    pub(crate) now: Timestamp,
}

impl OwnerCommands {
    /// The groups of a batch, in the order in which their owners first appear.
    pub(super) fn of(batch: Vec<Write>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for (index, Write { owner, command, now }) in batch.into_iter().enumerate() {
            let item = Item { index, command, now };
            match groups.iter_mut().find(|group| group.owner == owner) {
                Some(group) => group.items.push(item),
                None => groups.push(Self { owner, items: vec![item] }),
            }
        }
        groups
    }

    /// Whether the owner's row is all that the commands need.
    pub(super) fn reads_no_task(&self) -> bool {
        self.items.iter().all(|item| item.command.reads().is_none())
    }

    /// What the commands need. With `everything`, also what a create takes for granted.
    pub(super) fn reads(&self, everything: bool) -> Vec<Read> {
        let mut reads: Vec<Read> = Vec::new();
        for Item { command, .. } in &self.items {
            let task = if everything { Some(command.task_id()) } else { command.reads() };
            let read = Read { owner: self.owner.clone(), task };
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
        reads
    }
}
