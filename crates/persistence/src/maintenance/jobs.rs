//! Background jobs: one thread that works in small steps, so that locks are short.
//!
//! A step is one transaction that changes the rows of one owner (`docs/decisions/0022-background-jobs-lock-the-owner.md`).
//! On PostgreSQL it first takes an advisory lock, so that one process at a time changes rows; a run without the lock ends.
//! It then updates the owner's row, which locks it; the raised version makes concurrent writes lose their race.

mod progress;
mod row_pass;
mod run;
mod statements;
mod step;
#[cfg(test)]
mod tests;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use diesel::QueryResult;
use domain::{Clock, Timestamp, TrashCapacity};

use crate::backend::Backend;
use crate::backend::Failure;
use crate::options::RunEnd;
use crate::write::StoreObserver;
use crate::{DatabaseObserver, JobsReport};
use progress::Progress;
use run::Run;

pub(crate) use step::JobConnection;
use step::TrashLimits;

/// Pause between transactions, so that other writers proceed.
const PAUSE: Duration = Duration::from_millis(20);

/// Pause between runs. New work appears slowly: rows of an older version that runs beside this one, old trashed tasks and
/// tombstones.
const INTERVAL: Duration = Duration::from_mins(5);

/// Options of the background jobs.
#[derive(Clone)]
pub struct JobOptions {
    /// Minimum retention of tombstones.
    pub keep_tombstones: Duration,
    /// Minimum retention of tasks in the trash.
    pub keep_trashed: Duration,
    /// What the trash of an owner holds.
    pub trash: TrashCapacity,
    /// How long requests with a key are recorded.
    pub keep_keys: Duration,
    /// The source of the time.
    pub clock: Arc<dyn Clock>,
}

impl JobOptions {
    /// Options that keep everything in the trash.
    #[must_use]
    pub fn new(keep_tombstones: Duration, clock: Arc<dyn Clock>) -> Self {
        let (keep_trashed, keep_keys) = (Duration::MAX, Duration::MAX);
        Self { keep_tombstones, keep_trashed, trash: TrashCapacity::UNLIMITED, keep_keys, clock }
    }
}

/// Handle of the running jobs; they end when it is dropped.
pub struct BackgroundJobs {
    _until_dropped: Sender<()>,
}

/// Runs the jobs.
pub(crate) trait RunJobs: Send + Sync {
    /// Continues where the last run ended. The report in `progress` is complete even after a failure.
    fn run_on(&self, options: &JobOptions, progress: &mut Progress, pause: &dyn Fn()) -> Result<(), Failure>;

    /// Runs all jobs once.
    fn run(&self, options: &JobOptions, pause: Duration) -> Result<JobsReport, Failure> {
        let mut progress = Progress::default();
        self.run_on(options, &mut progress, &|| thread::sleep(pause))?;
        Ok(progress.report)
    }
}

/// A database that runs the jobs.
pub(crate) trait JobBackend: Backend<Connection: JobConnection> {
    /// Takes the lock of the background jobs until the transaction ends, unless another process has it.
    fn try_job_lock(connection: &mut Self::Connection) -> QueryResult<bool>;
}

/// The jobs of a database.
pub(crate) struct Jobs<B> {
    pub(crate) database: Arc<B>,
    /// Receives what changes the revision of an owner.
    pub(crate) stored: Arc<dyn StoreObserver>,
}

/// Each run opens its own connection, so that a hanging one takes none from the pool.
impl<B: JobBackend> RunJobs for Jobs<B> {
    fn run_on(&self, options: &JobOptions, progress: &mut Progress, pause: &dyn Fn()) -> Result<(), Failure> {
        progress.report = JobsReport { end: RunEnd::Failed, ..JobsReport::default() };
        let connection = &mut self.database.connect().map_err(Failure::no_connection)?;
        let now = options.clock.now();
        // A time before the supported years is before everything that is stored.
        let before = |keep: Duration| {
            let keep = i64::try_from(keep.as_millis()).unwrap_or(i64::MAX);
            Timestamp::from_unix_millis(now.unix_millis().saturating_sub(keep))
        };
        let mut run = Run { database: &*self.database, connection, progress, pause, stored: &*self.stored };
        let mut ended = run.move_retired(now)?;
        if let (RunEnd::Completed, Some(before)) = (ended, before(options.keep_trashed)) {
            ended = run.expire(now, TrashLimits { before, capacity: options.trash })?;
        }
        if let (RunEnd::Completed, Some(oldest)) = (ended, before(options.keep_tombstones)) {
            ended = run.prune(now, oldest)?;
        }
        if let (RunEnd::Completed, Some(oldest)) = (ended, before(options.keep_keys)) {
            ended = run.expire_keys(oldest)?;
        }
        if let RunEnd::Completed = ended {
            ended = run.complete_rows(now)?;
        }
        progress.report.end = ended;
        Ok(())
    }
}

/// Starts the thread.
pub(crate) fn start(
    jobs: Arc<dyn RunJobs>,
    options: JobOptions,
    observer: Arc<dyn DatabaseObserver>,
) -> io::Result<BackgroundJobs> {
    start_every(INTERVAL, jobs, options, observer)
}

fn start_every(
    interval: Duration,
    jobs: Arc<dyn RunJobs>,
    options: JobOptions,
    observer: Arc<dyn DatabaseObserver>,
) -> io::Result<BackgroundJobs> {
    let (sender, until_dropped) = bounded::<()>(0);
    thread::Builder::new().name("db-jobs".into()).spawn(move || {
        let mut progress = Progress::default();
        let mut was_failing = false;
        loop {
            let begun = Instant::now();
            let failure = run_caught(&*jobs, &options, &mut progress).err();
            let report = progress.report;
            observer.jobs_run(report, begun.elapsed());
            if report.changed_anything() {
                let duration_ms = begun.elapsed().as_millis();
                tracing::info!(
                    report.moved,
                    report.purged,
                    report.pruned,
                    report.expired,
                    report.rewritten,
                    report.positioned,
                    report.skipped,
                    duration_ms,
                    "background jobs ran"
                );
            }
            // Logged once per outage.
            if let Some(error) = failure.as_ref().filter(|_| !was_failing) {
                tracing::warn!(%error, "background jobs failed; retrying");
            }
            was_failing = failure.is_some();
            if until_dropped.recv_timeout(interval) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    })?;
    Ok(BackgroundJobs { _until_dropped: sender })
}

/// A panic fails one run and does not end the thread.
fn run_caught(jobs: &dyn RunJobs, options: &JobOptions, progress: &mut Progress) -> Result<(), Failure> {
    let run = || jobs.run_on(options, progress, &|| thread::sleep(PAUSE));
    catch_unwind(AssertUnwindSafe(run))
        .unwrap_or_else(|_| Err(Failure::internal("a background job panicked")))
}
