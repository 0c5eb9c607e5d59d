//! The threads of a schedule: one for each worker, of which exactly one runs at any time. It has the turn; at each
//! pause it lets the schedule choose who has it next.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use super::Fault;
use super::database::SimulatedDatabase;
use super::history::Answer;
use super::schedule::{Position, Schedule};
use crate::write::execute::Executor;
use crate::write::group::Write;

/// The schedule, in the hands of the worker whose turn it is.
pub(super) type Turn<'a> = MutexGuard<'a, Schedule>;

pub(super) struct Turns {
    schedule: Mutex<Schedule>,
    wake: Vec<Condvar>,
}

/// Unwinds a worker whose process was killed.
struct Killed;

/// Runs a schedule to its end.
pub(super) fn run(mut schedule: Schedule, fault: Option<Fault>) -> Result<Schedule, String> {
    let workers = schedule.workers.len();
    schedule.server.weakness = fault.and_then(Fault::of_the_server);
    schedule.turn = schedule.choose();
    let wake = (0..workers).map(|_| Condvar::new()).collect();
    let turns = Arc::new(Turns { schedule: Mutex::new(schedule), wake });
    let start = Instant::now();
    let ended = thread::scope(|scope| {
        let threads: Vec<_> = (0..workers)
            .map(|worker| {
                let turns = Arc::clone(&turns);
                scope.spawn(move || turns.work(worker, fault, start))
            })
            .collect();
        threads.into_iter().all(|thread| thread.join().is_ok())
    });
    let Some(turns) = Arc::into_inner(turns) else { return Err("a thread has not ended".into()) };
    let mut schedule = turns.schedule.into_inner().unwrap_or_else(PoisonError::into_inner);
    schedule.counts.lost_races = schedule.server.lost_races;
    if ended { Ok(schedule) } else { Err("a worker panicked".into()) }
}

impl Turns {
    pub(super) fn schedule(&self) -> Turn<'_> {
        self.schedule.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets others go first. Does not return when the worker's process is killed meanwhile.
    pub(super) fn pause(&self, worker: usize) -> Turn<'_> {
        let schedule = self.next_turn(self.schedule(), worker);
        if schedule.workers[worker].position == Position::Killed {
            drop(schedule);
            resume_unwind(Box::new(Killed));
        }
        schedule
    }

    fn next_turn<'a>(&'a self, mut schedule: Turn<'a>, worker: usize) -> Turn<'a> {
        schedule.turn = schedule.choose();
        match schedule.turn {
            Some(next) if next == worker => return schedule,
            Some(next) => self.wake[next].notify_one(),
            None => self.wake.iter().for_each(Condvar::notify_one),
        }
        self.wait(schedule, worker)
    }

    fn wait<'a>(&'a self, schedule: Turn<'a>, worker: usize) -> Turn<'a> {
        let others = |schedule: &mut Schedule| schedule.turn.is_some_and(|turn| turn != worker);
        self.wake[worker].wait_while(schedule, others).unwrap_or_else(PoisonError::into_inner)
    }

    fn work(self: Arc<Self>, worker: usize, fault: Option<Fault>, start: Instant) {
        let mut schedule = self.wait(self.schedule(), worker);
        let limits = schedule.plan.limits();
        let mut executor = Executor::new(limits);
        while schedule.turn.is_some() {
            if std::mem::take(&mut schedule.workers[worker].is_new) {
                executor = Executor::new(limits);
                executor.planted = fault.and_then(Fault::of_the_executor);
            }
            if let Some(batch) = schedule.take_batch(worker) {
                let calls = schedule.history.batches[batch].calls.clone();
                let write = |call: &usize| {
                    let call = &schedule.history.calls[*call];
                    let (owner, command) = (call.owner.clone(), call.command.clone());
                    Write { owner, command, request: call.request.clone(), now: call.now }
                };
                let writes = calls.iter().map(write).collect();
                drop(schedule);
                let turns = Arc::clone(&self);
                let mut database = SimulatedDatabase { turns, worker, batch, start };
                let run = AssertUnwindSafe(|| {
                    executor.run(&mut database, writes, &mut |place, outcome| {
                        self.answer(worker, calls[place], Answer::of(outcome));
                    });
                });
                if let Err(cause) = catch_unwind(run)
                    && !cause.is::<Killed>()
                {
                    self.schedule().turn = None;
                    self.wake.iter().for_each(Condvar::notify_one);
                    resume_unwind(cause);
                }
                schedule = self.schedule();
                schedule.end_batch(worker, std::mem::take(&mut executor.blocked));
            }
            schedule = self.next_turn(schedule, worker);
        }
    }

    fn answer(&self, worker: usize, call: usize, answer: Answer) {
        let mut schedule = self.schedule();
        schedule.note(format_args!("worker {worker} answers {call}: {answer:?}"));
        let at = schedule.server.tick();
        schedule.counts.unknown += u64::from(answer == Answer::Unknown);
        schedule.counts.partial_lists += u64::from(answer.is_partial());
        schedule.counts.failed_lists += u64::from(matches!(answer, Answer::Failed(..)));
        schedule.counts.replays += u64::from(matches!(answer, Answer::Replayed(_)));
        schedule.counts.reused_keys += u64::from(answer == Answer::KeyReused);
        let before = schedule.history.calls[call].answer.replace((at, answer));
        drop(schedule);
        assert!(before.is_none(), "a call was answered twice");
        drop(self.pause(worker));
    }
}
