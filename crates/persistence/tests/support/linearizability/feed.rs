//! The change feed: what a page has, and old copies that it brings up to date.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Call, Event, ListState, OwnerState, Reply, Slot, State};

/// A list or a task; the lists come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Object {
    List(u64),
    Task(u64),
}

/// How far a client has read the feed. Revisions are those of one owner, who is never erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Position {
    Start,
    InSnapshot { began: i64, after: Object },
    At(i64),
}

/// An object as the feed has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Changed {
    Task(u64, State),
    List(u64, ListState),
    Deleted(Object, i64),
}

impl Changed {
    pub(crate) const fn object(&self) -> Object {
        match self {
            Self::Task(id, _) => Object::Task(*id),
            Self::List(id, _) => Object::List(*id),
            Self::Deleted(object, _) => *object,
        }
    }

    const fn revision(&self) -> i64 {
        match self {
            Self::Task(_, state) => state.revision,
            Self::List(_, state) => state.revision,
            Self::Deleted(_, revision) => *revision,
        }
    }
}

/// The live objects that a client has.
type Copy = BTreeMap<Object, Changed>;

impl OwnerState {
    /// The page after a position.
    pub(super) fn page(&self, after: Position, limit: u32) -> Reply {
        let mut found: Vec<Changed> = match after {
            Position::Start => self.live_objects().into_values().collect(),
            Position::InSnapshot { after, .. } => {
                self.live_objects().into_values().filter(|changed| changed.object() > after).collect()
            }
            Position::At(revision) => {
                self.objects().filter(|changed| changed.revision() > revision).collect()
            }
        };
        if matches!(after, Position::At(_)) {
            found.sort_by_key(Changed::revision);
        }
        let began = if let Position::InSnapshot { began, .. } = after { began } else { self.revision };
        let more = found.len() > limit as usize;
        found.truncate(limit as usize);
        let next = match (after, found.last().filter(|_| more)) {
            (_, None) => Position::At(began),
            (Position::At(_), Some(last)) => Position::At(last.revision()),
            (_, Some(last)) => Position::InSnapshot { began, after: last.object() },
        };
        Reply::Changes { changes: found, next, more }
    }

    fn live_objects(&self) -> Copy {
        let live = self.objects().filter(|changed| !matches!(changed, Changed::Deleted(..)));
        live.map(|changed| (changed.object(), changed)).collect()
    }

    fn objects(&self) -> impl Iterator<Item = Changed> {
        let tasks = self.tasks.iter().filter_map(|(id, slot)| match slot {
            Slot::Live(state) => Some(Changed::Task(*id, state.clone())),
            Slot::Trashed(_) | Slot::Deleted(_) => Some(Changed::Deleted(Object::Task(*id), slot.revision())),
            Slot::Absent => None,
        });
        let lists = self.lists.live.iter().map(|(id, state)| Changed::List(*id, state.clone()));
        let deleted = self.lists.deleted.iter();
        let deleted = deleted.map(|(id, revision)| Changed::Deleted(Object::List(*id), *revision));
        tasks.chain(lists).chain(deleted)
    }
}

/// Checks that clients who read on from a copy of any state have the last one once nothing follows, where nothing is written
/// any more. `states` are those after each revision.
pub(super) fn copies_are_updated(events: &[&Event], states: &[OwnerState]) -> Result<(), String> {
    let Some(last) = states.last() else { return Ok(()) };
    let written = events.iter().filter(|event| event.changed()).map(|event| event.ended).max();
    let mut client: Option<(Position, Copy)> = None;
    for event in events.iter().filter(|event| written.is_none_or(|written| event.begun > written)) {
        let (Call::Changes { after, .. }, Reply::Changes { changes, next, more }) =
            (&event.call, &event.reply)
        else {
            continue;
        };
        let mut copy = match (client.take(), *after) {
            (Some((position, copy)), after) if position == after => copy,
            (_, Position::At(revision)) => states[usize::try_from(revision).unwrap()].live_objects(),
            (_, Position::Start) => Copy::new(),
            // A client that read the beginning while others wrote.
            (_, Position::InSnapshot { .. }) => continue,
        };
        for changed in changes {
            let _ = match changed {
                Changed::Deleted(object, _) => copy.remove(object),
                Changed::Task(..) | Changed::List(..) => copy.insert(changed.object(), changed.clone()),
            };
        }
        if *more || *next != Position::At(last.revision) {
            client = Some((*next, copy));
        } else if copy != last.live_objects() {
            return Err(format!("the copy of a client is not up to date after {event:#?}: {copy:#?}"));
        }
    }
    client.map_or(Ok(()), |(position, _)| Err(format!("a client has read up to {position:?} only")))
}
