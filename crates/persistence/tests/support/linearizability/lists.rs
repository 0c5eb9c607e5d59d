use std::collections::BTreeMap;

use super::order::is_in_place;
use super::{Call, ListState, Reply, Slot};

/// The lists of one owner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Lists {
    pub(crate) live: BTreeMap<u64, ListState>,
    /// The revisions of deletions.
    pub(crate) deleted: BTreeMap<u64, i64>,
    order: Vec<u64>,
}

impl Lists {
    /// The lists after a call that left one list like this; `None` if that is impossible.
    pub(super) fn after(&self, call: &Call, left: &ListState) -> Option<Self> {
        let list = call.list()?;
        let mut after = self.clone();
        let (revision, position) = (left.revision, left.position.clone());
        let (right, expected) = match (call, self.live.get(&list)) {
            (Call::CreateList { name, at, .. }, None) => {
                after.order.push(list);
                after.deleted.remove(&list);
                let (created, updated) = (*at, *at);
                (true, ListState { name: name.clone(), created, updated, position, revision })
            }
            (Call::RenameList { name, seen, at, .. }, Some(state)) => {
                let updated = state.updated.max(*at);
                let renamed = ListState { name: name.clone(), updated, revision, ..state.clone() };
                (allows(*seen, state) && *name != state.name, renamed)
            }
            (Call::MoveList { to, seen, at, .. }, Some(state)) => {
                after.order = to.moved(&self.order, list, |_| true)?;
                let updated = state.updated.max(*at);
                (allows(Some(*seen), state), ListState { updated, position, revision, ..state.clone() })
            }
            _ => return None,
        };
        let name_is_free = !self.has_other_of_name(list, &left.name);
        after.live.insert(list, expected);
        let is_in_place = is_in_place(&after.order, list, |id| &after.live[&id].position);
        (right && name_is_free && is_in_place && after.live[&list] == *left).then_some(after)
    }

    /// Whether a list can be deleted by a call.
    pub(super) fn can_delete(&self, call: &Call) -> bool {
        let Call::DeleteList { list, condition, .. } = call else { return false };
        self.live.get(list).is_some_and(|state| condition.allows(state.revision))
    }

    pub(super) fn delete(&mut self, list: u64, revision: i64) {
        self.live.remove(&list);
        self.order.retain(|other| *other != list);
        self.deleted.insert(list, revision);
    }

    /// Whether a reply to a call that changes nothing is right.
    pub(super) fn agree(&self, call: &Call, reply: &Reply) -> bool {
        let Some(list) = call.list() else { return false };
        let state = self.live.get(&list);
        let is_named = |name: &String| self.has_other_of_name(list, name);
        let Some(state) = state else {
            return match call {
                Call::CreateList { name, .. } => *reply == Reply::NameTaken && is_named(name),
                _ => *reply == Reply::NotFound,
            };
        };
        let current = state.revision;
        let rejected = Reply::Rejected { current };
        let expected = match call {
            Call::CreateList { .. } => Reply::Taken { current: Some(current) },
            Call::RenameList { seen, .. } if !allows(*seen, state) => rejected,
            Call::RenameList { name, .. } if is_named(name) => Reply::NameTaken,
            Call::RenameList { name, .. } if *name == state.name => Reply::TaskList(state.clone()),
            Call::MoveList { to, .. } if to.neighbour().is_some_and(|id| !self.live.contains_key(&id)) => {
                Reply::NoNeighbour
            }
            Call::MoveList { seen, .. } if !allows(Some(*seen), state) => rejected,
            Call::MoveList { to, .. } if to.moved(&self.order, list, |_| true).is_none() => {
                Reply::TaskList(state.clone())
            }
            Call::DeleteList { .. } if !self.can_delete(call) => rejected,
            _ => return false,
        };
        *reply == expected
    }

    /// All lists in their order, with the numbers of their open and their completed tasks.
    pub(super) fn counted(&self, tasks: &BTreeMap<u64, Slot>) -> Reply {
        let count = |list: u64, completed: bool| {
            let is_counted = |slot: &&Slot| matches!(slot, Slot::Live(task) if task.list == Some(list) && task.completed == completed);
            tasks.values().filter(is_counted).count() as u64
        };
        let counted = |id: &u64| (*id, self.live[id].clone(), [count(*id, false), count(*id, true)]);
        Reply::TaskLists(self.order.iter().map(counted).collect())
    }

    fn has_other_of_name(&self, list: u64, name: &str) -> bool {
        self.live.iter().any(|(id, other)| *id != list && other.name.eq_ignore_ascii_case(name))
    }
}

fn allows(seen: Option<i64>, state: &ListState) -> bool {
    seen.is_none_or(|seen| seen == state.revision)
}
