//! One lane.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, iter, slice, thread};

use super::batch::Caller;
use super::queue::{Job, Waiting};
use crate::dialect::{Dialect, Outcome, Outcomes};
use crate::failure::{Failure, Kind};
use crate::pool::Pool;

/// How often the database may undo a statement in favour of another, or lose a connection under a read, before the
/// caller is told.
const ATTEMPTS: usize = 4;

/// What the lanes of one kind do.
pub(crate) struct Lane<D: Dialect, R, A> {
    pub(crate) name: String,
    pub(crate) pool: Pool<D>,
    /// The most requests of one batch.
    pub(crate) at_once: usize,
    /// The number of the set that each request of a batch belongs to, from 0 without gaps.
    pub(crate) sets: fn(&[R]) -> Vec<usize>,
    /// Whether doing it twice is as good as once.
    pub(crate) repeatable: bool,
    /// How long the database works on a statement before it gives up.
    pub(crate) statement_timeout: Duration,
    pub(crate) run: fn(&mut D::Connection, &[R]) -> Outcomes<A>,
}

impl<D: Dialect, R: Send + 'static, A: Send + 'static> Lane<D, R, A> {
    /// Starts a thread for each hand of the queue.
    pub(crate) fn start(self, waiting: &Arc<Waiting<R, A>>) -> io::Result<()> {
        let lane = Arc::new(self);
        for number in 0..waiting.hands.len() {
            let (lane, waiting) = (Arc::clone(&lane), Arc::clone(waiting));
            let name = format!("{}-{number}", lane.name);
            thread::Builder::new().name(name).spawn(move || lane.work(&waiting, number))?;
        }
        Ok(())
    }

    fn work(&self, waiting: &Waiting<R, A>, number: usize) {
        let Some(hand) = waiting.hands.get(number) else { return };
        while let Some(batch) = waiting.next_batch(self.at_once) {
            let (sets, callers) = self.sort(batch);
            hand.take_up(callers);
            for set in sets {
                // A connection that was in use is dropped while unwinding, and the pool throws it away for that.
                let outcomes = catch_unwind(AssertUnwindSafe(|| self.serve(&set)));
                hand.answer(outcomes.unwrap_or_else(|_| each(&Failure::defect("a lane panicked"), &set)));
            }
        }
    }

    /// The sets of a batch, and its callers in the order of the sets. All of a batch were asked at the same time, so
    /// none of them can tell in which order they are served.
    fn sort(&self, batch: Vec<Job<R, A>>) -> (Vec<Vec<R>>, Vec<Caller<A>>) {
        let (requests, callers): (Vec<R>, Vec<Caller<A>>) =
            batch.into_iter().map(|job| (job.request, job.caller)).unzip();
        let numbers = (self.sets)(&requests);
        let mut sorted: Vec<(usize, (R, Caller<A>))> =
            numbers.into_iter().zip(requests.into_iter().zip(callers)).collect();
        sorted.sort_by_key(|(number, _)| *number);
        let mut sets: Vec<Vec<R>> = Vec::new();
        let mut in_order = Vec::with_capacity(sorted.len());
        for (number, (request, caller)) in sorted {
            match sets.get_mut(number) {
                Some(set) => set.push(request),
                None => sets.push(vec![request]),
            }
            in_order.push(caller);
        }
        (sets, in_order)
    }

    /// Runs the requests as a set; when that fails for what one of them holds, each alone, so that it fails alone.
    fn serve(&self, requests: &[R]) -> Vec<Outcome<A>> {
        match self.attempt(requests) {
            Ok(outcomes) => outcomes,
            Err(failure) if requests.len() > 1 && failure.kind == Kind::Fault => {
                let alone = |request| {
                    let request = slice::from_ref(request);
                    self.attempt(request).unwrap_or_else(|failure| each(&failure, request))
                };
                requests.iter().flat_map(alone).collect()
            }
            Err(failure) => each(&failure, requests),
        }
    }

    fn attempt(&self, requests: &[R]) -> Result<Vec<Outcome<A>>, Failure> {
        let mut attempts = 1..;
        loop {
            let mut connection = self.pool.check_out()?;
            let begun = Instant::now();
            let run = |connection: &mut D::Connection| (self.run)(connection, requests);
            let error = match self.pool.transact(&mut connection, run) {
                Ok(outcomes) if outcomes.len() == requests.len() => return Ok(outcomes),
                Ok(_) => return Err(Failure::defect("a set was answered with another number of outcomes")),
                Err(error) => error,
            };
            drop(connection);
            let failure = Failure::of::<D>(error, begun.elapsed() >= self.statement_timeout);
            if failure.kind == Kind::Lost {
                self.pool.lost_one();
            }
            let again = failure.kind == Kind::Conflict || (failure.kind == Kind::Lost && self.repeatable);
            if !again || attempts.next().is_none_or(|attempt| attempt >= ATTEMPTS) {
                return Err(failure);
            }
        }
    }
}

fn each<R, A>(failure: &Failure, requests: &[R]) -> Vec<Outcome<A>> {
    iter::repeat_with(|| Err(failure.error())).take(requests.len()).collect()
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;
