//! Checks one owner: changes in the order of their revisions, and other calls between them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::feed::{Object, copies_are_updated};
use super::stored::StoredOwner;
use super::{Event, OwnerState, Slot};

/// Checks that the revisions have no gaps and follow real-time order, that each reply was correct at some time between call
/// and reply, that clients with old copies can follow, and that the database has the state after the last change. Returns
/// what the deletions of lists did to their tasks.
pub(crate) fn chained(events: &[&Event], stored: &StoredOwner) -> Result<Vec<Event>, String> {
    let changes = changes(events);
    in_order(&changes)?;
    let History { states, after_changes, implied } = History::of(&changes)?;
    placed(events, &changes, |change| &states[after_changes[change]])?;
    copies_are_updated(events, &states)?;
    ends_with(&states[states.len() - 1], stored)?;
    Ok(implied)
}

/// The changes by revision.
fn changes<'a>(events: &[&'a Event]) -> Vec<&'a Event> {
    let revision = |event: &&'a Event| Some((event.revision()?, *event));
    let mut changes: Vec<(i64, &Event)> = events.iter().filter_map(revision).collect();
    changes.sort_by_key(|(revision, _)| *revision);
    changes.into_iter().map(|(_, event)| event).collect()
}

/// What ended before something else began has the lower revision.
fn in_order(changes: &[&Event]) -> Result<(), String> {
    let mut latest: Option<&Event> = None;
    for &change in changes {
        if let Some(earlier) = latest.filter(|earlier| change.ended < earlier.begun) {
            return Err(format!("{change:?} has a higher revision than what began after it: {earlier:?}"));
        }
        if latest.is_none_or(|latest| change.begun > latest.begun) {
            latest = Some(change);
        }
    }
    Ok(())
}

/// What the changes made of an owner.
struct History {
    /// The state at each revision, from 0.
    states: Vec<OwnerState>,
    /// The states before the first change and after each of them. The others were never visible, but a client can have a copy.
    after_changes: Vec<usize>,
    implied: Vec<Event>,
}

impl History {
    fn of(changes: &[&Event]) -> Result<Self, String> {
        let (mut states, mut after_changes) = (vec![OwnerState::default()], vec![0]);
        let mut all_implied = Vec::new();
        for change in changes {
            let (after, implied) = states[states.len() - 1].after(change)?;
            states.extend(after);
            after_changes.push(states.len() - 1);
            all_implied.extend(implied);
        }
        Ok(Self { states, after_changes, implied: all_implied })
    }
}

/// Finds a state for each reply without a change. The first match is the best, because it restricts the others least.
fn placed<'a>(
    events: &[&Event],
    changes: &[&Event],
    state_after: impl Fn(usize) -> &'a OwnerState,
) -> Result<(), String> {
    let mut others: Vec<&Event> = events.iter().copied().filter(|event| !event.changed()).collect();
    others.sort_by_key(|event| event.begun);
    // When each event ended, and the first state that later events can have.
    let ends = changes.iter().zip(1..).map(|(change, state)| Reverse((change.ended, state)));
    let mut ends: BinaryHeap<Reverse<(u64, usize)>> = ends.collect();
    let mut first = 0;
    for event in others {
        while let Some(Reverse((_, state))) = ends.peek().filter(|Reverse((ended, _))| *ended < event.begun) {
            first = first.max(*state);
            ends.pop();
        }
        let last = changes.iter().position(|change| change.begun > event.ended).unwrap_or(changes.len());
        let right = (first..=last).find(|state| state_after(*state).agrees(&event.call, &event.reply));
        let Some(state) = right else {
            return Err(format!("after none of the changes {first} to {last} this is right: {event:#?}"));
        };
        ends.push(Reverse((event.ended, state)));
    }
    Ok(())
}

fn ends_with(last: &OwnerState, stored: &StoredOwner) -> Result<(), String> {
    let task = |(id, slot): (&u64, &Slot)| {
        let is_deleted = !matches!(slot, Slot::Live(_));
        (*slot != Slot::Absent).then(|| (Object::Task(*id), (slot.revision(), is_deleted)))
    };
    let mut objects: BTreeMap<Object, (i64, bool)> = last.tasks.iter().filter_map(task).collect();
    let lists = &last.lists;
    objects.extend(lists.live.iter().map(|(id, list)| (Object::List(*id), (list.revision, false))));
    objects.extend(lists.deleted.iter().map(|(id, revision)| (Object::List(*id), (*revision, true))));
    let trashed = last.tasks.values().filter(|slot| matches!(slot, Slot::Trashed(_))).count();
    let right = stored.revision == last.revision
        && (stored.live_tasks, stored.trashed_tasks) == (number(last.live()), number(trashed))
        && stored.objects == objects;
    let revision = last.revision;
    if right {
        Ok(())
    } else {
        Err(format!("{revision} revisions leave {objects:?}, but stored is {stored:?}"))
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}
