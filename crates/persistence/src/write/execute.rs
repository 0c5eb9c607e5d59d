//! Carries out a batch: which owners together, what after a lost race, what after a failure.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use domain::{Outcome, OwnerId, RepositoryError};

use super::cache::OwnerCache;
use super::decided::{Decided, Settled};
use super::group::{Group, Write};
#[cfg(all(test, feature = "postgres"))]
use super::simulation::Planted;
use super::{Loaded, Read, Store, WriteDatabase, WriteSession};
use crate::failure::{Failure, Kind};

/// How often a group is tried when other writers come first, before its callers are told.
const ATTEMPTS: u32 = 8;

/// How long an owner who lost a race is locked before the load: three processes that meet on one owner without locks
/// spend most of their stores on losing.
const CONTENDED: Duration = Duration::from_secs(1);

/// How long the outcome of a store whose answer was lost is looked for.
const SETTLE: Duration = Duration::from_secs(3);

/// Called once for each command, with its place in the batch.
pub(super) type Answer<'a> = &'a mut dyn FnMut(usize, Result<Outcome, RepositoryError>);

/// What one write worker knows from batch to batch.
#[derive(Debug, Default)]
pub(super) struct Executor {
    cache: OwnerCache,
    /// Until when the owners who lost a race are locked first.
    contended: HashMap<OwnerId, Instant>,
    /// Owners whose row another transaction holds.
    pub(super) blocked: Vec<OwnerId>,
    /// What the simulation has to find.
    #[cfg(all(test, feature = "postgres"))]
    pub(super) planted: Option<Planted>,
}

/// Groups that are tried together.
#[derive(Debug)]
struct Round {
    groups: Vec<Group>,
    locking: Locking,
    /// Whether to load also what a create takes for granted.
    everything: bool,
    attempt: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Locking {
    /// The guard alone.
    None,
    /// The owners' rows are locked before they are loaded.
    Wait,
    /// As above, but rows that another transaction holds are passed over.
    Skip,
}

impl Round {
    fn new(groups: Vec<Group>, locking: Locking) -> Self {
        Self { groups, locking, everything: false, attempt: 1 }
    }

    fn again(self) -> Self {
        Self { attempt: self.attempt + 1, ..self }
    }

    fn owners(&self) -> Vec<OwnerId> {
        self.groups.iter().map(|group| group.owner.clone()).collect()
    }
}

/// What a round came to on one connection.
struct Tried {
    decided: Vec<Decided>,
    aside: Vec<Aside>,
}

/// A group that was not decided because its owner's row could not be locked. To make a row in a transaction that has
/// locked others leads to deadlocks.
enum Aside {
    /// Another transaction holds the row.
    Blocked(Group),
    /// There was no row.
    NewOwner(Group),
}

impl Executor {
    /// Carries out all commands of a batch. No owner is in the hands of two executors of one process at a time, but
    /// when that happens, the guard keeps them apart.
    pub(super) fn run<D: WriteDatabase>(&mut self, database: &mut D, batch: Vec<Write>, answer: Answer<'_>) {
        let now = database.now();
        self.contended.retain(|_, until| *until > now);
        let (contended, free): (Vec<Group>, Vec<Group>) =
            Group::of(batch).into_iter().partition(|group| self.contended.contains_key(&group.owner));
        let mut rounds: VecDeque<Round> = VecDeque::new();
        for (groups, locking) in [(free, Locking::None), (contended, Locking::Wait)] {
            if !groups.is_empty() {
                rounds.push_back(Round::new(groups, locking));
            }
        }
        while let Some(round) = rounds.pop_front() {
            rounds.extend(self.round(database, round, answer));
        }
    }

    fn round<D: WriteDatabase>(&mut self, database: &mut D, round: Round, answer: Answer<'_>) -> Vec<Round> {
        let mut tried = None;
        let mut random: Vec<i64> =
            round.groups.iter().flat_map(|_| [database.random(), database.random()]).collect();
        let passed = database.attempt(round.locking != Locking::None, |session| {
            tried = None;
            let mut random = std::mem::take(&mut random).into_iter();
            let mut next = || random.next().unwrap_or_default();
            let new = self.load_and_decide::<D>(session, &round, &mut next)?;
            let stores = new.stores();
            tried = Some(new);
            if stores.is_empty() { Ok(Vec::new()) } else { session.store(&stores) }
        });
        match (passed, tried) {
            (Ok(passed), Some(tried)) => self.finish(database, &round, tried, passed, answer),
            (Ok(_), None) => reject(round.groups, &Failure::defect("a batch was not decided"), answer),
            (Err(failure), tried) => {
                for group in &round.groups {
                    self.forget(&group.owner);
                }
                match tried {
                    Some(tried) if failure.kind == Kind::Lost && tried.writes() => {
                        self.settle(database, &round, tried, answer)
                    }
                    _ => self.failed(round, &failure, answer),
                }
            }
        }
    }

