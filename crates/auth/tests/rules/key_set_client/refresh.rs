//! Rule 7: scheduled fetches, on a manual clock.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{a_millisecond_before, milliseconds, seconds};
use crate::support::{
    FixedCalendar, ManualClock, NOW, ScriptedSource, SigningKey, await_condition, claims, key_set,
    options_on, rules, verdict, verify,
};
use tasknook_auth::{Clock, FetchError, FetchedKeys, JwksOptions, JwksSource, JwksVerifier, VerifyError};

/// The thread looks at the clock twice when a fetch has ended: how long that took, and when it was.
const LOOKS_AT_THE_END: usize = 2;

/// So many pauses are looked at, each of another length within its bounds.
const JITTERS: usize = 30;

/// A source with a clock that advances by one step only after each fetch, which is taken before the
/// thread looks how long it has to wait for the next.
struct SteppedClock {
    clock: Arc<ManualClock>,
    source: Arc<ScriptedSource>,
    steps: Mutex<VecDeque<Duration>>,
    fetches_ended: AtomicUsize,
    /// Since the end of the last fetch.
    looks: AtomicUsize,
}

impl Clock for SteppedClock {
    fn unix_seconds(&self) -> i64 {
        self.clock.unix_seconds()
    }

    fn monotonic(&self) -> Duration {
        if self.looks.fetch_add(1, Ordering::SeqCst) == LOOKS_AT_THE_END
            && let Some(step) = self.steps.lock().unwrap().pop_front()
        {
            self.clock.advance_monotonic(step);
        }
        self.clock.monotonic()
    }
}

impl JwksSource for SteppedClock {
    fn fetch(&self) -> Result<FetchedKeys, FetchError> {
        let answer = self.source.fetch();
        self.looks.store(0, Ordering::SeqCst);
        self.fetches_ended.fetch_add(1, Ordering::SeqCst);
        answer
    }
}

/// How many fetches are made, which are `least` at least, when so much time goes by after each, and none after
/// the last.
#[track_caller]
fn fetches(least: usize, source: &Arc<ScriptedSource>, timing: JwksOptions, steps: &[Duration]) -> usize {
    let clock = Arc::new(SteppedClock {
        clock: ManualClock::at(NOW),
        source: Arc::clone(source),
        steps: Mutex::new(steps.iter().copied().collect()),
        fetches_ended: AtomicUsize::new(0),
        looks: AtomicUsize::new(LOOKS_AT_THE_END + 1),
    });
    let options = options_on(Arc::clone(&clock));
    let verifier = JwksVerifier::with_options(Arc::clone(&clock) as _, timing, rules(), options).unwrap();
    await_condition(|| {
        clock.fetches_ended.load(Ordering::SeqCst) >= least
            && clock.looks.load(Ordering::SeqCst) > LOOKS_AT_THE_END
    });
    // The thread has decided whether to fetch once more; when it is gone, it has done so.
    drop(verifier);
    await_condition(|| Arc::strong_count(&clock) == 1);
    clock.fetches_ended.load(Ordering::SeqCst)
}

#[track_caller]
fn assert_fetches(expected: usize, source: &Arc<ScriptedSource>, timing: JwksOptions, steps: &[Duration]) {
    assert_eq!(fetches(expected, source, timing, steps), expected, "{steps:?}");
}

fn up() -> Arc<ScriptedSource> {
    ScriptedSource::with_keys(&[SigningKey::ed25519().jwk("ed1")])
}

/// An issuer that is overloaded.
fn asking_for(pause: Duration) -> Arc<ScriptedSource> {
    ScriptedSource::new(move || Err(FetchError::Status { status: 429, retry_after: Some(pause) }))
}

/// An issuer that refuses connections.
fn unreachable() -> Arc<ScriptedSource> {
    ScriptedSource::new(|| Err(FetchError::Unreachable("connection refused".into())))
}

#[test]
fn a_set_is_fetched_again_at_72_to_80_percent_of_its_age() {
    let (timing, source) = (JwksOptions::default(), up());
    let (earliest, latest) = (seconds(216), seconds(240));
    let too_early = a_millisecond_before(earliest);
    for number in 0..JITTERS {
        assert_fetches(number + 1, &source, timing, &[&vec![latest; number][..], &[too_early]].concat());
    }
    assert_fetches(JITTERS + 1, &source, timing, &vec![latest; JITTERS]);
    let short = timing.max_age(seconds(10));
    assert_fetches(1, &source, short, &[milliseconds(7199)]);
    assert_fetches(2, &source, short, &[seconds(8)]);
}

#[test]
fn failed_fetches_are_retried_after_doubling_pauses() {
    let source = unreachable();
    let pauses = [500, 1000, 2000, 4000, 8000, 10_000, 10_000].map(milliseconds);
    for number in 0..pauses.len() {
        let too_early = a_millisecond_before(pauses[number] / 2);
        let steps = [&pauses[..number], &[too_early]].concat();
        assert_fetches(number + 1, &source, JwksOptions::default(), &steps);
        assert_fetches(number + 2, &source, JwksOptions::default(), &pauses[..=number]);
    }
}

