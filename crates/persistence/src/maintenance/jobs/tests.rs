use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use diesel::Connection;
use diesel::connection::SimpleConnection;
use domain::testing::ManualClock;
use domain::{OwnerId, OwnerRevision};

use super::*;
use crate::{Database, DatabaseOptions};

const DAY: i64 = 86_400_000;

/// At the end of the first day; everything from before is old.
fn options() -> (JobOptions, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::at_unix_millis(DAY));
    (JobOptions::new(Duration::ZERO, Arc::clone(&clock) as _), clock)
}

struct Ignored;

impl StoreObserver for Ignored {
    fn stored(&self, _: &OwnerId, _: Option<OwnerRevision>) {}
}

fn jobs_of<B>(database: B) -> Jobs<B> {
    Jobs { database: Arc::new(database), stored: Arc::new(Ignored) }
}

fn migrated(url: String) -> DatabaseOptions {
    let options = DatabaseOptions { url, ..DatabaseOptions::default() };
    Database::open(&options).unwrap().migrate().unwrap();
    options
}

#[cfg(feature = "sqlite")]
#[test]
fn all_tombstones_are_read_once_a_day() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tasks.db");
    let database = migrated(format!("sqlite://{}", path.display()));
    let jobs = jobs_of(crate::database::sqlite::Sqlite::open(path.clone(), &database).unwrap());
    let (options, clock) = options();
    let mut progress = Progress::default();
    let mut run = || {
        jobs.run_on(&options, &mut progress, &|| ()).unwrap();
        assert!(progress.report.is_completed());
        progress.report.pruned
    };
    assert_eq!(run(), 0);
    let tombstone = "insert into tombstones values ('a', 'task', zeroblob(16), 1, 0)";
    diesel::SqliteConnection::establish(path.to_str().unwrap()).unwrap().batch_execute(tombstone).unwrap();
    clock.advance_millis(DAY - 1);
    assert_eq!(run(), 0);
    clock.advance_millis(1);
    assert_eq!(run(), 1);
}

#[cfg(feature = "postgres")]
mod replicas {
    use diesel::PgConnection;
    use tasknook_tests::Postgres;

    use super::*;

    /// Two owners with an old tombstone before 2000 new tombstones, and two behind them.
    const TOMBSTONES: &str = "
        insert into owners (owner_id) values ('a-1'), ('a-2'), ('z-1'), ('z-2');
        insert into tombstones select owner_id, 'task', gen_random_uuid(), 1, to_timestamp(0) from owners;
        insert into tombstones select 'n-' || n, 'task', gen_random_uuid(), 1, now() from generate_series(1, 2000) n";

    const BEFORE_ALL: &str = "insert into owners (owner_id) values ('a-0');
        insert into tombstones values ('a-0', 'task', gen_random_uuid(), 1, to_timestamp(0))";

    /// Runs beside another process that takes the lock in the first pause and keeps it.
    fn run_disturbed(jobs: &Jobs<crate::database::postgres::Postgres>, url: &str, progress: &mut Progress) {
        let other = Mutex::new(PgConnection::establish(url).unwrap());
        other.lock().unwrap().batch_execute("begin").unwrap();
        let pause = || {
            let lock = "select pg_advisory_xact_lock(x'7461736b6e6a6f62'::bigint)";
            other.lock().unwrap().batch_execute(lock).unwrap();
        };
        jobs.run_on(&options().0, progress, &pause).unwrap();
        // A server that notices later that the connection was closed would keep the lock until then.
        other.into_inner().unwrap().batch_execute("rollback").unwrap();
    }

    #[test]
    fn interrupted_runs_of_replicas_reach_the_last_owner() {
        let server = Postgres::shared();
        let url = server.create_database();
        let jobs = jobs_of(crate::database::postgres::Postgres::new(&url, &migrated(url.clone())));
        let mut connection = PgConnection::establish(&url).unwrap();
        connection.batch_execute(TOMBSTONES).unwrap();
        let mut replicas = [Progress::default(), Progress::default(), Progress::default()];
        for round in 0..5 {
            for progress in &mut replicas {
                run_disturbed(&jobs, &url, progress);
                assert!(round > 0 || progress.report.end == RunEnd::LeftToAnotherProcess);
            }
            if round == 0 {
                connection.batch_execute(BEFORE_ALL).unwrap();
            }
        }
        assert!(replicas.iter().all(|progress| progress.report.is_completed()));
        // Each went on where it was, so that none has come by this one again.
        let left = "select owner_id from tombstones where at < now() - interval '1 year'";
        assert_eq!(server.query(&url, left), "a-0");
    }
}

/// Panics in its first run, after it has changed something.
struct PanicsFirst(AtomicUsize);

impl RunJobs for PanicsFirst {
    fn run_on(&self, _: &JobOptions, progress: &mut Progress, _: &dyn Fn()) -> Result<(), Failure> {
        progress.report = JobsReport { pruned: 1, end: RunEnd::Failed, ..JobsReport::default() };
        assert!(self.0.fetch_add(1, Ordering::Relaxed) > 0, "the first run");
        progress.report.end = RunEnd::Completed;
        Ok(())
    }
}

struct Reports(Mutex<mpsc::Sender<JobsReport>>);

impl DatabaseObserver for Reports {
    fn jobs_run(&self, report: JobsReport, _: Duration) {
        // The test may have ended.
        let _ = self.0.lock().unwrap().send(report);
    }
}

#[test]
fn panics_fail_one_run_of_the_jobs() {
    let (sender, reports) = mpsc::channel();
    let jobs = Arc::new(PanicsFirst(AtomicUsize::new(0)));
    let observer = Arc::new(Reports(Mutex::new(sender)));
    let _jobs = start_every(Duration::ZERO, jobs, options().0, observer).unwrap();
    let first = reports.recv().unwrap();
    assert_eq!((first.pruned, first.has_failed()), (1, true));
    assert!(reports.recv().unwrap().is_completed());
}