    fn load_and_decide<D: WriteDatabase>(
        &self,
        session: &mut D::Session,
        round: &Round,
        random: &mut dyn FnMut() -> i64,
    ) -> QueryResult<Tried> {
        let locked = match round.locking {
            Locking::None => Vec::new(),
            Locking::Wait | Locking::Skip => session.lock(&round.owners(), round.locking == Locking::Skip)?,
        };
        let cached = |group: &Group| -> Option<Loaded> {
            let usable = D::GUARDED && round.locking == Locking::None && !round.everything;
            if usable && group.reads_no_task() { self.cache.get(&group.owner) } else { None }
        };
        let known: Vec<Option<Loaded>> = round.groups.iter().map(cached).collect();
        let unknown = round.groups.iter().zip(&known).filter(|(_, known)| known.is_none());
        let reads: Vec<Read> = unknown.flat_map(|(group, _)| group.reads(round.everything)).collect();
        let loaded = if reads.is_empty() { Vec::new() } else { session.load(&reads)? };
        let mut loaded = loaded.into_iter();
        let mut tried = Tried { decided: Vec::with_capacity(round.groups.len()), aside: Vec::new() };
        for (group, known) in round.groups.iter().cloned().zip(known) {
            let Some(loaded) = known.or_else(|| loaded.next()) else { break };
            if round.locking != Locking::None && !locked.contains(&group.owner) {
                let is_held = round.locking == Locking::Skip && loaded.seen.is_some();
                tried.aside.push(if is_held { Aside::Blocked(group) } else { Aside::NewOwner(group) });
            } else {
                tried.decided.push(Decided::new(group, loaded, &mut *random));
            }
        }
        Ok(tried)
    }

    /// Answers what is stored or needs no store; gives what lost a race.
    fn finish<D: WriteDatabase>(
        &mut self,
        database: &D,
        round: &Round,
        tried: Tried,
        passed: Vec<Option<i64>>,
        answer: Answer<'_>,
    ) -> Vec<Round> {
        let mut again = self.set_aside(round, tried.aside, answer);
        let mut passed = passed.into_iter();
        for decided in tried.decided {
            let Some(store) = &decided.store else {
                accept(decided, answer);
                continue;
            };
            if let Some(epoch) = passed.next().flatten() {
                self.cache.insert(store.owner.clone(), store.stored(epoch), store.set.live_tasks);
                accept(decided, answer);
            } else {
                #[cfg(all(test, feature = "postgres"))]
                let decided = Planted::answer_early(self.planted, decided, answer);
                again.extend(self.lost_race(database, round, decided.group, answer));
            }
        }
        again
    }

    fn forget(&mut self, owner: &OwnerId) {
        #[cfg(all(test, feature = "postgres"))]
        if self.planted == Some(Planted::KeptCache) {
            return;
        }
        self.cache.forget(owner);
    }

    fn lost_race<D: WriteDatabase>(
        &mut self,
        database: &D,
        round: &Round,
        group: Group,
        answer: Answer<'_>,
    ) -> Vec<Round> {
        database.lost_race();
        self.forget(&group.owner);
        self.contended.insert(group.owner.clone(), database.now() + CONTENDED);
        if round.attempt >= ATTEMPTS {
            return reject(vec![group], &Failure::contended(), answer);
        }
        let everything = round.everything;
        vec![Round { groups: vec![group], locking: Locking::Wait, everything, attempt: round.attempt + 1 }]
    }

    /// Owners who cannot be written now must not hold up others: their callers are told, and their next writes go to a
    /// worker of their own.
    fn set_aside(&mut self, round: &Round, aside: Vec<Aside>, answer: Answer<'_>) -> Vec<Round> {
        let mut again = Vec::new();
        for aside in aside {
            match aside {
                Aside::Blocked(group) => {
                    self.blocked.push(group.owner.clone());
                    reject(vec![group], &Failure::blocked(), answer);
                }
                Aside::NewOwner(group) => {
                    let (everything, attempt) = (round.everything, round.attempt);
                    again.push(Round { groups: vec![group], locking: Locking::None, everything, attempt });
                }
            }
        }
        again
    }

