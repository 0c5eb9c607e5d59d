//! Workers with failing work, on a pool of connections to a file.
#![expect(clippy::unwrap_used, clippy::unnecessary_wraps, reason = "what goes wrong fails the test")]

use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Waker;

use diesel::result::{DatabaseErrorKind, Error};
use diesel::{RunQueryDsl, SqliteConnection};
use domain::RepositoryError;
use pollster::block_on;
use tempfile::TempDir;

use super::*;
use crate::database::sqlite::Sqlite;
use crate::read::Reads;
use crate::workers::{DeadlineTimer, QueueLimits, Sender};
use crate::workers::{Replies, Reply};

type Run = fn(&mut SqliteConnection, &[u32]) -> Replies<u32>;

impl Request for u32 {
    fn owner(&self) -> Option<&OwnerId> {
        None
    }
}

/// A worker of a queue that runs this, and what keeps its file.
struct Running {
    context: Context<Sqlite>,
    run: Run,
    folder: TempDir,
}

impl Running {
    fn new(run: Run) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = DatabaseOptions { max_connections: 2, ..DatabaseOptions::default() };
        let sqlite = Sqlite::open(folder.path().join("tasks.db"), &options).unwrap();
        let pool = Pool::new(Arc::new(sqlite), &options);
        let timeouts = Timeouts::of_reads(&options);
        let context = Context { kind: WorkKind::Get, pool, timeouts, observer: Arc::new(()) };
        Self { context, run, folder }
    }

    fn start(self, queue: Arc<Queue<u32, u32>>) -> (Arc<Workers<Sqlite, u32, u32>>, TempDir) {
        let run = self.run;
        let new_server: NewServer<Sqlite, u32, u32> = Box::new(move || Box::new(Reads { run }));
        (Workers::start(self.context, new_server, queue, 1).unwrap(), self.folder)
    }

    /// The replies to calls that all wait before the worker begins.
    fn outcomes(self, requests: &[u32]) -> Vec<Reply<u32>> {
        let (sender, queue) = Queue::new(limits(), WorkKind::Get, Arc::new(()));
        let mut calls: Vec<_> = requests.iter().map(|n| Box::pin(sender.submit(*n))).collect();
        for call in &mut calls {
            assert!(pin!(call).poll(&mut std::task::Context::from_waker(Waker::noop())).is_pending());
        }
        let _running = self.start(queue);
        calls.into_iter().map(block_on).collect()
    }
}

fn limits() -> QueueLimits<u32> {
    QueueLimits {
        length: 10,
        waiting_per_owner: usize::MAX,
        running_per_owner: usize::MAX,
        timeout: Duration::from_mins(1),
        is_write: false,
        workers: 1,
        weight: |_| 1,
        capacity: 8,
    }
}

fn duplicate() -> Error {
    Error::DatabaseError(DatabaseErrorKind::UniqueViolation, Box::new("there is one already".to_owned()))
}

fn lost() -> Error {
    Error::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new("gone".to_owned()))
}

fn conflict() -> Error {
    Error::DatabaseError(DatabaseErrorKind::SerializationFailure, Box::new("could not serialize".to_owned()))
}

fn tens(group: &[u32]) -> Replies<u32> {
    Ok(group.iter().map(|n| Ok(n * 10)).collect())
}

#[test]
fn a_failing_call_fails_alone() {
    let running = Running::new(|_, group| if group.contains(&2) { Err(duplicate()) } else { tens(group) });
    let outcomes = running.outcomes(&[1, 2, 3]);
    assert!(matches!(outcomes[..], [Ok(10), Err(RepositoryError::Fault(_)), Ok(30)]), "{outcomes:?}");
}

#[test]
fn conflicts_are_retried() {
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
fn permanent_conflicts_are_outages() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running = Running::new(|_, _| {
        RUNS.fetch_add(1, Ordering::SeqCst);
        Err(conflict())
    });
    assert!(matches!(running.outcomes(&[7])[..], [Err(RepositoryError::Busy(_))]));
    assert_eq!(RUNS.load(Ordering::SeqCst), 4);
}

#[test]
fn reads_with_lost_connections_are_retried() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running =
        Running::new(
            |_, group| if RUNS.fetch_add(1, Ordering::SeqCst) < 1 { Err(lost()) } else { tens(group) },
        );
    assert!(matches!(running.outcomes(&[7])[..], [Ok(70)]));
}

#[test]
fn workers_survive_panics() {
    let running = Running::new(|connection, group| {
        assert!(!group.contains(&13), "unlucky");
        diesel::sql_query("select 1").execute(connection)?;
        tens(group)
    });
    let (sender, queue) = Queue::new(limits(), WorkKind::Get, Arc::new(()));
    let _running = running.start(queue);
    assert!(matches!(block_on(sender.submit(13)), Err(RepositoryError::Fault(_))));
    assert!(matches!(block_on(sender.submit(14)), Ok(140)));
}

#[test]
fn hanging_workers_are_replaced() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running = Running::new(|_, group| {
        if RUNS.fetch_add(1, Ordering::SeqCst) == 0 {
            thread::park_timeout(Duration::from_mins(10));
        }
        tens(group)
    });
    let short = Duration::from_millis(20);
    let timeouts = Timeouts { statement: short, response: short, hang: short * 2 };
    let running = Running { context: Context { timeouts, ..running.context }, ..running };
    let (sender, queue): (Sender<u32, u32>, _) = Queue::new(limits(), WorkKind::Get, Arc::new(()));
    let (workers, _folder) = running.start(queue);
    let _timer = DeadlineTimer::start(vec![workers], || {}, short).unwrap();
    assert!(matches!(block_on(sender.submit(1)), Err(RepositoryError::Unavailable(_))));
    // Its time has to be long enough for a slow machine, so it is tried until it is begun soon enough.
    let served = tasknook_tests::eventually(Duration::from_secs(30), || block_on(sender.submit(2)).ok());
    assert_eq!(served, Some(20));
}
