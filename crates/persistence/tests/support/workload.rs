//! A workload of concurrent callers on shared tasks.

#[path = "workload/actor.rs"]
mod actor;
#[path = "workload/bulk.rs"]
mod bulk;
#[path = "workload/choice.rs"]
mod choice;
#[path = "workload/client.rs"]
mod client;
#[path = "workload/translation.rs"]
mod translation;

use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroU64;
use std::ops::Range;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use domain::{TaskRepository, WriteLimits};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use tasknook_persistence::DatabaseOptions;

use crate::linearizability::feed::{Changed, Position};
use crate::linearizability::query::Key;
use crate::linearizability::{Call, Event, QUOTA, Query, Reply, StoredState, verify};
use actor::Actor;
use choice::Numbers;

const ACTORS: u64 = 160;
const ROUNDS: u64 = 30;

/// Of each owner, so many old copies are brought up to date.
const COPIES: i64 = 60;

/// The rows of the owners, for the model.
pub(crate) const OWNERS: &str = "select owner_id, revision, cast(live_tasks as bigint) as live_tasks,
    cast(trashed_tasks as bigint) as trashed_tasks from owners";

/// The default options with long time limits, so that a busy machine causes no rejections.
pub(crate) fn without_timeouts(url: &str) -> DatabaseOptions {
    let (url, long) = (url.to_owned(), Duration::from_mins(1));
    let options = DatabaseOptions { url, deadline: long, ..DatabaseOptions::default() };
    let options = DatabaseOptions { lock_timeout: long, scans_per_owner: usize::MAX, ..options };
    DatabaseOptions { statement_timeout: long, pool_wait: long, connect_timeout: long, ..options }
}

/// The options of the services that a workload calls.
pub(crate) fn options(url: &str) -> DatabaseOptions {
    DatabaseOptions { limits: limits(), ..without_timeouts(url) }
}

pub(crate) fn limits() -> WriteLimits {
    WriteLimits { tasks_per_owner: NonZeroU64::new(QUOTA as u64) }
}

/// Runs a workload, and verifies the replies and the stored rows.
pub(crate) fn check(repository: &dyn TaskRepository, stored: impl FnOnce() -> StoredState) {
    let workload = Workload { seed: seed(), actors: 0..ACTORS, rounds: ROUNDS };
    let events = workload.run(repository);
    workload.verify(events, repository, stored);
}

/// The callers and their choices. With the same seed, each actor makes the same choices, as far as the replies allow.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Workload {
    pub(crate) seed: u64,
    pub(crate) actors: Range<u64>,
    pub(crate) rounds: u64,
}

impl Workload {
    /// Has all actors call at once, as long as their rounds last.
    pub(crate) fn run(&self, repository: &dyn TaskRepository) -> Vec<Event> {
        let together = Barrier::new((self.actors.end - self.actors.start).try_into().unwrap());
        thread::scope(|scope| {
            let act = |number: u64| {
                let together = &together;
                let numbers = Numbers::new(self.seed ^ (number << 32));
                let mut actor = Actor::new(repository, self.seed, number, numbers);
                scope.spawn(move || {
                    together.wait();
                    actor.act(self.rounds)
                })
            };
            let threads: Vec<_> = self.actors.clone().map(act).collect();
            threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
        })
    }

    /// Lists everything at the end, has old copies brought up to date, and verifies all replies.
    pub(crate) fn verify(
        &self,
        mut events: Vec<Event>,
        repository: &dyn TaskRepository,
        stored: impl FnOnce() -> StoredState,
    ) {
        assert_all_replies_occur(&events);
        events.extend(self.look(repository));
        if let Err(why) = verify(&events, &stored()) {
            panic!("{SEED}={}: {why}", self.seed);
        }
    }

