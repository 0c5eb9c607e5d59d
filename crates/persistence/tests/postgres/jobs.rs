use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use persistence::{Database, JobOptions, JobsReport};
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;

use crate::{jobs_of_both, options};

#[test]
fn old_tombstones_are_pruned() {
    let server = Postgres::shared();
    let url = server.create_database();
    jobs_of_both::prune_what_is_old(&options(&url), |owner| {
        let numbers = |sql: &str| -> Vec<i64> {
            let told = server.query(&url, &sql.replace("OWNER", owner));
            told.lines().map(|line| line.parse().unwrap()).collect()
        };
        let tombstones = numbers("select revision from tombstones where owner_id = 'OWNER'");
        (tombstones, numbers("select pruned_revision from owners where owner_id = 'OWNER'")[0])
    });
}

#[test]
fn jobs_leave_the_work_to_a_process_that_is_at_it() {
    let url = Postgres::shared().create_database();
    let database = Database::open(&options(&url)).unwrap();
    database.migrate().unwrap();
    let mut other = PgConnection::establish(&url).unwrap();
    other
        .batch_execute(
            "insert into tasks values ('a', gen_random_uuid(), '', null, false, '', now(), now(), 1, now());
            insert into owners (owner_id, revision) values ('a', 1);
            begin; select pg_advisory_xact_lock(x'7461736b6e6a6f62'::bigint)",
        )
        .unwrap();
    let clock = std::sync::Arc::new(domain::testing::SetClock::at_unix_millis(0));
    let jobs = JobOptions { keep_tombstones: std::time::Duration::ZERO, clock };
    assert_eq!(database.run_jobs(&jobs).unwrap(), JobsReport::default());
    other.batch_execute("commit").unwrap();
    assert_eq!(database.run_jobs(&jobs).unwrap(), JobsReport { moved: 1, pruned: 0 });
}
