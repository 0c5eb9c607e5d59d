use std::future::Future;
use std::pin::Pin;
use std::sync::mpsc;
use std::task::{Context, Poll, Waker};

use super::*;

const LONG: Duration = Duration::from_mins(1);

/// A number, of the owner with the number's tens.
#[derive(Debug, PartialEq)]
struct Number(u32, OwnerId);

impl Request for Number {
    fn owner(&self) -> Option<&OwnerId> {
        Some(&self.1)
    }
}

fn number(number: u32) -> Number {
    Number(number, OwnerId::parse(&format!("owner-{}", number / 10)).unwrap())
}

type Ends = (Sender<Number, u32>, Arc<Queue<Number, u32>>);
type Pending<'a> = Pin<Box<dyn Future<Output = Reply<u32>> + 'a>>;

fn limits() -> QueueLimits<Number> {
    QueueLimits {
        length: 100,
        waiting_per_owner: usize::MAX,
        running_per_owner: usize::MAX,
        timeout: LONG,
        is_write: false,
        workers: 1,
        weight: |_| 1,
        capacity: 3,
    }
}

fn queue(limits: QueueLimits<Number>) -> Ends {
    Queue::new(limits, WorkKind::Page, Arc::new(()))
}

fn poll(call: &mut Pending<'_>) -> Poll<Reply<u32>> {
    call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Submits a call that then waits.
fn waiting(sender: &Sender<Number, u32>, request: u32) -> Pending<'_> {
    let mut call: Pending<'_> = Box::pin(sender.submit(number(request)));
    assert!(poll(&mut call).is_pending(), "{request} does not wait");
    call
}

fn rejected(sender: &Sender<Number, u32>, request: u32) -> RepositoryError {
    let mut call: Pending<'_> = Box::pin(sender.submit(number(request)));
    match poll(&mut call) {
        Poll::Ready(outcome) => outcome.unwrap_err(),
        Poll::Pending => panic!("{request} waits"),
    }
}

fn all<'a>(sender: &'a Sender<Number, u32>, requests: &[u32]) -> Vec<Pending<'a>> {
    requests.iter().map(|request| waiting(sender, *request)).collect()
}

/// The requests of the next group, when there is one.
fn next(queue: &Queue<Number, u32>) -> Vec<u32> {
    numbers(&take(queue))
}

fn take(queue: &Queue<Number, u32>) -> Group<Number, u32> {
    let mut state = queue.lock();
    let group = state.turns.take(queue.limits.capacity, queue.limits.weight);
    state.taken.extend(group.calls.iter().cloned());
    group
}

fn numbers(group: &Group<Number, u32>) -> Vec<u32> {
    group.requests.iter().map(|number| number.0).collect()
}

#[test]
fn full_queues_reject_calls() {
    let (sender, _queue) = queue(QueueLimits { length: 2, ..limits() });
    let _calls = all(&sender, &[1, 2]);
    assert!(matches!(rejected(&sender, 3), RepositoryError::Overloaded));
}

#[test]
fn scans_of_one_owner_beyond_the_limit_are_rejected() {
    let (sender, queue) =
        queue(QueueLimits { waiting_per_owner: 2, running_per_owner: 1, capacity: 1, ..limits() });
    let _first = waiting(&sender, 1);
    assert_eq!(next(&queue), [1]);
    let _calls = all(&sender, &[2, 3]);
    assert!(matches!(rejected(&sender, 4), RepositoryError::TooManyScans));
    let _other = waiting(&sender, 11);
}

#[test]
fn calls_with_a_long_expected_wait_are_rejected() {
    let (sender, queue) = queue(limits());
    queue.finish(None, 1, LONG * 4, true);
    // Nothing is ahead of the first one: it shows whether the database still takes so long.
    let _first = waiting(&sender, 1);
    let _second = waiting(&sender, 2);
    assert!(matches!(rejected(&sender, 3), RepositoryError::Overloaded));
    // It would be the turn of another owner after one call.
    let _other = waiting(&sender, 11);
}

