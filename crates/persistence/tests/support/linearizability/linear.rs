//! Checks one task: the search of Wing and Gong, with Lowe's cache of visited states.

use std::collections::HashSet;

use super::{Event, Slot};

/// Finds an order of the calls on one task in which each answer is right. A call that ended before another began comes
/// before it.
pub(crate) fn linearizable(events: &[&Event]) -> Result<(), String> {
    let mut events = events.to_vec();
    events.sort_by_key(|event| event.begun);
    let ordered = vec![false; events.len()];
    let mut search = Search { events: &events, ordered, visited: HashSet::new(), furthest: None };
    if search.can_complete(&Slot::Absent) {
        return Ok(());
    }
    let all = events.len();
    let Some(Stuck { explained, slot, next }) = search.furthest else { return Err("no beginning".into()) };
    let next: Vec<&Event> = next.into_iter().map(|place| events[place]).collect();
    Err(format!(
        "{explained} of {all} calls can be ordered; after that the task is {slot:?}, and no call can follow: {next:#?}"
    ))
}

struct Search<'a> {
    events: &'a [&'a Event],
    /// Which of the events have their place.
    ordered: Vec<bool>,
    visited: HashSet<(Vec<bool>, Slot)>,
    furthest: Option<Stuck>,
}

/// Where no call could follow.
struct Stuck {
    explained: usize,
    slot: Slot,
    next: Vec<usize>,
}

impl Search<'_> {
    /// Whether all that has no place yet can follow.
    fn can_complete(&mut self, slot: &Slot) -> bool {
        let unchanging = self.place_reads(slot);
        let next = self.next();
        if next.is_empty() {
            return true;
        }
        if self.visited.insert((self.ordered.clone(), slot.clone())) {
            self.remember(slot, &next);
            let lowest = self.lowest_revision();
            for place in next {
                let event = self.events[place];
                // Revisions increase, so only the lowest, or a call without one, can be next.
                if event.revision().is_some_and(|revision| revision > lowest) {
                    continue;
                }
                let Some(after) = slot.after(&event.call, &event.reply) else { continue };
                self.ordered[place] = true;
                if self.can_complete(&after) {
                    return true;
                }
                self.ordered[place] = false;
            }
        }
        for place in unchanging {
            self.ordered[place] = false;
        }
        false
    }

    /// What reads or was rejected, and is right here, gets its place at once: later it could only be in the way.
    fn place_reads(&mut self, slot: &Slot) -> Vec<usize> {
        let mut placed = Vec::new();
        loop {
            let right = |&place: &usize| {
                let Event { call, reply, .. } = self.events[place];
                !self.events[place].changed() && slot.after(call, reply).is_some()
            };
            let right: Vec<usize> = self.next().into_iter().filter(right).collect();
            if right.is_empty() {
                return placed;
            }
            for &place in &right {
                self.ordered[place] = true;
            }
            placed.extend(right);
        }
    }

    fn lowest_revision(&self) -> i64 {
        let left = self.events.iter().zip(&self.ordered).filter(|(_, ordered)| !**ordered);
        left.filter_map(|(event, _)| event.revision()).min().unwrap_or(i64::MAX)
    }

    /// Those without a place that no other one without a place precedes.
    fn next(&self) -> Vec<usize> {
        let mut next = Vec::new();
        let mut first_end = u64::MAX;
        for (place, event) in self.events.iter().enumerate() {
            if event.begun > first_end {
                break;
            }
            if !self.ordered[place] {
                first_end = first_end.min(event.ended);
                next.push(place);
            }
        }
        next
    }

    fn remember(&mut self, slot: &Slot, next: &[usize]) {
        let explained = self.ordered.iter().filter(|ordered| **ordered).count();
        if self.furthest.as_ref().is_none_or(|furthest| explained > furthest.explained) {
            self.furthest = Some(Stuck { explained, slot: slot.clone(), next: next.to_vec() });
        }
    }
}
