use super::{Call, Change, Fate, Reply, State};

/// What there is of one task.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Slot {
    Absent,
    Live(State),
    /// In the trash; the revision is that of the deletion.
    Trashed(State),
    /// Deleted for good with this revision.
    Deleted(i64),
}

impl Slot {
    /// The state after a call with this reply; `None` if the reply is impossible in this state.
    pub(crate) fn after(&self, call: &Call, reply: &Reply) -> Option<Self> {
        let same = |right: bool| right.then(|| self.clone());
        match (call, reply, self) {
            (
                Call::Create { title, description, completed, list, at, .. },
                Reply::Task(made),
                Self::Absent | Self::Deleted(_),
            ) => {
                let (title, description) = (title.clone(), description.clone());
                let (created, updated, revision) = (*at, *at, made.revision);
                let completed_at = completed.then_some(*at);
                let (completed, priority, list) = (*completed, 1, *list);
                let position = made.position.clone();
                let state = State {
                    title,
                    description,
                    completed,
                    priority,
                    completed_at,
                    created,
                    updated,
                    list,
                    position,
                    revision,
                };
                (state == *made && revision > self.revision()).then_some(Self::Live(state))
            }
            (Call::Get { .. }, Reply::Task(read), Self::Live(state)) => same(read == state),
            (Call::Create { .. }, Reply::Taken { current: Some(current) }, Self::Live(state)) => {
                same(*current == state.revision)
            }
            (Call::Create { .. }, Reply::Taken { current: None }, Self::Trashed(_))
            | (Call::Create { .. }, Reply::Full, Self::Absent | Self::Deleted(_))
            // Whatever the task: the list of a new one is looked up before it.
            | (Call::Create { .. }, Reply::NoList, _)
            | (Call::Update { .. }, Reply::NoList, Self::Live(_))
            | (
                Call::Get { .. } | Call::Update { .. } | Call::Delete { .. },
                Reply::NotFound,
                Self::Absent | Self::Trashed(_) | Self::Deleted(_),
            )
            | (Call::Restore { .. }, Reply::NotFound, Self::Absent | Self::Deleted(_))
            | (Call::Purge { .. }, Reply::NotFound, Self::Absent | Self::Live(_) | Self::Deleted(_)) => {
                same(true)
            }
            (Call::Update { change, condition, .. }, Reply::Unchanged(left), Self::Live(state)) => {
                let unchanged = change.of(state, state.updated, state.revision) == *state;
                same(left == state && condition.allows(state.revision) && unchanged)
            }
            (Call::Update { change, condition, at, .. }, Reply::Task(left), Self::Live(state)) => {
                let right = condition.allows(state.revision)
                    && left.revision > state.revision
                    && change.of(state, state.updated, state.revision) != *state
                    && *left == change.of(state, *at, left.revision);
                right.then(|| Self::Live(left.clone()))
            }
            (Call::Delete { condition, for_good, .. }, Reply::Deleted { revision }, Self::Live(state)) => {
                let right = condition.allows(state.revision) && *revision > state.revision;
                let trashed = || Self::Trashed(State { revision: *revision, ..state.clone() });
                right.then(|| if *for_good { Self::Deleted(*revision) } else { trashed() })
            }
            (Call::Purge { condition, .. }, Reply::Deleted { revision }, Self::Trashed(state)) => {
                let right = condition.allows(state.revision) && *revision > state.revision;
                right.then_some(Self::Deleted(*revision))
            }
            (Call::Restore { deletion, .. }, Reply::Unchanged(read), Self::Live(state)) => {
                same(*deletion == state.revision && read == state)
            }
            (Call::Restore { deletion, at, .. }, Reply::Task(left), Self::Trashed(state)) => {
                let updated = state.updated.max(*at);
                let restored = State { updated, revision: left.revision, ..state.clone() };
                let right = *deletion == state.revision && left.revision > state.revision;
                (right && *left == restored).then_some(Self::Live(restored))
            }
            (Call::Restore { deletion, .. }, Reply::Full, Self::Trashed(state)) => {
                same(*deletion == state.revision)
            }
            (
                Call::Restore { deletion, .. },
                Reply::Rejected { current },
                Self::Live(state) | Self::Trashed(state),
            ) => same(*current == state.revision && *deletion != state.revision),
            (Call::Purge { condition, .. }, Reply::Rejected { current }, Self::Trashed(state)) => {
                same(*current == state.revision && !condition.allows(state.revision))
            }
            (
                Call::Update { condition, .. } | Call::Delete { condition, .. },
                Reply::Rejected { current },
                Self::Live(state),
            ) => same(*current == state.revision && !condition.allows(state.revision)),
            (Call::Move { .. } | Call::LoseList { .. }, ..) => self.after_move_or_loss(call, reply),
            _ => None,
        }
    }

