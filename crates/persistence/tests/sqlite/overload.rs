//! More than the database can do: who cannot be served is told so, and soon.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use domain::{NewTask, Owner, RepositoryError, Task, TaskId, TaskRepository, Timestamp, Title};
use persistence::DatabaseOptions;
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
    let task = NewTask { id, title, description: None, completed: false, at };
    repository.create(&Owner::for_test("crowd"), task).await
}

#[test]
fn who_finds_the_queue_full_is_told_at_once() {
    let place = Place::new();
    let options = DatabaseOptions { queue_length: 1, ..place.options() };
    let repository = migrated(&options).tasks();
    let mut other = place.connection();
    other.batch_execute("begin immediate").unwrap();
    // Calls that are begun and left waiting: the first ones fill the lane's hand and the queue.
    let mut waiting = Vec::new();
    let mut refused = None;
    for number in 0..200 {
        let repository = Arc::clone(&repository);
        let mut call = Box::pin(async move { creation(&repository, number).await });
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => waiting.push(call),
            Poll::Ready(result) => {
                refused = Some(result);
                break;
            }
        }
    }
    assert!(matches!(refused, Some(Err(RepositoryError::Overloaded))), "{refused:?}");
    other.batch_execute("commit").unwrap();
    // Those that were taken are done.
    for call in waiting {
        block_on(call).unwrap();
    }
}

#[test]
fn who_waits_too_long_is_told_when_the_time_is_up() {
    let place = Place::new();
    // The lock is waited for much longer than the callers wait, so that a slow machine cannot mistake the one for the other.
    let (deadline, statement_timeout) = (Duration::from_millis(200), Duration::from_mins(2));
    let options = DatabaseOptions { deadline, statement_timeout, ..place.options() };
    let repository = migrated(&options).tasks();
    let mut other = place.connection();
    other.batch_execute("begin immediate").unwrap();
    let begun = Instant::now();
    let results: Vec<_> = std::thread::scope(|scope| {
        let call = |number| {
            let repository = &repository;
            scope.spawn(move || create(repository, number))
        };
        let calls: Vec<_> = (0..8).map(call).collect();
        calls.into_iter().map(|call| call.join().unwrap().unwrap_err()).collect()
    });
    assert!(begun.elapsed() < statement_timeout, "{:?}", begun.elapsed());
    for error in results {
        assert!(matches!(error, RepositoryError::Unavailable(_) | RepositoryError::Overloaded), "{error:?}");
    }
    other.batch_execute("commit").unwrap();
    let again = || create(&repository, 1000).ok();
    assert!(tasknook_tests::eventually(Duration::from_secs(30), again).is_some());
}

#[test]
fn a_writer_of_another_process_is_waited_for_and_then_it_is_an_outage() {
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