/// A larger one may take no longer.
#[test]
fn a_slow_group_that_was_not_full_rejects_nothing() {
    let (sender, queue) = queue(limits());
    queue.finish(None, 1, LONG * 100, false);
    let _calls = all(&sender, &[1, 2, 3, 4]);
}

#[test]
fn fast_groups_end_rejections_whether_they_were_full_or_not() {
    for is_full in [false, true] {
        let (sender, queue) = queue(limits());
        queue.finish(None, 1, LONG * 4, true);
        let _calls = all(&sender, &[1, 2]);
        assert!(matches!(rejected(&sender, 3), RepositoryError::Overloaded));
        (0..3).for_each(|_| queue.finish(None, 1, Duration::ZERO, is_full));
        let _third = waiting(&sender, 3);
    }
}

#[test]
fn groups_are_full_if_no_further_call_has_space() {
    let (sender, queue) =
        queue(QueueLimits { weight: |number| number.0 as usize % 10, capacity: 9, ..limits() });
    let full = |requests: &[u32]| {
        let _calls = all(&sender, requests);
        let group = take(&queue);
        let is_full = group.is_full;
        while !take(&queue).is_empty() {}
        (numbers(&group), is_full)
    };
    assert_eq!(full(&[5, 14]), (vec![5, 14], true));
    assert_eq!(full(&[5, 13]), (vec![5, 13], false));
    assert_eq!(full(&[5, 16]), (vec![5], true), "the next one had no space");
    assert_eq!(full(&[9]), (vec![9], true));
    let _call = waiting(&sender, 9);
    queue.put_back(take(&queue), LONG);
    assert!(!take(&queue).is_full, "it was run alone, whatever its weight");
}

#[test]
fn owners_take_turns() {
    let (sender, queue) = queue(limits());
    let _calls = all(&sender, &[1, 2, 3, 4, 5, 11, 12, 21]);
    assert_eq!(next(&queue), [1, 11, 21]);
    assert_eq!(next(&queue), [2, 12, 3]);
    assert_eq!(next(&queue), [4, 5]);
}

#[test]
fn groups_are_limited_by_capacity() {
    let (sender, queue) =
        queue(QueueLimits { weight: |number| number.0 as usize % 10, capacity: 9, ..limits() });
    let _calls = all(&sender, &[9, 11, 15, 28, 33]);
    assert_eq!(next(&queue), [9]);
    assert_eq!(next(&queue), [11, 28]);
    assert_eq!(next(&queue), [33, 15]);
}

#[test]
fn running_groups_per_owner_are_limited() {
    let (sender, queue) = queue(QueueLimits { running_per_owner: 1, capacity: 1, ..limits() });
    let _calls = all(&sender, &[1, 2, 3, 11]);
    let first = take(&queue);
    assert_eq!(numbers(&first), [1]);
    assert_eq!(next(&queue), [11]);
    assert!(take(&queue).is_empty());
    queue.finish(first.owner, 1, Duration::ZERO, false);
    assert_eq!(next(&queue), [2]);
    assert!(take(&queue).is_empty());
}

/// A slow group of several owners does not keep them from the other workers.
#[test]
fn groups_of_several_owners_are_not_limited() {
    let (sender, queue) = queue(QueueLimits { running_per_owner: 1, ..limits() });
    let _first = all(&sender, &[1, 11]);
    assert_eq!(next(&queue), [1, 11]);
    let _second = all(&sender, &[2, 12]);
    assert_eq!(next(&queue), [2, 12]);
}

/// As after the end of a group whose own worker was replaced.
#[test]
fn workers_that_wait_take_released_calls() {
    for _ in 0..50 {
        let (sender, queue) = queue(QueueLimits { running_per_owner: 1, capacity: 1, ..limits() });
        let _call = waiting(&sender, 1);
        let first = take(&queue);
        let _blocked = waiting(&sender, 2);
        let (taken, received) = mpsc::channel();
        let idle = Arc::clone(&queue);
        thread::spawn(move || taken.send(numbers(&idle.next_group().unwrap())));
        queue.finish(first.owner, 1, Duration::ZERO, false);
        assert_eq!(received.recv_timeout(LONG).unwrap(), [2]);
    }
}

