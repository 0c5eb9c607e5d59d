use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

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
    let attempt = Attempt { arrived: 1, used: 1, is_fresh: true };
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

/// A clock that panics on the thread that fetches, while it is switched on.
#[derive(Default)]
struct FailingClock {
    is_failing: AtomicBool,
    seconds: AtomicU64,
}

impl Clock for FailingClock {
    fn unix_seconds(&self) -> i64 {
        NOW
    }

    fn monotonic(&self) -> Duration {
        let is_ours = thread::current().name() == Some("jwks-refresher");
        assert!(!(is_ours && self.is_failing.load(Ordering::SeqCst)), "a clock of this test's fails");
        Duration::from_secs(self.seconds.load(Ordering::SeqCst))
    }
}

/// A refresher whose thread has panicked, at the time zero, when it was to fetch for the second time.
fn refresher_without_thread(source: &Arc<ScriptedSource>) -> (Arc<FailingClock>, Refresher) {
    let clock = Arc::new(FailingClock::default());
    let options = options_on(Arc::clone(&clock));
    let refresher = Refresher::start(Arc::clone(source) as _, JwksOptions::default(), &options).unwrap();
    await_condition(|| refresher.core().lock().last_ended == 1);
    clock.is_failing.store(true, Ordering::SeqCst);
    if let NextStep::Wait(fetch) =
        refresher.on_unknown_key("new", &Attempt { arrived: 1, used: 1, is_fresh: true })
    {
        assert!(pollster::block_on(fetch).is_err());
    }
    clock.is_failing.store(false, Ordering::SeqCst);
    (clock, refresher)
}

#[test]
fn waiting_requests_are_released_when_the_thread_panics() {
    let source = ScriptedSource::down();
    source.block(true);
    let clock = Arc::new(FailingClock::default());
    let options = options_on(Arc::clone(&clock));
    let refresher = Refresher::start(Arc::clone(&source) as _, JwksOptions::default(), &options).unwrap();
    let request = refresher.first_fetch().unwrap();
    clock.is_failing.store(true, Ordering::SeqCst);
    source.block(false);
    assert!(pollster::block_on(request).is_err());
    assert!(refresher.first_fetch().is_none());
}

#[test]
fn a_thread_that_panicked_is_replaced_once_a_cooldown() {
    let source = ScriptedSource::with_keys(&[SigningKey::ed25519().jwk("ed1")]);
    let (clock, refresher) = refresher_without_thread(&source);
    let attempt = Attempt { arrived: 1, used: 1, is_fresh: true };
    let look_up = || refresher.on_unknown_key("new", &attempt);
    clock.seconds.store(9, Ordering::SeqCst);
    assert!(matches!(look_up(), NextStep::Unchecked { .. }));
    clock.is_failing.store(true, Ordering::SeqCst);
    for second in [10, 20] {
        clock.seconds.store(second, Ordering::SeqCst);
        let lost = refresher.core();
        await_condition(|| lost.is_stopped.load(Ordering::Relaxed));
        assert!(Arc::ptr_eq(&refresher.core(), &lost));
    }
    clock.is_failing.store(false, Ordering::SeqCst);
    assert_eq!(source.fetches(), 1);
    clock.seconds.store(30, Ordering::SeqCst);
    let NextStep::Wait(fetch) = look_up() else { panic!("it does not wait") };
    assert!(pollster::block_on(fetch).is_ok());
    assert_eq!(source.fetches(), 2);
    assert!(matches!(look_up(), NextStep::Retry));
}

#[test]
fn a_leaked_key_stays_dropped_when_the_thread_is_replaced() {
    let (key, good) = (SigningKey::ed25519(), SigningKey::ed25519());
    let mut leak = key.jwk("leaked");
    leak["d"] = "cHJpdmF0ZQ".into();
    let source = ScriptedSource::with_keys(&[leak, good.jwk("good")]);
    let (clock, refresher) = refresher_without_thread(&source);
    source.set_keys(&[key.jwk("leaked"), good.jwk("good")]);
    clock.seconds.store(10, Ordering::SeqCst);
    let core = refresher.core();
    await_condition(|| core.lock().last_ended == 2);
    let number_of_keys = refresher.with_current(|snapshot| (snapshot.fetch, snapshot.anchor.keys().len()));
    assert_eq!(number_of_keys, Some((2, 1)));
}
