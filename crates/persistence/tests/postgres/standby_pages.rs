//! Pages that a hot standby may answer.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::{ListQuery, Owner, Page, SearchText, TaskRepository};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::{Postgres, eventually};

use crate::{create, migrated, options};

const LIMIT: Duration = Duration::from_secs(20);
/// Longer than a test waits for anything, and allowed.
const OLD: Duration = Duration::from_mins(1);

struct Pair {
    primary: Postgres,
    standby: Postgres,
    url: String,
    database: Database,
}

impl Pair {
    fn start() -> Self {
        let primary = Postgres::start();
        let url = primary.create_database();
        drop(migrated(&url));
        let standby = primary.start_standby();
        let replica_urls = vec![url.replace(&primary.address(), &standby.address())];
        let database = Database::open(&DatabaseOptions { replica_urls, ..options(&url) }).unwrap();
        Self { primary, standby, url, database }
    }

    fn tasks(&self) -> Arc<dyn TaskRepository> {
        self.database.tasks()
    }

    /// A page that may be this old, and whether the standby answered.
    fn page(&self, owner: &Owner, max_age: Duration) -> (Page, bool) {
        block_on(self.tasks().list_within(owner, ListQuery::default(), max_age)).unwrap()
    }

    /// Waits until the standby answers with this number of tasks.
    #[track_caller]
    fn await_standby(&self, owner: &Owner, tasks: usize) {
        let answered = eventually(LIMIT, || {
            let (page, from_standby) = self.page(owner, OLD);
            (from_standby && page.tasks.len() == tasks).then_some(())
        });
        assert!(answered.is_some(), "the standby never answers");
    }

    fn on_standby(&self, statement: &str) {
        let url = self.url.replace(&self.primary.address(), &self.standby.address());
        let _ = self.standby.query(&url, statement);
    }
}

#[test]
fn standby_answers_pages_and_searches_that_may_be_old() {
    let pair = Pair::start();
    let owner = Owner::for_test("reader");
    create(&*pair.tasks(), &owner, 1);
    pair.await_standby(&owner, 1);
    let search = ListQuery { search: SearchText::parse("TIT").unwrap(), ..ListQuery::default() };
    let (found, from_standby) = block_on(pair.tasks().list_within(&owner, search, OLD)).unwrap();
    assert!(from_standby && found.tasks.len() == 1);
    // Where nothing is allowed to be old, the primary answers.
    assert!(!pair.page(&owner, Duration::ZERO).1);
    // The standby was read: it alone has these sessions.
    let sessions = "select count(*) > 0 from pg_stat_activity where application_name = 'tasknook'";
    assert_eq!(
        pair.standby.query(&pair.url.replace(&pair.primary.address(), &pair.standby.address()), sessions),
        "t"
    );
}

#[test]
fn own_writes_are_never_missing() {
    let pair = Pair::start();
    let (owner, other) = (Owner::for_test("writer"), Owner::for_test("reader"));
    create(&*pair.tasks(), &owner, 1);
    create(&*pair.tasks(), &other, 1);
    pair.await_standby(&owner, 1);
    pair.await_standby(&other, 1);
    pair.on_standby("select pg_wal_replay_pause()");
    let paused = "select pg_get_wal_replay_pause_state() = 'paused'";
    let standby_url = pair.url.replace(&pair.primary.address(), &pair.standby.address());
    assert!(eventually(LIMIT, || (pair.standby.query(&standby_url, paused) == "t").then_some(())).is_some());
    for number in 2..20 {
        create(&*pair.tasks(), &owner, number);
        let (page, from_standby) = pair.page(&owner, OLD);
        assert_eq!((page.tasks.len() as u128, from_standby), (number, false));
    }
    // Those of another process are unknown, and may be missing for a while.
    let second = Database::open(&options(&pair.url)).unwrap();
    create(&*second.tasks(), &other, 2);
    let (page, from_standby) = pair.page(&other, OLD);
    assert_eq!((page.tasks.len(), from_standby), (1, true));
    // But not longer than allowed.
    thread::sleep(Duration::from_millis(1_500));
    let (page, from_standby) = pair.page(&other, Duration::from_secs(1));
    assert_eq!((page.tasks.len(), from_standby), (2, false));
    // What was read once is never missing afterwards.
    assert_eq!(pair.page(&other, OLD).0.tasks.len(), 2);
    pair.on_standby("select pg_wal_replay_resume()");
    pair.await_standby(&owner, 19);
    pair.await_standby(&other, 2);
}

#[test]
fn erased_tasks_do_not_come_back() {
    let pair = Pair::start();
    let owner = Owner::for_test("leaver");
    create(&*pair.tasks(), &owner, 1);
    pair.await_standby(&owner, 1);
    pair.on_standby("select pg_wal_replay_pause()");
    block_on(pair.tasks().erase(&owner)).unwrap();
    assert_eq!(pair.page(&owner, OLD).0.tasks.len(), 0);
    pair.on_standby("select pg_wal_replay_resume()");
    pair.await_standby(&owner, 0);
}

#[test]
fn failed_standbys_cost_a_bounded_wait() {
    let pair = Pair::start();
    let owner = Owner::for_test("waiter");
    create(&*pair.tasks(), &owner, 1);
    pair.await_standby(&owner, 1);
    pair.standby.freeze();
    // The first ones wait for it, and the next ones know.
    let begun = Instant::now();
    let (page, from_standby) = pair.page(&owner, OLD);
    assert_eq!((page.tasks.len(), from_standby), (1, false));
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    for _ in 0..20 {
        assert!(!pair.page(&owner, OLD).1);
    }
    assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
    pair.standby.thaw();
    pair.await_standby(&owner, 1);
    pair.standby.stop();
    assert!(eventually(LIMIT, || (!pair.page(&owner, OLD).1).then_some(())).is_some());
    pair.standby.start_again();
    pair.await_standby(&owner, 1);
    block_on(pair.database.readiness().check()).unwrap();
}

#[test]
fn promoted_standbys_are_not_read() {
    let pair = Pair::start();
    let owner = Owner::for_test("reader");
    create(&*pair.tasks(), &owner, 1);
    pair.await_standby(&owner, 1);
    pair.standby.promote();
    create(&*pair.tasks(), &owner, 2);
    thread::sleep(Duration::from_millis(1_500));
    for _ in 0..20 {
        let (page, from_standby) = pair.page(&owner, Duration::from_secs(1));
        assert_eq!((page.tasks.len(), from_standby), (2, false));
    }
}

/// Its log is as far as that of the primary, since all databases of a server have one log.
#[test]
fn a_replica_of_another_database_is_not_read() {
    let pair = Pair::start();
    let owner = Owner::for_test("reader");
    create(&*pair.tasks(), &owner, 1);
    pair.await_standby(&owner, 1);
    let other = pair.primary.create_database();
    drop(migrated(&other));
    let replica_urls = vec![other.replace(&pair.primary.address(), &pair.standby.address())];
    let tasks = Database::open(&DatabaseOptions { replica_urls, ..options(&pair.url) }).unwrap().tasks();
    for _ in 0..20 {
        let (page, from_standby) = block_on(tasks.list_within(&owner, ListQuery::default(), OLD)).unwrap();
        assert_eq!((page.tasks.len(), from_standby), (1, false));
        thread::sleep(Duration::from_millis(100));
    }
}
