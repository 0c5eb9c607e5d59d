//! The choices of an actor.

use std::ops::Range;

use super::actor::Actor;
use crate::linearizability::feed::Position;
use crate::linearizability::query::{InList, Key};
use crate::linearizability::{Call, Change, Condition, Fate, Query, Tags, To};

/// The first two are hot.
pub(super) const OWNERS: Range<u64> = 0..12;

/// The actors switch to new tasks together, because the old ones are deleted over time.
const ROUNDS_ON_A_GENERATION: u64 = 6;
const GENERATION: u64 = 10;

/// Of each owner, used again after deletions.
const LISTS: u64 = 4;

/// A small generator (SplitMix64): the same numbers for the same seed.
pub(super) struct Numbers(u64);

impl Numbers {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn one_in(&mut self, number: u64) -> bool {
        self.below(number) == 0
    }
}

impl Actor<'_> {
    pub(super) fn choose(&mut self, round: u64) -> (u64, Call) {
        let owner = self.owner();
        let id = self.task(round / ROUNDS_ON_A_GENERATION * GENERATION);
        let at = self.timestamp(round);
        let call = match self.numbers.below(100) {
            0..17 => self.creation(id, at),
            17..23 => Call::Get { id },
            23..29 => Call::List(self.query()),
            29..48 => {
                let condition = self.condition(self.seen.get(&(owner, id)).copied());
                Call::Update { id, change: self.change(at), condition, at }
            }
            48..61 => {
                let condition = self.condition(self.seen.get(&(owner, id)).copied());
                Call::Delete { id, condition, for_good: self.numbers.one_in(3) }
            }
            61..69 => self.move_of(owner, id, round, at),
            69..78 => return self.on_list(owner, at),
            78..80 => Call::TaskLists,
            80..86 => self.page_of_changes(owner),
            _ => return self.exit(owner, at),
        };
        (owner, call)
    }

    /// A further call of a client that reads the feed, writes lists or moves tasks. Most of those before know too little for it,
    /// or meet no others.
    pub(super) fn go_on(&mut self, owner: u64, call: &Call, round: u64) -> Option<(u64, Call)> {
        match call {
            Call::Changes { .. } => Some((owner, self.page_of_changes(owner))),
            Call::CreateList { .. } | Call::RenameList { .. } | Call::MoveList { .. } => {
                Some(self.on_list(owner, self.timestamp(round)))
            }
            Call::Move { .. } => {
                let (round, at) = (round % 100, self.timestamp(round));
                let id = self.task(round / ROUNDS_ON_A_GENERATION * GENERATION);
                Some((owner, self.move_of(owner, id, round, at)))
            }
            _ => None,
        }
    }

    /// Writes to several tasks of one owner in one request, in one of six rounds. A deletion is for good, because the time of one
    /// to the trash would be that of the request.
    pub(super) fn choose_several(&mut self, round: u64) -> Option<(u64, Vec<Call>, i64)> {
        if !self.numbers.one_in(6) {
            return None;
        }
        let owner = self.owner();
        let at = self.timestamp(round);
        let calls = (0..=self.numbers.below(3)).map(|_| self.one_of_several(owner, round, at)).collect();
        Some((owner, calls, at))
    }

    /// A time that no other call has.
    fn timestamp(&self, round: u64) -> i64 {
        i64::try_from(self.number * 1000 + round).unwrap()
    }

    fn one_of_several(&mut self, owner: u64, round: u64, at: i64) -> Call {
        let id = self.task(round / ROUNDS_ON_A_GENERATION * GENERATION);
        if self.numbers.one_in(10) {
            return self.creation(id, at);
        }
        let condition = self.condition(self.seen.get(&(owner, id)).copied());
        if self.numbers.one_in(10) {
            return Call::Delete { id, condition, for_good: true };
        }
        if self.numbers.one_in(8) {
            return self.move_of(owner, id, round, at);
        }
        Call::Update { id, change: self.change(at), condition, at }
    }

    fn owner(&mut self) -> u64 {
        match self.numbers.below(100) {
            0..45 => 0,
            45..65 => 1,
            _ => 2 + self.numbers.below(OWNERS.end - 2),
        }
    }

    /// Restores or purges a task that this caller has deleted, if there is one.
    fn exit(&mut self, owner: u64, at: i64) -> (u64, Call) {
        let ((owner, id), deletion) = self.deleted.pop_first().unwrap_or(((owner, 0), 1));
        // Most owners are at their quota, which rejects many of these.
        if !self.numbers.one_in(3) {
            return (owner, Call::Restore { id, deletion, at });
        }
        (owner, Call::Purge { id, condition: self.condition(Some(deletion)) })
    }

    fn task(&mut self, generation: u64) -> u64 {
        match self.numbers.below(100) {
            // Never made.
            0..3 => 1_000_000 + self.numbers.below(4),
            3..12 => self.numbers.below(generation + GENERATION),
            _ => generation + self.numbers.below(GENERATION),
        }
    }

    fn creation(&mut self, id: u64, at: i64) -> Call {
        let description = self.numbers.one_in(2).then(|| format!("more of {at}"));
        let list = self.numbers.one_in(2).then(|| self.list());
        Call::Create { id, title: self.title(at), description, completed: self.numbers.one_in(3), list, at }
    }

    fn move_of(&mut self, owner: u64, id: u64, round: u64, at: i64) -> Call {
        let neighbour = self.task(round / ROUNDS_ON_A_GENERATION * GENERATION);
        let condition = self.condition(self.seen.get(&(owner, id)).copied());
        Call::Move { id, to: self.to(neighbour), condition, at }
    }

    fn to(&mut self, neighbour: u64) -> To {
        match self.numbers.below(6) {
            0 => To::First,
            1 => To::Last,
            2 | 3 => To::Before(neighbour),
            _ => To::After(neighbour),
        }
    }

    /// Mostly writes to a list that it knows.
    fn on_list(&mut self, owner: u64, at: i64) -> (u64, Call) {
        let list = self.list();
        let known = usize::try_from(self.numbers.below(1 + self.seen_lists.len() as u64)).unwrap();
        let known = self.seen_lists.iter().nth(known).map(|(list, revision)| (*list, Some(*revision)));
        let ((owner, list), seen) = known.unwrap_or(((owner, list), None));
        let call = match (self.numbers.below(100), seen) {
            (0..30, _) | (_, None) => Call::CreateList { list, name: self.list_name(at), at },
            (30..40, _) => Call::RenameList { list, name: format!("List {at}"), seen: None, at },
            (40..55, _) => Call::RenameList { list, name: self.list_name(at), seen, at },
            (55..80, Some(seen)) => {
                let neighbour = self.list();
                Call::MoveList { list, to: self.to(neighbour), seen, at }
            }
            _ => {
                let fates = [Fate::Keep, Fate::Trash, Fate::DeleteForGood];
                let fate = fates[usize::try_from(self.numbers.below(3)).unwrap()];
                Call::DeleteList { list, fate, condition: self.condition(seen), at }
            }
        };
        (owner, call)
    }

    /// Rarely one that never exists.
    fn list(&mut self) -> u64 {
        if self.numbers.one_in(30) { 1_000_000 } else { self.numbers.below(LISTS) }
    }

    /// One of its own, or one that many have, in one case or the other.
    fn list_name(&mut self, at: i64) -> String {
        if self.numbers.one_in(4) {
            return format!("List {at}");
        }
        let number = self.numbers.below(2);
        if self.numbers.one_in(2) { format!("shared {number}") } else { format!("SHARED {number}") }
    }

    /// The next page, the first one of a snapshot, or one after a revision that it has seen before.
    fn page_of_changes(&mut self, owner: u64) -> Call {
        let limit =
            if self.numbers.one_in(2) { 1 + u32::try_from(self.numbers.below(8)).unwrap() } else { 1000 };
        let last = self.clients.get(&owner).and_then(|client| client.position);
        let after = match (last, self.numbers.below(4)) {
            (None, _) | (Some(Position::InSnapshot { .. }), 0) => Position::Start,
            (Some(Position::At(seen)), 0..2) => {
                let earlier = self.numbers.below(1 + seen.unsigned_abs());
                Position::At(i64::try_from(earlier).unwrap())
            }
            (Some(last), _) => last,
        };
        Call::Changes { after, limit }
    }

    /// One of its own, or one that many have.
    fn title(&mut self, at: i64) -> String {
        if self.numbers.one_in(3) { format!("Same {}", self.numbers.below(3)) } else { format!("Title {at}") }
    }

    fn change(&mut self, at: i64) -> Change {
        match self.numbers.below(100) {
            0..40 => Change::Toggle,
            40..60 => Change::Retitle(self.title(at)),
            60..75 => Change::Describe(format!("Text {at}")),
            75..82 => Change::Describe(String::new()),
            82..86 => Change::Complete(self.numbers.one_in(2)),
            86..89 => Change::Prioritize(i16::try_from(self.numbers.below(4)).unwrap()),
            89..97 => Change::List(self.numbers.one_in(2).then(|| self.list())),
            _ => Change::RetitleAndToggle(self.title(at)),
        }
    }

    /// What was seen may be right or out of date by now.
    fn condition(&mut self, seen: Option<i64>) -> Condition {
        let seen = seen.unwrap_or(1);
        let of = |revisions: Vec<i64>| Some(Tags::Of(revisions));
        let (if_match, if_none_match) = match self.numbers.below(100) {
            0..45 => (None, None),
            45..75 => (of(vec![seen]), None),
            75..80 => (of(vec![seen.saturating_sub(1), seen, seen + 1]), None),
            80..86 => (Some(Tags::Any), None),
            86..88 => (of(vec![]), None),
            88..94 => (None, of(vec![seen])),
            94..96 => (None, Some(Tags::Any)),
            _ => (Some(Tags::Any), of(vec![seen, seen + 2])),
        };
        Condition { if_match, if_none_match }
    }

    fn query(&mut self) -> Query {
        let texts = ["same 1", "title", "text 1", "more of"];
        let keys = [Key::Created, Key::Updated, Key::Title, Key::Position];
        let numbers = &mut self.numbers;
        Query {
            completed: numbers.one_in(3).then(|| numbers.one_in(2)),
            search: numbers.one_in(3).then(|| texts[usize::try_from(numbers.below(4)).unwrap()].to_owned()),
            list: numbers
                .one_in(4)
                .then(|| if numbers.one_in(2) { InList::None } else { InList::Of(numbers.below(LISTS)) }),
            key: keys[usize::try_from(numbers.below(4)).unwrap()],
            ascending: numbers.one_in(2),
            offset: if numbers.one_in(4) { numbers.below(6) } else { 0 },
            limit: if numbers.one_in(2) { 1 + u32::try_from(numbers.below(8)).unwrap() } else { 1000 },
            count: numbers.one_in(2),
        }
    }
}
