use serde::{Deserialize, Serialize};

use super::Query;

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
                matches!(self.call, Call::Create { .. } | Call::Update { .. } | Call::Restore { .. })
            }
            Reply::Deleted { .. } => true,
            _ => false,
        }
    }

    /// The revision of a change.
    pub(crate) fn revision(&self) -> Option<i64> {
        match &self.reply {
            Reply::Task(state) if self.changed() => Some(state.revision),
            Reply::Deleted { revision } => Some(*revision),
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
            | Self::Purge { id, .. } => Some(*id),
            Self::List(_) => None,
        }
    }
}

/// What is to become of a task.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    Retitle(String),
    /// An empty one clears it.
    Describe(String),
    Complete(bool),
    Prioritize(i16),
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
    pub(crate) revision: i64,
}

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
    /// Anything else, which the model knows no reason for.
    Failed(String),
}
