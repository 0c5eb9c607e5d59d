//! The tasks that exist before a load begins. Their ids follow from numbers, so that a load can name them all.

use std::fmt::{self, Display};

/// So many owners with so many tasks each.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Dataset {
    pub(crate) owners: u64,
    pub(crate) tasks_each: u64,
}

/// For reads and changes.
pub(crate) const STANDARD: Dataset = Dataset { owners: 1000, tasks_each: 50 };
/// For creations: each subject begins with nothing.
pub(crate) const EMPTY: Dataset = Dataset { owners: 1000, tasks_each: 0 };
/// 20 thousand tasks.
pub(crate) const SMALL: Dataset = Dataset { owners: 250, tasks_each: 80 };
/// 2 million tasks, of as many owners.
pub(crate) const LARGE: Dataset = Dataset { owners: 250, tasks_each: 8000 };

pub(crate) const TITLE: &str = "Buy milk and bread on the way home";
pub(crate) const DESCRIPTION: &str = "Two litres of the fresh one, and the dark bread that my friends like";

/// The id of an owner is this number plus the owner's own. `pgbench` has no strings, but takes a number for one.
pub(crate) const OWNERS_FROM: u64 = 1_000_000_000_000_000_000;

/// The id of an owner; owners count from 1.
pub(crate) fn owner(number: u64) -> String {
    (OWNERS_FROM + number).to_string()
}

/// What the id of every task begins with; its last 12 digits are [`Dataset::number`].
pub(crate) const ID_PREFIX: &str = "00000000-0000-7000-8000-";

impl Dataset {
    pub(crate) const fn tasks(self) -> u64 {
        self.owners * self.tasks_each
    }

    /// The number of an owner's task, both counted from 1.
    pub(crate) const fn number(self, owner: u64, task: u64) -> u64 {
        (owner - 1) * self.tasks_each + task
    }

    /// The id of an owner's task.
    pub(crate) fn id(self, owner: u64, task: u64) -> String {
        format!("{ID_PREFIX}{:012x}", self.number(owner, task))
    }
}

impl Display for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tasks() {
            0 => write!(f, "no tasks"),
            tasks if tasks >= 1_000_000 => write!(f, "{} million tasks", tasks / 1_000_000),
            tasks => write!(f, "{} thousand tasks", tasks / 1000),
        }
    }
}
