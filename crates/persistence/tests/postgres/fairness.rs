//! Fairness between owners. A row-level policy makes the reads of one owner wait for a lock.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use domain::{
    Change, Completion, ListQuery, NewTask, Owner, Page, Precondition, RepositoryError, Sort, SortKey, Task,
    TaskId, Timestamp, Title,
};
use persistence::{Database, DatabaseOptions};
use pollster::block_on;
use tasknook_persistence as persistence;
use tasknook_tests::Postgres;
use uuid::Uuid;

use crate::workload::without_timeouts;
use crate::{create, migrated};

type Call<'a> = Pin<Box<dyn Future<Output = Result<Page, RepositoryError>> + Send + 'a>>;

/// Some owners with a task each; reads of the first one's wait for a lock.
struct Locked {
    url: String,
    slow: Owner,
    others: Vec<Owner>,
}

/// Policies do not hold for a superuser.
const SLOW_OWNER: &str = "
    do $$ begin create role reader login; exception when duplicate_object or unique_violation then null; end $$;
    grant all on all tables in schema public to reader;
    create function waits(owner text) returns boolean language plpgsql as $$ begin
        if owner = 'owner-0' then perform pg_advisory_xact_lock_shared(7); end if;
        return true;
    end $$;
    alter table tasks enable row level security;
    create policy waits on tasks using (waits(owner_id))";

impl Locked {
    fn new() -> (Self, PgConnection) {
        let url = Postgres::shared().create_database();
        let repository = migrated(&url).tasks();
        let owners: Vec<Owner> = (0..24).map(|number| Owner::for_test(&format!("owner-{number}"))).collect();
        for owner in &owners {
            create(&*repository, owner, 1);
        }
        let mut lock = PgConnection::establish(&url).unwrap();
        lock.batch_execute(SLOW_OWNER).unwrap();
        lock.batch_execute("begin; select pg_advisory_xact_lock(7)").unwrap();
        let (slow, others) = (owners[0].clone(), owners[1..].to_vec());
        (Self { url: url.replace("postgres@", "reader@"), slow, others }, lock)
    }
}

fn is_pending(call: &mut Call<'_>) -> bool {
    call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending()
}

fn scan() -> ListQuery {
    ListQuery { sort: Sort { key: SortKey::Title, ..Sort::default() }, ..ListQuery::default() }
}

fn small() -> ListQuery {
    ListQuery { limit: 50, ..ListQuery::default() }
}

#[test]
fn scans_of_one_owner_do_not_delay_others() {
    let (locked, mut lock) = Locked::new();
    let options = DatabaseOptions { scans_per_owner: 4, ..without_timeouts(&locked.url) };
    let database = Database::open(&options).unwrap();
    let repository = database.tasks();
    let list = |owner: &Owner, query| block_on(repository.list(owner, query));

    let mut rejected = 0;
    let mut waiting: Vec<Call<'_>> = Vec::new();
    for _ in 0..16 {
        let mut call: Call<'_> = repository.list(&locked.slow, scan());
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => waiting.push(call),
            Poll::Ready(Err(RepositoryError::TooManyScans)) => rejected += 1,
            Poll::Ready(other) => panic!("{other:?}"),
        }
    }
    // One runs, unless no worker has taken it yet, and four wait.
    assert!((4..=5).contains(&waiting.len()) && waiting.len() + rejected == 16, "{}", waiting.len());
    let tags = block_on(repository.tags(&locked.slow));
    assert!(matches!(tags, Err(RepositoryError::TooManyScans)), "{tags:?}");
    for owner in &locked.others {
        assert_eq!(list(owner, scan()).unwrap().tasks.len(), 1);
        assert_eq!(block_on(repository.tags(owner)).unwrap().read, []);
        assert_eq!(list(owner, small()).unwrap().tasks.len(), 1);
        block_on(repository.get(owner, TaskId::new(Uuid::from_u128(1)))).unwrap();
    }
    assert!(waiting.iter_mut().all(is_pending));
    lock.batch_execute("commit").unwrap();
    for call in waiting {
        assert_eq!(block_on(call).unwrap().tasks.len(), 1);
    }
}

