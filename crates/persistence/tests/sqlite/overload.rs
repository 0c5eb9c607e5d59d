//! Overload: calls that cannot be served are rejected soon.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

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

/// Counts the writes that were begun.
#[derive(Default)]
struct Begun(AtomicUsize);

impl DatabaseObserver for Begun {
    fn queue_wait(&self, kind: WorkKind, _: Duration) {
        self.0.fetch_add(usize::from(kind == WorkKind::Write), Ordering::SeqCst);
    }
}

/// A commit that is slow for one write is no slower for many, which share the next one.
#[test]
fn one_slow_write_rejects_no_later_ones() {
    let place = Place::new();
    let begun = Arc::new(Begun::default());
    let observer = Arc::clone(&begun) as _;
    let (deadline, statement_timeout) = (Duration::from_secs(10), Duration::from_mins(2));
    let options = DatabaseOptions { deadline, statement_timeout, observer, ..place.options() };
    let repository = migrated(&options).tasks();
    let mut other = place.connection();
    other.batch_execute("begin immediate").unwrap();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| create(&repository, 1000));
        let is_begun = || (begun.0.load(Ordering::SeqCst) == 1).then_some(());
        assert!(tasknook_tests::eventually(Duration::from_secs(30), is_begun).is_some());
        std::thread::sleep(Duration::from_secs(1));
        other.batch_execute("commit").unwrap();
        slow.join().unwrap().unwrap();
    });
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

#[test]
fn overdue_calls_are_rejected() {
    let place = Place::new();
    let begun = Arc::new(Begun::default());
    // The lock is waited for much longer than the callers wait, so that a slow machine cannot mistake one for the other.
    let (deadline, statement_timeout) = (Duration::from_secs(1), Duration::from_mins(2));
    let observer = Arc::clone(&begun) as _;
    let options = DatabaseOptions { deadline, statement_timeout, observer, ..place.options() };
    let repository = migrated(&options).tasks();
    let mut other = place.connection();
    other.batch_execute("begin immediate").unwrap();
    std::thread::scope(|scope| {
        let first = scope.spawn(|| create(&repository, 1));
        let is_begun = || (begun.0.load(Ordering::SeqCst) == 1).then_some(());
        assert!(tasknook_tests::eventually(Duration::from_secs(30), is_begun).is_some());
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
