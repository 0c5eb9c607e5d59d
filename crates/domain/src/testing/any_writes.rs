//! Writes of every kind, in any order.

use std::sync::Arc;

use pollster::block_on;
use uuid::Uuid;

use super::Numbers;
use super::contract::ownership::FreshIds;
use crate::{
    Bulk, Change, Command, Completion, ListChange, ListCommand, ListId, ListName, MoveTo, NewList, NewTask,
    Operation, Owner, Precondition, RepositoryError, TaskId, TaskRepository, TasksOfList, Timestamp, Title,
    TrashCapacity,
};

/// Few enough that ids are used again after deletions.
const TASKS: u64 = 24;
const LISTS: u64 = 4;

/// A sequence of writes to the tasks and lists of some owners. Many are rejected.
#[derive(Debug)]
pub struct AnyWrites {
    owners: Vec<Owner>,
    numbers: Numbers,
}

#[expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "compiled for tests only")]
impl AnyWrites {
    /// The sequence of a seed.
    #[must_use]
    pub fn new(owners: &[Owner], seed: u64) -> Self {
        Self { owners: owners.to_vec(), numbers: Numbers::new(seed) }
    }

    /// Makes the next write. It may change nothing.
    pub fn write(&mut self, repository: &dyn TaskRepository) {
        let owner = self.numbers.one_of(&self.owners);
        let result = match self.numbers.below(200) {
            0 => block_on(repository.erase(&owner)),
            1..4 => {
                let from = self.numbers.one_of(&self.owners);
                block_on(repository.move_tasks(&from, &owner, Arc::new(FreshIds)))
            }
            _ => block_on(repository.write(&owner, self.command(), self.time())).map(drop),
        };
        let is_failure = matches!(
            result,
            Err(RepositoryError::Fault(_) | RepositoryError::Damaged(_) | RepositoryError::OutcomeUnknown(_))
        );
        assert!(!is_failure, "{result:?}");
    }

    fn command(&mut self) -> Command {
        let precondition = Precondition::default();
        match self.numbers.below(100) {
            0..8 => Command::Move { id: self.task(), to: self.place(Self::task), precondition },
            8..12 => Command::Purge { id: self.task(), precondition },
            12 => Command::EmptyTrash,
            13..32 => Command::List(self.command_on_lists()),
            32..40 => {
                let operation = |command| Operation { command: Some(command), unchanged_since: None };
                let operations = (0..=self.numbers.below(5)).map(|_| operation(self.command_on_task()));
                Command::Bulk(Bulk { operations: operations.collect(), atomic: self.numbers.is_one_in(2) })
            }
            _ => self.command_on_task(),
        }
    }

    fn command_on_task(&mut self) -> Command {
        let (id, precondition) = (self.task(), Precondition::default());
        match self.numbers.below(10) {
            0..6 => {
                let list_id = self.numbers.is_one_in(4).then(|| self.list());
                Command::Create(NewTask { list_id, ..NewTask::new(id, self.title()) })
            }
            6 => {
                let completion = Some(Completion::Toggle);
                Command::Update { id, change: Change { completion, ..Change::default() }, precondition }
            }
            7 => {
                let list_id = self.numbers.is_one_in(3).then(|| Some(self.list()));
                let change = Change { title: Some(self.title()), list_id, ..Change::default() };
                Command::Update { id, change, precondition }
            }
            8 => Command::Delete { id, precondition, trash: self.trash() },
            _ => Command::Restore { id, precondition },
        }
    }

    fn command_on_lists(&mut self) -> ListCommand {
        let (id, precondition) = (self.list(), Precondition::default());
        let name = ListName::parse(&format!("list {}", self.numbers.below(2 * LISTS))).unwrap();
        match self.numbers.below(8) {
            0..4 => ListCommand::Create(NewList { id, name, color: None }),
            4 => {
                let change = ListChange { name: Some(name), ..ListChange::default() };
                ListCommand::Update { id, change, precondition }
            }
            5 => ListCommand::Move { id, to: self.place(Self::list), precondition },
            6 => ListCommand::Delete { id, tasks: TasksOfList::Keep, precondition },
            _ => ListCommand::Delete { id, tasks: TasksOfList::Trash(self.trash()), precondition },
        }
    }

    /// Mostly a small one, which loses its oldest tasks, or none.
    fn trash(&mut self) -> TrashCapacity {
        self.numbers.one_of(&[TrashCapacity::tasks(4), TrashCapacity::NONE, TrashCapacity::UNLIMITED])
    }

    fn place<I>(&mut self, other: fn(&mut Self) -> I) -> MoveTo<I> {
        match self.numbers.below(4) {
            0 => MoveTo::First,
            1 => MoveTo::Last,
            2 => MoveTo::Before(other(self)),
            _ => MoveTo::After(other(self)),
        }
    }

    const fn task(&mut self) -> TaskId {
        TaskId::new(Uuid::from_u64_pair(0x7000, (0b10 << 62) | self.numbers.below(TASKS)))
    }

    const fn list(&mut self) -> ListId {
        ListId::new(Uuid::from_u64_pair(0x7000, (0b10 << 62) | self.numbers.below(LISTS)))
    }

    fn title(&mut self) -> Title {
        Title::from_stored(format!("title {}", self.numbers.below(1000)))
    }

    fn time(&mut self) -> Timestamp {
        Timestamp::from_unix_millis(self.numbers.below(1_000_000).cast_signed()).unwrap()
    }
}
