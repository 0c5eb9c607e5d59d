use std::panic::panic_any;
use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::support::{
    ManualClock, NOW, Recorder, SECRET, ScriptedSource, SigningKey, await_condition, claims, options_on,
    rules, verdict,
};
use crate::{AnyVerifier, FetchError, FetchedKeys, JwksOptions, JwksVerifier, SharedSecretVerifier};

type Answer = fn() -> Result<FetchedKeys, FetchError>;

/// Retries at once, so that a source that fails and then does not is fetched twice.
fn impatient() -> JwksOptions {
    let milliseconds = Duration::from_millis;
    JwksOptions { first_retry: milliseconds(1), last_retry: milliseconds(1), ..JwksOptions::default() }
}

#[test]
fn is_notified_of_each_verdict_once() {
    let (key, recorder) = (SigningKey::ed25519(), Recorder::new());
    let options = options_on(ManualClock::at(NOW)).observer(Arc::clone(&recorder) as _);
    let shared = SharedSecretVerifier::with_options(vec![SECRET.into()], rules(), options.clone()).unwrap();
    let source = ScriptedSource::with_keys(&[key.jwk("ed1")]);
    let published =
        JwksVerifier::with_options(source as _, JwksOptions::default(), rules(), options).unwrap();
    await_condition(|| published.is_ready());
    assert_eq!(recorder.events(), ["fetched 1"]);
    let any = AnyVerifier::new(Some(shared), Some(published)).unwrap();
    for (token, event) in [
        (SigningKey::hs256(SECRET).token("any", &claims()), "verified by Signature"),
        (key.token("ed1", &claims()), "verified by Signature"),
        (SigningKey::ed25519().token("ed1", &claims()), "rejected invalid_signature"),
        ("a.b".to_owned(), "rejected not_three_parts"),
        ("x".repeat(9000), "rejected too_long"),
        (key.token_with(r#"{"alg":"none"}"#, "{}"), "rejected unsupported_algorithm"),
    ] {
        verdict(&any, &token);
        assert_eq!(recorder.events(), [event], "{token}");
    }
}

#[test]
fn is_notified_of_failed_fetches_with_the_reason() {
    let recorder = Recorder::new();
    let source = ScriptedSource::down();
    let options = options_on(ManualClock::at(NOW)).observer(Arc::clone(&recorder) as _);
    let hour = Duration::from_secs(3600);
    let slow = JwksOptions { first_retry: hour, last_retry: hour, ..JwksOptions::default() };
    let answers: [(&str, Answer); 5] = [
        ("failed timeout", || Err(FetchError::Timeout)),
        ("failed status", || Err(FetchError::Status { status: 500, retry_after: None })),
        ("failed not_a_key_set", || Ok(FetchedKeys::new("{}"))),
        ("failed no_usable_key", || Ok(FetchedKeys::new(r#"{"keys":[]}"#))),
        ("failed private_key", || Ok(FetchedKeys::new(r#"{"keys":[{"kty":"OKP","d":"AA"}]}"#))),
    ];
    for (expected, answer) in answers {
        source.set(answer);
        let verifier =
            JwksVerifier::with_options(Arc::clone(&source) as _, slow, rules(), options.clone()).unwrap();
        assert_eq!(recorder.await_events(), [expected]);
        drop(verifier);
    }
}

#[test]
fn a_panic_of_an_observer_does_not_stop_the_fetches() {
    struct Panics;

    impl Observer for Panics {
        fn fetch_failed(&self, _: &'static str, _: Duration) {
            panic_any("an observer of this test's panics");
        }
    }

    let source = ScriptedSource::down();
    let options = options_on(ManualClock::at(NOW)).observer(Arc::new(Panics));
    // With a manual clock a pause never ends; this one has the monotonic clock of the system.
    let options = options.clock(Arc::new(crate::support::FixedCalendar));
    let verifier =
        JwksVerifier::with_options(Arc::clone(&source) as _, impatient(), rules(), options).unwrap();
    source.await_fetches(3);
    source.set_keys(&[SigningKey::ed25519().jwk("ed1")]);
    await_condition(|| verifier.is_ready());
}

#[test]
fn the_age_of_the_keys_is_exact_to_the_second() {
    let clock = ManualClock::at(NOW);
    let source = ScriptedSource::down();
    let options = options_on(Arc::clone(&clock));
    let down = JwksVerifier::with_options(source as _, JwksOptions::default(), rules(), options.clone());
    let down = down.unwrap();
    assert_eq!(verdict(&down, &SigningKey::ed25519().token("ed1", &claims())), "keys_unavailable");
    assert_eq!(down.age(), None);
    let source = ScriptedSource::with_keys(&[SigningKey::ed25519().jwk("ed1")]);
    let up = JwksVerifier::with_options(source as _, JwksOptions::default(), rules(), options).unwrap();
    await_condition(|| up.is_ready());
    clock.advance(Duration::from_secs(17));
    assert_eq!(up.age(), Some(Duration::from_secs(17)));
    assert_eq!(AnyVerifier::new(None, Some(up)).unwrap().keys_age(), Some(Duration::from_secs(17)));
}

#[test]
fn the_system_clock_is_current_and_never_goes_back() {
    let before = SystemClock.monotonic();
    assert!(SystemClock.unix_seconds() > 1_700_000_000);
    assert!(SystemClock.monotonic() >= before);
}
