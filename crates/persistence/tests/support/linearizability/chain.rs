//! Checks one owner: changes in the order of their revisions, and other calls between them.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

use super::stored::StoredOwner;
use super::{Call, Event, QUOTA, Query, Reply, Slot};

type Slots = BTreeMap<u64, Slot>;

/// Checks that the revisions have no gaps and follow real-time order, that each reply was correct at some time between call
/// and reply, and that the database has the state after the last change.
pub(crate) fn chained(events: &[&Event], stored: &StoredOwner) -> Result<(), String> {
    let changes = changes(events)?;
    in_order(&changes)?;
    let states = replay(&changes)?;
    placed(events, &changes, &states)?;
    ends_with(&states[changes.len()], changes.len(), stored)
}

/// The changes by revision, which are 1, 2, 3 and so on.
fn changes<'a>(events: &[&'a Event]) -> Result<Vec<&'a Event>, String> {
    let revision = |event: &&'a Event| Some((event.revision()?, *event));
    let mut changes: Vec<(i64, &Event)> = events.iter().filter_map(revision).collect();
    changes.sort_by_key(|(revision, _)| *revision);
    for (place, (revision, event)) in changes.iter().enumerate() {
        if *revision != number(place) + 1 {
            return Err(format!("revision {revision} is number {} of its owner: {event:?}", place + 1));
        }
    }
    Ok(changes.into_iter().map(|(_, event)| event).collect())
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

/// The owner's tasks before the first change and after each of them.
fn replay(changes: &[&Event]) -> Result<Vec<Slots>, String> {
    let mut states = vec![Slots::new()];
    for change in changes {
        let mut slots = states.last().cloned().unwrap_or_default();
        if matches!(change.call, Call::Create { .. }) && live(&slots) >= QUOTA {
            return Err(format!("{change:?} exceeds the quota"));
        }
        let Some(id) = change.call.id() else { continue };
        let slot = slots.remove(&id).unwrap_or(Slot::Absent);
        let after = slot.after(&change.call, &change.reply);
        slots.insert(id, after.ok_or_else(|| format!("{change:?} cannot follow on {slot:?}"))?);
        states.push(slots);
    }
    Ok(states)
}

/// Finds a state for each reply without a change. The first match is the best, because it restricts the others least.
fn placed(events: &[&Event], changes: &[&Event], states: &[Slots]) -> Result<(), String> {
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
        let right = (first..=last).find(|state| is_right(event, &states[*state]));
        let Some(state) = right else {
            return Err(format!("at none of the revisions {first} to {last} this is right: {event:#?}"));
        };
        ends.push(Reverse((event.ended, state)));
    }
    Ok(())
}

fn is_right(event: &Event, slots: &Slots) -> bool {
    match (&event.call, event.call.id()) {
        (Call::List(query), _) => agrees(query, slots, &event.reply),
        _ if event.reply == Reply::Full && live(slots) < QUOTA => false,
        (call, Some(id)) => slots.get(&id).unwrap_or(&Slot::Absent).after(call, &event.reply).is_some(),
        (_, None) => false,
    }
}

fn agrees(query: &Query, slots: &Slots, reply: &Reply) -> bool {
    query.answered(slots) == *reply
}

fn ends_with(slots: &Slots, changes: usize, stored: &StoredOwner) -> Result<(), String> {
    let row = |(id, slot): (&u64, &Slot)| match slot {
        Slot::Live(state) => Some((*id, (state.revision, false))),
        Slot::Trashed(state) => Some((*id, (state.revision, true))),
        Slot::Deleted(revision) => Some((*id, (*revision, true))),
        Slot::Absent => None,
    };
    let tasks: BTreeMap<u64, (i64, bool)> = slots.iter().filter_map(row).collect();
    let trashed = slots.values().filter(|slot| matches!(slot, Slot::Trashed(_))).count();
    let right = stored.revision == number(changes)
        && (stored.live_tasks, stored.trashed_tasks) == (number(live(slots)), number(trashed))
        && stored.tasks == tasks;
    if right { Ok(()) } else { Err(format!("{changes} changes leave {tasks:?}, but stored is {stored:?}")) }
}

fn live(slots: &Slots) -> usize {
    slots.values().filter(|slot| matches!(slot, Slot::Live(_))).count()
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap()
}