    fn after_move_or_loss(&self, call: &Call, reply: &Reply) -> Option<Self> {
        let same = |right: bool| right.then(|| self.clone());
        match (call, reply, self) {
            (Call::Move { condition, .. }, Reply::Unchanged(left), Self::Live(state)) => {
                same(left == state && condition.allows(state.revision))
            }
            (Call::Move { condition, at, .. }, Reply::Task(left), Self::Live(state)) => {
                let updated = state.updated.max(*at);
                let (position, revision) = (left.position.clone(), left.revision);
                let moved = State { updated, position, revision, ..state.clone() };
                let right = condition.allows(state.revision) && revision > state.revision && *left == moved;
                right.then_some(Self::Live(moved))
            }
            (
                Call::LoseList { fate, at, .. },
                Reply::Left { revision: Some(revision) },
                Self::Live(state),
            ) => {
                let updated = state.updated.max(*at);
                let left = || State { updated, list: None, revision: *revision, ..state.clone() };
                (state.list.is_some() && *revision > state.revision).then(|| match fate {
                    Fate::Keep => Self::Live(left()),
                    Fate::Trash => Self::Trashed(left()),
                    Fate::DeleteForGood => Self::Deleted(*revision),
                })
            }
            (Call::LoseList { .. }, Reply::Left { revision: None }, Self::Trashed(state)) => {
                state.list.is_some().then(|| Self::Trashed(State { list: None, ..state.clone() }))
            }
            (Call::Move { .. }, Reply::NotFound, Self::Absent | Self::Trashed(_) | Self::Deleted(_))
            | (Call::Move { .. }, Reply::NoNeighbour, Self::Live(_)) => same(true),
            (Call::Move { condition, .. }, Reply::Rejected { current }, Self::Live(state)) => {
                same(*current == state.revision && !condition.allows(state.revision))
            }
            _ => None,
        }
    }
}

impl Slot {
    /// The key of a task, live or in the trash.
    pub(crate) fn position(&self) -> Option<&str> {
        match self {
            Self::Live(state) | Self::Trashed(state) => Some(&state.position),
            Self::Absent | Self::Deleted(_) => None,
        }
    }

    /// The list of a task, live or in the trash.
    pub(crate) const fn list(&self) -> Option<u64> {
        match self {
            Self::Live(state) | Self::Trashed(state) => state.list,
            Self::Absent | Self::Deleted(_) => None,
        }
    }

    /// The revision of the last change.
    pub(crate) const fn revision(&self) -> i64 {
        match self {
            Self::Absent => 0,
            Self::Live(state) | Self::Trashed(state) => state.revision,
            Self::Deleted(revision) => *revision,
        }
    }
}

impl State {
    /// Sets `completed`, and the time of the completion, if it changes.
    fn complete(&mut self, completed: bool) {
        if completed != self.completed {
            self.completed_at = completed.then_some(self.updated);
        }
        self.completed = completed;
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
            Self::Complete(completed) => state.complete(*completed),
            Self::Prioritize(priority) => state.priority = *priority,
            Self::List(list) => state.list = *list,
            Self::Toggle => state.complete(!state.completed),
            Self::RetitleAndToggle(title) => {
                state.title.clone_from(title);
                state.complete(!state.completed);
            }
        }
        state
    }
}
