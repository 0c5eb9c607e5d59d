//! One schedule: the state of each worker, and the next event.

mod events;

use std::collections::VecDeque;
use std::fmt;

use domain::{OwnerId, Timestamp};

use super::history::{Batch, Call, Counts, History};
use super::load::{self, Plan};
use super::random::Random;
use super::server::{Running, Server, SessionId};

/// How long a statement waits for a row.
const LOCK_WAIT: u64 = 2_000;

/// How long the writes of an owner with a locked row go to the worker for blocked owners.
const SET_ASIDE: u64 = 3_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Position {
    /// It has no batch.
    Idle,
    Ready,
    /// Its statement waits for an owner's row.
    Waiting {
        owner: OwnerId,
        since: u64,
    },
    /// The wait has taken too long.
    TimedOut {
        deadlock: bool,
    },
    /// Its process was killed under it.
    Killed,
}

/// A write worker of a process. After a kill the same place is the worker of the next process.
#[derive(Debug)]
pub(super) struct Worker {
    process: usize,
    queue: VecDeque<usize>,
    pub(super) position: Position,
    /// Whether it begins without a memory.
    pub(super) is_new: bool,
    pub(super) batch: Option<usize>,
    pub(super) session: Option<SessionId>,
    pub(super) running: Option<Running>,
}

/// A session of the server whose client is gone.
#[derive(Debug)]
struct Orphan {
    session: SessionId,
    running: Option<Running>,
}

pub(super) struct Schedule {
    pub(super) random: Random,
    pub(super) plan: Plan,
    pub(super) server: Server,
    pub(super) history: History,
    pub(super) workers: Vec<Worker>,
    orphans: Vec<Orphan>,
    /// Owners of processes who go to the worker for blocked owners, and until when.
    pub(super) blocked: Vec<(usize, OwnerId, u64)>,
    pub(super) now: u64,
    pub(super) sessions: SessionId,
    issued: usize,
    /// Nothing fails any more.
    pub(super) calm: bool,
    pub(super) turn: Option<usize>,
    pub(super) trace: Trace,
    pub(super) counts: Counts,
}

/// What happened, as a number that is the same for the same schedule, and as text when one schedule runs alone.
#[derive(Debug, Default)]
pub(super) struct Trace {
    pub(super) digest: u64,
    pub(super) shown: bool,
}

impl fmt::Write for Trace {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for byte in text.bytes() {
            self.digest = (self.digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        if self.shown {
            eprint!("{text}");
        }
        Ok(())
    }
}

impl Schedule {
    pub(super) fn new(mut random: Random, shown: bool) -> Self {
        let plan = Plan::new(&mut random);
        let worker = |process| Worker {
            process,
            queue: VecDeque::new(),
            position: Position::Idle,
            is_new: true,
            batch: None,
            session: None,
            running: None,
        };
        // The last worker of each process is for blocked owners.
        let workers = (0..plan.processes).flat_map(|process| (0..=plan.workers).map(move |_| process));
        Self {
            random,
            plan,
            server: Server::default(),
            history: History { quota: plan.quota, ..History::default() },
            workers: workers.map(worker).collect(),
            orphans: Vec::new(),
            blocked: Vec::new(),
            now: 0,
            sessions: 0,
            issued: 0,
            calm: false,
            turn: None,
            trace: Trace { digest: 0, shown },
            counts: Counts::default(),
        }
    }

    pub(super) fn note(&mut self, what: fmt::Arguments<'_>) {
        let _ = fmt::Write::write_fmt(&mut self.trace, format_args!("{:>6} {what}\n", self.now));
    }

    /// Lets happen what happens next, and gives the worker whose turn it is then; none when all is over.
    pub(super) fn choose(&mut self) -> Option<usize> {
        self.counts.steps += 1;
        self.now += self.random.below(3) as u64;
        if !self.calm {
            self.disturb();
        }
        loop {
            let ready: Vec<usize> = (0..self.workers.len()).filter(|worker| self.is_ready(*worker)).collect();
            if !ready.is_empty() {
                return Some(self.random.one_of(&ready));
            }
            if !self.go_on() {
                return None;
            }
        }
    }

    fn is_ready(&self, number: usize) -> bool {
        let worker = &self.workers[number];
        match &worker.position {
            Position::Idle => !worker.queue.is_empty(),
            Position::Ready | Position::TimedOut { .. } | Position::Killed => true,
            Position::Waiting { owner, .. } => {
                worker.session.is_some_and(|session| self.server.is_free(owner, session))
            }
        }
    }

    /// One caller or several call at the same time.
    fn call(&mut self) {
        let process = self.random.below(self.plan.processes);
        let owner = self.random.below(self.plan.owners);
        for _ in 0..self.random.one_of(&[1, 1, 2, 3, 4]) {
            let of = if self.random.chance(600) { owner } else { self.random.below(self.plan.owners) };
            let owner = load::owner(of);
            let record = self.server.owners.get(&owner).map(AsRef::as_ref);
            let command = load::command(&mut self.random, self.plan, self.history.calls.len(), record);
            let request = load::request(&mut self.random, &self.plan);
            self.push_call(process, owner, command, request);
            self.issued += 1;
        }
    }

    fn push_call(
        &mut self,
        process: usize,
        owner: OwnerId,
        command: domain::Command,
        request: Option<domain::Idempotency>,
    ) {
        let call = Call {
            now: self.timestamp(process),
            begin: self.server.tick(),
            owner,
            command,
            request,
            answer: None,
            calm: self.calm,
        };
        let number = self.history.calls.len();
        self.note(format_args!(
            "process {process} is called, {number}: {:?} {:?} {:?}",
            call.owner, call.command, call.request
        ));
        let now = self.now;
        let is_blocked = self
            .blocked
            .iter()
            .any(|(of, owner, until)| *of == process && *owner == call.owner && *until > now);
        let of_owner = call.owner.as_str().bytes().map(usize::from).sum::<usize>() % self.plan.workers;
        let worker = if is_blocked { self.plan.workers } else { of_owner };
        self.workers[process * (self.plan.workers + 1) + worker].queue.push_back(number);
        self.history.calls.push(call);
    }

    /// The clocks of processes differ.
    fn timestamp(&self, process: usize) -> Timestamp {
        let millis = 1_795_252_517_465 + self.now.cast_signed() - 700 * process.cast_signed() as i64;
        Timestamp::from_unix_millis(millis).unwrap()
    }

    /// A worker without a batch takes one from its queue.
    pub(super) fn take_batch(&mut self, number: usize) -> Option<usize> {
        let most = 1 + self.random.below(8);
        let worker = &mut self.workers[number];
        let calls: Vec<usize> = worker.queue.drain(..most.min(worker.queue.len())).collect();
        if calls.is_empty() {
            return None;
        }
        let batch = self.history.batches.len();
        (worker.batch, worker.position) = (Some(batch), Position::Ready);
        self.note(format_args!("worker {number} takes batch {batch}: {calls:?}"));
        let begin = self.server.tick();
        self.history.batches.push(Batch { worker: number, calls, begin, ..Batch::default() });
        Some(batch)
    }

    /// A worker is done with its batch.
    pub(super) fn end_batch(&mut self, number: usize, blocked: Vec<OwnerId>) {
        let worker = &mut self.workers[number];
        (worker.batch, worker.position) = (None, Position::Idle);
        let (process, until) = (worker.process, self.now + SET_ASIDE);
        self.counts.blocked += blocked.len() as u64;
        self.blocked.extend(blocked.into_iter().map(|owner| (process, owner, until)));
    }
}
