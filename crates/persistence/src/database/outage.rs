//! Outages of the database: one event when one begins and one when it ends, instead of one for each failed call.

use std::error::Error;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::RepositoryError;

use super::readiness::Doubts;

/// A success that ends an outage comes this long after the last failure. Calls fail and succeed in turn when a server stops
/// or starts.
const QUIET: Duration = Duration::from_secs(1);

/// The same for calls that wait too long: they fail beside successful calls of other owners.
const QUIET_WAITS: Duration = Duration::from_secs(10);

/// Without a readiness check for this long, a write is evidence enough that the last one is outdated.
const NO_CHECK: Duration = Duration::from_secs(15);

/// What a call needs of the database.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Reads,
    Writes,
    /// All of it, which the readiness check verifies.
    Everything,
}

/// The outages of one database, or of one server of a distributed one.
#[derive(Default)]
pub(super) struct Outages {
    /// Where it listens, if it is one of several.
    server: Option<String>,
    ongoing: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The database does not serve.
    outage: Option<Outage>,
    /// It serves, but some calls wait too long for locks or for their statement.
    waits: Option<Outage>,
}

struct Outage {
    since: Instant,
    failed_calls: u64,
    unknown_outcomes: u64,
    /// The last failure of each part that has not succeeded since.
    last: [Option<Instant>; 3],
    is_damaged: bool,
}

impl Outages {
    /// Those of one of several servers.
    pub(super) fn of_server(address: String) -> Self {
        Self { server: Some(address), ..Self::default() }
    }

    /// Takes the result of a call into account.
    pub(super) fn record<T>(&self, part: Part, result: &Result<T, RepositoryError>) {
        let error = match result {
            Err(RepositoryError::Overloaded | RepositoryError::TooManyScans | RepositoryError::ReadOnly) => {
                return;
            }
            // A bug may concern one call; one of the readiness check concerns all.
            Err(RepositoryError::Fault(_)) if !matches!(part, Part::Everything) => return,
            Ok(_)
            | Err(
                RepositoryError::NotFound
                | RepositoryError::PreconditionFailed { .. }
                | RepositoryError::UnknownNeighbour { .. }
                | RepositoryError::AlreadyExists { .. }
                | RepositoryError::QuotaExceeded { .. }
                | RepositoryError::KeyReused
                | RepositoryError::NameTaken
                | RepositoryError::UnknownList
                | RepositoryError::ResyncRequired
                | RepositoryError::Operation(_),
            ) => return self.succeeded(part),
            Err(
                error @ (RepositoryError::Unavailable(_)
                | RepositoryError::Busy(_)
                | RepositoryError::OutcomeUnknown(_)
                | RepositoryError::Damaged(_)
                | RepositoryError::Fault(_)),
            ) => error,
        };
        self.failed(part, error);
    }

    fn failed(&self, part: Part, error: &RepositoryError) {
        let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        let mut state = self.lock();
        let is_wait = matches!(error, RepositoryError::Busy(_));
        let ongoing = if is_wait { &mut state.waits } else { &mut state.outage };
        if ongoing.is_none() && is_wait {
            tracing::warn!(
                server = self.server,
                error = cause,
                "calls wait too long for locks or statements"
            );
        } else if ongoing.is_none() {
            tracing::error!(server = self.server, error = cause, "the database is unavailable");
        }
        let outage = ongoing.get_or_insert_with(Outage::begin);
        if let Some(last) = outage.last.get_mut(part as usize) {
            *last = Some(Instant::now());
        }
        outage.failed_calls += u64::from(!matches!(part, Part::Everything));
        outage.unknown_outcomes += u64::from(matches!(error, RepositoryError::OutcomeUnknown(_)));
        outage.is_damaged |= matches!(error, RepositoryError::Damaged(_));
        // Relaxed: the state is read under its lock.
        self.ongoing.store(true, Ordering::Relaxed);
    }

    fn succeeded(&self, part: Part) {
        if !self.ongoing.load(Ordering::Relaxed) {
            return;
        }
        let mut state = self.lock();
        if let Some(outage) = end(&mut state.outage, part, QUIET) {
            let (duration_ms, failed_calls) = (outage.duration_ms(), outage.failed_calls);
            let unknown_outcomes = outage.unknown_outcomes;
            let server = &self.server;
            tracing::info!(
                server,
                duration_ms,
                failed_calls,
                unknown_outcomes,
                "the database is available again"
            );
        }
        if let Some(waits) = end(&mut state.waits, part, QUIET_WAITS) {
            let (duration_ms, failed_calls) = (waits.duration_ms(), waits.failed_calls);
            let server = &self.server;
            tracing::info!(server, duration_ms, failed_calls, "calls are served in time again");
        }
        self.ongoing.store(state.outage.is_some() || state.waits.is_some(), Ordering::Relaxed);
    }

    /// Whether the last calls of a part have failed.
    pub(super) fn is_ongoing(&self) -> bool {
        self.ongoing.load(Ordering::Relaxed) && self.lock().outage.is_some()
    }

