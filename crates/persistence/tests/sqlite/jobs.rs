use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{QueryableByName, RunQueryDsl, sql_query};
use domain::testing::ManualClock;
use persistence::JobOptions;
use tasknook_persistence as persistence;

use crate::{Place, jobs_of_both, migrated};

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Key {
    #[diesel(sql_type = Text)]
    key: String,
}

#[test]
fn old_tombstones_are_pruned() {
    let place = Place::new();
    jobs_of_both::prune_what_is_old(&place.options(), |owner| {
        let numbers = |sql: &str| -> Vec<i64> {
            let rows: Vec<Number> =
                sql_query(sql.replace("OWNER", owner)).load(&mut place.connection()).unwrap();
            rows.into_iter().map(|row| row.number).collect()
        };
        let tombstones = numbers("select revision as number from tombstones where owner_id = 'OWNER'");
        (tombstones, numbers("select pruned_revision as number from owners where owner_id = 'OWNER'")[0])
    });
}

#[test]
fn older_search_texts_are_rewritten() {
    let place = Place::new();
    jobs_of_both::rewrite_search_texts(&place.options(), |sql| {
        place.connection().batch_execute(sql).unwrap();
    });
}

#[test]
fn failed_runs_report_their_progress() {
    let place = Place::new();
    jobs_of_both::report_what_a_failed_run_did(&place.options(), || {
        let reject = "create trigger reject before delete on tombstones when old.owner_id = 'bob'
            begin select raise(abort, 'rejected'); end";
        place.connection().batch_execute(reject).unwrap();
    });
}

#[test]
fn expired_keys_are_deleted() {
    let place = Place::new();
    jobs_of_both::delete_expired_keys(&place.options(), |owner| {
        let keys = format!("select key from idempotency_keys where owner_id = '{owner}' order by number");
        let rows: Vec<Key> = sql_query(keys).load(&mut place.connection()).unwrap();
        rows.into_iter().map(|row| row.key).collect()
    });
}

#[test]
fn runs_without_work_take_no_write_lock() {
    let place = Place::new();
    let database = migrated(&place.options());
    let mut other = place.connection();
    let tombstone = "insert into tombstones values ('a', 'task', zeroblob(16), 1, 1000)";
    other.batch_execute(tombstone).unwrap();
    other.batch_execute("begin immediate").unwrap();
    let clock = Arc::new(ManualClock::at_unix_millis(1000));
    let report = database.run_jobs(&JobOptions::new(Duration::ZERO, clock)).unwrap();
    assert_eq!((report.pruned, report.is_completed()), (0, true));
}

#[test]
fn all_rows_of_0_1_0_are_moved_to_tombstones() {
    let place = Place::new();
    let database = migrated(&place.options());
    let rows = "insert into owners (owner_id) values ('a'), ('b'), ('c');
        with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < 900)
        insert into tasks (owner_id, id, title, description, completed, search, created_at, updated_at, revision, deleted_at)
            select owner_id, randomblob(16), case when n % 9 > 0 then 'kept' else '' end, null, 0,
            '', 0, 0, n, n / 100 from owners, numbers";
    place.connection().batch_execute(rows).unwrap();
    let clock = Arc::new(ManualClock::at_unix_millis(0));
    let options = JobOptions::new(Duration::ZERO, clock);
    assert_eq!(database.run_jobs(&options).unwrap().moved, 300);
    assert_eq!(database.run_jobs(&options).unwrap().moved, 0);
}
