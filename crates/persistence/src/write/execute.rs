//! Executes a batch: which owners together, and what follows a lost race or a failure.
//!
//! Owners are independent. Outcomes are provisional until the store of their owner has passed the guard: no caller gets a
//! reply before, not even a rejection, because it may depend on effects that are not stored.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::result::Error as DieselError;
use domain::{Command, OwnerId, WriteLimits};

use super::cache::OwnerCache;
use super::decided::{Decided, Settled};
use super::group::{OwnerCommands, Write};
use super::later_loads::{insert_listed, insert_order};
use super::lists::Lists;
use super::round::{AttemptResult, Locking, OnOutcome, Retries, Round, accept, reject, store, stores};
use super::settle::settle_stores;
#[cfg(all(test, feature = "postgres"))]
use super::simulation::Planted;
use super::{Loaded, Store, ToLoad, WriteDatabase, WriteSession};
use crate::backend::{Failure, FailureKind, Layout};

/// Maximum attempts of a group that keeps losing races against other writers.
const ATTEMPTS: u32 = 8;

/// The attempt from which on a conflict separates the owners of a round: the same one may cause each conflict.
const SEPARATE_FROM: u32 = 4;

/// How long separated owners are attempted one after the other after a timeout: a longer delay means a slow database, not a
/// locked row.
const SEPARATE_FOR: Duration = Duration::from_secs(2);

/// How long an owner that lost a race is locked before the load. Without the lock, three processes that write one owner
/// lose most of their races.
const CONTENDED: Duration = Duration::from_secs(1);

/// Time limit for finding the outcome of a store whose response was lost.
const SETTLE: Duration = Duration::from_secs(3);

/// The state of one write worker between batches.
#[derive(Debug, Default)]
pub(super) struct Executor {
    limits: WriteLimits,
    cache: OwnerCache,
    /// Owners that lost a race, and until when they are locked before the load.
    contended: HashMap<OwnerId, Instant>,
    /// Owners with rows locked by other transactions.
    pub(super) blocked: Vec<OwnerId>,
    /// Whether another executor takes over the groups of blocked owners.
    pub(super) hands_over: bool,
    /// The groups to hand over.
    pub(super) handed_over: Vec<OwnerCommands>,
    /// The fault that the simulation has to find.
    #[cfg(all(test, feature = "postgres"))]
    pub(super) planted: Option<Planted>,
}

