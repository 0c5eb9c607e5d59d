use std::fmt;

use super::error::DoctorError;
use super::listed::Listed;

/// What a repair did, owner by owner, and why it stopped when it did not come to the end. What it tells is committed.
#[derive(Debug, Default)]
pub struct Repairs {
    pub(super) done: Listed<Repair>,
    pub(super) stopped_by: Option<DoctorError>,
}

/// What was done for one owner, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    pub(super) owner: String,
    pub(super) deeds: Vec<Deed>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Deed {
    /// The owner has a row now.
    Enrolled,
    /// `live_tasks` was set to the number of live tasks.
    Counted {
        /// What it was.
        from: i64,
        /// What it is.
        to: i64,
    },
    /// Tasks whose revision was shared, or was none, have new ones, in the order of their last changes.
    Renumbered {
        /// The first of the new revisions.
        first: i64,
        /// The last one.
        last: i64,
    },
    /// What is searched says again what the tasks say.
    Indexed {
        /// How many tasks.
        tasks: u64,
    },
    /// The texts of deleted tasks are gone.
    Erased {
        /// How many tombstones.
        tasks: u64,
    },
    /// The owner's revision was raised, so that whoever has read before reads again.
    Raised {
        /// What it was.
        from: i64,
        /// What it is.
        to: i64,
    },
}

impl Repairs {
    /// What was done.
    #[must_use]
    pub const fn done(&self) -> &Listed<Repair> {
        &self.done
    }

    /// Why it did not come to the end; nothing when it did.
    #[must_use]
    pub fn into_error(self) -> Option<DoctorError> {
        self.stopped_by
    }
}

impl Repair {
    /// The owner's id.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// What was done, in its order.
    #[must_use]
    pub fn deeds(&self) -> &[Deed] {
        &self.deeds
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enrolled => f.write_str("a row in owners"),
            Self::Counted { from, to } => write!(f, "live_tasks from {from} to {to}"),
            Self::Renumbered { first, last } => write!(f, "new revisions for tasks, {first} to {last}"),
            Self::Indexed { tasks } => write!(f, "texts to search written anew: {tasks}"),
            Self::Erased { tasks } => write!(f, "texts of deleted tasks erased: {tasks}"),
            Self::Raised { from, to } => write!(f, "the owner's revision from {from} to {to}"),
        }
    }
}

impl fmt::Display for Repair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}: ", self.owner)?;
        for (number, deed) in self.deeds.iter().enumerate() {
            write!(f, "{}{deed}", if number == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl fmt::Display for Repairs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.done.first().iter().try_for_each(|repair| writeln!(f, "mended {repair}"))?;
        match self.done.more() {
            0 => Ok(()),
            more => writeln!(f, "mended {more} more owners"),
        }
    }
}
