use std::sync::atomic::{AtomicBool, Ordering};

use super::*;
use crate::Clock;
use crate::support::{ManualClock, NOW, ScriptedSource, SigningKey, await_condition, options_on};

#[test]
fn the_number_of_waiting_requests_is_limited() {
    let source = ScriptedSource::with_keys(&[SigningKey::ed25519().jwk("ed1")]);
    let refresher =
        Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), &options_on(ManualClock::at(NOW)))
            .unwrap();
    await_condition(|| refresher.core().lock().last_ended == 1);
    source.block(true);
    let attempt = Attempt { arrived: 1, used: 1 };
    let waiting: Vec<_> = (0..MAX_WAITING)
        .map(|_| match refresher.on_unknown_key("new", &attempt) {
            NextStep::Wait(fetch) => fetch,
            _ => panic!("it does not wait"),
        })
        .collect();
    let step = refresher.on_unknown_key("new", &attempt);
    assert!(matches!(step, NextStep::Unchecked { retry_after_seconds: 1 }));
    source.block(false);
    for request in waiting {
        assert!(pollster::block_on(request).is_ok());
    }
    assert_eq!(source.fetches(), 2);
}

#[test]
fn waiting_requests_are_released_when_the_thread_ends() {
    let source = ScriptedSource::down();
    source.block(true);
    let refresher =
        Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), &options_on(ManualClock::at(NOW)))
            .unwrap();
    let request = refresher.first_fetch().unwrap();
    drop(refresher);
    source.block(false);
    let _ = pollster::block_on(request);
}

/// A clock that panics on the thread that fetches, once it is switched on.
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
fn waiting_requests_are_released_when_the_thread_panics() {
    let source = ScriptedSource::down();
    source.block(true);
    let clock = Arc::new(FailingClock::default());
    let options = options_on(Arc::clone(&clock));
    let refresher = Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), &options).unwrap();
    let request = refresher.first_fetch().unwrap();
    clock.0.store(true, Ordering::SeqCst);
    source.block(false);
    assert!(pollster::block_on(request).is_err());
    assert!(refresher.first_fetch().is_none());
}