    /// Looks at all tasks and lists of each owner, and reads the feed from the start and from earlier revisions.
    fn look(&self, repository: &dyn TaskRepository) -> Vec<Event> {
        let look = |owner| {
            let mut actor = Actor::new(repository, self.seed, 0, Numbers::new(0));
            actor.call(owner, Call::List(Query::everything()));
            actor.call(owner, Call::List(Query { key: Key::Position, ..Query::everything() }));
            actor.call(owner, Call::TaskLists);
            let last = actor.follow(owner, Position::Start, 9);
            let step = usize::try_from(1 + last / COPIES).unwrap();
            for (revision, limit) in (0..=last).step_by(step).zip([1, 4, 1000].into_iter().cycle()) {
                actor.follow(owner, Position::At(revision), limit);
            }
            actor.events
        };
        choice::OWNERS.flat_map(look).collect()
    }
}

/// Fails if a kind of reply is missing, since the history then covers too little.
fn assert_all_replies_occur(events: &[Event]) {
    type Kind<T> = (&'static str, fn(&T) -> bool);
    let kinds: [Kind<Reply>; 13] = [
        ("task", |reply| matches!(reply, Reply::Task(_))),
        ("unchanged", |reply| matches!(reply, Reply::Unchanged(_))),
        ("deletion", |reply| matches!(reply, Reply::Deleted { .. })),
        ("page", |reply| matches!(reply, Reply::Page { more: true, .. })),
        ("missing", |reply| matches!(reply, Reply::NotFound)),
        ("rejection", |reply| matches!(reply, Reply::Rejected { .. })),
        ("taken", |reply| matches!(reply, Reply::Taken { .. })),
        ("full", |reply| matches!(reply, Reply::Full)),
        ("list", |reply| matches!(reply, Reply::TaskList(_))),
        ("lists", |reply| matches!(reply, Reply::TaskLists(lists) if lists.len() > 1)),
        ("no list", |reply| matches!(reply, Reply::NoList)),
        ("no neighbour", |reply| matches!(reply, Reply::NoNeighbour)),
        ("taken name", |reply| matches!(reply, Reply::NameTaken)),
    ];
    for (kind, is_of_it) in kinds {
        let count = events.iter().filter(|event| is_of_it(&event.reply)).count();
        assert!(count > 10, "{kind}: {count} of {}", events.len());
    }
    let changes: [Kind<Event>; 8] = [
        ("restored", |event| matches!(event.call, Call::Restore { .. }) && event.changed()),
        ("purged", |event| matches!(event.call, Call::Purge { .. }) && event.changed()),
        ("moved", |event| matches!(event.call, Call::Move { .. }) && event.changed()),
        ("moved list", |event| matches!(event.call, Call::MoveList { .. }) && event.changed()),
        ("deleted list", |event| matches!(event.call, Call::DeleteList { .. }) && event.changed()),
        ("page of a snapshot", |event| {
            matches!(event.call, Call::Changes { after: Position::InSnapshot { .. }, .. })
        }),
        ("page of changes", |event| {
            let Call::Changes { after: Position::At(_), .. } = event.call else { return false };
            matches!(&event.reply, Reply::Changes { changes, .. } if !changes.is_empty())
        }),
        ("deletion in the feed", |event| {
            let Reply::Changes { changes, .. } = &event.reply else { return false };
            changes.iter().any(|changed| matches!(changed, Changed::Deleted(..)))
        }),
    ];
    let counts =
        changes.map(|(kind, is_of_it)| (kind, events.iter().filter(|event| is_of_it(event)).count()));
    assert!(counts.iter().all(|(_, count)| *count > 1), "{counts:?} of {}", events.len());
    // An actor makes its calls one after another, except those of one request.
    let begun = |event: &Event| (event.owner.clone(), event.begun, event.changed());
    let together =
        events.windows(2).filter(|pair| begun(&pair[0]) == begun(&pair[1]) && pair[0].changed()).count();
    assert!(together > 3, "{together} pairs of {}", events.len());
}

/// The variable with the seed, to repeat a workload.
const SEED: &str = "TASKNOOK_MODEL_SEED";

pub(crate) fn seed() -> u64 {
    let given = std::env::var_os(SEED);
    given.map_or_else(
        || RandomState::new().hash_one(SEED) >> 32,
        |seed| seed.to_str().unwrap().parse().unwrap(),
    )
}

/// Nanoseconds of the monotonic clock, which all processes of the machine share.
fn moment() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    u64::try_from(now.tv_sec).unwrap() * 1_000_000_000 + u64::try_from(now.tv_nsec).unwrap()
}
