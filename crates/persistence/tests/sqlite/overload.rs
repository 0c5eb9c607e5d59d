//! Overload: calls that cannot be served are rejected soon.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use domain::{NewTask, Owner, RepositoryError, Task, TaskId, TaskRepository, Timestamp, Title};
use persistence::{DatabaseObserver, DatabaseOptions, WorkKind};
use pollster::block_on;
use tasknook_persistence as persistence;
use uuid::Uuid;

use crate::{Place, migrated};

fn create(repository: &Arc<dyn TaskRepository>, number: u128) -> Result<Task, RepositoryError> {
    block_on(creation(repository, number))
}

async fn creation(repository: &Arc<dyn TaskRepository>, number: u128) -> Result<Task, RepositoryError> {
    let id = TaskId::new(Uuid::from_u128(number));
    let at = Timestamp::from_unix_millis(0).unwrap();
    let title = Title::from_stored("one of many".into());
    repository.create(&Owner::for_test("workload"), NewTask::new(id, title), at).await
}

#[test]
fn full_queues_reject_at_once() {
    let place = Place::new();
    let options = DatabaseOptions { queue_length: 1, ..place.options() };
    let repository = migrated(&options).tasks();
    let mut other = place.connection();
    other.batch_execute("begin immediate").unwrap();
    // Calls that are begun and left waiting: a worker takes the first ones, and the others fill the queue.
    let mut waiting = Vec::new();
    let mut rejected = None;
    for number in 0..200 {
        let repository = Arc::clone(&repository);
        let mut call = Box::pin(async move { creation(&repository, number).await });
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => waiting.push(call),
            Poll::Ready(result) => {
                rejected = Some(result);
                break;
            }
        }
    }
    assert!(matches!(rejected, Some(Err(RepositoryError::Overloaded))), "{rejected:?}");
    other.batch_execute("commit").unwrap();
    // Those that were taken are done.
    for call in waiting {
        block_on(call).unwrap();
    }
}

/// Counts the writes and erasures that were begun.
#[derive(Default)]
struct Begun(AtomicUsize);

impl Begun {
    fn wait_for_one(&self) {
        let is_begun = || (self.0.load(Ordering::SeqCst) == 1).then_some(());
        assert!(tasknook_tests::eventually(Duration::from_secs(30), is_begun).is_some());
    }
}

impl DatabaseObserver for Begun {
    fn queue_wait(&self, kind: WorkKind, _: Duration) {
        let is_write = matches!(kind, WorkKind::Write | WorkKind::Owner);
        self.0.fetch_add(usize::from(is_write), Ordering::SeqCst);
    }
}

/// Options with this time for waiting calls. A lock is waited for much longer, so that a slow machine cannot mistake one for
/// the other.
fn options(place: &Place, deadline: Duration, begun: &Arc<Begun>) -> DatabaseOptions {
    let (statement_timeout, observer) = (Duration::from_mins(2), Arc::clone(begun) as _);
    DatabaseOptions { deadline, statement_timeout, observer, ..place.options() }
}

/// Makes the first write of a database wait for a lock, for a second after it has begun.
fn delay(other: &mut SqliteConnection, begun: &Begun, write: impl FnOnce() + Send) {
    other.batch_execute("begin immediate").unwrap();
    thread::scope(|scope| {
        let slow = scope.spawn(write);
        begun.wait_for_one();
        thread::sleep(Duration::from_secs(1));
        other.batch_execute("commit").unwrap();
        slow.join().unwrap();
    });
}

/// A commit that is slow for one write may be no slower for many, which share one.
#[test]
fn one_slow_write_rejects_no_later_ones() {
    let (place, begun) = (Place::new(), Arc::default());
    let repository = migrated(&options(&place, Duration::from_secs(10), &begun)).tasks();
    let mut other = place.connection();
    delay(&mut other, &begun, || drop(create(&repository, 1000).unwrap()));
    // The worker takes it after it has noted the time of the slow one.
    create(&repository, 1001).unwrap();
    other.batch_execute("begin immediate").unwrap();
    let mut calls: Vec<_> = (0..100).map(|number| Box::pin(creation(&repository, number))).collect();
    for call in &mut calls {
        assert!(call.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    }
    other.batch_execute("commit").unwrap();
    for call in calls {
        block_on(call).unwrap();
    }
}

/// Erasures share nothing: one that is slow shows how long the others take.
#[test]
fn a_slow_erasure_rejects_those_that_would_wait_too_long() {
    let (place, begun) = (Place::new(), Arc::default());
    let repository = migrated(&options(&place, Duration::from_secs(5), &begun)).tasks();
    let mut other = place.connection();
    delay(&mut other, &begun, || block_on(repository.erase(&Owner::for_test("slow"))).unwrap());
    // The worker takes it after it has noted the time of the slow one.
    block_on(repository.erase(&Owner::for_test("fast"))).unwrap();
    other.batch_execute("begin immediate").unwrap();
    let owners: Vec<_> = (0..100).map(|number| Owner::for_test(&format!("owner-{number}"))).collect();
    // Far fewer than have space in the queue.
    let mut erasures: Vec<_> = owners.iter().map(|owner| Box::pin(repository.erase(owner))).collect();
    let rejected = erasures.iter_mut().any(|erasure| {
        let polled = erasure.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        matches!(polled, Poll::Ready(Err(RepositoryError::Overloaded)))
    });
    assert!(rejected);
}

#[test]
fn overdue_calls_are_rejected() {
    let (place, begun) = (Place::new(), Arc::default());
    let repository = migrated(&options(&place, Duration::from_secs(1), &begun)).tasks();
    let mut other = place.connection();
    other.batch_execute("begin immediate").unwrap();
    thread::scope(|scope| {
        let first = scope.spawn(|| create(&repository, 1));
        begun.wait_for_one();
        let calls: Vec<_> = (2..10)
            .map(|number| {
                let repository = &repository;
                scope.spawn(move || create(repository, number))
            })
            .collect();
        for call in calls {
            let error = call.join().unwrap().unwrap_err();
            assert!(matches!(error, RepositoryError::Overloaded), "{error:?}");
        }
        assert!(!first.is_finished());
        other.batch_execute("commit").unwrap();
        first.join().unwrap().unwrap();
    });
    create(&repository, 1000).unwrap();
}

#[test]
fn waits_for_another_writer_end_as_outages() {
    let place = Place::new();
    let statement_timeout = Duration::from_millis(100);
    let repository = migrated(&DatabaseOptions { statement_timeout, ..place.options() }).tasks();
    let mut other = place.connection();
    other.batch_execute("begin immediate").unwrap();
    let error = create(&repository, 1).unwrap_err();
    assert!(matches!(error, RepositoryError::Unavailable(_)), "{error:?}");
    other.batch_execute("commit").unwrap();
    create(&repository, 2).unwrap();
}
