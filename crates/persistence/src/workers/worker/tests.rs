//! Workers with work that goes wrong, on a pool of connections to a file.
#![expect(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "what goes wrong fails the test")]

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use diesel::result::{DatabaseErrorKind, Error};
use diesel::{RunQueryDsl, SqliteConnection};
use domain::RepositoryError;
use pollster::block_on;
use tempfile::TempDir;

use super::*;
use crate::dialect::{Outcome, one_set};
use crate::sqlite::Sqlite;
use crate::workers::{DeadlineTimer, QueueLimits, Sender};

type Run = fn(&mut SqliteConnection, &[u32]) -> Outcomes<u32>;

impl Request for u32 {
    fn owner(&self) -> Option<&OwnerId> {
        None
    }
}

/// A worker of a queue that runs this, and what keeps its file.
struct Running {
    work: Work<Sqlite, u32, u32>,
    folder: TempDir,
}

impl Running {
    fn new(run: Run) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = DatabaseOptions { max_connections: 2, ..DatabaseOptions::default() };
        let sqlite = Sqlite::open(folder.path().join("tasks.db"), &options).unwrap();
        let pool = Pool::new(Arc::new(sqlite), &options);
        let timeouts = Timeouts::new(&options);
        let (kind, observer) = (WorkKind::Write, Arc::new(()));
        let work = Work { kind, pool, parts: one_set, idempotent: false, timeouts, run, observer };
        Self { work, folder }
    }

    /// What calls come to that all wait before the worker begins.
    fn outcomes(self, requests: &[u32]) -> Vec<Outcome<u32>> {
        let (sender, queue) = Queue::new(limits(), WorkKind::Write, Arc::new(()));
        let mut calls: Vec<_> = requests.iter().map(|n| Box::pin(sender.submit(*n))).collect();
        for call in &mut calls {
            assert!(pin!(call).poll(&mut Context::from_waker(Waker::noop())).is_pending());
        }
        let _workers = Workers::start(self.work, queue, 1).unwrap();
        let outcomes = calls.into_iter().map(block_on).collect();
        drop(self.folder);
        outcomes
    }
}

fn limits() -> QueueLimits<u32> {
    QueueLimits {
        length: 10,
        waiting_per_owner: usize::MAX,
        running_per_owner: usize::MAX,
        timeout: Duration::from_mins(1),
        workers: 1,
        weight: |_| 1,
        capacity: 8,
    }
}

fn refused() -> Error {
    Error::DatabaseError(DatabaseErrorKind::UniqueViolation, Box::new("there is one already".to_owned()))
}

fn lost() -> Error {
    Error::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new("gone".to_owned()))
}

fn conflict() -> Error {
    Error::DatabaseError(DatabaseErrorKind::SerializationFailure, Box::new("could not serialize".to_owned()))
}

fn tens(group: &[u32]) -> Outcomes<u32> {
    Ok(group.iter().map(|n| Ok(n * 10)).collect())
}

#[test]
fn one_that_fails_fails_alone() {
    let running = Running::new(|_, group| if group.contains(&2) { Err(refused()) } else { tens(group) });
    let outcomes = running.outcomes(&[1, 2, 3]);
    assert!(matches!(outcomes[..], [Ok(10), Err(RepositoryError::Fault(_)), Ok(30)]), "{outcomes:?}");
}

#[test]
fn a_group_is_run_part_by_part() {
    let running = Running::new(|_, group| {
        assert!(group.iter().all(|n| n % 2 == group[0] % 2), "{group:?}");
        if group[0] % 2 == 0 { Err(refused()) } else { tens(group) }
    });
    let parts = |group: &[u32]| group.iter().map(|n| usize::from(n % 2 == 0)).collect();
    let outcomes = Running { work: Work { parts, ..running.work }, ..running }.outcomes(&[1, 2, 3, 4]);
    assert!(
        matches!(
            outcomes[..],
            [Ok(10), Err(RepositoryError::Fault(_)), Ok(30), Err(RepositoryError::Fault(_))]
        ),
        "{outcomes:?}"
    );
}

#[test]
fn a_conflict_is_retried() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running =
        Running::new(
            |_, group| {
                if RUNS.fetch_add(1, Ordering::SeqCst) < 2 { Err(conflict()) } else { tens(group) }
            },
        );
    assert!(matches!(running.outcomes(&[7])[..], [Ok(70)]));
}

#[test]
fn a_conflict_that_stays_is_an_outage() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running = Running::new(|_, _| {
        RUNS.fetch_add(1, Ordering::SeqCst);
        Err(conflict())
    });
    assert!(matches!(running.outcomes(&[7])[..], [Err(RepositoryError::Unavailable(_))]));
    assert_eq!(RUNS.load(Ordering::SeqCst), ATTEMPTS);
}

#[test]
fn a_write_whose_connection_was_lost_is_not_retried() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running = Running::new(|_, _| {
        RUNS.fetch_add(1, Ordering::SeqCst);
        Err(lost())
    });
    let outcomes = running.outcomes(&[1, 2]);
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Err(RepositoryError::Unavailable(_)))));
    assert_eq!(RUNS.load(Ordering::SeqCst), 1);
}

#[test]
fn a_worker_outlives_a_panic() {
    let running = Running::new(|connection, group| {
        assert!(!group.contains(&13), "unlucky");
        diesel::sql_query("select 1").execute(connection)?;
        tens(group)
    });
    let (sender, queue) = Queue::new(limits(), WorkKind::Write, Arc::new(()));
    let _workers = Workers::start(running.work, queue, 1).unwrap();
    assert!(matches!(block_on(sender.submit(13)), Err(RepositoryError::Fault(_))));
    assert!(matches!(block_on(sender.submit(14)), Ok(140)));
}

#[test]
fn a_worker_that_hangs_is_replaced() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running = Running::new(|_, group| {
        if RUNS.fetch_add(1, Ordering::SeqCst) == 0 {
            thread::park_timeout(Duration::from_mins(10));
        }
        tens(group)
    });
    let short = Duration::from_millis(20);
    let timeouts = Timeouts { statement: short, response: short, hang: short * 2 };
    let work = Work { timeouts, ..running.work };
    let (sender, queue): (Sender<u32, u32>, _) = Queue::new(limits(), WorkKind::Write, Arc::new(()));
    let workers = Workers::start(work, queue, 1).unwrap();
    let _timer = DeadlineTimer::start(vec![workers], short).unwrap();
    assert!(matches!(block_on(sender.submit(1)), Err(RepositoryError::Unavailable(_))));
    // Its time has to be long enough for a slow machine, so it is tried until it is begun soon enough.
    let served = tasknook_tests::eventually(Duration::from_secs(30), || block_on(sender.submit(2)).ok());
    assert_eq!(served, Some(20));
}
