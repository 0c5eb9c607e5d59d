//! How fresh a replica is: the latest time at which the primary's log ended where the replica has replayed it, or before.

use std::collections::VecDeque;
use std::error::Error;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use diesel::ConnectionError;
use parking_lot::{Condvar, Mutex};

use super::ReplicaBackend;

/// How often the two are compared while pages are asked for: a page is this much older than it could be.
const COMPARE: Duration = Duration::from_millis(100);

/// The same after a failure.
const RETRY: Duration = Duration::from_secs(1);

/// How long they are compared after a page was asked for.
const WANTED: Duration = Duration::from_secs(10);

/// The most ends of the log that are remembered: those of more than [`super::MAX_AGE`].
const ENDS: usize = 1_000;

/// What the thread and the readers share.
#[derive(Default)]
pub(super) struct Freshness {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    as_of: Option<Instant>,
    /// Counts the failed comparisons: after one, the server can be another one, or have gone back.
    server: u64,
    wanted: Option<Instant>,
    suspended_until: Option<Instant>,
    is_closed: bool,
}

/// The time that a replica is at least as fresh as, and the server that this was measured on.
#[derive(Clone, Copy)]
pub(super) struct Measured {
    pub(super) as_of: Instant,
    server: u64,
}

impl Freshness {
    /// Whether no comparison has failed since.
    pub(super) fn is_of_same_server(&self, measured: Measured) -> bool {
        self.state.lock().server == measured.server
    }

    /// The time that the replica is at least as fresh as, if it is known. It is known soon after it was first asked for.
    pub(super) fn wanted(&self) -> Option<Measured> {
        let mut state = self.state.lock();
        let now = Instant::now();
        let is_idle = state.wanted.is_none_or(|wanted| now - wanted >= WANTED);
        state.wanted = Some(now);
        if is_idle {
            // The server was not watched meanwhile.
            state.as_of = None;
            self.changed.notify_one();
        }
        let is_suspended = state.suspended_until.is_some_and(|until| now < until);
        let server = state.server;
        state.as_of.filter(|_| !is_suspended).map(|as_of| Measured { as_of, server })
    }

    /// Does not use the replica for this time.
    pub(super) fn suspend(&self, time: Duration) {
        self.state.lock().suspended_until = Some(Instant::now() + time);
    }

    fn failed(&self) {
        let mut state = self.state.lock();
        state.as_of = None;
        state.server += 1;
    }

    /// Ends the thread.
    pub(super) fn close(&self) {
        self.state.lock().is_closed = true;
        self.changed.notify_one();
    }

    /// Waits for the pause, and until the freshness is asked for. False at the end.
    fn next(&self, pause: Duration) -> bool {
        let mut state = self.state.lock();
        let end = Instant::now() + pause;
        while !state.is_closed && !self.changed.wait_until(&mut state, end).timed_out() {}
        while !state.is_closed && state.wanted.is_none_or(|wanted| wanted.elapsed() >= WANTED) {
            self.changed.wait(&mut state);
        }
        !state.is_closed
    }
}

/// Starts the thread.
pub(super) fn start<B: ReplicaBackend>(
    number: usize,
    freshness: Arc<Freshness>,
    primary: Arc<B>,
    replica: Arc<B>,
) -> io::Result<()> {
    let run = move || {
        let mut pair = Pair { primary, replica, connections: None, ends: VecDeque::new() };
        let (mut pause, mut is_failing) = (Duration::ZERO, false);
        while freshness.next(pause) {
            let compared = catch_unwind(AssertUnwindSafe(|| pair.compare()));
            let compared = compared.unwrap_or_else(|_| Err("a panic".into()));
            match compared {
                Ok(as_of) => {
                    if let Some(as_of) = as_of {
                        freshness.state.lock().as_of = Some(as_of);
                    }
                    if is_failing {
                        tracing::info!(replica = number, "the replica is compared with the primary again");
                    }
                    (pause, is_failing) = (COMPARE, false);
                }
                Err(error) => {
                    pair.connections = None;
                    freshness.failed();
                    if !is_failing {
                        tracing::warn!(replica = number, %error, "the replica cannot be compared with the primary; the primary is read");
                    }
                    (pause, is_failing) = (RETRY, true);
                }
            }
        }
    };
    thread::Builder::new().name(format!("db-replica-{number}")).spawn(run).map(drop)
}

struct Pair<B: ReplicaBackend> {
    primary: Arc<B>,
    replica: Arc<B>,
    connections: Option<(B::Connection, B::Connection)>,
    /// Where the log ended, and when it was asked, in the order of time.
    ends: VecDeque<(Instant, i64)>,
}

impl<B: ReplicaBackend> Pair<B> {
    fn compare(&mut self) -> Result<Option<Instant>, Box<dyn Error + Send + Sync>> {
        let (of_primary, of_replica) = match &mut self.connections {
            Some(connections) => connections,
            none => {
                // After a failover the log may continue elsewhere.
                self.ends.clear();
                let connect = |backend: &B| -> Result<B::Connection, ConnectionError> { backend.connect() };
                let (mut of_primary, mut of_replica) = (connect(&self.primary)?, connect(&self.replica)?);
                let expected = self.primary.read(&mut of_primary, B::identity)?;
                // Positions in the logs of two clusters can be compared, but mean nothing.
                if self.replica.read(&mut of_replica, B::identity)? != expected {
                    return Err(
                        "the server is a replica of another one, or has another database or schema".into()
                    );
                }
                none.insert((of_primary, of_replica))
            }
        };
        let asked = Instant::now();
        let end = self.primary.read(of_primary, B::log_end)?.ok_or("the primary is read-only")?;
        self.ends.push_back((asked, end));
        let replayed = self.replica.read(of_replica, B::replayed)?.ok_or("the server is no replica")?;
        Ok(latest(&mut self.ends, replayed))
    }
}

/// The time of the last end that is replayed. Earlier ones are dropped.
fn latest(ends: &mut VecDeque<(Instant, i64)>, replayed: i64) -> Option<Instant> {
    while ends.len() > 1 && ends.get(1).is_some_and(|(_, end)| *end <= replayed) {
        ends.pop_front();
    }
    let as_of = ends.front().filter(|(_, end)| *end <= replayed).map(|(time, _)| *time);
    if ends.len() > ENDS {
        // The first one stays: it is what the replica waits for.
        ends.remove(ends.len() / 2);
    }
    as_of
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replica_is_as_fresh_as_the_last_end_it_has_replayed() {
        let start = Instant::now();
        let time = |seconds| start + Duration::from_secs(seconds);
        let mut ends: VecDeque<_> = [(time(0), 10), (time(1), 20), (time(2), 20), (time(3), 40)].into();
        assert_eq!(latest(&mut ends, 9), None);
        assert_eq!(latest(&mut ends, 10), Some(time(0)));
        assert_eq!(latest(&mut ends, 39), Some(time(2)));
        assert_eq!(latest(&mut ends, 39), Some(time(2)));
        assert_eq!(latest(&mut ends, 40), Some(time(3)));
    }

    #[test]
    fn remembered_ends_are_bounded() {
        let start = Instant::now();
        let mut ends = VecDeque::new();
        for number in 0..3 * ENDS {
            ends.push_back((start, i64::try_from(number).unwrap()));
            assert_eq!(latest(&mut ends, -1), None);
        }
        assert!(ends.len() <= ENDS && ends.front() == Some(&(start, 0)));
    }
}