impl Executor {
    pub(super) fn new(limits: WriteLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    /// Executes all commands of a batch. Normally one executor of a process serves an owner at a time; otherwise the guard
    /// detects the conflict.
    pub(super) fn run<D: WriteDatabase>(
        &mut self,
        database: &mut D,
        batch: Vec<Write>,
        reply: OnOutcome<'_>,
    ) {
        let now = database.now();
        self.contended.retain(|_, until| *until > now);
        let (contended, free): (Vec<OwnerCommands>, Vec<OwnerCommands>) =
            OwnerCommands::of(batch).into_iter().partition(|group| self.contended.contains_key(&group.owner));
        let mut rounds: VecDeque<Round> = VecDeque::new();
        for (groups, locking) in [(free, Locking::None), (contended, Locking::Wait)] {
            match database.layout() {
                Layout::Together if groups.is_empty() => {}
                Layout::Together => rounds.push_back(Round::new(groups, locking)),
                Layout::Distributed => {
                    rounds.extend(groups.into_iter().map(|group| Round::new(vec![group], locking)));
                }
            }
        }
        while let Some(round) = rounds.pop_front() {
            rounds.extend(match round.expired(database.now()) {
                Some(failure) => reject(round.groups, &failure, reply),
                None => self.round(database, round, reply),
            });
        }
    }

    fn round<D: WriteDatabase>(
        &mut self,
        database: &mut D,
        round: Round,
        reply: OnOutcome<'_>,
    ) -> Vec<Round> {
        if round.attempt > 1 {
            database.retried();
        }
        let mut tried = Vec::new();
        // Drawn before the attempt, because the connection is borrowed during it.
        let random: Vec<i64> =
            round.groups.iter().flat_map(|_| [database.random(), database.random()]).collect();
        let layout = database.layout();
        let passed = database.attempt(round.locking != Locking::None, |session| {
            let mut random = random.into_iter();
            let mut next = || random.next().unwrap_or_default();
            tried = self.load_and_decide::<D>(session, &round, &mut next)?;
            let stores = stores(&tried);
            if stores.is_empty() { Ok(Vec::new()) } else { store(session, &stores, layout) }
        });
        match passed {
            Ok(passed) => self.finish(database, round, tried, passed, reply),
            Err(failure) => {
                for group in &round.groups {
                    self.forget(&group.owner);
                }
                // Without a guard a second store could overwrite what another process has written since.
                if D::GUARDED && failure.kind == FailureKind::Lost && !stores(&tried).is_empty() {
                    self.settle(database, round, tried, reply)
                } else {
                    self.failed(database, round, &failure, reply)
                }
            }
        }
    }

    fn load_and_decide<D: WriteDatabase>(
        &self,
        session: &mut D::Session,
        round: &Round,
        random: &mut dyn FnMut() -> i64,
    ) -> QueryResult<Vec<AttemptResult>> {
        let locked = match round.locking {
            Locking::None => Vec::new(),
            Locking::Wait | Locking::Skip => session.lock(&round.owners(), round.locking == Locking::Skip)?,
        };
        let usable = D::GUARDED && round.locking == Locking::None && !round.everything;
        let cached = |group: &OwnerCommands| -> Option<Loaded> {
            let is_enough = group.reads_only_the_owner();
            #[cfg(all(test, feature = "postgres"))]
            let is_enough = is_enough || self.planted == Some(Planted::UnreadKeys) && group.reads_no_task();
            if usable && is_enough { self.cache.get(&group.owner) } else { None }
        };
        let cached: Vec<Option<Loaded>> = round.groups.iter().map(cached).collect();
        let of_cached = round.groups.iter().zip(&cached).filter(|(_, cached)| cached.is_some());
        let mut lists = Lists::load(session, of_cached.map(|(group, _)| group))?;
        let mut decide = |(group, cached): (&OwnerCommands, Option<Loaded>)| -> Option<Decided> {
            let mut known = cached?;
            if !lists.move_to(&mut known) {
                return None;
            }
            let decided = Decided::new(group, known, self.limits, &mut *random);
            let decided = Decided { from_cache: true, ..decided };
            // Without a store there are only rejections, and no guard confirms the row that they depend on.
            let is_guarded = decided.store.is_some();
            #[cfg(all(test, feature = "postgres"))]
            let is_guarded = is_guarded || self.planted == Some(Planted::CachedRejection);
            is_guarded.then_some(decided)
        };
        let known: Vec<Option<Decided>> = round.groups.iter().zip(cached).map(&mut decide).collect();
        let unknown = round.groups.iter().zip(&known).filter(|(_, known)| known.is_none());
        let unknown: Vec<&OwnerCommands> = unknown.map(|(group, _)| group).collect();
        let reads: Vec<ToLoad> = unknown.iter().flat_map(|group| group.reads(round.everything)).collect();
        let loaded = if reads.is_empty() { Vec::new() } else { session.load(&reads)? };
        let mut lists = Lists::load(session, unknown.into_iter())?;
        let mut loaded = loaded.into_iter();
        let mut tried = Vec::with_capacity(round.groups.len());
        for (group, known) in round.groups.iter().zip(known) {
            if let Some(decided) = known {
                tried.push(AttemptResult::Decided(Box::new(decided)));
                continue;
            }
            let Some(mut loaded) = loaded.next() else { return Err(DieselError::NotFound) };
            tried.push(if round.locking == Locking::None || locked.contains(&group.owner) {
                if !lists.move_to(&mut loaded) {
                    tried.push(AttemptResult::Changed);
                    continue;
                }
                if !insert_listed(session, group, &mut loaded)? {
                    tried.push(AttemptResult::Changed);
                    continue;
                }
                let oldest = loaded.state.trash_to_load(group.commands());
                if oldest > 0 {
                    loaded.state.insert_trashed(session.load_trash(&group.owner, oldest)?);
                }
                let is_current =
                    !group.commands().any(Command::reads_order) || insert_order(session, &mut loaded)?;
                #[cfg(all(test, feature = "postgres"))]
                let is_current = is_current || self.planted == Some(Planted::LaterOrder);
                if !is_current {
                    tried.push(AttemptResult::Changed);
                    continue;
                }
                let decided = Decided::new(group, loaded, self.limits, &mut *random);
                AttemptResult::Decided(Box::new(decided))
            } else if round.locking == Locking::Skip && loaded.seen.is_some() {
                AttemptResult::Blocked
            } else {
                AttemptResult::NewOwner
            });
        }
        Ok(tried)
    }

    /// Replies to the groups that are stored or need no store; returns those that lost a race.
    fn finish<D: WriteDatabase>(
        &mut self,
        database: &D,
        round: Round,
        tried: Vec<AttemptResult>,
        passed: Vec<Option<i64>>,
        reply: OnOutcome<'_>,
    ) -> Vec<Round> {
        let mut again = Retries::of(&round);
        let mut passed = passed.into_iter();
        for (group, tried) in round.groups.into_iter().zip(tried) {
            let AttemptResult::Decided(decided) = tried else {
                self.not_decided(database, group, &tried, &mut again, reply);
                continue;
            };
            let Some(store) = &decided.store else {
                accept(group, *decided, reply);
                continue;
            };
            if let Some(epoch) = passed.next().flatten() {
                self.cache.insert(store.owner.clone(), store.stored(epoch), &store.set, database.now());
                report(database, store, epoch);
                accept(group, *decided, reply);
            } else {
                let from_cache = decided.from_cache;
                #[cfg(all(test, feature = "postgres"))]
                let group = Planted::answer_early(self.planted, group, *decided, reply);
                self.lost_race(database, group, from_cache, &mut again, reply);
            }
        }
        again.rounds()
    }

    fn forget(&mut self, owner: &OwnerId) {
        #[cfg(all(test, feature = "postgres"))]
        if self.planted == Some(Planted::KeptCache) {
            return;
        }
        self.cache.remove(owner);
    }

    fn share(&mut self, owner: &OwnerId, now: Instant) {
        #[cfg(all(test, feature = "postgres"))]
        if self.planted == Some(Planted::KeptCache) {
            return;
        }
        self.cache.mark_shared(owner.clone(), now);
    }

    /// Retries the group, up to [`ATTEMPTS`] times.
    fn lost_race<D: WriteDatabase>(
        &mut self,
        database: &D,
        group: OwnerCommands,
        from_cache: bool,
        again: &mut Retries,
        reply: OnOutcome<'_>,
    ) {
        database.lost_race();
        self.forget(&group.owner);
        if again.attempt >= ATTEMPTS {
            reject(vec![group], &Failure::contended(), reply);
        } else if from_cache {
            // The cached row may be old, so the owner need not be contended and is not locked yet.
            self.share(&group.owner, database.now());
            again.unlocked.push(group);
        } else {
            self.contended.insert(group.owner.clone(), database.now() + CONTENDED);
            again.locked.push(group);
        }
    }

    /// A new owner is stored without a lock. A locked owner is awaited once more, where that delays no other owners: usually
    /// the lock is a write of another process, which ends soon.
    fn not_decided<D: WriteDatabase>(
        &mut self,
        database: &D,
        group: OwnerCommands,
        tried: &AttemptResult,
        again: &mut Retries,
        reply: OnOutcome<'_>,
    ) {
        if matches!(tried, AttemptResult::NewOwner) {
            again.unlocked.push(group);
        } else if matches!(tried, AttemptResult::Changed) {
            self.lost_race(database, group, false, again, reply);
        } else if self.hands_over {
            self.handed_over.push(group);
        } else if again.was_passed_over {
            self.blocked.push(group.owner.clone());
            reject(vec![group], &Failure::blocked(), reply);
        } else {
            again.passed_over.push(group);
        }
    }

    fn failed<D: WriteDatabase>(
        &mut self,
        database: &D,
        round: Round,
        failure: &Failure,
        reply: OnOutcome<'_>,
    ) -> Vec<Round> {
        let alone = round.groups.len() == 1;
        let last = round.attempt >= ATTEMPTS;
        match failure.kind {
            FailureKind::Conflict if !alone && round.attempt >= SEPARATE_FROM => round.again().separate(),
            // Nothing is stored, and the same may succeed now.
            FailureKind::Conflict | FailureKind::Lost | FailureKind::ReadOnly if !last => vec![round.again()],
            // The id of a create is in use. Loading all tasks shows which one.
            FailureKind::Duplicate if !round.everything => {
                let round = Round { everything: true, ..round };
                vec![round.again()]
            }
            // One locked row fails the whole statement. `skip locked` separates its owner from the others, which are
            // stored without waiting.
            FailureKind::Timeout if !alone && round.locking != Locking::Skip => {
                vec![Round { locking: Locking::Skip, ..round }]
            }
            // A task is locked, not the row of its owner. SQLite locks the whole database.
            FailureKind::Timeout if !alone && D::GUARDED => {
                let deadline = Some((database.now() + SEPARATE_FOR, failure.clone()));
                Round { deadline, ..round }.separate()
            }
            FailureKind::Fault | FailureKind::Unrecognized | FailureKind::Damage | FailureKind::Duplicate
                if !alone =>
            {
                round.separate()
            }
            FailureKind::Timeout | FailureKind::Conflict if alone => {
                self.blocked.extend(round.owners());
                reject(round.groups, failure, reply)
            }
            _ => reject(round.groups, failure, reply),
        }
    }

    /// The response to a store was lost: it may be stored already, later, or never. The same store is sent again with the
    /// same guard, so that at most one of the two passes.
    fn settle<D: WriteDatabase>(
        &mut self,
        database: &mut D,
        round: Round,
        tried: Vec<AttemptResult>,
        reply: OnOutcome<'_>,
    ) -> Vec<Round> {
        let end = database.now() + SETTLE;
        let mut again = Retries::of(&round);
        let mut settled = settle_stores(database, &stores(&tried), end).into_iter();
        for (group, tried) in round.groups.into_iter().zip(tried) {
            let AttemptResult::Decided(decided) = tried else {
                self.not_decided(database, group, &tried, &mut again, reply);
                continue;
            };
            let fate = if decided.store.is_some() { settled.next() } else { Some(Ok(Settled::Stored)) };
            match fate.unwrap_or(Ok(Settled::Unknown)) {
                Ok(Settled::Stored) => {
                    if let Some(store) = &decided.store {
                        report(database, store, store.seen.map_or(store.new_epoch, |seen| seen.epoch));
                    }
                    accept(group, *decided, reply);
                }
                Ok(Settled::Lost) => self.lost_race(database, group, false, &mut again, reply),
                unknown => {
                    let unknown = Failure::unknown(unknown.err().as_ref());
                    reject(vec![group], &unknown, reply);
                }
            }
        }
        again.rounds()
    }
}

/// Reports what a store has changed, before any caller learns of it.
fn report<D: WriteDatabase>(database: &D, store: &Store, epoch: i64) {
    if let Some(at) = store.raised_to(epoch) {
        database.stored(&store.owner, at);
    }
}
