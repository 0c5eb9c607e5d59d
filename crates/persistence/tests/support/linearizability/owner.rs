//! The state of one owner: the tasks, their manual order, and the lists.

use std::collections::BTreeMap;

use super::lists::Lists;
use super::order::is_in_place;
use super::{Call, Event, QUOTA, Reply, Slot};

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OwnerState {
    pub(crate) revision: i64,
    pub(crate) tasks: BTreeMap<u64, Slot>,
    /// The tasks in their manual order; one in the trash keeps its place.
    pub(crate) order: Vec<u64>,
    pub(crate) lists: Lists,
}

impl OwnerState {
    /// The states after a change, one for each of its revisions, and what it did to the tasks of a deleted list.
    pub(super) fn after(&self, event: &Event) -> Result<(Vec<Self>, Vec<Event>), String> {
        let impossible = || format!("{event:?} cannot follow on {self:?}");
        let (states, implied) = match (&event.call, &event.reply) {
            (Call::DeleteList { list, .. }, _) if self.lists.can_delete(&event.call) => {
                self.after_deletion_of_list(*list, event).ok_or_else(impossible)?
            }
            (call, Reply::TaskList(left)) => {
                let lists = self.lists.after(call, left).ok_or_else(impossible)?;
                (vec![Self { lists, revision: self.revision + 1, ..self.clone() }], Vec::new())
            }
            _ => (vec![self.after_task(event).ok_or_else(impossible)?], Vec::new()),
        };
        let revision = states.last().map(|state| state.revision);
        if event.revision() != revision {
            return Err(format!("revision {revision:?} of its owner is due for {event:?}"));
        }
        Ok((states, implied))
    }

    fn after_task(&self, event: &Event) -> Option<Self> {
        let id = event.call.id()?;
        if !self.allows(&event.call, &event.reply) {
            return None;
        }
        let mut after = self.clone();
        after.revision += 1;
        after.put(id, self.slot(id).after(&event.call, &event.reply)?);
        match &event.call {
            Call::Create { .. } => after.order.insert(0, id),
            Call::Move { to, .. } => after.order = to.moved(&self.order, id, |id| self.is_live(id))?,
            _ => return Some(after),
        }
        is_in_place(&after.order, id, |id| after.position(id)).then_some(after)
    }

    /// Each live task takes a revision, in the order of their ids, and then the list.
    fn after_deletion_of_list(&self, list: u64, event: &Event) -> Option<(Vec<Self>, Vec<Event>)> {
        let Call::DeleteList { fate, at, .. } = event.call else { return None };
        let (mut states, mut implied, mut after) = (Vec::new(), Vec::new(), self.clone());
        for id in self.tasks.keys().copied().filter(|id| self.slot(*id).list() == Some(list)) {
            let revision = self.is_live(id).then_some(after.revision + 1);
            let (call, reply) = (Call::LoseList { id, fate, at }, Reply::Left { revision });
            let left = after.slot(id).after(&call, &reply)?;
            after.put(id, left);
            if let Some(revision) = revision {
                after.revision = revision;
                states.push(after.clone());
            }
            implied.push(Event { call, reply, ..event.clone() });
        }
        after.revision += 1;
        after.lists.delete(list, after.revision);
        states.push(after);
        Some((states, implied))
    }

    /// Whether a reply to a call that changes nothing is right in this state.
    pub(super) fn agrees(&self, call: &Call, reply: &Reply) -> bool {
        match call {
            Call::List(query) => query.answered(self) == *reply,
            Call::TaskLists => self.lists.counted(&self.tasks) == *reply,
            Call::Changes { after, limit } => self.page(*after, *limit) == *reply,
            _ => match call.id() {
                Some(id) => self.allows(call, reply) && self.slot(id).after(call, reply).is_some(),
                None => self.lists.agree(call, reply),
            },
        }
    }

    /// Whether what is beside the task permits the reply.
    fn allows(&self, call: &Call, reply: &Reply) -> bool {
        let is_full = self.live() >= QUOTA;
        let right = match (call, reply) {
            // Everything else is looked up later.
            (_, Reply::NotFound) => return true,
            (_, Reply::Full) => is_full,
            (Call::Create { .. } | Call::Restore { .. }, Reply::Task(_)) => !is_full,
            (Call::Move { id, to, .. }, Reply::Unchanged(_)) => {
                to.moved(&self.order, *id, |id| self.is_live(id)).is_none()
            }
            _ => true,
        };
        let lacks_list = call.list().is_some_and(|list| !self.lists.live.contains_key(&list));
        let neighbour = if let Call::Move { to, .. } = call { to.neighbour() } else { None };
        let lacks_neighbour = neighbour.is_some_and(|id| !self.is_live(id));
        right && (*reply == Reply::NoList) == lacks_list && (*reply == Reply::NoNeighbour) == lacks_neighbour
    }

    fn put(&mut self, id: u64, slot: Slot) {
        if matches!(slot, Slot::Deleted(_)) {
            self.order.retain(|other| *other != id);
        }
        self.tasks.insert(id, slot);
    }

    fn slot(&self, id: u64) -> &Slot {
        self.tasks.get(&id).unwrap_or(&Slot::Absent)
    }

    fn is_live(&self, id: u64) -> bool {
        matches!(self.slot(id), Slot::Live(_))
    }

    pub(super) fn live(&self) -> usize {
        self.tasks.values().filter(|slot| matches!(slot, Slot::Live(_))).count()
    }

    fn position(&self, id: u64) -> &str {
        self.slot(id).position().unwrap()
    }
}
