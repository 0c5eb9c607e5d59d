use super::{Call, Change, Reply, State};

/// What there is of one task.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Slot {
    Absent,
    Live(State),
    /// Deleted with this revision.
    Deleted(i64),
}

impl Slot {
    /// The state after a call with this reply; `None` if the reply is impossible in this state.
    pub(crate) fn after(&self, call: &Call, reply: &Reply) -> Option<Self> {
        let same = |right: bool| right.then(|| self.clone());
        match (call, reply, self) {
            (
                Call::Create { title, description, completed, at, .. },
                Reply::Task(made),
                Self::Absent | Self::Deleted(_),
            ) => {
                let (title, description) = (title.clone(), description.clone());
                let (created, updated, revision) = (*at, *at, made.revision);
                let state = State { title, description, completed: *completed, created, updated, revision };
                (state == *made && revision > self.revision()).then_some(Self::Live(state))
            }
            (Call::Get { .. }, Reply::Task(read), Self::Live(state)) => same(read == state),
            (Call::Create { .. }, Reply::Taken { current }, Self::Live(state)) => {
                same(*current == state.revision)
            }
            (Call::Create { .. }, Reply::Full, Self::Absent | Self::Deleted(_))
            | (
                Call::Get { .. } | Call::Update { .. } | Call::Delete { .. },
                Reply::NotFound,
                Self::Absent | Self::Deleted(_),
            ) => same(true),
            (Call::Update { change, condition, at, .. }, Reply::Task(left), Self::Live(state)) => {
                let right = condition.allows(state.revision)
                    && left.revision > state.revision
                    && *left == change.of(state, *at, left.revision);
                right.then(|| Self::Live(left.clone()))
            }
            (Call::Delete { condition, .. }, Reply::Deleted { revision }, Self::Live(state)) => {
                let right = condition.allows(state.revision) && *revision > state.revision;
                right.then_some(Self::Deleted(*revision))
            }
            (
                Call::Update { condition, .. } | Call::Delete { condition, .. },
                Reply::Rejected { current },
                Self::Live(state),
            ) => same(*current == state.revision && !condition.allows(state.revision)),
            _ => None,
        }
    }
}

impl Slot {
    /// The revision of the last change.
    const fn revision(&self) -> i64 {
        match self {
            Self::Absent => 0,
            Self::Live(state) => state.revision,
            Self::Deleted(revision) => *revision,
        }
    }
}

impl Change {
    fn of(&self, state: &State, at: i64, revision: i64) -> State {
        // Time does not go back.
        let mut state = State { updated: at.max(state.updated), revision, ..state.clone() };
        match self {
            Self::Retitle(title) => state.title.clone_from(title),
            Self::Describe(text) => {
                state.description = Some(text.clone()).filter(|text| !text.is_empty());
            }
            Self::Complete(completed) => state.completed = *completed,
            Self::Toggle => state.completed = !state.completed,
            Self::RetitleAndToggle(title) => {
                state.title.clone_from(title);
                state.completed = !state.completed;
            }
        }
        state
    }
}