#[test]
fn pages_of_one_owner_leave_workers_for_others() {
    let (locked, mut lock) = Locked::new();
    let database = Database::open(&without_timeouts(&locked.url)).unwrap();
    let repository = database.tasks();
    let mut waiting: Vec<Call<'_>> =
        (0..16).map(|_| repository.list(&locked.slow, ListQuery::default())).collect();
    assert!(waiting.iter_mut().all(is_pending));
    for owner in &locked.others {
        assert_eq!(block_on(repository.list(owner, ListQuery::default())).unwrap().tasks.len(), 1);
    }
    assert!(waiting.iter_mut().all(is_pending));
    lock.batch_execute("commit").unwrap();
    for call in waiting {
        assert_eq!(block_on(call).unwrap().tasks.len(), 1);
    }
}

#[test]
fn slow_groups_are_split_by_owner() {
    let (locked, _lock) = Locked::new();
    let statement_timeout = Duration::from_secs(1);
    // One worker for pages: what is asked at the same time comes into one group.
    let options = DatabaseOptions { statement_timeout, max_connections: 3, ..without_timeouts(&locked.url) };
    let database = Database::open(&options).unwrap();
    let repository = database.tasks();
    let slow = || repository.list(&locked.slow, small());
    let mut calls: Vec<Call<'_>> = vec![slow(), slow()];
    calls.extend(locked.others.iter().map(|owner| repository.list(owner, small())));
    assert!(calls.iter_mut().all(is_pending));
    let outcomes: Vec<_> = calls.into_iter().map(block_on).collect();
    assert!(outcomes[..2].iter().all(|outcome| matches!(outcome, Err(RepositoryError::Busy(_)))));
    for outcome in &outcomes[2..] {
        assert_eq!(outcome.as_ref().unwrap().tasks.len(), 1);
    }
}

/// The outcomes of a change of the task of `owner-0`, and of creates of other owners in the same batch.
fn written_with_others(url: &str, options: DatabaseOptions) -> Vec<Result<Task, RepositoryError>> {
    let slow = "
        create function sleep() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return new; end $$;
        create trigger sleep before insert on owners for each row when (new.owner_id = 'owner-9') execute function sleep()";
    PgConnection::establish(url).unwrap().batch_execute(slow).unwrap();
    // One worker for writes: what arrives during its first write is written together.
    let database = Database::open(&DatabaseOptions { max_connections: 3, ..options }).unwrap();
    let repository = database.tasks();
    let owners = [9, 1, 0, 2].map(|number| Owner::for_test(&format!("owner-{number}")));
    let (id, at) = (TaskId::new(Uuid::from_u128(1)), Timestamp::from_unix_millis(0).unwrap());
    let calls = owners.iter().map(|owner| {
        if owner.id().as_str() == "owner-0" {
            let change = Change { completion: Some(Completion::Toggle), ..Change::default() };
            return repository.update(owner, id, change, Precondition::default(), at);
        }
        repository.create(owner, NewTask::new(id, Title::from_stored("title".into())), at)
    });
    let mut calls: Vec<_> = calls.collect();
    for call in &mut calls {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    calls.into_iter().map(block_on).collect()
}

#[test]
fn conflicts_of_one_owner_fail_no_other() {
    let url = Postgres::shared().create_database();
    create(&*migrated(&url).tasks(), &Owner::for_test("owner-0"), 1);
    let mut other = PgConnection::establish(&url).unwrap();
    let conflict = "
        create function conflict() returns trigger language plpgsql as $$ begin
            raise exception 'could not serialize access' using errcode = 'serialization_failure';
        end $$;
        create trigger conflict before update on owners for each row when (new.owner_id = 'owner-0')
            execute function conflict()";
    other.batch_execute(conflict).unwrap();
    let outcomes = written_with_others(&url, without_timeouts(&url));
    assert!(matches!(&outcomes[..], [Ok(_), Ok(_), Err(RepositoryError::Busy(_)), Ok(_)]), "{outcomes:?}");
}

#[test]
fn a_locked_task_fails_no_write_of_another_owner() {
    let url = Postgres::shared().create_database();
    create(&*migrated(&url).tasks(), &Owner::for_test("owner-0"), 1);
    let mut other = PgConnection::establish(&url).unwrap();
    other.batch_execute("begin; select from tasks for update").unwrap();
    let lock_timeout = Duration::from_millis(500);
    let outcomes = written_with_others(&url, DatabaseOptions { lock_timeout, ..without_timeouts(&url) });
    assert!(matches!(&outcomes[..], [Ok(_), Ok(_), Err(RepositoryError::Busy(_)), Ok(_)]), "{outcomes:?}");
}