    /// What a readiness check has to verify because calls failed.
    pub(super) fn doubts(&self) -> Doubts {
        let state = self.lock();
        let Some(outage) = &state.outage else { return Doubts::default() };
        Doubts { writes: outage.last(Part::Writes).is_some(), damage: outage.is_damaged }
    }

    /// Whether a write has failed so recently that writes are assumed to fail.
    pub(super) fn has_failed_to_write(&self) -> bool {
        let state = self.lock();
        let last = state.outage.as_ref().and_then(|outage| outage.last(Part::Writes));
        last.is_some_and(|last| last.elapsed() < QUIET)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The outage, if the success of this part ends it.
fn end(ongoing: &mut Option<Outage>, part: Part, quiet: Duration) -> Option<Outage> {
    let outage = ongoing.as_mut()?;
    let is_quiet = |last: &Option<Instant>| last.is_none_or(|last| last.elapsed() >= quiet);
    match part {
        Part::Everything if outage.last.iter().all(is_quiet) => outage.last = [None; 3],
        // Rows that can be read are no evidence that others can.
        Part::Reads | Part::Writes if !outage.is_damaged => {
            outage.last.get_mut(part as usize)?.take_if(|last| last.elapsed() >= quiet);
        }
        _ => {}
    }
    if matches!(part, Part::Writes) && !outage.is_damaged {
        outage.last.get_mut(Part::Everything as usize)?.take_if(|last| last.elapsed() >= NO_CHECK);
    }
    if outage.last.iter().all(Option::is_none) { ongoing.take() } else { None }
}

impl Outage {
    fn begin() -> Self {
        let since = Instant::now();
        Self { since, failed_calls: 0, unknown_outcomes: 0, last: [None; 3], is_damaged: false }
    }

    fn last(&self, part: Part) -> Option<Instant> {
        self.last.get(part as usize).copied().flatten()
    }

    fn duration_ms(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Reply = Result<(), RepositoryError>;

    fn unavailable() -> Reply {
        Err(RepositoryError::Unavailable("gone".into()))
    }

    /// As if this time had passed since the last failures.
    fn pass(outages: &Outages, time: Duration) {
        let mut state = outages.lock();
        let State { outage, waits } = &mut *state;
        for last in outage.iter_mut().chain(waits).flat_map(|outage| &mut outage.last).flatten() {
            *last = last.checked_sub(time).unwrap();
        }
    }

    #[test]
    fn outage_ends_when_each_failed_part_succeeds() {
        let outages = Outages::default();
        outages.record(Part::Reads, &unavailable());
        outages.record(Part::Writes, &Reply::Err(RepositoryError::OutcomeUnknown("gone".into())));
        outages.record(Part::Reads, &Reply::Ok(()));
        assert!(outages.is_ongoing() && outages.doubts().writes && outages.has_failed_to_write());
        pass(&outages, QUIET);
        assert!(!outages.has_failed_to_write());
        outages.record(Part::Reads, &Reply::Err(RepositoryError::NotFound));
        assert!(outages.is_ongoing());
        outages.record(Part::Writes, &Reply::Ok(()));
        assert!(!outages.is_ongoing() && !outages.doubts().writes);
    }

    #[test]
    fn failed_check_is_outdated_by_later_checks_and_writes() {
        let outages = Outages::default();
        outages.record(Part::Everything, &Reply::Err(RepositoryError::Fault("no right".into())));
        pass(&outages, QUIET);
        outages.record(Part::Writes, &Reply::Ok(()));
        assert!(outages.is_ongoing());
        outages.record(Part::Everything, &Reply::Ok(()));
        assert!(!outages.is_ongoing());
        outages.record(Part::Everything, &unavailable());
        pass(&outages, NO_CHECK);
        outages.record(Part::Reads, &Reply::Ok(()));
        assert!(outages.is_ongoing());
        outages.record(Part::Writes, &Reply::Ok(()));
        assert!(!outages.is_ongoing());
    }

    #[test]
    fn damage_lasts_until_a_check_succeeds() {
        let outages = Outages::default();
        outages.record(Part::Reads, &Reply::Err(RepositoryError::Damaged("malformed".into())));
        pass(&outages, NO_CHECK);
        outages.record(Part::Reads, &Reply::Ok(()));
        outages.record(Part::Writes, &Reply::Ok(()));
        assert!(outages.is_ongoing() && outages.doubts().damage);
        outages.record(Part::Everything, &Reply::Ok(()));
        assert!(!outages.is_ongoing());
    }

    #[test]
    fn overload_bugs_and_waits_are_no_outage() {
        let outages = Outages::default();
        for error in [
            RepositoryError::Overloaded,
            RepositoryError::TooManyScans,
            RepositoryError::Fault("a bug".into()),
            RepositoryError::Busy("locked".into()),
        ] {
            outages.record(Part::Writes, &Reply::Err(error));
        }
        assert!(!outages.is_ongoing() && outages.lock().waits.is_some());
        pass(&outages, QUIET_WAITS);
        outages.record(Part::Writes, &Reply::Ok(()));
        assert!(outages.lock().waits.is_none());
    }
}
