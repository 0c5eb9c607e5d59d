use serde::{Deserialize, Serialize};

use super::feed::{Changed, Position};
use super::{Query, To};

/// One call with its owner, its reply, and their times, which are of one clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) owner: String,
    pub(crate) begun: u64,
    pub(crate) ended: u64,
    pub(crate) call: Call,
    pub(crate) reply: Reply,
}

impl Event {
    /// Whether the call changed something.
    pub(crate) fn changed(&self) -> bool {
        match &self.reply {
            Reply::Task(_) => {
                matches!(
                    self.call,
                    Call::Create { .. } | Call::Update { .. } | Call::Move { .. } | Call::Restore { .. }
                )
            }
            Reply::TaskList(state) => match self.call {
                Call::RenameList { seen, .. } => seen != Some(state.revision),
                Call::MoveList { seen, .. } => seen != state.revision,
                _ => true,
            },
            Reply::Deleted { .. } | Reply::Left { .. } => true,
            _ => false,
        }
    }

    /// The revision of a change, which is the last one if it has several.
    pub(crate) fn revision(&self) -> Option<i64> {
        match &self.reply {
            Reply::Task(state) if self.changed() => Some(state.revision),
            Reply::TaskList(state) if self.changed() => Some(state.revision),
            Reply::Deleted { revision } => Some(*revision),
            Reply::Left { revision } => *revision,
            _ => None,
        }
    }
}

/// A call. `at` is its timestamp for the change, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Call {
    Create {
        id: u64,
        title: String,
        description: Option<String>,
        completed: bool,
        list: Option<u64>,
        at: i64,
    },
    Get {
        id: u64,
    },
    List(Query),
    Update {
        id: u64,
        change: Change,
        condition: Condition,
        at: i64,
    },
    /// For good, or to the trash.
    Delete {
        id: u64,
        condition: Condition,
        for_good: bool,
    },
    /// Requires the revision of a deletion, so that the reply shows whether anything changed.
    Restore {
        id: u64,
        deletion: i64,
        at: i64,
    },
    Purge {
        id: u64,
        condition: Condition,
    },
    /// In the manual order of the tasks.
    Move {
        id: u64,
        to: To,
        condition: Condition,
        at: i64,
    },
    CreateList {
        list: u64,
        name: String,
        at: i64,
    },
    /// Requires a revision, or has a name that no list ever had, so that the reply shows whether anything changed.
    RenameList {
        list: u64,
        name: String,
        seen: Option<i64>,
        at: i64,
    },
    /// Requires a revision, for the same reason.
    MoveList {
        list: u64,
        to: To,
        seen: i64,
        at: i64,
    },
    DeleteList {
        list: u64,
        fate: Fate,
        condition: Condition,
        at: i64,
    },
    /// All lists with their counts.
    TaskLists,
    /// A page of the change feed.
    Changes {
        after: Position,
        limit: u32,
    },
    /// What the deletion of a list does to one of its tasks; derived from it, and never called.
    LoseList {
        id: u64,
        fate: Fate,
        at: i64,
    },
}

impl Call {
    /// The task that it is about.
    pub(crate) const fn id(&self) -> Option<u64> {
        match self {
            Self::Create { id, .. }
            | Self::Get { id }
            | Self::Update { id, .. }
            | Self::Delete { id, .. }
            | Self::Restore { id, .. }
            | Self::Purge { id, .. }
            | Self::Move { id, .. }
            | Self::LoseList { id, .. } => Some(*id),
            Self::List(_)
            | Self::CreateList { .. }
            | Self::RenameList { .. }
            | Self::MoveList { .. }
            | Self::DeleteList { .. }
            | Self::TaskLists
            | Self::Changes { .. } => None,
        }
    }

    /// The list that a write is about, or that it brings a task into.
    pub(crate) const fn list(&self) -> Option<u64> {
        match self {
            Self::Create { list, .. } | Self::Update { change: Change::List(list), .. } => *list,
            Self::CreateList { list, .. }
            | Self::RenameList { list, .. }
            | Self::MoveList { list, .. }
            | Self::DeleteList { list, .. } => Some(*list),
            _ => None,
        }
    }
}

/// What becomes of the tasks of a deleted list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Fate {
    Keep,
    Trash,
    /// As without a trash.
    DeleteForGood,
}

/// What is to become of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    Retitle(String),
    /// An empty one clears it.
    Describe(String),
    Complete(bool),
    Prioritize(i16),
    /// Into another list, or out of all.
    List(Option<u64>),
    Toggle,
    /// Both at once.
    RetitleAndToggle(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Condition {
    pub(crate) if_match: Option<Tags>,
    pub(crate) if_none_match: Option<Tags>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Tags {
    Any,
    Of(Vec<i64>),
}

impl Condition {
    pub(crate) fn allows(&self, revision: i64) -> bool {
        let named = |tags: &Tags| match tags {
            Tags::Any => true,
            Tags::Of(revisions) => revisions.contains(&revision),
        };
        self.if_match.as_ref().is_none_or(named) && !self.if_none_match.as_ref().is_some_and(named)
    }
}

/// A task as returned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct State {
    pub(crate) title: String,
    pub(crate) description: Option<String>,
    pub(crate) completed: bool,
    pub(crate) priority: i16,
    pub(crate) completed_at: Option<i64>,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) list: Option<u64>,
    pub(crate) position: String,
    pub(crate) revision: i64,
}

/// A list as returned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ListState {
    pub(crate) name: String,
    pub(crate) created: i64,
    pub(crate) updated: i64,
    pub(crate) position: String,
    pub(crate) revision: i64,
}

/// A list with the numbers of its open and its completed tasks.
pub(crate) type CountedList = (u64, ListState, [u64; 2]);

/// A reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reply {
    Task(State),
    /// A write that changes no value.
    Unchanged(State),
    Deleted {
        revision: i64,
    },
    Page {
        tasks: Vec<(u64, State)>,
        more: bool,
        total: Option<u64>,
    },
    NotFound,
    Rejected {
        current: i64,
    },
    /// A task has the id of the new one.
    Taken {
        /// The revision it is at, if it is live.
        current: Option<i64>,
    },
    /// The owner has as many live tasks as allowed.
    Full,
    /// There is no list of the id that a task would get.
    NoList,
    /// What something was to be moved beside does not exist.
    NoNeighbour,
    /// Another list has the name.
    NameTaken,
    /// A list after a write.
    TaskList(ListState),
    TaskLists(Vec<CountedList>),
    Changes {
        changes: Vec<Changed>,
        next: Position,
        more: bool,
    },
    /// What a task becomes when its list is deleted; one in the trash takes no revision.
    Left {
        revision: Option<i64>,
    },
    /// Anything else, which the model knows no reason for.
    Failed(String),
}
