//! What happens between the steps of the workers: calls, pauses, kills, timeouts, erasures, and late effects of sessions
//! whose client is gone.

use super::super::history::Batch;
use super::super::load;
use super::super::server::{Author, Progress, Running, SessionId};
use super::{LOCK_WAIT, Orphan, Position, Schedule};

impl Schedule {
    pub(super) fn disturb(&mut self) {
        if self.issued < self.plan.calls && self.random.chance(120) {
            self.call();
        }
        if !self.orphans.is_empty() && self.random.chance(100) {
            let number = self.random.below(self.orphans.len());
            self.advance_orphan(number);
        }
        if self.random.chance(self.plan.pause) {
            self.now += self.random.one_of(&[10, 200, 1_000, 3_500]);
        }
        if self.random.chance(self.plan.kill) {
            self.kill();
        }
        if self.random.chance(self.plan.time_out) {
            let waiting = self.waiting();
            if !waiting.is_empty() {
                let worker = self.random.one_of(&waiting);
                self.time_out(worker);
            }
        }
        if self.random.chance(self.plan.erase) {
            let (owner, before) = (load::owner(self.random.below(self.plan.owners)), self.server.log.len());
            let (epoch, keeps_row) = (self.random.next().cast_signed(), self.plan.erasure_keeps_row);
            self.server.change(&owner, Author::Erasure, |before| load::erased(before?, epoch, keeps_row));
            if self.server.log.len() > before {
                self.counts.erasures += 1;
                self.note(format_args!("{owner:?} is erased"));
            }
        }
        if self.random.chance(self.plan.old) {
            let owner = load::owner(self.random.below(self.plan.owners));
            let (serial, now) = (self.server.log.len(), self.timestamp(0));
            let random = &mut self.random;
            self.server
                .change(&owner, Author::Old, |before| load::old_write(random, &owner, serial, now, before));
            if self.server.log.len() > serial {
                self.counts.old_writes += 1;
                self.note(format_args!("0.1.0 changes {owner:?}"));
            }
        }
    }

    /// The event when no worker can continue. False if there is none.
    pub(super) fn go_on(&mut self) -> bool {
        let waiting = self.waiting();
        if !self.orphans.is_empty() {
            let number = self.random.below(self.orphans.len());
            if !self.advance_orphan(number) && self.orphans.iter().all(|orphan| orphan.running.is_some()) {
                // It may wait for a worker, or for another one of its kind.
                match waiting.first() {
                    Some(worker) => self.time_out(*worker),
                    None => self.end_orphan(number),
                }
            }
            return true;
        }
        if let Some(worker) = waiting.into_iter().min_by_key(|worker| self.waiting_since(*worker)) {
            self.time_out(worker);
            return true;
        }
        if self.issued < self.plan.calls {
            self.call();
            return true;
        }
        if self.calm {
            return false;
        }
        self.calm = true;
        self.note(format_args!("nothing fails any more"));
        for process in 0..self.plan.processes {
            for owner in 0..self.plan.owners {
                let serial = self.history.calls.len();
                self.push_call(process, load::owner(owner), load::fresh_create(serial), None);
            }
        }
        true
    }

    fn waiting(&self) -> Vec<usize> {
        (0..self.workers.len()).filter(|worker| self.waiting_since(*worker).is_some()).collect()
    }

    fn waiting_since(&self, worker: usize) -> Option<u64> {
        match self.workers[worker].position {
            Position::Waiting { since, .. } => Some(since),
            _ => None,
        }
    }

    fn time_out(&mut self, number: usize) {
        let Some(since) = self.waiting_since(number) else { return };
        let deadlock = self.is_deadlocked(number);
        self.now = self.now.max(since + LOCK_WAIT);
        *if deadlock { &mut self.counts.deadlocks } else { &mut self.counts.timeouts } += 1;
        self.workers[number].position = Position::TimedOut { deadlock };
        self.note(format_args!("worker {number} has waited too long, deadlock: {deadlock}"));
    }

    /// Whether the row that a worker waits for is held, over any number of others, by the worker.
    fn is_deadlocked(&self, number: usize) -> bool {
        let mut next = number;
        for _ in 0..self.workers.len() {
            let Position::Waiting { owner, .. } = &self.workers[next].position else { return false };
            let Some(holder) = self.server.holder(owner) else { return false };
            let Some(worker) = self.workers.iter().position(|worker| worker.session == Some(holder)) else {
                return false;
            };
            if worker == number {
                return true;
            }
            next = worker;
        }
        false
    }

    /// Leaves a session of the server without a client. Its running statement may still complete.
    pub(in super::super) fn orphan(&mut self, session: SessionId, running: Option<Running>) {
        self.orphans.push(Orphan { session, running });
    }

    /// Gives whether it came any further.
    fn advance_orphan(&mut self, number: usize) -> bool {
        let orphan = &mut self.orphans[number];
        let Some(running) = &mut orphan.running else {
            self.end_orphan(number);
            return true;
        };
        let commits = self.server.log.len();
        match self.server.advance(running) {
            Progress::Blocked(_) => return false,
            Progress::More => {}
            Progress::Done(_) => self.end_orphan(number),
        }
        if self.server.log.len() > commits {
            self.counts.late_effects += 1;
            self.note(format_args!("a statement of a lost connection takes effect"));
        }
        true
    }

    fn end_orphan(&mut self, number: usize) {
        let orphan = self.orphans.swap_remove(number);
        self.server.end(orphan.session);
    }

    fn kill(&mut self) {
        let process = self.random.below(self.plan.processes);
        self.counts.kills += 1;
        self.note(format_args!("process {process} is killed"));
        self.blocked.retain(|(of, ..)| *of != process);
        for number in 0..self.workers.len() {
            let goes_on = self.random.chance(500);
            let worker = &mut self.workers[number];
            if worker.process != process {
                continue;
            }
            worker.is_new = true;
            let queued: Vec<usize> = worker.queue.drain(..).collect();
            if !queued.is_empty() {
                self.history.batches.push(Batch { calls: queued, killed: true, ..Batch::default() });
            }
            if let Some(batch) = worker.batch {
                self.history.batches[batch].killed = true;
                worker.position = Position::Killed;
            }
            let running = worker.running.take().filter(|_| goes_on);
            if let Some(session) = worker.session.take() {
                self.orphan(session, running);
            }
        }
    }
}
