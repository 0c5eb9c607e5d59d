use std::collections::BTreeSet;

use domain::{Command, Idempotency, IdempotencyKey, OwnerId, TaskId, Timestamp};

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

    /// The commands, those of lists of operations one by one.
    pub(super) fn commands(&self) -> impl Iterator<Item = &Command> {
        self.items.iter().flat_map(|item| item.command.each())
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
        let of = |command: &Command| if everything { command.task_id() } else { command.reads() };
        let tasks: BTreeSet<TaskId> = self.commands().filter_map(of).collect();
        let keys = self.items.iter().filter_map(|item| item.request.as_ref()).map(|request| &request.key);
        let keys: BTreeSet<&IdempotencyKey> = keys.collect();
        // A task and a key share a row, whatever they have to do with each other.
        let rows = tasks.len().max(keys.len()).max(1);
        let (mut tasks, mut keys) = (tasks.into_iter(), keys.into_iter().cloned());
        let row = |_| ToLoad { owner: self.owner.clone(), task: tasks.next(), key: keys.next() };
        (0..rows).map(row).collect()
    }
}

/// The weight of a write in a batch: the number of commands that are decided. A list cannot be split, so a long one is alone.
pub(crate) fn weight(Write { command, .. }: &Write) -> usize {
    command.each().count().max(1)
}