#[test]
fn an_issuer_that_hangs_gets_one_fetch_per_cooldown() {
    for least in [milliseconds(5000), seconds(30)] {
        let timing = JwksOptions::new().cooldown(least);
        let latest = least * 11 / 10;
        let source = || {
            let (source, key) = (up(), SigningKey::ed25519().jwk("ed1"));
            let first = AtomicUsize::new(0);
            source.set(move || match first.fetch_add(1, Ordering::SeqCst) {
                0 => Ok(FetchedKeys::new(key_set(std::slice::from_ref(&key)))),
                _ => Err(FetchError::Timeout),
            });
            source
        };
        for number in 0..5 {
            let retries = vec![latest; number];
            let steps = [&[seconds(240)], &retries[..], &[a_millisecond_before(least)]].concat();
            assert_fetches(number + 2, &source(), timing, &steps);
        }
    }
}

#[test]
fn a_hanging_issuer_is_retried_every_ten_seconds_without_a_set() {
    let source = ScriptedSource::down();
    assert_fetches(1, &source, JwksOptions::default(), &[a_millisecond_before(seconds(10))]);
    assert_fetches(4, &source, JwksOptions::default(), &[seconds(11); 3]);
}

#[test]
fn replicas_spread_their_fetches() {
    let timing = JwksOptions::default();
    for (source, between) in [
        (up(), seconds(228)),
        (unreachable(), milliseconds(375)),
        (ScriptedSource::down(), milliseconds(10_500)),
    ] {
        let counts: BTreeSet<_> = (0..JITTERS).map(|_| fetches(1, &source, timing, &[between])).collect();
        assert_eq!(counts, BTreeSet::from([1, 2]), "{between:?}");
    }
}

#[test]
fn retry_after_is_obeyed_for_at_most_five_minutes() {
    for (asked, obeyed) in [(1, 1), (60, 60), (300, 300), (301, 300), (3600, 300), (u64::MAX, 300)] {
        let source = asking_for(seconds(asked));
        let timing = JwksOptions::new().cooldown(milliseconds(1));
        assert_fetches(1, &source, timing, &[a_millisecond_before(seconds(obeyed))]);
        assert_fetches(2, &source, timing, &[seconds(obeyed)]);
    }
}

#[test]
fn a_short_retry_after_does_not_shorten_the_pause() {
    let timing = JwksOptions::new().retry(seconds(10), seconds(10)).cooldown(milliseconds(1));
    for asked in [0, 1] {
        let source = asking_for(seconds(asked));
        assert_fetches(1, &source, timing, &[milliseconds(4999)]);
        assert_fetches(2, &source, timing, &[seconds(10)]);
    }
}

#[test]
fn unavailable_tokens_carry_the_time_of_the_next_fetch() {
    let (key, source) = (SigningKey::ed25519(), asking_for(seconds(120)));
    let clock = ManualClock::at(NOW);
    let options = options_on(Arc::clone(&clock));
    let verifier =
        JwksVerifier::with_options(Arc::clone(&source) as _, JwksOptions::default(), rules(), options)
            .unwrap();
    let retry_after = || match verify(&verifier, &key.token("ed1", &claims())) {
        Err(VerifyError::KeysUnavailable { retry_after_seconds }) => retry_after_seconds,
        other => panic!("{other:?}"),
    };
    assert!((120..=121).contains(&retry_after()));
    clock.advance(milliseconds(119_500));
    assert_eq!(retry_after(), 1);
    assert_eq!(source.fetches(), 1);
}

#[test]
fn the_thread_wakes_up_by_itself_in_time() {
    let (old, new) = (SigningKey::ed25519(), SigningKey::ed25519());
    let source = ScriptedSource::with_keys(&[old.jwk("old")]);
    let timing = JwksOptions::new().max_age(milliseconds(40));
    let options = options_on(Arc::new(FixedCalendar));
    let verifier = JwksVerifier::with_options(Arc::clone(&source) as _, timing, rules(), options).unwrap();
    source.await_fetches(3);
    source.set_keys(&[new.jwk("new")]);
    let after = source.fetches();
    source.await_fetches(after + 2);
    assert_eq!(verdict(&verifier, &new.token("new", &claims())), "accepted");
    assert_eq!(verdict(&verifier, &old.token("old", &claims())), "unknown_key");
}

#[test]
fn the_thread_ends_with_the_verifier() {
    let source = up();
    let options = options_on(ManualClock::at(NOW));
    let verifier =
        JwksVerifier::with_options(Arc::clone(&source) as _, JwksOptions::default(), rules(), options)
            .unwrap();
    source.await_fetches(1);
    drop(verifier);
    // The thread has the other reference, so one is left when the thread ended.
    await_condition(|| Arc::strong_count(&source) == 1);
}