    fn failed(&mut self, round: Round, failure: &Failure, answer: Answer<'_>) -> Vec<Round> {
        let alone = round.groups.len() == 1;
        let last = round.attempt >= ATTEMPTS;
        match failure.kind {
            // Nothing is stored, and the same may pass now.
            Kind::Conflict | Kind::Lost | Kind::ReadOnly if !last => vec![round.again()],
            // A create whose id is taken: which one shows when all is loaded.
            Kind::Duplicate if !round.everything => {
                let round = Round { everything: true, ..round };
                vec![round.again()]
            }
            Kind::Timeout if !alone && round.locking != Locking::Skip => {
                vec![Round { locking: Locking::Skip, ..round }]
            }
            Kind::Timeout if alone => {
                self.blocked.extend(round.owners());
                reject(round.groups, failure, answer)
            }
            Kind::Fault if !alone => {
                let (locking, everything, attempt) = (round.locking, round.everything, round.attempt);
                let split = |group| Round { groups: vec![group], locking, everything, attempt };
                round.groups.into_iter().map(split).collect()
            }
            _ => reject(round.groups, failure, answer),
        }
    }

    /// The answer to a store was lost: it may be stored, or never be, or be stored in a moment. The same store is
    /// tried again, with the same guard, so that at most one of the two passes.
    fn settle<D: WriteDatabase>(
        &mut self,
        database: &mut D,
        round: &Round,
        tried: Tried,
        answer: Answer<'_>,
    ) -> Vec<Round> {
        let end = database.now() + SETTLE;
        let stores = tried.stores();
        let mut settled = settle_stores(database, &stores, end).into_iter();
        let mut again = self.set_aside(round, tried.aside, answer);
        for decided in tried.decided {
            let fate = if decided.store.is_some() { settled.next() } else { Some(Ok(Settled::Stored)) };
            match fate.unwrap_or(Ok(Settled::Unknown)) {
                Ok(Settled::Stored) => accept(decided, answer),
                Ok(Settled::Lost) => again.extend(self.lost_race(database, round, decided.group, answer)),
                unknown => {
                    let unknown = Failure::unknown(unknown.err().as_ref());
                    reject(vec![decided.group], &unknown, answer);
                }
            }
        }
        again
    }
}

impl Tried {
    fn stores(&self) -> Vec<Store> {
        self.decided.iter().filter_map(|decided| decided.store.clone()).collect()
    }

    fn writes(&self) -> bool {
        self.decided.iter().any(|decided| decided.store.is_some())
    }
}

/// What became of each store.
fn settle_stores<D: WriteDatabase>(
    database: &mut D,
    stores: &[Store],
    end: Instant,
) -> Vec<Result<Settled, Failure>> {
    match (settle_together(database, stores, end), stores) {
        (Ok(settled), _) => settled.into_iter().map(Ok).collect(),
        // The owner passed the guard, so nothing was stored before. What comes late fails as this did, or comes after
        // another store.
        (Err(failure), [_]) if failure.kind == Kind::Duplicate => vec![Ok(Settled::Lost)],
        // One owner undoes the statement for all of them.
        (Err(failure), [_, _, ..]) if is_undone(&failure) => {
            stores.chunks(1).flat_map(|store| settle_stores(database, store, end)).collect()
        }
        (Err(failure), _) => vec![Err(failure); stores.len()],
    }
}

/// Stores once more, and looks at the owners who do not pass.
fn settle_together<D: WriteDatabase>(
    database: &mut D,
    stores: &[Store],
    end: Instant,
) -> Result<Vec<Settled>, Failure> {
    loop {
        let mut last = Vec::new();
        let passed = database.attempt(false, |session| {
            let passed = session.store(stores)?;
            let open = stores.iter().zip(&passed).filter(|(_, passed)| passed.is_none());
            let open: Vec<OwnerId> = open.map(|(store, _)| store.owner.clone()).collect();
            last = if open.is_empty() { Vec::new() } else { session.last_stores(&open)? };
            Ok(passed)
        });
        match passed {
            Ok(passed) => return Ok(judge(stores, passed, last)),
            Err(failure) if is_undone(&failure) || database.now() >= end => return Err(failure),
            Err(_) => {}
        }
    }
}

/// Whether a store was undone for what it is, and will be again: an owner is erased, an id is in use.
const fn is_undone(failure: &Failure) -> bool {
    matches!(failure.kind, Kind::Conflict | Kind::Duplicate | Kind::Fault)
}

fn judge(stores: &[Store], passed: Vec<Option<i64>>, last: Vec<Option<super::LastStore>>) -> Vec<Settled> {
    let mut last = last.into_iter();
    let judge = |(store, passed): (&Store, Option<i64>)| match passed {
        Some(_) => Settled::Stored,
        None => store.settled_by(last.next().flatten()),
    };
    stores.iter().zip(passed).map(judge).collect()
}

fn reject(groups: Vec<Group>, failure: &Failure, answer: Answer<'_>) -> Vec<Round> {
    for item in groups.into_iter().flat_map(|group| group.items) {
        answer(item.place, Err(failure.error()));
    }
    Vec::new()
}

fn accept(decided: Decided, answer: Answer<'_>) {
    for (item, outcome) in decided.group.items.into_iter().zip(decided.outcomes) {
        answer(item.place, outcome.map_err(RepositoryError::from));
    }
}
