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
use crate::read::{Reads, Rows};
use crate::workers::{DeadlineTimer, QueueLimits, Sender};
use crate::workers::{Replies, Reply};

type Run = fn(&Sqlite, &mut SqliteConnection, &[u32]) -> Replies<u32>;

impl Request for u32 {
    fn owner(&self) -> Option<&OwnerId> {
        None
    }
}

impl Rows for u32 {
    fn rows(&self) -> usize {
        1
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
        let slow = Arc::new(SlowStatements::new(Duration::from_nanos(1)));
        let context = Context { kind: WorkKind::Get, pool, timeouts, observer: Arc::new(()), slow };
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
        for (call, request_id) in calls.iter_mut().zip(requests) {
            let poll = || pin!(call).poll(&mut std::task::Context::from_waker(Waker::noop()));
            assert!(tracing::error_span!("request", request_id).in_scope(poll).is_pending());
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
    let running = Running::new(|_, _, group| if group.contains(&2) { Err(duplicate()) } else { tens(group) });
    let outcomes = running.outcomes(&[1, 2, 3]);
    assert!(matches!(outcomes[..], [Ok(10), Err(RepositoryError::Fault(_)), Ok(30)]), "{outcomes:?}");
}

#[test]
fn conflicts_are_retried() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running =
        Running::new(
            |_, _, group| {
                if RUNS.fetch_add(1, Ordering::SeqCst) < 2 { Err(conflict()) } else { tens(group) }
            },
        );
    assert!(matches!(running.outcomes(&[7])[..], [Ok(70)]));
}

#[test]
fn permanent_conflicts_are_outages() {
    static RUNS: AtomicUsize = AtomicUsize::new(0);
    let running = Running::new(|_, _, _| {
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
            |_, _, group| if RUNS.fetch_add(1, Ordering::SeqCst) < 1 { Err(lost()) } else { tens(group) },
        );
    assert!(matches!(running.outcomes(&[7])[..], [Ok(70)]));
}

#[test]
fn workers_survive_panics() {
    let running = Running::new(|_, connection, group| {
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
    let running = Running::new(|_, _, group| {
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

/// The log of this process.
#[derive(Clone, Default)]
struct CapturedLog(Arc<Mutex<Vec<u8>>>);

impl io::Write for CapturedLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn events_of_a_worker_have_the_spans_of_their_calls() {
    let log = CapturedLog::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).init();
    let run: Run = |_, _, group| {
        tracing::warn!("in the worker");
        Ok(group.iter().map(|request| Ok(*request)).collect())
    };
    assert_eq!(Running::new(run).outcomes(&[7001, 7002, 7003]).len(), 3);
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines = |message: &str| -> Vec<String> {
        let own = text.lines().filter(|line| line.contains("request_id=700") && line.contains(message));
        own.map(str::to_owned).collect()
    };
    let inside = lines("in the worker");
    assert!(inside.len() == 1 && inside[0].contains("request{request_id=7001}"), "{text}");
    let slow = lines("slow statement");
    assert_eq!(slow.len(), 3, "{text}");
    for (line, id) in slow.iter().zip([7001, 7002, 7003]) {
        assert!(line.contains(&format!("request{{request_id={id}}}")), "{line}");
        assert!(line.contains("kind=\"get\" calls=3 rows=3 result=\"completed\""), "{line}");
    }
}
