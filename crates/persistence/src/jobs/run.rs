//! One run of the jobs: reads without a lock, and one transaction for what is changed of one owner.

use diesel::QueryResult;
use domain::{TaskId, Timestamp};
use uuid::Uuid;

use super::report::{Ended, JobsReport};
use super::step::{CHANGES, JobConnection, Key, ROWS, Tombstone};
use crate::dialect::Dialect;
use crate::failure::{Failure, Kind};

/// Between two passes over all tombstones.
const PASS_INTERVAL_MS: u64 = 24 * 60 * 60 * 1000;

/// How far the jobs of this process have come. A run that fails or is left to another process is continued by the next.
#[derive(Default)]
pub(crate) struct Progress {
    /// What the present run has done so far, or the last one did.
    pub(super) report: JobsReport,
    /// No rows of version 0.1.0 are left up to this owner, except those of owners whose rows were locked.
    retired_after: String,
    /// The last tombstone that was looked at, during a pass.
    tombstones_after: Option<Key>,
    /// When the last pass over the tombstones was completed.
    passed_at: Option<Timestamp>,
}

impl Progress {
    fn is_pass_due(&self, now: Timestamp) -> bool {
        self.passed_at.is_none_or(|at| now.unix_millis().abs_diff(at.unix_millis()) >= PASS_INTERVAL_MS)
    }
}

/// What a step came to.
enum Step {
    /// It changed so many rows.
    Changed(u64),
    /// Another transaction holds the owner's row.
    OwnerIsLocked,
    /// Another process has the lock of the jobs.
    LeftToAnotherProcess,
}

/// A run on a connection.
pub(super) struct Run<'a, D: Dialect> {
    pub(super) database: &'a D,
    pub(super) connection: &'a mut D::Connection,
    pub(super) progress: &'a mut Progress,
    /// Is called between two transactions.
    pub(super) pause: &'a dyn Fn(),
}

impl<D: Dialect> Run<'_, D> {
    /// Moves the rows that version 0.1.0 kept for deleted tasks to the tombstones.
    pub(super) fn move_retired(&mut self) -> Result<Ended, Failure> {
        loop {
            let after = self.progress.retired_after.clone();
            let page = self.read(|connection| connection.retired(&after))?;
            for rows in page.chunk_by(|(one, _), (next, _)| one == next) {
                let Some((owner, _)) = rows.first() else { continue };
                let step = self.step(owner, |connection| connection.move_retired(owner, rows))?;
                match step {
                    Step::Changed(moved) => self.progress.report.moved += moved,
                    Step::OwnerIsLocked => self.progress.report.skipped += 1,
                    Step::LeftToAnotherProcess => return Ok(Ended::LeftToAnotherProcess),
                }
                // The last owner of a page may have more rows. Those that were moved are not found again.
                if matches!(step, Step::OwnerIsLocked) || rows.last() != page.last() {
                    self.progress.retired_after.clone_from(owner);
                }
                (self.pause)();
            }
            if page.len() < CHANGES {
                self.progress.retired_after.clear();
                return Ok(Ended::Completed);
            }
        }
    }

    /// Continues the pass over the tombstones, or begins one when it is due.
    pub(super) fn prune(&mut self, now: Timestamp, oldest: Timestamp) -> Result<Ended, Failure> {
        if !self.progress.is_pass_due(now) {
            return Ok(Ended::Completed);
        }
        loop {
            let after = self.progress.tombstones_after.clone().unwrap_or_else(first_tombstone);
            let page = self.read(|connection| connection.tombstones(&after))?;
            let old: Vec<Tombstone> = page.iter().filter(|(.., at)| *at < oldest).cloned().collect();
            if let Ended::LeftToAnotherProcess = self.prune_these(&old)? {
                return Ok(Ended::LeftToAnotherProcess);
            }
            if page.len() < ROWS {
                self.progress.tombstones_after = None;
                self.progress.passed_at = Some(now);
                return Ok(Ended::Completed);
            }
            self.progress.tombstones_after = page.last().map(key);
            (self.pause)();
        }
    }

    fn prune_these(&mut self, old: &[Tombstone]) -> Result<Ended, Failure> {
        let owners = old.chunk_by(|(one, ..), (next, ..)| one == next);
        for rows in owners.flat_map(|rows| rows.chunks(CHANGES)) {
            let Some((owner, ..)) = rows.first() else { continue };
            match self.step(owner, |connection| connection.prune(owner, rows))? {
                Step::Changed(pruned) => self.progress.report.pruned += pruned,
                Step::OwnerIsLocked => self.progress.report.skipped += 1,
                Step::LeftToAnotherProcess => return Ok(Ended::LeftToAnotherProcess),
            }
            self.progress.tombstones_after = rows.last().map(key);
            (self.pause)();
        }
        Ok(Ended::Completed)
    }

    fn read<T>(&mut self, read: impl FnOnce(&mut D::Connection) -> QueryResult<T>) -> Result<T, Failure> {
        self.database.transact(self.connection, read).map_err(|error| Failure::of::<D>(error, false))
    }

    /// Changes what is stored of an owner, in one transaction.
    fn step(
        &mut self,
        owner: &str,
        change: impl FnOnce(&mut D::Connection) -> QueryResult<u64>,
    ) -> Result<Step, Failure> {
        let done = self.database.write(self.connection, true, |connection| {
            if !D::try_job_lock(connection)? {
                return Ok(Step::LeftToAnotherProcess);
            }
            if !connection.try_lock_owner(owner)? {
                return Ok(Step::OwnerIsLocked);
            }
            change(connection).map(Step::Changed)
        });
        match done.map_err(|error| Failure::of::<D>(error, false)) {
            // Another transaction holds one of the other rows.
            Err(failure) if matches!(failure.kind, Kind::Timeout | Kind::Conflict) => Ok(Step::OwnerIsLocked),
            done => done,
        }
    }
}

/// Before the first tombstone.
fn first_tombstone() -> Key {
    (String::new(), String::new(), TaskId::new(Uuid::nil()))
}

fn key((owner, kind, id, ..): &Tombstone) -> Key {
    (owner.clone(), kind.clone(), *id)
}
