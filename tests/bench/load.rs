//! What is asked of a contender.

use std::fmt::{self, Display};

use crate::issuer::Algorithm;
use crate::set::{EMPTY, STANDARD, Set};

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Engine {
    Postgres,
    Sqlite,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    One,
    List,
    Create,
    Update,
    /// Of ten requests six read one task, two a list, one creates and one updates.
    Mix,
}

/// A request kind on a set of tasks, by so many connections at once.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) work: Work,
    pub(crate) engine: Engine,
    pub(crate) connections: u32,
    pub(crate) set: Set,
    /// All requests are one owner's; otherwise each is of any owner of the set.
    pub(crate) hot: bool,
    pub(crate) algorithm: Algorithm,
}

impl Load {
    pub(crate) fn new(work: Work, engine: Engine, connections: u32) -> Self {
        let set = if work == Work::Create { EMPTY } else { STANDARD };
        Self { work, engine, connections, set, hot: false, algorithm: Algorithm::Hs256 }
    }

    /// How many of the set's owners are asked for.
    pub(crate) fn owners(&self) -> u64 {
        if self.hot { 1 } else { self.set.owners }
    }
}

impl Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Postgres => "PostgreSQL",
            Self::Sqlite => "SQLite",
        })
    }
}

impl Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::One => "one task",
            Self::List => "a list of 50",
            Self::Create => "create",
            Self::Update => "update",
            Self::Mix => "mix",
        })
    }
}

impl Display for Load {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.connections == 1 { "" } else { "s" };
        write!(f, "{}, {}, {} connection{plural}", self.work, self.engine, self.connections)
    }
}
