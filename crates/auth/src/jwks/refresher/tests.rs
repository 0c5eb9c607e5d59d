use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::Clock;
use crate::testing::{NOW, ScriptedSource, SetClock, options_on};

#[test]
fn past_a_number_of_waiting_requests_the_next_do_not_wait() {
    let source = ScriptedSource::down();
    source.hold(true);
    let refresher =
        Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), &options_on(SetClock::at(NOW)))
            .unwrap();
    let waiting: Vec<_> = (0..MAX_WAITING).map(|_| refresher.request_fetch()).collect();
    assert!(waiting.iter().all(Option::is_some));
    assert!(refresher.request_fetch().is_none() && refresher.first_fetch().is_none());
    source.hold(false);
    for request in waiting.into_iter().flatten() {
        assert!(pollster::block_on(request).is_ok());
    }
    assert_eq!(source.fetches(), 1);
}

#[test]
fn requests_that_wait_when_the_thread_ends_are_let_go() {
    let source = ScriptedSource::down();
    source.hold(true);
    let refresher =
        Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), &options_on(SetClock::at(NOW)))
            .unwrap();
    let request = refresher.request_fetch().unwrap();
    drop(refresher);
    source.hold(false);
    let _ = pollster::block_on(request);
}

/// A clock that fails the thread that fetches, once it is told to.
#[derive(Default)]
struct FailingClock(AtomicBool);

impl Clock for FailingClock {
    fn unix_seconds(&self) -> i64 {
        NOW
    }

    fn monotonic(&self) -> Duration {
        let is_ours = thread::current().name() == Some("jwks-refresher");
        assert!(!(is_ours && self.0.load(Ordering::SeqCst)), "a clock of this test's fails");
        Duration::ZERO
    }
}

#[test]
fn requests_that_wait_when_the_thread_dies_are_let_go_and_later_ones_do_not_wait() {
    let source = ScriptedSource::down();
    source.hold(true);
    let clock = Arc::new(FailingClock::default());
    let options = options_on(Arc::clone(&clock));
    let refresher = Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), &options).unwrap();
    let request = refresher.request_fetch().unwrap();
    clock.0.store(true, Ordering::SeqCst);
    source.hold(false);
    assert!(pollster::block_on(request).is_err());
    assert!(refresher.request_fetch().is_none() && refresher.first_fetch().is_none());
}
