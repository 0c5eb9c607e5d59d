//! The bounded queue in front of the lanes of one kind.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use domain::RepositoryError;
use tokio::sync::oneshot;

use super::batch::{Caller, Hand};
use super::watch::Watched;
use crate::dialect::Outcome;
use crate::failure::Failure;

pub(super) struct Job<R, A> {
    pub(super) request: R,
    pub(super) caller: Caller<A>,
}

/// The callers' end of a queue. When the last one is dropped, the lanes finish what has queued and end.
pub(crate) struct Queue<R, A> {
    jobs: Sender<Job<R, A>>,
    patience: Duration,
}

impl<R, A> Queue<R, A> {
    /// A queue of this length whose callers wait this long, and its other end with room for this many lanes.
    pub(crate) fn new(length: usize, patience: Duration, lanes: usize) -> (Self, Arc<Waiting<R, A>>) {
        let (sender, receiver) = bounded(length.max(1));
        let hands = (0..lanes.max(1)).map(|_| Hand::default()).collect();
        (Self { jobs: sender, patience }, Arc::new(Waiting { jobs: receiver, hands }))
    }

    /// Queues a request and waits for what it comes to.
    pub(crate) async fn ask(&self, request: R) -> Outcome<A> {
        let (reply, answer) = oneshot::channel();
        let caller = Caller::new(reply, self.patience);
        match self.jobs.try_send(Job { request, caller }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(RepositoryError::Overloaded),
            Err(TrySendError::Disconnected(_)) => return Err(Failure::defect("the lanes have ended").error()),
        }
        answer.await.unwrap_or_else(|_| Err(Failure::defect("a lane ended without an answer").error()))
    }
}

/// The lanes' end of a queue, with what each of them has in hand.
pub(crate) struct Waiting<R, A> {
    pub(super) jobs: Receiver<Job<R, A>>,
    pub(super) hands: Box<[Hand<A>]>,
}

impl<R, A> Waiting<R, A> {
    /// Waits for work, then takes what else is there, up to `most`; nothing when no more can come. Who waited for too
    /// long is told so, and who went away is forgotten.
    pub(super) fn next_batch(&self, most: usize) -> Option<Vec<Job<R, A>>> {
        let mut batch = Vec::new();
        let mut job = self.jobs.recv().ok()?;
        loop {
            if job.caller.is_late(Instant::now()) {
                job.caller.answer_overloaded();
            } else if !job.caller.is_gone() {
                batch.push(job);
            }
            if batch.len() >= most {
                break;
            }
            match self.jobs.try_recv() {
                Ok(next) => job = next,
                Err(_) => break,
            }
        }
        Some(batch)
    }
}

impl<R: Send, A: Send> Watched for Waiting<R, A> {
    fn sweep(&self, now: Instant) {
        let mut all_stuck = true;
        for hand in &self.hands {
            all_stuck &= hand.sweep(now);
        }
        // Nobody will come for these in time, so they need not wait for it.
        if all_stuck {
            for job in self.jobs.try_iter() {
                job.caller.answer_unanswered();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    const PATIENT: Duration = Duration::from_mins(1);

    type Asking<'a> = Pin<Box<dyn Future<Output = Outcome<u32>> + 'a>>;

    /// Begins a call: what it came to at once, or the call.
    fn ask(queue: &Queue<u32, u32>, request: u32) -> Result<Outcome<u32>, Asking<'_>> {
        let mut asking: Asking<'_> = Box::pin(queue.ask(request));
        match poll(&mut asking) {
            Poll::Ready(outcome) => Ok(outcome),
            Poll::Pending => Err(asking),
        }
    }

    fn poll(asking: &mut Asking<'_>) -> Poll<Outcome<u32>> {
        asking.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    fn waiting(queue: &Queue<u32, u32>, request: u32) -> Asking<'_> {
        ask(queue, request).err().unwrap()
    }

    fn requests(lanes: &Waiting<u32, u32>, most: usize) -> Vec<u32> {
        lanes.next_batch(most).unwrap().into_iter().map(|job| job.request).collect()
    }

    #[test]
    fn a_full_queue_says_so_at_once() {
        let (queue, _waiting) = Queue::new(2, PATIENT, 1);
        let _kept = [waiting(&queue, 1), waiting(&queue, 2)];
        assert!(matches!(ask(&queue, 3), Ok(Err(RepositoryError::Overloaded))));
    }

    #[test]
    fn what_has_queued_is_one_batch_up_to_the_most() {
        let (queue, lanes) = Queue::new(10, PATIENT, 1);
        let _kept: Vec<_> = (0..5).map(|request| waiting(&queue, request)).collect();
        assert_eq!(requests(&lanes, 3), [0, 1, 2]);
        assert_eq!(requests(&lanes, 3), [3, 4]);
    }

    #[test]
    fn who_waited_too_long_is_told_and_not_begun() {
        let (queue, lanes) = Queue::new(10, Duration::ZERO, 1);
        let mut late = waiting(&queue, 1);
        assert!(requests(&lanes, 3).is_empty());
        assert!(matches!(poll(&mut late), Poll::Ready(Err(RepositoryError::Overloaded))));
    }

    #[test]
    fn who_went_away_is_forgotten() {
        let (queue, lanes) = Queue::new(10, PATIENT, 1);
        drop(waiting(&queue, 1));
        let _kept = waiting(&queue, 2);
        assert_eq!(requests(&lanes, 3), [2]);
    }

    #[test]
    fn a_lane_that_is_stuck_keeps_nobody_waiting() {
        let (queue, lanes) = Queue::new(10, PATIENT, 1);
        let mut in_hand = waiting(&queue, 1);
        lanes.hands[0].take_up(lanes.next_batch(1).unwrap().into_iter().map(|job| job.caller));
        let mut queued = waiting(&queue, 2);
        lanes.sweep(Instant::now());
        assert!(poll(&mut in_hand).is_pending() && poll(&mut queued).is_pending());
        lanes.sweep(Instant::now() + PATIENT);
        for mut call in [in_hand, queued] {
            assert!(matches!(poll(&mut call), Poll::Ready(Err(RepositoryError::Unavailable(_)))));
        }
        // The next one is told at the next sweep, while the lane stays as it is.
        let mut next = waiting(&queue, 3);
        lanes.sweep(Instant::now());
        assert!(matches!(poll(&mut next), Poll::Ready(Err(RepositoryError::Unavailable(_)))));
    }

    #[test]
    fn the_lanes_end_with_the_last_caller() {
        let (queue, lanes) = Queue::<u32, u32>::new(10, PATIENT, 1);
        drop(queue);
        assert!(lanes.next_batch(1).is_none());
    }
}
