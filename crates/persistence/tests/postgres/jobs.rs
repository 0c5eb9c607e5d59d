use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::testing::ManualClock;
use persistence::JobOptions;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::{jobs_of_both, migrated, options};

/// Three owners, each with a row of version 0.1.0 for a deleted task and an old tombstone.
const OWNERS: &str = "
    insert into owners (owner_id, revision) values ('a', 2), ('b', 2), ('c', 2);
    insert into tasks select owner_id, gen_random_uuid(), '', null, false, '', now(), now(), 1, now() from owners;
    insert into tombstones select owner_id, 'task', gen_random_uuid(), 2, to_timestamp(0) from owners";

/// Everything from before the second day of the calendar's count is old.
fn jobs() -> JobOptions {
    let clock = Arc::new(ManualClock::at_unix_millis(86_400_000));
    JobOptions::new(Duration::ZERO, clock)
}

#[test]
fn old_tombstones_are_pruned() {
    let server = Postgres::shared();
    let url = server.create_database();
    jobs_of_both::prune_what_is_old(&options(&url), |owner| {
        let numbers = |sql: &str| -> Vec<i64> {
            let output = server.query(&url, &sql.replace("OWNER", owner));
            output.lines().map(|line| line.parse().unwrap()).collect()
        };
        let tombstones = numbers("select revision from tombstones where owner_id = 'OWNER'");
        (tombstones, numbers("select pruned_revision from owners where owner_id = 'OWNER'")[0])
    });
}

#[test]
fn older_search_texts_are_rewritten() {
    let url = Postgres::shared().create_database();
    jobs_of_both::rewrite_search_texts(&options(&url), |sql| {
        PgConnection::establish(&url).unwrap().batch_execute(sql).unwrap();
    });
}

#[test]
fn failed_runs_report_their_progress() {
    let server = Postgres::shared();
    let url = server.create_database();
    jobs_of_both::report_what_a_failed_run_did(&options(&url), || {
        let reject = "create function reject() returns trigger language plpgsql as
                $$ begin raise 'rejected'; end $$;
            create trigger reject before delete on tombstones for each row when (old.owner_id = 'bob')
                execute function reject()";
        PgConnection::establish(&url).unwrap().batch_execute(reject).unwrap();
    });
}

#[test]
fn expired_keys_are_deleted() {
    let server = Postgres::shared();
    let url = server.create_database();
    jobs_of_both::delete_expired_keys(&options(&url), |owner| {
        let keys = format!("select key from idempotency_keys where owner_id = '{owner}' order by number");
        server.query(&url, &keys).lines().map(ToOwned::to_owned).collect()
    });
}

#[test]
fn jobs_yield_to_another_process() {
    let url = Postgres::shared().create_database();
    let database = migrated(&url);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute(OWNERS).unwrap();
    other.batch_execute("begin; select pg_advisory_xact_lock(x'7461736b6e6a6f62'::bigint)").unwrap();
    let report = database.run_jobs(&jobs()).unwrap();
    assert_eq!((report.moved, report.pruned), (0, 0));
    assert!(!report.is_completed() && !report.has_failed(), "{report:?}");
    other.batch_execute("commit").unwrap();
    let report = database.run_jobs(&jobs()).unwrap();
    assert_eq!((report.moved, report.pruned, report.is_completed()), (3, 3, true));
}

#[test]
fn owners_with_locked_rows_are_skipped() {
    let server = Postgres::shared();
    let url = server.create_database();
    let database = migrated(&url);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute(OWNERS).unwrap();
    other.batch_execute("begin; select from owners where owner_id = 'a' for update").unwrap();
    let report = database.run_jobs(&jobs()).unwrap();
    assert_eq!((report.moved, report.pruned, report.skipped), (2, 2, 2));
    assert!(report.is_completed(), "{report:?}");
    assert_eq!(server.query(&url, "select owner_id from tasks"), "a");
    other.batch_execute("commit").unwrap();
    let report = database.run_jobs(&jobs()).unwrap();
    assert_eq!((report.moved, report.pruned, report.skipped), (1, 1, 0));
}

/// The wait for such a row ends with an error of the database.
#[test]
fn owners_with_locked_tombstones_are_skipped() {
    let url = Postgres::shared().create_database();
    let database = migrated(&url);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute(OWNERS).unwrap();
    other.batch_execute("begin; select from tombstones where owner_id = 'a' for update").unwrap();
    let report = database.run_jobs(&jobs()).unwrap();
    assert_eq!((report.moved, report.pruned, report.skipped), (3, 2, 1));
}

#[test]
fn all_rows_of_0_1_0_are_moved_to_tombstones() {
    let server = Postgres::shared();
    let url = server.create_database();
    let database = migrated(&url);
    let rows = "insert into owners (owner_id) values ('a'), ('b'), ('c');
        insert into tasks select owner_id, gen_random_uuid(), case when n % 9 > 0 then 'kept' else '' end, null, false,
            '', now(), now(), n, to_timestamp(n / 100) from owners, generate_series(1, 900) n";
    PgConnection::establish(&url).unwrap().batch_execute(rows).unwrap();
    assert_eq!(database.run_jobs(&jobs()).unwrap().moved, 300);
    let left = "select count(*), count(*) filter (where title = '') from tasks";
    assert_eq!(server.query(&url, left), "2400|0");
}
