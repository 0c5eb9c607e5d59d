use std::fmt;

/// One thing that is not as it should be. Texts of tasks are never part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Finding {
    /// A migration of this build has not run.
    MigrationPending {
        /// Its name.
        name: String,
    },
    /// A migration ran that this build does not know.
    MigrationUnknown {
        /// Its version.
        version: String,
    },
    /// The database cannot read all that it has stored.
    Damaged {
        /// In its own words.
        says: String,
    },
    /// An index does not have all rows of its table (PostgreSQL).
    IndexDamaged {
        /// Its name.
        index: String,
        /// What is wrong with it.
        says: String,
    },
    /// There are tasks of an owner who has no row.
    OwnerMissing {
        /// The owner's id.
        owner: String,
        /// The live ones among the tasks.
        live: i64,
    },
    /// `live_tasks` is not the number of the owner's live tasks.
    LiveTasks {
        /// The owner's id.
        owner: String,
        /// What `live_tasks` says.
        kept: i64,
        /// How many there are.
        counted: i64,
    },
    /// A task has a revision that its owner has yet to come to: it would be given twice.
    RevisionBehind {
        /// The owner's id.
        owner: String,
        /// The owner's revision.
        kept: i64,
        /// The highest one of a task.
        newest: i64,
    },
    /// Tasks have a revision below 1, the first there is.
    RevisionTooLow {
        /// The owner's id.
        owner: String,
        /// How many tasks and tombstones.
        tasks: i64,
    },
    /// Tasks of one owner have the same revision.
    RevisionShared {
        /// The owner's id.
        owner: String,
        /// How many tasks and tombstones.
        tasks: i64,
    },
    /// What is searched, and sorted by, is not what the task says.
    SearchText {
        /// The owner's id.
        owner: String,
        /// How many tasks.
        tasks: u64,
    },
    /// A deleted task still holds what its owner wrote.
    Tombstone {
        /// The owner's id.
        owner: String,
        /// How many tombstones.
        tasks: u64,
    },
}

/// What can be done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Remedy {
    /// To run the migrations.
    Migrate,
    /// To ask a build that knows the migrations.
    NewerBuild,
    /// To restore a backup.
    Restore,
    /// To build the index again.
    Reindex,
    /// A repair.
    Repair,
}

impl Finding {
    /// What can be done about it.
    #[must_use]
    pub const fn remedy(&self) -> Remedy {
        match self {
            Self::MigrationPending { .. } => Remedy::Migrate,
            Self::MigrationUnknown { .. } => Remedy::NewerBuild,
            Self::Damaged { .. } => Remedy::Restore,
            Self::IndexDamaged { .. } => Remedy::Reindex,
            _ => Remedy::Repair,
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MigrationPending { name } => write!(f, "{name} has not run"),
            Self::MigrationUnknown { version } => write!(f, "{version} ran and this build does not know it"),
            Self::Damaged { says } => f.write_str(says),
            Self::IndexDamaged { index, says } => write!(f, "the index {index} {says}"),
            Self::OwnerMissing { owner, live } => {
                write!(f, "{owner:?}: no row in owners; live tasks: {live}")
            }
            Self::LiveTasks { owner, kept, counted } => {
                write!(f, "{owner:?}: live_tasks is {kept}; live tasks: {counted}")
            }
            Self::RevisionBehind { owner, kept, newest } => {
                write!(f, "{owner:?}: the owner is at revision {kept}, a task at {newest}")
            }
            Self::RevisionTooLow { owner, tasks } => {
                write!(f, "{owner:?}: tasks with a revision below 1: {tasks}")
            }
            Self::RevisionShared { owner, tasks } => {
                write!(f, "{owner:?}: tasks that share a revision: {tasks}")
            }
            Self::SearchText { owner, tasks } => {
                write!(f, "{owner:?}: tasks with another text to search than their own: {tasks}")
            }
            Self::Tombstone { owner, tasks } => {
                write!(f, "{owner:?}: deleted tasks that still hold their texts: {tasks}")
            }
        }
    }
}
