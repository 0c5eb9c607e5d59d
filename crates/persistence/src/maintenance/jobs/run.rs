//! One run of the jobs: reads without a lock, and one transaction for the changes of one owner.

use diesel::QueryResult;
use domain::{OwnerId, Timestamp};

use super::JobBackend;
use super::progress::{Progress, first_deleted, first_key, first_tombstone, key, place};
use super::step::{CHANGES, DeletedRow, JobConnection, ROWS, TombstoneRow, TrashLimits};
use crate::backend::{Failure, FailureKind};
use crate::options::RunEnd;
use crate::write::{Random, StoreObserver};

/// The result of a step.
pub(super) enum Step {
    /// It changed this number of rows.
    Changed(u64),
    /// Another transaction has locked the owner's row.
    OwnerIsLocked,
    /// Another process has the lock of the jobs.
    LeftToAnotherProcess,
}

/// A run on a connection.
pub(super) struct Run<'a, B: JobBackend> {
    pub(super) database: &'a B,
    pub(super) connection: &'a mut B::Connection,
    pub(super) progress: &'a mut Progress,
    /// Called between transactions.
    pub(super) pause: &'a dyn Fn(),
    pub(super) stored: &'a dyn StoreObserver,
}

impl<B: JobBackend> Run<'_, B> {
    /// Moves the rows of version 0.1.0 for deleted tasks to the tombstones.
    pub(super) fn move_retired(&mut self, now: Timestamp) -> Result<RunEnd, Failure> {
        if !self.progress.is_move_due(now) {
            return Ok(RunEnd::Completed);
        }
        let mut none = self.progress.deleted_after.is_none();
        loop {
            let after = self.progress.deleted_after.clone().unwrap_or_else(first_deleted);
            let page = self.read(|connection| connection.deleted(&after))?;
            let retired: Vec<DeletedRow> =
                page.iter().filter(|(.., is_retired)| *is_retired).cloned().collect();
            none &= retired.is_empty();
            if let RunEnd::LeftToAnotherProcess = self.move_page(&retired)? {
                return Ok(RunEnd::LeftToAnotherProcess);
            }
            if page.len() < ROWS {
                self.progress.deleted_after = None;
                self.progress.none_retired_at = none.then_some(now);
                return Ok(RunEnd::Completed);
            }
            self.progress.deleted_after = page.last().map(place);
            (self.pause)();
        }
    }

    fn move_page(&mut self, retired: &[DeletedRow]) -> Result<RunEnd, Failure> {
        let owners = retired.chunk_by(|(one, ..), (next, ..)| one == next);
        for rows in owners.flat_map(|rows| rows.chunks(CHANGES)) {
            let Some((owner, ..)) = rows.first() else { continue };
            match self.step(owner, |connection| connection.move_retired(owner, rows))? {
                Step::Changed(moved) => self.progress.report.moved += moved,
                Step::OwnerIsLocked => self.progress.report.skipped += 1,
                Step::LeftToAnotherProcess => return Ok(RunEnd::LeftToAnotherProcess),
            }
            self.progress.deleted_after = rows.last().map(place);
            (self.pause)();
        }
        Ok(RunEnd::Completed)
    }

    /// Continues the pass over the trashes, or begins one if due.
    pub(super) fn expire(&mut self, now: Timestamp, limits: TrashLimits) -> Result<RunEnd, Failure> {
        if !self.progress.is_expiry_due(now) {
            return Ok(RunEnd::Completed);
        }
        loop {
            let after = self.progress.trashes_after.clone().unwrap_or_default();
            let page = self.read(|connection| connection.trashes(&after, limits))?;
            for (owner, _) in page.iter().filter(|(_, is_due)| *is_due) {
                if let RunEnd::LeftToAnotherProcess = self.expire_trash(owner, limits, now)? {
                    return Ok(RunEnd::LeftToAnotherProcess);
                }
                self.progress.trashes_after = Some(owner.clone());
            }
            if page.len() < ROWS {
                self.progress.trashes_after = None;
                self.progress.trashes_passed_at = Some(now);
                return Ok(RunEnd::Completed);
            }
            self.progress.trashes_after = page.into_iter().next_back().map(|(owner, _)| owner);
            (self.pause)();
        }
    }

    fn expire_trash(&mut self, owner: &str, limits: TrashLimits, now: Timestamp) -> Result<RunEnd, Failure> {
        loop {
            let random = &mut Random::default();
            let expired =
                match self.step(owner, |connection| connection.expire(owner, limits, now, random))? {
                    Step::Changed(expired) => expired,
                    Step::OwnerIsLocked => {
                        self.progress.report.skipped += 1;
                        0
                    }
                    Step::LeftToAnotherProcess => return Ok(RunEnd::LeftToAnotherProcess),
                };
            if let (1.., Ok(owner)) = (expired, OwnerId::parse(owner)) {
                self.stored.stored(&owner, None);
            }
            self.progress.report.purged += expired;
            (self.pause)();
            if expired < CHANGES as u64 {
                return Ok(RunEnd::Completed);
            }
        }
    }

    /// Continues the pass over the tombstones, or begins one if due.
    pub(super) fn prune(&mut self, now: Timestamp, oldest: Timestamp) -> Result<RunEnd, Failure> {
        if !self.progress.is_pass_due(now) {
            return Ok(RunEnd::Completed);
        }
        loop {
            let after = self.progress.tombstones_after.clone().unwrap_or_else(first_tombstone);
            let page = self.read(|connection| connection.tombstones(&after))?;
            let old: Vec<TombstoneRow> = page.iter().filter(|(.., at)| *at < oldest).cloned().collect();
            if let RunEnd::LeftToAnotherProcess = self.prune_page(&old)? {
                return Ok(RunEnd::LeftToAnotherProcess);
            }
            if page.len() < ROWS {
                self.progress.tombstones_after = None;
                self.progress.passed_at = Some(now);
                return Ok(RunEnd::Completed);
            }
            self.progress.tombstones_after = page.last().map(key);
            (self.pause)();
        }
    }

    fn prune_page(&mut self, old: &[TombstoneRow]) -> Result<RunEnd, Failure> {
        let owners = old.chunk_by(|(one, ..), (next, ..)| one == next);
        for rows in owners.flat_map(|rows| rows.chunks(CHANGES)) {
            let Some((owner, ..)) = rows.first() else { continue };
            match self.step(owner, |connection| connection.prune(owner, rows))? {
                Step::Changed(pruned) => self.progress.report.pruned += pruned,
                Step::OwnerIsLocked => self.progress.report.skipped += 1,
                Step::LeftToAnotherProcess => return Ok(RunEnd::LeftToAnotherProcess),
            }
            self.progress.tombstones_after = rows.last().map(key);
            (self.pause)();
        }
        Ok(RunEnd::Completed)
    }

    /// Deletes recorded requests that have expired.
    pub(super) fn expire_keys(&mut self, oldest: Timestamp) -> Result<RunEnd, Failure> {
        let mut after = first_key();
        loop {
            let mut page = self.read(|connection| connection.expired(oldest, &after))?;
            let Some(last) = page.last().cloned() else { return Ok(RunEnd::Completed) };
            after = last;
            page.sort_unstable_by(|(_, one, of_one), (_, other, of_other)| {
                (one, of_one).cmp(&(other, of_other))
            });
            for rows in page.chunk_by(|(_, one, _), (_, next, _)| one == next) {
                let Some((_, owner, newest)) = rows.last() else { continue };
                match self.step(owner, |connection| connection.expire_keys(owner, *newest))? {
                    Step::Changed(expired) => self.progress.report.expired += expired,
                    Step::OwnerIsLocked => self.progress.report.skipped += 1,
                    Step::LeftToAnotherProcess => return Ok(RunEnd::LeftToAnotherProcess),
                }
                (self.pause)();
            }
        }
    }

    pub(super) fn read<T>(
        &mut self,
        read: impl FnOnce(&mut B::Connection) -> QueryResult<T>,
    ) -> Result<T, Failure> {
        self.database.read(self.connection, read).map_err(|error| Failure::of::<B>(error, false))
    }

    /// Changes the rows of an owner in one transaction.
    pub(super) fn step(
        &mut self,
        owner: &str,
        change: impl FnOnce(&mut B::Connection) -> QueryResult<u64>,
    ) -> Result<Step, Failure> {
        let done = self.database.write(self.connection, true, |connection| {
            if !B::try_job_lock(connection)? {
                return Ok(Step::LeftToAnotherProcess);
            }
            if !connection.try_lock_owner(owner)? {
                return Ok(Step::OwnerIsLocked);
            }
            change(connection).map(Step::Changed)
        });
        match done.map_err(|error| Failure::of::<B>(error, false)) {
            // Another transaction has locked one of the other rows.
            Err(failure) if matches!(failure.kind, FailureKind::Timeout | FailureKind::Conflict) => {
                Ok(Step::OwnerIsLocked)
            }
            done => done,
        }
    }
}
