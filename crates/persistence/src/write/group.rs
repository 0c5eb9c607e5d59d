use domain::{Command, Idempotency, OwnerId, Timestamp};

use super::ToLoad;

/// A command and its index in the batch.
#[derive(Debug, Clone)]
pub(super) struct Item {
    pub(super) index: usize,
    pub(super) command: Command,
    pub(super) request: Option<Idempotency>,
    pub(super) now: Timestamp,
}

/// The commands of one owner, in order.
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
    /// What makes it idempotent, if its client sent a key.
    pub(crate) request: Option<Idempotency>,
    pub(crate) now: Timestamp,
}

impl OwnerCommands {
    /// Groups a batch by owner, in the order of first appearance.
    pub(super) fn of(batch: Vec<Write>) -> Vec<Self> {
        let mut groups: Vec<Self> = Vec::new();
        for (index, Write { owner, command, request, now }) in batch.into_iter().enumerate() {
            let item = Item { index, command, request, now };
            match groups.iter_mut().find(|group| group.owner == owner) {
                Some(group) => group.items.push(item),
                None => groups.push(Self { owner, items: vec![item] }),
            }
        }
        groups
    }

    pub(super) fn commands(&self) -> impl Iterator<Item = &Command> {
        self.items.iter().map(|item| &item.command)
    }

    /// Whether the commands need the owner's lists.
    pub(super) fn reads_lists(&self) -> bool {
        self.commands().any(Command::reads_lists)
    }

    /// Whether the commands need only the owner's row, perhaps with the lists.
    pub(super) fn reads_only_the_owner(&self) -> bool {
        self.reads_no_task() && self.items.iter().all(|item| item.request.is_none())
    }

    /// Whether the commands need no task.
    pub(super) fn reads_no_task(&self) -> bool {
        self.commands().all(Command::reads_no_task)
    }

    /// The rows that the commands need; with `everything`, also the tasks that creates assume to be absent.
    pub(super) fn reads(&self, everything: bool) -> Vec<ToLoad> {
        let mut reads: Vec<ToLoad> = Vec::new();
        for Item { command, request, .. } in &self.items {
            let task = if everything { command.task_id() } else { command.reads() };
            let key = request.as_ref().map(|request| request.key.clone());
            let read = ToLoad { owner: self.owner.clone(), task, key };
            if !reads.contains(&read) {
                reads.push(read);
            }
        }
        reads
    }
}
