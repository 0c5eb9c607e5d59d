use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use domain::{Idempotency, Ids, Outcome, OwnerId, OwnerRevision, Rejection, RepositoryError, Timestamp};

use super::{OwnershipSession, erase, move_once, move_tasks};
use crate::backend::{Failure, FailureKind};
use crate::workers::{Group, PendingCall, ROLE_CHECK_AFTER, Request, Serve, Worker};
use crate::write::random::Random;
use crate::write::{StoreObserver, WriteBackend};

/// Maximum attempts after conflicts, locked rows and lost connections. Each of them may be repeated: the second erasure
/// finds nothing, and the second move finds no task that the first one has moved.
const ATTEMPTS: u32 = 6;

/// How much longer than an operation the pause after it is.
const PAUSE_FACTOR: u32 = 4;
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// An operation on everything that an owner has.
pub(crate) enum Ownership {
    Erase(OwnerId),
    Move { from: OwnerId, to: OwnerId, ids: Arc<dyn Ids>, request: Option<(Idempotency, Timestamp)> },
}

/// What a transaction decided; a rejected one has changed nothing.
type Decision = Result<Outcome, Rejection>;

impl Request for Ownership {
    fn owner(&self) -> Option<&OwnerId> {
        match self {
            Self::Erase(owner) | Self::Move { to: owner, .. } => Some(owner),
        }
    }
}

impl Ownership {
    fn run<C: OwnershipSession>(&self, connection: &mut C, random: &mut Random) -> QueryResult<Decision> {
        let random = &mut || random.next();
        match self {
            Self::Erase(owner) => erase(connection, owner, random).map(|_| Ok(Outcome::Erased)),
            Self::Move { from, to, ids, request: Some(request) } if from != to => {
                move_once(connection, (from, to), &**ids, random, request)
            }
            Self::Move { from, to, ids, .. } => {
                move_tasks(connection, (from, to), &**ids, random).map(|_| Ok(Outcome::Moved))
            }
        }
    }
}

impl Ownership {
    /// Reports what it has changed.
    fn report(&self, stored: &dyn StoreObserver) {
        match self {
            Self::Erase(owner) => stored.stored(owner, Some(OwnerRevision::NONE)),
            Self::Move { from, to, .. } => {
                stored.stored(from, Some(OwnerRevision::NONE));
                stored.stored(to, None);
            }
        }
    }
}

/// Serves erasures and moves, one at a time.
pub(crate) struct OwnershipServer {
    random: Random,
    stored: Arc<dyn StoreObserver>,
}

impl<B: WriteBackend> Serve<B, Ownership, Outcome> for OwnershipServer {
    fn serve(&mut self, worker: &Worker<'_, B, Ownership, Outcome>, group: Group<Ownership, Outcome>) {
        for mut single in group.split_each() {
            let start = Instant::now();
            let result = self.execute(worker, &mut single);
            if let (Ok(Ok(_)), Some(request)) = (&result, single.requests.first()) {
                request.report(&*self.stored);
            }
            single.reply_all(|| match &result {
                Ok(decision) => decision.clone().map_err(RepositoryError::from),
                Err(failure) => Err(failure.error()),
            });
            if !B::GUARDED {
                // SQLite has one writer: the writes of all others wait for a long move. This is their share of the time.
                thread::sleep((start.elapsed() * PAUSE_FACTOR).min(PAUSE_MAX));
            }
        }
    }
}

impl OwnershipServer {
    pub(crate) fn new(stored: Arc<dyn StoreObserver>) -> Self {
        Self { random: Random::default(), stored }
    }

    fn execute<B: WriteBackend>(
        &mut self,
        worker: &Worker<'_, B, Ownership, Outcome>,
        single: &mut Group<Ownership, Outcome>,
    ) -> Result<Decision, Failure> {
        // Whether an attempt may be stored whose response was lost.
        let mut is_unknown = false;
        let mut attempt = 1;
        loop {
            let failure = match self.attempt(worker, single, attempt == 1) {
                Ok(decision) => return Ok(decision),
                Err(failure) => failure,
            };
            is_unknown |= failure.kind == FailureKind::Lost;
            let may_succeed = matches!(
                failure.kind,
                FailureKind::Lost | FailureKind::Conflict | FailureKind::Timeout | FailureKind::ReadOnly
            );
            if !may_succeed || attempt >= ATTEMPTS {
                return Err(if is_unknown { Failure::unknown(Some(&failure)) } else { failure });
            }
            attempt += 1;
            worker.context().observer.retried(worker.context().kind);
        }
    }

    fn attempt<B: WriteBackend>(
        &mut self,
        worker: &Worker<'_, B, Ownership, Outcome>,
        single: &mut Group<Ownership, Outcome>,
        is_first: bool,
    ) -> Result<Decision, Failure> {
        let context = worker.context();
        single.calls.iter().for_each(PendingCall::await_connection);
        let mut connection = worker.connect()?;
        single.begin(context, is_first);
        let Some(request) = single.requests.first() else { return Ok(Ok(Outcome::Erased)) };
        let (begun, random) = (Instant::now(), &mut self.random);
        let result = worker.run_with_limit(&mut connection, context.timeouts.hang, |connection| {
            context.pool.write(connection, true, |inner| request.run(inner, random))
        });
        context.observer.statement(context.kind, 1, begun.elapsed());
        let Some(result) = result else { return Err(Failure::unknown(None)) };
        result.map_err(|error| {
            let failure = Failure::of::<B>(error, false);
            match failure.kind {
                FailureKind::Lost => context.pool.record_loss(connection),
                // A new connection may reach a writable server; if this one is new, there is none.
                FailureKind::ReadOnly if connection.made().elapsed() >= ROLE_CHECK_AFTER => {
                    context.pool.discard_all();
                }
                FailureKind::ReadOnly => return failure.without_retry(),
                _ => {}
            }
            failure
        })
    }
}
