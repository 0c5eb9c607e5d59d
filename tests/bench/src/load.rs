//! The load on a subject.

use std::fmt::{self, Display};

use crate::dataset::{Dataset, EMPTY, STANDARD};
use crate::issuer::Algorithm;

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
    /// A hundred creates in one request.
    Bulk,
    Update,
    /// Of ten requests six read one task, two a list, one creates and one updates.
    Mix,
}

/// A kind of request on a dataset, by a number of connections.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) work: Work,
    pub(crate) engine: Engine,
    pub(crate) connections: u32,
    pub(crate) dataset: Dataset,
    /// All requests are one owner's; otherwise each is of any owner of the dataset.
    pub(crate) hot: bool,
    pub(crate) algorithm: Algorithm,
    /// The service keeps the lists that it has sent, as by default; otherwise it reads each list.
    pub(crate) keeps_lists: bool,
}

impl Load {
    pub(crate) fn new(work: Work, engine: Engine, connections: u32) -> Self {
        let dataset = if matches!(work, Work::Create | Work::Bulk) { EMPTY } else { STANDARD };
        Self {
            work,
            engine,
            connections,
            dataset,
            hot: false,
            algorithm: Algorithm::Hs256,
            keeps_lists: true,
        }
    }

    /// How many of the owners of the dataset are used.
    pub(crate) fn owners(&self) -> u64 {
        if self.hot { 1 } else { self.dataset.owners }
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
            Self::Bulk => "a hundred creates",
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
