use serde::{Deserialize, Serialize};

use super::{OwnerState, Reply, Slot, State};

/// What a list asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Query {
    pub(crate) completed: Option<bool>,
    /// In lower case and ASCII, as all texts of the model that are searched for.
    pub(crate) search: Option<String>,
    pub(crate) list: Option<InList>,
    pub(crate) key: Key,
    pub(crate) ascending: bool,
    pub(crate) offset: u64,
    pub(crate) limit: u32,
    pub(crate) count: bool,
}

/// Tasks in this list, or in none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum InList {
    None,
    Of(u64),
}

impl InList {
    pub(crate) const fn list(self) -> Option<u64> {
        if let Self::Of(list) = self { Some(list) } else { None }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Key {
    Created,
    Updated,
    Title,
    Position,
}

impl Query {
    /// All tasks, the newest first, and how many there are.
    pub(crate) const fn everything() -> Self {
        Self {
            completed: None,
            search: None,
            list: None,
            key: Key::Created,
            ascending: false,
            offset: 0,
            limit: 1000,
            count: true,
        }
    }

    /// What the answer is in this state of the owner.
    pub(crate) fn answered(&self, owner: &OwnerState) -> Reply {
        let place = |id: &u64| owner.order.iter().position(|other| other == id).unwrap();
        let live = owner.tasks.iter().filter_map(|(id, slot)| match slot {
            Slot::Live(state) if self.admits(state) => Some((*id, state)),
            _ => None,
        });
        let mut tasks: Vec<(u64, &State)> = live.collect();
        tasks.sort_by_cached_key(|(id, state)| match self.key {
            Key::Created => (state.created, String::new(), *id),
            Key::Updated => (state.updated, String::new(), *id),
            Key::Title => (0, state.title.to_lowercase(), *id),
            Key::Position => (i64::try_from(place(id)).unwrap(), String::new(), *id),
        });
        if !self.ascending {
            tasks.reverse();
        }
        let total = self.count.then_some(tasks.len() as u64);
        let offset = usize::try_from(self.offset).unwrap();
        let behind = tasks.len().saturating_sub(offset);
        let page = tasks.into_iter().skip(offset).take(self.limit as usize);
        let tasks = page.map(|(id, state)| (id, state.clone())).collect();
        Reply::Page { tasks, more: behind > self.limit as usize, total }
    }

    fn admits(&self, state: &State) -> bool {
        let found = |text: &str| {
            let description = state.description.as_deref().unwrap_or_default();
            state.title.to_lowercase().contains(text) || description.to_lowercase().contains(text)
        };
        self.completed.is_none_or(|completed| state.completed == completed)
            && self.list.is_none_or(|filter| state.list == filter.list())
            && self.search.as_deref().is_none_or(found)
    }
}