#[test]
fn returned_calls_run_first_and_per_owner() {
    let (sender, queue) = queue(limits());
    let mut calls = all(&sender, &[1, 11, 2]);
    let group = take(&queue);
    assert_eq!(numbers(&group), [1, 11, 2]);
    let _later = all(&sender, &[12, 3]);
    queue.put_back(group, LONG);
    let mut groups = vec![next(&queue), next(&queue), next(&queue)];
    groups.sort();
    assert_eq!(groups, [vec![1, 2], vec![11], vec![12, 3]]);
    assert!(calls.iter_mut().all(|call| poll(call).is_pending()));
}

#[test]
fn expired_calls_are_rejected_before_execution() {
    let (sender, queue) = queue(limits());
    let mut late = waiting(&sender, 1);
    queue.expire_overdue(Instant::now() + LONG);
    assert!(matches!(poll(&mut late), Poll::Ready(Err(RepositoryError::Overloaded))));
    assert!(take(&queue).is_empty());
    assert_eq!(queue.lock().turns.waiting(), 0);
}

#[test]
fn expired_calls_are_not_taken() {
    let (sender, queue) = queue(QueueLimits { timeout: Duration::ZERO, ..limits() });
    let mut late = waiting(&sender, 1);
    assert!(take(&queue).is_empty());
    assert!(matches!(poll(&mut late), Poll::Ready(Err(RepositoryError::Overloaded))));
}

#[test]
fn cancelled_calls_are_skipped() {
    let (sender, queue) = queue(limits());
    drop(waiting(&sender, 1));
    let _kept = waiting(&sender, 2);
    assert_eq!(next(&queue), [2]);
    let third = waiting(&sender, 3);
    let group = take(&queue);
    drop(third);
    assert!(!group.calls[0].begin(Instant::now(), LONG));
}

#[test]
fn response_timeout_starts_when_a_call_begins() {
    let (sender, queue) = queue(limits());
    let mut call = waiting(&sender, 1);
    let group = take(&queue);
    assert!(group.calls[0].begin(Instant::now(), LONG * 2));
    queue.expire_overdue(Instant::now() + LONG);
    assert!(poll(&mut call).is_pending());
    queue.expire_overdue(Instant::now() + LONG * 2);
    assert!(matches!(poll(&mut call), Poll::Ready(Err(RepositoryError::Unavailable(_)))));
    // A late reply of the worker is ignored.
    group.calls[0].reply(Ok(1));
}

#[test]
fn calls_without_a_connection_are_outages() {
    let (sender, queue) = queue(limits());
    let mut call = waiting(&sender, 1);
    take(&queue).calls[0].await_connection();
    queue.expire_overdue(Instant::now() + LONG);
    assert!(matches!(poll(&mut call), Poll::Ready(Err(RepositoryError::Unavailable(_)))));
}

/// A worker may have looked while a call waited whose owner had another one running.
#[test]
fn all_workers_of_a_closed_queue_end() {
    let (sender, queue) = queue(QueueLimits { running_per_owner: 1, capacity: 1, ..limits() });
    let calls = all(&sender, &[1, 2]);
    let first = take(&queue);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| assert!(queue.next_group().is_none()));
        }
        drop(calls);
        // As the end of the sender, which its calls borrow.
        queue.lock().closed = true;
        queue.changed.notify_all();
        queue.expire_overdue(Instant::now());
        queue.finish(first.owner, 1, Duration::ZERO, false);
        // The worker of the first group.
        assert!(queue.next_group().is_none());
    });
}

#[test]
fn workers_end_with_the_last_sender() {
    let (sender, queue) = queue(limits());
    drop(sender);
    assert!(queue.next_group().is_none());
}
