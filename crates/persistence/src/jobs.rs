//! Background jobs: one thread that works in small steps, so that no lock is held for long.
//!
//! A step is one transaction. On PostgreSQL it takes an advisory lock first, so of several processes one works at a
//! time, and what another one holds is left to it. A step that changes what is stored of an owner updates the owner's
//! row first: that locks it, and its raised version makes every write that was decided before lose its race.

mod statements;
mod step;

use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, thread};

use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use diesel::QueryResult;
use domain::{Clock, Timestamp};

use crate::DatabaseObserver;
use crate::dialect::Dialect;
use crate::failure::Failure;

pub(crate) use step::JobConnection;

/// Rows that one step looks at.
const ROWS: i64 = 500;

/// Rows that one step changes. Each takes up to three statements, and the owners' rows stay locked until the step ends:
/// at a round trip of a millisecond, for half as long as a write waits for a lock.
const CHANGES: i64 = 50;

/// Between two steps, for everybody else.
const PAUSE: Duration = Duration::from_millis(20);

/// Between two runs. What the jobs look for comes slowly: rows of an older version beside this one, and old age.
const INTERVAL: Duration = Duration::from_mins(5);

/// What the background jobs go by.
#[derive(Clone)]
pub struct JobOptions {
    /// How long tombstones are kept, at least.
    pub keep_tombstones: Duration,
    /// Where the time comes from.
    pub clock: Arc<dyn Clock>,
}

/// What one run of the jobs did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobsReport {
    /// Rows that version 0.1.0 kept for deleted tasks and that are tombstones now.
    pub moved: u64,
    /// Tombstones that were older than they are kept.
    pub pruned: u64,
}

/// Keeps the jobs running; they end when this is dropped.
pub struct BackgroundJobs {
    _until_dropped: Sender<()>,
}

/// Runs all jobs once.
pub(crate) trait RunJobs: Send + Sync {
    fn run(&self, options: &JobOptions, pause: Duration) -> Result<JobsReport, Failure>;
}

/// Each run has a connection of its own, so that one which hangs takes none from the callers.
impl<D: Dialect> RunJobs for Arc<D> {
    fn run(&self, options: &JobOptions, pause: Duration) -> Result<JobsReport, Failure> {
        let connection = &mut self.connect().map_err(Failure::no_connection)?;
        let keep = i64::try_from(options.keep_tombstones.as_millis()).unwrap_or(i64::MAX);
        let oldest = options.clock.now().unix_millis().saturating_sub(keep);
        let mut report = JobsReport::default();
        while let Some(moved @ 1..) = run_step(&**self, connection, D::Connection::move_retired)? {
            report.moved += moved;
            thread::sleep(pause);
        }
        // A moment before the calendar begins is before every tombstone.
        let Some(oldest) = Timestamp::from_unix_millis(oldest) else { return Ok(report) };
        let mut after = step::first_tombstone();
        while let Some(Some((last, pruned))) =
            run_step(&**self, connection, |connection| connection.prune(&after, oldest))?
        {
            after = last;
            report.pruned += pruned;
            thread::sleep(pause);
        }
        Ok(report)
    }
}

/// Runs one step in one transaction; `None` when another process is at work.
fn run_step<D: Dialect, T>(
    database: &D,
    connection: &mut D::Connection,
    run: impl FnOnce(&mut D::Connection) -> QueryResult<T>,
) -> Result<Option<T>, Failure> {
    let done = database.write(connection, true, |connection| {
        if D::try_job_lock(connection)? { run(connection).map(Some) } else { Ok(None) }
    });
    done.map_err(|error| Failure::of::<D>(error, false))
}

/// Starts the thread.
pub(crate) fn start(
    jobs: Arc<dyn RunJobs>,
    options: JobOptions,
    observer: Arc<dyn DatabaseObserver>,
) -> io::Result<BackgroundJobs> {
    let (sender, until_dropped) = bounded::<()>(0);
    thread::Builder::new().name("db-jobs".into()).spawn(move || {
        let mut failing = false;
        loop {
            let begun = Instant::now();
            let result = jobs.run(&options, PAUSE);
            observer.jobs_run(result.as_ref().ok().copied(), begun.elapsed());
            match result {
                Ok(report) => {
                    failing = false;
                    if report != JobsReport::default() {
                        let duration_ms = begun.elapsed().as_millis();
                        tracing::info!(report.moved, report.pruned, duration_ms, "background jobs completed");
                    }
                }
                // While the database is unavailable, once says enough.
                Err(error) if !failing => {
                    failing = true;
                    tracing::warn!(%error, "background jobs failed; they are tried again");
                }
                Err(_) => {}
            }
            if until_dropped.recv_timeout(INTERVAL) != Err(RecvTimeoutError::Timeout) {
                return;
            }
        }
    })?;
    Ok(BackgroundJobs { _until_dropped: sender })
}
